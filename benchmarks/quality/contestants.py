"""Who is measured: what driftline ships, river's defaults, and the two that nobody should lose against.

A contestant reads matrices [rows, columns], a column per signal, and reports alarms. River's detectors read
raw values, as their documentation shows them; they have no warm-up of their own.
"""

from collections.abc import Callable
from functools import partial
from math import nan
from typing import NamedTuple, Protocol

from river import drift

from benchmarks.quality.feed import Batch
from driftline.detectors import Bank, BankSettings, Signal, Transform

ALWAYS_EVERY = 100
"""always_fire raises an alarm for each signal every so many values."""


class Alarm(NamedTuple):
    """One report: effect_size_sd is the new level against the reference, NaN from those who do not say it."""

    column: int
    offset: int
    effect_size_sd: float = nan
    detector: str = ""


class Setting(NamedTuple):
    """What a contestant is made for; false_alarm_every: requested values between them, of one signal."""

    transform: Transform
    columns: int
    warm_up: int
    false_alarm_every: float


class Contestant(Protocol):
    """Reads batches in order."""

    def update(self, batch: Batch) -> list[Alarm]:
        """The alarms that a batch raises, in the order of their offsets."""
        ...


Factory = Callable[[Setting], Contestant]


class Driftline:
    """A bank, with the detectors it ships or with some of them."""

    def __init__(self, setting: Setting, detectors: tuple[str, ...] | None = None) -> None:
        settings = BankSettings(
            warm_up=setting.warm_up,
            false_alarm_every=setting.false_alarm_every,
            detectors=detectors or BankSettings().detectors,
        )
        self.bank = Bank(settings)
        signals = [Signal(str(column), column, setting.transform) for column in range(setting.columns)]
        self.bank.add(signals, columns=setting.columns)

    def update(self, batch: Batch) -> list[Alarm]:
        findings = self.bank.update(*batch)
        return [
            Alarm(int(found.signal), found.detected_offset, found.effect_size_sd, found.detector)
            for found in findings
        ]


class River:
    """One detector of river for each signal."""

    def __init__(self, setting: Setting, make: Callable[[], drift.ADWIN | drift.PageHinkley]) -> None:
        self.detectors = [make() for _ in range(setting.columns)]

    def update(self, batch: Batch) -> list[Alarm]:
        alarms = []
        for column, detector in enumerate(self.detectors):
            update: Callable[[float], object] = detector.update
            for offset, value in zip(batch.offsets.tolist(), batch.values[:, column].tolist(), strict=True):
                update(value)
                if detector.drift_detected:
                    alarms.append(Alarm(column, offset))
        return sorted(alarms, key=lambda alarm: alarm.offset)


class AlwaysFire:
    """An alarm every 100 values: it misses no change and is never late."""

    def __init__(self, setting: Setting) -> None:
        self.columns = setting.columns

    def update(self, batch: Batch) -> list[Alarm]:
        due = [offset for offset in batch.offsets.tolist() if offset % ALWAYS_EVERY == 0]
        return [Alarm(column, offset) for offset in due for column in range(self.columns)]


class NeverFire:
    """Nothing, ever: it has no false alarm."""

    def __init__(self, setting: Setting) -> None:
        pass

    def update(self, batch: Batch) -> list[Alarm]:
        return []


OURS = "driftline"
CONTESTANTS: dict[str, Factory] = {
    OURS: Driftline,
    "always_fire": AlwaysFire,
    "never_fire": NeverFire,
    "river_adwin_default": partial(River, make=drift.ADWIN),
    "river_page_hinkley_default": partial(River, make=drift.PageHinkley),
}


def single_detectors() -> dict[str, Factory]:
    """Each detector that driftline ships, alone."""
    return {f"{OURS}:{name}": partial(Driftline, detectors=(name,)) for name in BankSettings().detectors}


def every_contestant() -> dict[str, Factory]:
    """All by name."""
    return CONTESTANTS | single_detectors()
