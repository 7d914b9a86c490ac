"""The instrument that says what each mechanism is worth: its patches, its grid in small, its tables."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.quality import worth
from benchmarks.quality.ablation import Row, in_a_process_of_its_own
from benchmarks.quality.mechanisms import MECHANISMS
from benchmarks.quality.patches import modules_of_detectors, scaled
from benchmarks.quality.sensitivity import JUDGED, SCALED
from driftline.detectors import Bank, BankSettings, Signal, Transform
from driftline.detectors.state.lanes import SHIFTS

NAMES = [name for name in MECHANISMS if name != worth.NOTHING]


@pytest.mark.parametrize("name", NAMES)
def test_a_patch_changes_what_is_there(name: str) -> None:
    """A constant or function that was renamed would be left out silently, and look worthless."""
    assert MECHANISMS[name].patches
    for patch in MECHANISMS[name].patches:
        module, attribute = patch.place()
        before = getattr(module, attribute)
        after = patch.make(before)
        assert after is not before
        assert callable(after) == callable(before)
        assert module in modules_of_detectors()
        assert any(vars(each).get(attribute) is before for each in modules_of_detectors())


@pytest.mark.parametrize("path", JUDGED)
def test_a_judged_constant_is_there_and_has_a_half_and_a_double(path: str) -> None:
    """A constant that was renamed, or is so small that its half is itself, would look harmless."""
    for factor in (0.5, 2.0):
        (patch,) = SCALED[f"{path} × {factor:g}"].patches
        module, attribute = patch.place()
        before = getattr(module, attribute)
        assert patch.make(before) != before


def test_scaled_constants_keep_their_kind() -> None:
    """A whole number that becomes a fraction would not compile; what is zero has no half."""
    assert scaled(500, 0.5) == 250
    assert scaled(1, 0.5) == 1
    assert scaled({"a": 2.0}, 2.0) == {"a": 4.0}
    assert scaled((1.0, 3), 2.0) == (2.0, 6)
    assert scaled(np.array([4, 6]), 0.5).tolist() == [2, 3]


def weights_without(name: str) -> list[dict[str, Any]]:
    """How much shifts count in an armed bank, with a mechanism left out."""
    for patch in MECHANISMS[name].patches:
        patch.apply()
    bank = Bank(BankSettings(warm_up=50))
    bank.add([Signal("x", 0, Transform.VALUE)], 1)
    values = np.random.default_rng(1).standard_normal((60, 1))
    bank.update(values, np.arange(60) * 1_000, np.arange(60))
    return [{"row": "weights", "value": bank._arrays.signals["weights"][0].tolist()}]


def test_a_patch_holds_in_a_process_of_its_own_and_nowhere_else() -> None:
    """Every row of the table would be of the detectors as they are, or what was left out would stay away."""
    (without,) = in_a_process_of_its_own(partial(weights_without, "shift_3"), compiles=False)
    (usual,) = weights_without("nothing")
    lane = SHIFTS.index(3.0)
    assert without["value"][lane] == 0 < usual["value"][lane]
    assert without["value"][1] > usual["value"][1]  # the others have its false alarms


ROWS: list[Row] = [
    {"row": "gaussian / 20,000", "part": "false_alarms", "value": 1.0},
    {"row": "blend", "part": "combination", "value": 2.0, "model": 8.0},
    {"row": "gaussian mean_1", "part": "delay", "value": 1.5, "missed": 1, "several": 2},
    {"row": "ar_90 mean_1", "part": "delay", "value": 1.0, "missed": 0, "several": 0},
    {"row": "time", "part": "time", "value": 150.0},
]
FACTORS = (2.0, 1.0, 4.0, 1.0, 0.5)
OTHERS: list[Row] = [
    *({**row, "value": row["value"] * factor} for row, factor in zip(ROWS, FACTORS, strict=True)),
    {"row": "new", "part": "failure", "value": None},
]


def test_worth_is_measured_row_by_row() -> None:
    """A slow row would decide alone, or a row that failed would count as none."""
    found = worth.worth(OTHERS, ROWS)
    assert found.delay == pytest.approx(2.0)
    assert found.false_alarms == pytest.approx(2.0)
    assert (found.signal, found.model, found.missed, found.several, found.time_ns) == (2.0, 8.0, 1, 2, 75.0)
    assert found.worse == "gaussian mean_1 × 4"


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """Figures in the documentation would be copied by hand, and go stale."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- without: begin -->\nold\n<!-- without: end -->\nafter\n")
    for _ in range(2):
        worth.write("without", {worth.NOTHING: ROWS, "whitening": OTHERS}, page)
    lines = page.read_text().splitlines()
    assert lines[0] == "before"
    assert lines[-1] == "after"
    assert "old" not in lines
    names = [line.split(" | ")[0].removeprefix("| ") for line in lines[2:-2]]
    assert names[:2] == ["left out", "---"]
    assert [name.split(":")[0] for name in names[2:]] == ["`nothing`", "`whitening`"]
    with pytest.raises(ValueError, match="sensitivity: begin"):
        worth.write("sensitivity", {worth.NOTHING: ROWS}, page)
