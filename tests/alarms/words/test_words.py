"""Sentences for a person at night."""

from dataclasses import replace
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from driftline.detectors import Moments
from driftline.schemas import CategoryShare, Kind
from driftline.stream_app.alarms.incident import Member
from driftline.stream_app.alarms.words.changes import change_of, present_of
from driftline.stream_app.alarms.words.kinds_in_words import WORDS, advice_of, runbook_url
from driftline.stream_app.alarms.words.quantities import duration, from_to, number
from driftline.stream_app.config import ModelPlan, SignalPlan
from driftline.stream_app.monitoring.signals.families import name_of
from driftline.stream_app.monitoring.signals.units import unit_of
from tests.alarms.desks import Desk, change
from tests.alarms.evidence import evidence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3311.2, "3,311"), (33.14, "33.1"), (0.0277, "0.0277"), (0, "0"), (1_234_567, "1,234,567"),
        (100.0, "100"), (99.96, "100"), (-45.6, "-45.6"), (1e-7, "1e-07"), (2.5e12, "2.5e+12"), (5.0, "5"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits(value: float, text: str) -> None:
    """Nobody reads 3311.2047 at three in the morning."""
    assert number(value) == text


@given(st.floats(-1e8, 1e8, allow_nan=False))
def test_a_number_is_near_what_it_says(value: float) -> None:
    """Rounding must not tell another number."""
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.006, abs=1e-12)


@pytest.mark.parametrize(
    ("before", "after", "unit", "text"),
    [
        (0.061, 0.148, "share", "from 6.1 % to 14.8 %"),
        (40.0, 90.0, "ms", "from 40 to 90 ms"),
        (3311.0, 33.0, "", "from 3,311 to 33"),
        (0.25, 0.025, "events/s", "from 15 to 1.5 events/min"),
        (5.0, 0.0, "events/s", "from 5 to 0 events/s"),
        (0.0001, 0.0, "events/s", "from 8.64 to 0 events/day"),
        (1009.2, 1009.4, "", "from 1,009.2 to 1,009.4"),
        (0.31, 0.45, "per prediction", "from 0.31 to 0.45 per prediction"),
    ],
)
def test_each_quantity_in_its_unit(before: float, after: float, unit: str, text: str) -> None:
    """0.25 events a second are no 25 %, and two levels that differ are not the same number twice."""
    assert from_to(before, after, unit) == text


@pytest.mark.parametrize(
    ("signal", "share", "unit"),
    [
        ("serving:latency_ms", False, "ms"),
        ("serving:time", False, "min"),
        ("feature:size", False, ""),
        ("output:eta", False, "h"),
        ("error:eta", False, "h"),
        ("error:intent", True, "share"),
        ("volume:predictions", False, "events/s"),
        ("rate:click", False, "per prediction"),
        ("rate:click", True, "share"),
        ("missing:output.eta", True, "share"),
    ],
)
def test_the_unit_is_what_the_signal_is(signal: str, share: bool, unit: str) -> None:
    """A count of 0.25 whose sd is by chance that of a share was told as 25 %."""
    plan = ModelPlan(outputs={"eta": SignalPlan(unit="h")}, serving={"time": SignalPlan(unit="min")})
    assert unit_of(signal, plan, share=share) == unit


def member(signal: str, unit: str = "", **found: object) -> Member:
    return Member(change(signal, unit=unit, **found), ["e_detector"], "info")


def test_changes_in_words() -> None:
    """What a person reads first."""
    fell = member("feature:amount", before=Moments(3311.0, 9e3, 8000), after=Moments(33.0, 90.0, 60))
    assert change_of(fell) == "amount fell from 3,311 to 33"
    wider = member("feature:x", of="variance", before=Moments(1, 2.0, 99), after=Moments(1, 4.0, 99))
    assert change_of(wider) == "x varies more: sd from 2 to 4"
    unknown = member("feature:x", of="variance", before=Moments(nan, nan, 0), after=Moments(1, 4.0, 99))
    assert change_of(unknown) == "x varies more than usual"
    shape = member("feature:x", of="shape", before=Moments(1, 2.0, 99), after=Moments(1, 2.0, 99))
    assert change_of(shape) == "x is distributed differently around 1"
    again = member("feature:x", of="dependence", effect_size_sd=0.32)
    told = "x repeats itself more: neighbouring values correlate by 0.32 more than they did"
    assert change_of(again) == told
    again.now = Moments(1.0, 2.0, 99)
    # What its values are now says nothing of how they follow each other.
    assert present_of(again.evidence, again) == ""
    smooth = member("feature:x", of="dependence", effect_size_sd=-0.4)
    assert change_of(smooth).startswith("x repeats itself less: neighbouring values correlate by 0.40 less")
    noise = member("feature:x", before=Moments(-4.5e-05, 1.0, 6000), after=Moments(1.48, 1.0, 20))
    assert change_of(noise) == "x rose from 0 to 1.48"


