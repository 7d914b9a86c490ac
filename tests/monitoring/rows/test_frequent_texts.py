"""Texts that become frequent among texts that nearly all differ."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.monitoring.rows.categories import MISSING_CELL, OTHER, CategoryCodes
from driftline.stream_app.monitoring.rows.frequent_texts import FREQUENT, KEPT, LEARNED, RUN, FrequentTexts
from driftline.stream_app.monitoring.rows.placement import codes_of


def free_texts(count: int, seed: int) -> list[str]:
    """Texts of which hardly any comes twice."""
    return [f"text {number}" for number in np.random.default_rng(seed).integers(0, 10**9, count).tolist()]


def mixed(texts: list[str], text: str, share: float, seed: int) -> list[str]:
    """The texts, of which one takes the places of this share."""
    taken = np.random.default_rng(seed).random(len(texts)) < share
    return [text if takes else each for takes, each in zip(taken.tolist(), texts, strict=True)]


def named(sketch: FrequentTexts, texts: list[str]) -> list[tuple[int, str]]:
    """The texts that become frequent, with their places."""
    found: dict[str, int] = {}
    for place, text in enumerate(texts):
        if text not in found and sketch.becomes_frequent(text):
            found[text] = place
    return [(place, text) for text, place in found.items()]


@given(st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789"), max_size=400))
def test_counts_are_those_of_misra_and_gries(texts: list[str]) -> None:
    """A count is at most a text's own, and too small by no more than a part of all."""
    sketch, last, counted = FrequentTexts(), "", Counter[str]()
    for text in texts:
        counted[text] += text != last
        last = text
        if sketch.becomes_frequent(text):
            del counted[text]
    counts = sketch.snapshot()[0]
    assert len(counts) <= KEPT
    for text, count in counts.items():
        assert count <= counted[text] + len(texts) // RUN


def test_a_fault_that_makes_all_texts_one_is_seen() -> None:
    """Half of all users are "anonymous" since a release, and nothing was said."""
    for share, within in ((1.0, 300), (0.4, 120), (0.15, 700)):
        sketch = FrequentTexts()
        assert not named(sketch, free_texts(5_000, 1))
        found = named(sketch, mixed(free_texts(within, 2), "anonymous", share, 3))
        assert [text for _, text in found] == ["anonymous"]


def test_sessions_are_no_fault() -> None:
    """A user who comes forty times in a row is one of many."""
    random = np.random.default_rng(4)
    users = [text for text in free_texts(2_000, 5) for _ in range(int(random.integers(1, 40)))]
    assert not named(FrequentTexts(), users)


def test_what_is_frequent_from_the_beginning_is_named_while_it_is_learned() -> None:
    """Else it would be told as new once the reference is known."""
    found = named(FrequentTexts(), mixed(free_texts(10_000, 6), "guest", 0.3, 7))
    assert [text for _, text in found] == ["guest"]
    assert found[0][0] < LEARNED / 2


def test_trends_of_texts_are_no_fault() -> None:
    """Searches by their rank: the first of 50,000 has a share of 6 %, and is never news."""
    random = np.random.default_rng(8)
    ranks = np.exp(random.random(30_000) * np.log(50_000)).astype(int)
    texts = codes()
    known = [texts[f"q{rank}"] for rank in ranks.tolist()]
    assert max(known) <= texts.at_first_sight and known.count(OTHER) > 5_000


@given(st.integers(0, 300), st.integers(0, 3))
def test_a_snapshot_goes_on(cut: int, seed: int) -> None:
    """A restart must neither forget nor count twice."""
    texts = mixed(free_texts(300, seed), "anonymous", 0.2, seed)
    whole, part, restored = FrequentTexts(), FrequentTexts(), FrequentTexts()
    expected = [whole.becomes_frequent(text) for text in texts]
    found = [part.becomes_frequent(text) for text in texts[:cut]]
    restored.restore(part.snapshot())
    assert found + [restored.becomes_frequent(text) for text in texts[cut:]] == expected
    assert restored.snapshot() == whole.snapshot()


def codes(limit: int = 100) -> CategoryCodes:
    """The codes of a feature of texts."""
    return CategoryCodes(limit, null_cell=MISSING_CELL, accepts_numbers=False)


@given(st.lists(st.integers(1, 120), min_size=1, max_size=6), st.integers(0, 5))
def test_frames_and_single_events_give_the_same_codes(sizes: list[int], seed: int) -> None:
    """A text must be counted every time that it comes, however its events are read."""
    texts = mixed(free_texts(400, seed), "anonymous", 0.4, seed)
    one, other = codes(30), codes(30)
    expected = [one[text] for text in texts]
    found: list[float] = []
    while len(found) < len(texts):
        for size in sizes:
            part = texts[len(found) : len(found) + size]
            distinct = list(dict.fromkeys(part))
            indices = np.array([distinct.index(text) for text in part], np.int64)
            found += codes_of(indices, distinct, other).tolist() if part else []
    assert found == expected
    assert one.texts == other.texts and one.snapshot() == other.snapshot()


def test_what_is_told_twice_is_counted_once() -> None:
    """Rows that are read again after a column became one of another type."""
    texts = mixed(free_texts(600, 9), "anonymous", 0.4, 10)
    once, again = codes(), codes()
    for text in texts[:300]:
        assert once[text] == again[text]
    before = again.snapshot()
    assert [again[text] for text in texts[300:]]
    again.go_back(before)
    assert [once[text] for text in texts[300:]] == [again[text] for text in texts[300:]]


def test_long_texts_that_are_frequent_are_told_apart() -> None:
    """An apology of three hundred characters is a value as well."""
    apology = "I am sorry " * 40
    found = codes()
    cells = [found[text] for text in mixed(free_texts(2_000, 11), apology, 0.4, 12)]
    assert found.texts[-1].startswith("I am sorry") and len(found.texts[-1]) <= 256
    assert cells.count(found[apology]) > 300 and found[apology] != OTHER
    assert cells.index(found[apology]) > FREQUENT
