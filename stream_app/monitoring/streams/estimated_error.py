"""The error of answers before their labels come: how often answers as sure as these were wrong.

From labelled predictions of a version a calibration table is learned, confidence c → observed error e(c):

    e(bin) = (wrong in bin + PRIOR · wrong in all / all) / (in bin + PRIOR)          (Beta-smoothed)

with bins of equally many answers and lines between their middles. From then on every prediction has an
expected error e(c), which is watched as `estimated_error:OUTPUT` as soon as the prediction comes. When its
label comes, so is how that compares: `calibration:OUTPUT`, (1 + wrong - e(c)) / 2, is 0.5 on average until
confidence means something else.

The mean of e(c) is the estimated error of answers whose confidence is calibrated (NannyML's CBPE; S. Garg and
others, "Leveraging unlabeled data to predict out-of-distribution performance", ICLR 2022, on its limits):
it follows a drift of what comes in, and is blind to one of what it means, which `calibration:` and `error:`
show. The table is kept as it was learned: one that followed its labels would move what is estimated with it,
and as late as they come. A version that begins with what its predecessor knows has its table too.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.detectors import BankSettings, Finding, Transform
from driftline.stream_app.config import ModelPlan
from driftline.stream_app.monitoring.rows.column_types import ColumnType
from driftline.stream_app.monitoring.rows.columns import Matrix, Section
from driftline.stream_app.monitoring.rows.meaning import number_of
from driftline.stream_app.monitoring.rows.tables import OutcomeTable
from driftline.stream_app.monitoring.signals.families import policy

# Judged: of 500 the error of a bin of 50 is known to 3 % where it is 5 %, of 250 to 4 %, of 1,000 to 2 %.
LEARNED_FROM: Final = 500
BINS: Final = 10
PRIOR: Final = 10.0  # answers; judged: a fifth of a bin
# An error is 0 or 1, or the square of how far a score is from the truth: beyond it is on the wrong side.
WRONG: Final = 0.25
SUFFIXES: Final = ("_confidence", "_probability", "_score")
PLAIN: Final = ("confidence", "probability", "score")
NUMBERS: Final = (ColumnType.NUMERIC, ColumnType.FIGURE)
Times = NDArray[np.int64]


class CalibrationTable(NamedTuple):
    """confidences [points], ascending, and the errors [points] observed about them; between lie lines."""

    confidences: NDArray[np.float64]
    errors: NDArray[np.float64]

    def of(self, confidences: NDArray[np.float64]) -> NDArray[np.float64]:
        """The expected error of answers with these confidences [n]; NaN of those that have none."""
        errors = np.interp(confidences, self.confidences, self.errors)
        return np.where(np.isfinite(confidences), errors, np.nan)


def calibrated(pairs: list[tuple[float, bool]]) -> CalibrationTable:
    """The table of (confidence, whether the answer was wrong).

    Of answers less sure than any that were seen, a probability is taken at its word: a point less of
    confidence is a point more of errors.
    """
    confidences, wrong = (np.array(column, np.float64) for column in zip(*pairs, strict=True))
    edges = np.unique(np.quantile(confidences, np.arange(1, BINS) / BINS))
    bins = np.searchsorted(edges, confidences, side="right")
    bins = np.unique(bins, return_inverse=True)[1]
    count, total = np.bincount(bins), np.bincount(bins, weights=confidences)
    errors = (np.bincount(bins, weights=wrong) + PRIOR * wrong.mean()) / (count + PRIOR)
    middles = total / count
    if confidences.min() > 0.0 and confidences.max() <= 1.0:
        middles = np.append(0.0, middles)
        errors = np.append(min(errors[0] + middles[1], 1.0), errors)
    return CalibrationTable(middles, errors)


def confidence_of(output: str, known: Mapping[str, Any], plan: ModelPlan) -> str | None:
    """Which of the outputs says how sure another one is, by the plan or by its name; None where none does.

    An output that is a score itself, from 0 to 1, is its own confidence.
    """
    planned = plan.outputs.get(output)
    if planned is not None and planned.confidence is not None:
        return planned.confidence
    answer = known.get(output)
    if isinstance(answer, float) and 0.0 <= answer <= 1.0:
        return output
    names = (*(output + suffix for suffix in SUFFIXES), *PLAIN)
    return next((name for name in names if name in known and name != output), None)


class EstimatedErrors(OutcomeTable):
    """What is expected of the answers of one stream; ``room`` says how many more signals it may have.

    Of each output 500 pairs of 16 bytes while its table is learned, then 20 numbers; the outputs that are
    compared with labels are bounded (`Agreement`).
    """

    def __init__(self, plan: ModelPlan, settings: BankSettings, room: Callable[[], int]) -> None:
        super().__init__("estimates", "predictions", settings)
        self._plan = plan
        self._room = room
        self._tables: dict[str, tuple[str, CalibrationTable]] = {}
        self._pairs: dict[str, list[tuple[float, bool]]] = {}

    def completes(self, output: str) -> bool:
        """Whether the next label of an output makes its table: rows that wait must be read before."""
        return len(self._pairs.get(output, ())) + 1 == LEARNED_FROM

    def learn(self, output: str, outputs: Mapping[str, Any], error: float) -> float | None:
        """Take a label: the error of an answer that came with these outputs.

        Returns how it compares with what was expected, 0 to 1: 0.5 is as expected; None while nothing was.
        """
        known = self._tables.get(output)
        name = confidence_of(output, outputs, self._plan) if known is None else known[0]
        confidence = number_of(outputs.get(name)) if name is not None else None
        if name is None or confidence is None or isinstance(outputs.get(name), bool):
            return None
        wrong = error > WRONG
        if known is not None:
            return (1.0 + wrong - float(known[1].of(np.array([confidence]))[0])) / 2
        pairs = self._pairs.setdefault(output, [])
        pairs.append((float(confidence), wrong))
        self.revision += 1
        if len(pairs) >= LEARNED_FROM and self._room() > 0:
            self._tables[output] = (name, calibrated(self._pairs.pop(output)))
            self.watch([(f"estimated_error:{output}", Transform.BOUNDED)], None)
        return None

    def read(self, section: Section, matrix: Matrix, times_ms: Times, offsets: Times) -> list[Finding]:
        """Take predictions: cells [rows, columns], the outputs where their section says; what is found."""
        if not self._tables:
            return []
        self.revision += 1
        values = np.full((len(matrix), self.bank.columns), np.nan)
        for output, (name, table) in self._tables.items():
            column = section.columns.get(name)
            if column is not None and column.type in NUMBERS:
                values[:, self.cells[f"estimated_error:{output}"]] = table.of(matrix[:, column.cell])
        return self.bank.update(values, times_ms, offsets)

    def adopt(self, other: OutcomeTable) -> None:
        """Begin with the signals and tables of another version's answers, unless labels are learned anew."""
        if isinstance(other, EstimatedErrors) and policy("estimated_error:", self._plan) == "inherit":
            super().adopt(other)
            self._tables = dict(other._tables)

    def snapshot(self) -> dict[str, Any]:
        tables = {
            output: [name, table.confidences.tolist(), table.errors.tolist()]
            for output, (name, table) in self._tables.items()
        }
        return super().snapshot() | {"tables": tables, "pairs": self._pairs}

    def restore(self, snapshot: dict[str, Any]) -> None:
        super().restore(snapshot)
        self._pairs = {
            output: [(confidence, wrong) for confidence, wrong in pairs]
            for output, pairs in snapshot["pairs"].items()
        }
        self._tables = {
            output: (name, CalibrationTable(np.array(confidences), np.array(errors)))
            for output, (name, confidences, errors) in snapshot["tables"].items()
        }