def test_categories_have_names() -> None:
    """ "Surprise rose from 1.03 to 1.4" tells nobody that cash is back."""
    shares = [
        CategoryShare("cash", 0.5, 0.7),
        CategoryShare("card\nnew", 0.3, 0.1),
        CategoryShare(None, 0.2, 0.1),
    ]
    before, after = Moments(0.5, 0.5, 9), Moments(0.7, 0.46, 60)
    moved = change("feature:kind", unit="share", effect=-0.9, before=before, after=after)
    [alert] = Desk().found(structs.replace(moved, categories=shares))
    assert alert.annotations.summary == 'Data drift: kind: "cash" rose from 50 % to 70 % (search version 1)'
    description = alert.annotations.description
    assert 'Also "card new" fell from 30 % to 10 %, all others fell from 20 % to 10 %.' in description
    [signal] = alert.drift.signals
    assert (signal.direction, signal.categories) == ("up", shares)
    assert signal.effect_size_sd == 0.9  # as the share moves, whatever the score does


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_words_and_a_place_in_the_runbook(kind: Kind) -> None:
    """A kind without a sentence would be the one that comes at night."""
    words = WORDS[kind]
    assert words.advice.endswith(".")
    assert len(words.advice) < 230
    assert runbook_url("docs/runbook.md", kind) == f"docs/runbook.md#{kind.value.replace('_', '-')}"
    assert len({each.alertname for each in WORDS.values()}) == len(Kind)


def test_statistics_come_last_and_detectors_not_in_the_summary() -> None:
    """The first line is for who was asleep a minute ago."""
    [alert] = Desk().found(change("error:intent", detector="e_detector", share=True, unit="share"))
    assert "e_detector" not in alert.annotations.summary
    description = alert.annotations.description
    assert description.startswith("Since 2026-09-21 14:13 UTC, found 60 s later; measured by 100 values.")
    assert description.endswith("]")
    assert description.index("look first") < description.index("[e_detector")


def test_names_are_words() -> None:
    """`missing_output:intent` is ours, not theirs."""
    assert name_of("missing_output:intent", "share") == "missing intent"
    assert name_of("norm:embedding", "") == "norm of embedding"
    assert name_of("error:intent", "share") == "errors of intent"
    assert name_of("error:eta", "min") == "error of eta"
    assert name_of("feature:a:b", "") == "a:b"
    assert name_of("odd", "") == "odd"


def test_durations() -> None:
    """A number of milliseconds is nobody's idea of a while."""
    texts = [duration(ms) for ms in (40_000, 720_000, 18_720_000, 259_200_000, 7_200_000)]
    assert texts == ["40 s", "12 min", "5.2 h", "3 days", "2 h"]


def test_it_says_that_little_is_known_yet() -> None:
    """A change found by the first 360 values would be believed like one found by 2,000."""
    (alert,) = Desk().found(change(first_values=360))
    assert "Compared with its first 360 values, while it learns." in alert.annotations.description
    (alert,) = Desk().found(structs.replace(change(first_values=360), compared_with="7"))
    said = alert.annotations.description
    assert "Compared with its first 360 values, most of them of version 7, while it learns." in said
    assert "Compared with version" not in said
    (alert,) = Desk().found(change())
    assert "while it learns" not in alert.annotations.description


def test_what_stands_still_says_at_which_value() -> None:
    """A sensor that hangs was told as "varies less: sd from 3.01 to 0": at which value it hangs says more."""
    found = evidence(effect=-0.8)
    stuck = structs.replace(
        found,
        finding=replace(
            found.finding, of="variance", before=Moments(20.0, 3.01, 2000), after=Moments(19.7, 0.0, 43)
        ),
    )
    assert change_of(Member(stuck, ["variance"], "info")) == "x does not vary any more: always 19.7"


def test_of_labels_that_stop_nobody_looks_at_the_serving_system() -> None:
    """Predictions go on: "is the serving system down?" sends people the wrong way at night."""
    assert "serving system" in advice_of(Kind.SILENCE, "volume:predictions")
    for signal in ("silence:labels", "silence:behavior click", "silence:host a"):
        assert "Predictions go on without it" in advice_of(Kind.SILENCE, signal)
    assert "whether it was taken away on purpose" in advice_of(Kind.SILENCE, "silence:host a")
    assert "same ids" in advice_of(Kind.SILENCE, "silence:joined labels")
    assert advice_of(Kind.SERVING, "serving:latency_ms") == WORDS[Kind.SERVING].advice


def test_what_it_is_now_is_said_in_the_unit_of_what_was_told() -> None:
    """ "From 0.55 to 1.58 events/min, now 46.7 events/h" has to be converted at night."""
    found = evidence("volume:predictions")
    before, after = (replace(found.finding.after, mean=mean / 60) for mean in (0.55, 1.58))
    found = structs.replace(
        found, unit="events/s", finding=replace(found.finding, before=before, after=after)
    )
    member = Member(found, ["adwin"], "warning", now=replace(after, mean=0.778 / 60))
    assert present_of(found, member) == "now 0.778 events/min"
    member.now = replace(after, mean=0.5502 / 60)
    assert present_of(found, member) == "now 0.55 events/min"
