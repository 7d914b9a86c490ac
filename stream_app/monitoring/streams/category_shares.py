"""The categories of a signal by their names: how often each comes now, and came in the reference."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.schemas import CategoryShares
from driftline.stream_app.monitoring.rows.tables import PredictionTable, Table
from driftline.stream_app.monitoring.signals.families import is_of_output
from driftline.stream_app.monitoring.signals.naming import subject_of

NAMED_MAX: Final = 20


def categories_of(table: Table, index: int) -> list[CategoryShares] | None:
    """The twenty largest categories of a signal and all others together; None for any other signal.

    They are the twenty that are largest now or were so in the reference, the largest first; without values
    now, all shares of now are 0.
    """
    counts = table.bank.counts_of_codes(index)
    if counts is None or not isinstance(table, PredictionTable):
        return None
    recent, reference = counts
    now = recent / max(float(recent.sum()), 1.0)
    texts = texts_of(table, table.bank.signals[index].name)
    largest = np.maximum(now, 0.0 if reference is None else reference)[1 : len(texts) + 1]
    order = (np.argsort(-largest, kind="stable")[:NAMED_MAX] + 1).tolist()
    order = [code for code in order if largest[code - 1] > 0.0]
    shares = [CategoryShares(texts[code - 1], float(now[code]), _share(reference, code)) for code in order]
    rest = CategoryShares(
        None,
        max(1.0 - sum(float(now[code]) for code in order), 0.0) if recent.sum() else 0.0,
        None if reference is None else max(1.0 - sum(float(reference[code]) for code in order), 0.0),
    )
    return [*shares, rest] if rest.share or rest.reference else shares


def texts_of(table: PredictionTable, signal: str) -> list[str]:
    """The category texts of the column that a signal reads, in the order of their codes from 1."""
    of_output = is_of_output(signal)
    section = next(each for each in table.sections if each.name == ("outputs" if of_output else "features"))
    codes = section.codes.get(subject_of(signal))
    return [] if codes is None else codes.texts


def _share(reference: NDArray[np.float64] | None, code: int) -> float | None:
    return None if reference is None else float(reference[code])
