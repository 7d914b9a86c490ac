"""What is true of every alert, of whatever stream: checked over all alerts that any test makes.

A claim of an alert is held against another of its own fields, or against what its text says; nothing here
knows how it was made.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

Record = Mapping[str, Any]
SEVERITIES = ("info", "warning", "critical")
HUGE = 1e150
CONDITIONS = ("target", "silence", "service")
FIXED = ("alertname", "model", "version", "role", "incident")
FIRST_YEAR = 2000


Seen = Mapping[str, tuple[float, float]]
"""The least and the greatest value of signals by name, where they are known."""


class Witness:
    """Hears the alerts of one log in the order in which they are said."""

    def __init__(self, seen: Seen | None = None) -> None:
        self._seen = seen or {}
        self._lives: defaultdict[str, list[Record]] = defaultdict(list)
        self._open_features: dict[tuple[str, str], bool] = {}

    def hear(self, alert: Record) -> None:
        """Raises AssertionError, with the alert, for a claim that cannot be true."""
        earlier = self._lives[alert["id"].rpartition("-")[0]]
        try:
            check_alert(alert, self._seen)
            check_life(alert, earlier)
            check_features(alert, self._open_features)
        except AssertionError as error:
            words = f"{alert['annotations']['summary']}\n{alert['annotations']['description']}"
            raise AssertionError(f"{error}\n{words}\n{alert['drift']}") from error
        earlier.append(alert)


def check(alerts: Iterable[Record], seen: Seen | None = None) -> None:
    """Raises AssertionError for the first claim of these alerts of one log that cannot be true."""
    witness = Witness(seen)
    for alert in alerts:
        witness.hear(alert)


def check_alert(alert: Record, seen: Seen) -> None:
    """What one alert says is consistent in itself."""
    drift, notes, labels = alert["drift"], alert["annotations"], alert["labels"]
    assert labels["incident"] == alert["id"].rpartition("-")[0], "the label is not the incident's id"
    assert notes["signal"] == drift["signals"][0]["signal"], "the cause is not the first signal"
    named = [text for name, text in labels.items() if name != "version"]  # reports of hosts need have none
    assert all((*named, *notes.values())), "an empty label or annotation"
    assert "#" in notes["runbook_url"]
    for name in ("kind", "before", "after", "now", "effect_size_sd", "began_at", "detected_at", "unit"):
        assert drift[name] == drift["signals"][0][name], f"{name} is not the cause's"
    for signal in drift["signals"]:
        check_signal(signal, seen)
    check_times(alert)
    check_words(alert)
    if alert["ended"] == "back_at_reference":
        for signal in drift["signals"]:
            check_back(signal)
    assert (alert["status"] == "resolved") == ("endsAt" in alert) == (alert["ended"] is not None)


def check_signal(signal: Record, seen: Seen) -> None:
    """Before, after, the effect and the direction of a signal tell the same story."""
    name, before, after = signal["signal"], signal["before"], signal["after"]
    condition = signal["kind"] in CONDITIONS
    assert condition or after["count"] > 0, f"{name}: after no values"
    assert condition or signal["now"] is None or signal["now"]["count"] > 0, f"{name}: now no values"
    assert before["mean"] is None or condition or before["count"] > 0, f"{name}: before no values"
    figures = [before, after, signal["now"] or {}]
    for moments in figures:
        check_moments(name, signal["unit"], moments, seen)
    effect = signal["effect_size_sd"] or 0.0
    if condition or signal["changed"] == "shape":
        return
    figure = "sd" if signal["changed"] == "variance" else "mean"
    if signal["categories"] is None or figure == "mean":
        if before[figure] is not None and effect:
            difference = after[figure] - before[figure]
            assert difference * effect > 0, f"{name}: {before} → {after}, but an effect of {effect} sd"
        if effect:
            assert (signal["direction"] == "up") == (effect > 0), (
                f"{name}: {signal['direction']}, {effect} sd"
            )


def check_back(signal: Record) -> None:
    """Who reads that a signal is back where it was must not read that it is elsewhere now."""
    before, after, now = (signal[name]["mean"] for name in ("before", "after", "now"))
    if signal["changed"] == "mean" and None not in (before, after, now):
        told = f"{signal['signal']} is back: {before} → {after}, now {now}"
        assert abs(now - before) <= abs(now - after), told


def check_moments(name: str, unit: str, moments: Record, seen: Seen) -> None:
    """A mean lies within the values that there were."""
    mean, sd = moments.get("mean"), moments.get("sd")
    if mean is None:
        return
    if sd is None:
        assert abs(mean) > HUGE, f"{name}: {moments}"  # whose square is no float
    assert isfinite(mean) and (sd is None or sd >= 0), f"{name}: {moments}"
    if unit == "share":
        assert 0 <= mean <= 1, f"{name}: a share of {mean}"
    if unit in ("events/s", "per prediction") or name.startswith("serving:latency"):
        assert mean >= 0, f"{name}: {mean} {unit}"
    if name in seen:
        least, most = seen[name]
        slack = 1e-9 * max(abs(least), abs(most), 1.0)
        assert least - slack <= mean <= most + slack, f"{name}: {mean} is outside {least} … {most}"


def instant(text: str) -> datetime:
    """An RFC 3339 time."""
    return datetime.fromisoformat(text)


def check_times(alert: Record) -> None:
    """Nothing begins after it was found, or ends before it started; nothing began in 1970."""
    drift, said = alert["drift"], instant(alert["time"])
    for signal in (drift, *drift["signals"]):
        began, detected = instant(signal["began_at"]), instant(signal["detected_at"])
        assert began.year >= FIRST_YEAR, f"began {began}"
        assert began <= detected, f"began {began}, detected {detected}"
        assert detected <= said, f"detected {detected}, said {said}"
    starts = instant(alert["startsAt"])
    assert starts <= said
    if "endsAt" in alert:
        assert starts <= instant(alert["endsAt"]) == said


def check_words(alert: Record) -> None:
    """The words say what the figures say."""
    drift, notes = alert["drift"], alert["annotations"]
    summary, description = notes["summary"], notes["description"]
    cause = drift["signals"][0]
    assert "e_detector" not in summary, "a detector in the summary"
    assert "nan" not in re.findall(r"\w+", summary + " " + description), "a number that is none"
    if "%" in summary:
        assert cause["unit"] == "share", f"a percent sign, but {cause['unit']!r}"
    if cause["changed"] == "mean" and cause["kind"] not in CONDITIONS:
        up, down = (bool(re.search(rf"\b{verb}\b", summary)) for verb in ("rose|higher", "fell|lower"))
        expected = "up" if up else "down" if down else cause["direction"]
        assert cause["direction"] == expected, f"{cause['direction']}, but {summary}"
    for moved in cause["categories"] or []:
        name = " ".join((moved["category"] or "").split())[:20]
        assert name in f"{summary} {description}", f"{name} is not named"
    back = "back at its reference" in description
    assert not back or alert["ended"] in ("back_at_reference", "accepted", "followed")
    if alert["ended"] == "followed":
        assert "Not healthy" in description or "This change is over, but" in description


def check_life(alert: Record, earlier: list[Record]) -> None:
    """An incident stays what it is; only its severity rises, and it is over once."""
    if not earlier:  # its earlier words may have been heard before a restart
        assert alert["status"] == "firing" or alert["sequence"] > 1
        return
    last, first = earlier[-1], earlier[0]
    if alert["sequence"] <= last["sequence"]:
        return  # published again
    assert alert["sequence"] == last["sequence"] + 1
    assert last["status"] != "resolved", "a word after the last one"
    for name in FIXED:
        assert alert["labels"][name] == first["labels"][name], f"the label {name} changed"
    assert alert["annotations"]["signal"] == first["annotations"]["signal"], "the cause changed"
    now, before = (SEVERITIES.index(each["labels"]["severity"]) for each in (alert, last))
    assert now >= before, "the severity fell"
    for name in ("startsAt", "fingerprint"):
        assert alert[name] == first[name], f"{name} changed"
    for name in ("kind", "before", "unit", "began_at", "detected_at"):
        assert alert["drift"][name] == first["drift"][name], f"{name} of the cause changed"
    check_figures(alert, earlier)
    pause = instant(alert["time"]) - instant(last["time"])
    assert pause.total_seconds() >= (0 if alert["status"] == "resolved" else 1), f"two words within {pause}"


def check_figures(alert: Record, earlier: list[Record]) -> None:
    """What the cause has become is said once; of a share by few values once more, as news, by more values."""
    now, last, first = (each["drift"] for each in (alert, earlier[-1], earlier[0]))
    if all(now[name] == last[name] for name in ("after", "effect_size_sd")):
        return
    assert last["after"] == first["after"], "the figures of the cause changed twice"
    count, mean = first["after"]["count"], first["after"]["mean"]
    few = count < 30 or 0 < round(count * min(mean, 1 - mean)) < 30
    assert now["unit"] == "share" and few, f"{first['after']} became {now['after']}"
    assert now["after"]["count"] > count, "corrected by fewer values"
    assert alert["status"] != "firing", "figures changed without a word"


def check_features(alert: Record, open_features: dict[tuple[str, str], bool]) -> None:
    """That no feature moved is said only when none is in any open incident of the model."""
    model, incident = alert["labels"]["model"], alert["labels"]["incident"]
    moved = any(signal["signal"].startswith("feature:") for signal in alert["drift"]["signals"])
    open_features[model, incident] = moved and alert["status"] != "resolved"
    elsewhere = any(moves for (of, _), moves in open_features.items() if of == model)
    if elsewhere and alert["status"] != "resolved":
        assert "No feature moved" not in alert["annotations"]["description"]
        assert alert["drift"]["features_moved"] is not False
