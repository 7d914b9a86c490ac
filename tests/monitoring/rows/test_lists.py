from math import inf, isnan, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.stream_app.monitoring.rows.lists import SIGNS, cells_of_lists, numbers_of, signs_of
from driftline.stream_app.monitoring.signals.naming import LIST_PARTS, PROJECTIONS

LENGTH, NORM, *PROJECTED = range(len(LIST_PARTS))


FIRST_SIGNS = ["++-+-+-++---", "++----+++-++", "+++-------++", "-+-++++---+-"]


def missing(_: Any) -> float:
    return nan


def test_signs_are_the_same_everywhere() -> None:
    """A worker that takes over a partition would see another projection, and an alert."""
    signs = signs_of("emb")
    assert signs.shape == (PROJECTIONS, SIGNS)
    assert ["".join("-+"[int(sign > 0)] for sign in row[:12]) for row in signs] == FIRST_SIGNS
    assert np.abs(signs.astype(int) @ signs.T.astype(int) / SIGNS - np.eye(PROJECTIONS)).max() < 0.05
    assert not np.array_equal(signs, signs_of("other"))


@given(st.lists(st.lists(st.floats(-1e300, 1e300), max_size=70), min_size=1, max_size=8), st.data())
def test_a_list_has_the_same_cells_whatever_stands_beside_it(
    lists: list[list[float]], data: st.DataObject
) -> None:
    """Alerts would depend on how events came in batches, to the last bit."""
    codes: dict[object, float] = {str(index): float(index) for index in range(64)}
    whole = cells_of_lists("emb", lists, missing, codes.__getitem__)
    cut = data.draw(st.integers(0, len(lists)))
    parts = [cells_of_lists("emb", part, missing, codes.__getitem__) for part in (lists[:cut], lists[cut:])]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_numbers_that_overflow_are_missing() -> None:
    """A norm that is infinite would be a null result."""
    cells = cells_of_lists("emb", [[1e200, 1e200], [1.0, 0.0]], missing, None)
    assert cells[0, LENGTH] == 2.0
    assert isnan(cells[0, NORM])
    assert np.isfinite(cells[1]).all()


def test_the_index_of_the_maximum() -> None:
    """The class that a model gives its highest probability to; ties go to the first."""
    seen: list[object] = []

    def code(index: object) -> float:
        seen.append(index)
        return float(len(seen))

    lists = [[0.1, 0.7, 0.2], [], [0.5, 0.5], [0.0] * 65, [1.0], "text", 1.0, [0.0] * 63 + [1.0]]
    cells = cells_of_lists("p", lists, missing, code)
    assert seen == ["1", "0", "0", "63"]
    assert [value for value in cells[:, -1].tolist() if not isnan(value)] == [1.0, 2.0, 3.0, -inf, 4.0]


def test_long_lists_use_the_signs_again() -> None:
    """A list of a hundred thousand numbers would need as many signs in memory."""
    lists = np.random.default_rng(0).normal(size=(2, 3 * SIGNS + 7))
    signs = np.resize(signs_of("emb")[1], lists.shape[1])
    expected = lists @ signs / np.sqrt(lists.shape[1])
    assert numbers_of("emb", lists)[:, PROJECTED[1]] == pytest.approx(expected)


def turned(vector: NDArray[np.float64], degrees: float, seed: int) -> NDArray[np.float64]:
    """A vector turned in a random plane."""
    other = np.random.default_rng([seed, 1]).normal(size=len(vector))
    other -= (other @ vector) / (vector @ vector) * vector
    other *= np.linalg.norm(vector) / np.linalg.norm(other)
    angle = np.radians(degrees)
    return np.asarray(np.cos(angle) * vector + np.sin(angle) * other)


@pytest.mark.parametrize("degrees", [30, 60])
def test_an_embedding_that_turns_moves_a_projection(degrees: float) -> None:
    """Its norm stays what it was, so nothing of it would be seen: a few in a thousand turns are missed."""
    moved = []
    for seed in range(300):
        random = np.random.default_rng(seed)
        mean = random.normal(size=64) / 8
        shift = numbers_of(f"emb{seed}", np.stack([mean, turned(mean, degrees, seed)]))
        size = np.linalg.norm(mean) * 2 * np.sin(np.radians(degrees / 2)) / 8
        moved.append(np.abs(np.diff(shift[:, PROJECTED], axis=0)).max() / size)
        assert shift[0, NORM] == pytest.approx(shift[1, NORM])
    assert np.mean(np.array(moved) < 0.25) < 0.01
