"""The bank: statistics and detectors of all signals of one stream."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.detectors.engine.driver import Noted, run
from driftline.detectors.engine.readings import Readings
from driftline.detectors.engine.reports import Scene
from driftline.detectors.evidence.thresholds import recalibrate, set_thresholds
from driftline.detectors.findings import Finding
from driftline.detectors.forecast.learning import MEMORY_MS
from driftline.detectors.kernels.blocks import Emissions, room_for_emissions
from driftline.detectors.kernels.scratch import make_batch
from driftline.detectors.plugins.choice import check_signals, choose, detectors_of
from driftline.detectors.plugins.registry import check_names
from driftline.detectors.plugins.watches import (
    Watch,
    detections_of,
    make_watches,
    restored_watches,
    snapshot_watches,
)
from driftline.detectors.reference.acceptance import PackedReference, accept_level, packed_reference, put_back
from driftline.detectors.reference.inheritance import (
    LITTLE,
    carry_warm_up,
    inherit_reference,
    knows_more,
    learns,
    share_taken_up,
)
from driftline.detectors.reference.mass_signals import begin_mass
from driftline.detectors.reference.masses import Mass, take_masses
from driftline.detectors.reference.rising import RISES, SAID
from driftline.detectors.signals import BankSettings, Signal, Transform
from driftline.detectors.snapshot.layout_11 import has_todays_lanes
from driftline.detectors.snapshot.snapshot import (
    RIVER_VERSION,
    VERSION,
    codes_fit,
    current,
    pack_arrays,
    pack_signal,
    unpack_arrays,
    unpack_signal,
)
from driftline.detectors.state.arrays import (
    CODED,
    forget,
    give_back_cycle,
    keep,
    only,
    with_another,
    with_cycle,
    with_season,
    with_signals,
    without_idle_buffers,
)
from driftline.detectors.state.fields import TEST_NAMES
from driftline.detectors.zone import zone_of

Detection = tuple[int, int, int, Finding]  # row, signal, place among its detectors, finding


class Bank(Readings):
    """Reads matrices, keeps the statistics of every signal and reports changes.

    A pure function of what it was given: the same rows make the same findings and the same snapshot, to the
    bit, however they are cut into batches. Not safe for use by several threads at once.
    """

    def __init__(self, settings: BankSettings) -> None:
        check_names(settings.detectors)
        super().__init__(settings)
        self._zone = zone_of(settings.timezone)
        self.columns = 0
        self.rebuilt: list[str] = []
        """Signals whose per-signal detectors could not be restored and begin again at the reference."""
        self.forgotten: list[str] = []
        """Signals whose state means something else under today's settings, so that they begin anew."""
        self._watches: list[list[Watch] | None] = []

    def add(self, signals: Sequence[Signal], columns: int) -> None:
        """Watches more signals in a matrix of `columns` columns from now on; what is there is not touched.

        Raises ValueError for a name that is there already, a column outside the matrix, an unknown detector.
        """
        if columns < self.columns:
            raise ValueError(f"a bank of {self.columns} columns cannot shrink to {columns}")
        check_signals(signals, self._index, columns)
        self._arrays = with_signals(self._arrays, signals)
        added = self._arrays.signals[len(self.signals) :]
        added["requested"] = self.settings.false_alarm_every
        added["remembered_ms"] = MEMORY_MS[self.settings.pace]
        self._index.update({signal.name: len(self.signals) + i for i, signal in enumerate(signals)})
        self.signals.extend(signals)
        self._watches.extend([None] * len(signals))
        self.columns = columns
        self._flag()

    def remove(self, names: Collection[str]) -> None:
        """Watches these signals no longer; unknown names are passed over, columns stay as they are."""
        kept = [index for index, signal in enumerate(self.signals) if signal.name not in names]
        self._arrays = only(self._arrays, kept)
        self.signals = [self.signals[index] for index in kept]
        self._watches = [self._watches[index] for index in kept]
        self._index = {signal.name: index for index, signal in enumerate(self.signals)}
        self._count_armed()

    def move(self, names: Collection[str], column: int) -> None:
        """Reads these signals in another column from now on, which means the same; all else is kept.

        Raises KeyError for an unknown signal and ValueError for a column outside the matrix.
        """
        if not 0 <= column < self.columns:
            raise ValueError(f"there is no column {column} of {self.columns}")
        for name in names:
            index = self._index[name]
            self.signals[index] = replace(self.signals[index], column=column)
            self._arrays.signals["column"][index] = column

    def inherit(self, other: "Bank", names: Collection[str]) -> None:
        """Takes over the references of another bank's armed signals of these names, armed at once.

        Detectors start afresh at that reference. Signals that either bank does not have, that are not armed
        there or that have another transform are left alone. Codes of categories must mean the same in both
        banks.
        """
        for name in names:
            if name not in self._index or name not in other._index:
                continue
            index, source = self._index[name], other._index[name]
            signal, origin = self._arrays.signals[index], other._arrays.signals[source]
            if learns(origin) or origin["transform"] != signal["transform"]:
                continue
            if origin["season"]:
                self._arrays = with_season(self._arrays, index)
            if origin["cycle"]:
                self._arrays = with_cycle(self._arrays, index)
            inherit_reference(self._arrays, index, other._arrays, source)
            self._watches[index] = None
        self._arrays = without_idle_buffers(self._arrays)
        self._count_armed()

    def carry_over(self, other: "Bank", names: Collection[str]) -> bool:
        """Goes on with the warm-up of another bank's signals of these names, where it is longer than here.

        Signals that either bank does not have, that have a reference in one of them or that have another
        transform are left alone. Codes of categories must mean the same in both banks, and the settings be
        the same. Returns whether any was taken up.
        """
        taken = False
        for name in names:
            if name not in self._index or name not in other._index:
                continue
            index, source = self._index[name], other._index[name]
            signal, origin = self._arrays.signals[index], other._arrays.signals[source]
            if origin["transform"] == signal["transform"] and knows_more(signal, origin):
                carry_warm_up(self._arrays, index, other._arrays, source)
                taken = True
        if taken:
            self._count_armed()
        return taken

    def update(
        self, matrix: NDArray[np.float64], times_ms: NDArray[np.int64], offsets: NDArray[np.int64]
    ) -> list[Finding]:
        """Takes a batch: matrix [rows, columns] of cells, event times and offsets [rows].

        Returns the findings in the order of rows, then signals. Raises ValueError for shapes that do not fit.
        """
        rows = len(matrix)
        if np.shape(matrix) != (rows, self.columns) or not len(times_ms) == len(offsets) == rows:
            given = f"matrix {np.shape(matrix)}, {len(times_ms)} times and {len(offsets)} offsets"
            raise ValueError(f"{given} do not fit together and to a bank of {self.columns} columns")
        if rows == 0 or not self.signals:
            return []
        times_ms = np.ascontiguousarray(times_ms, np.int64)
        batch = make_batch(
            np.ascontiguousarray(matrix.T, np.float64),
            times_ms,
            np.ascontiguousarray(offsets, np.int64),
            self._zone.local_ms(times_ms),
        )
        scene = Scene(keep(self._arrays), batch, self.settings)
        emissions = room_for_emissions(self._arrays.signals, rows)
        found, self._arrays = run(self._arrays, batch, self.settings, emissions)
        detections = self._from_kernel(scene, found) + self._from_watches(scene, emissions)
        self._arrays = without_idle_buffers(self._arrays)
        self._count_armed()
        return [made for *_, made in sorted(detections, key=lambda detection: detection[:3])]

    def relearn(self, name: str, transform: Transform) -> bool:
        """Lets a signal begin anew as one of another transform; False, and nothing, if it is one already.

        What it has learned is forgotten. Raises KeyError for an unknown signal.
        """
        index = self._index[name]
        if self._arrays.signals[index]["transform"] == transform:
            return False
        self.signals[index] = replace(self.signals[index], transform=transform)
        self._arrays = with_another(self._arrays, index, self.signals[index])
        self._watches[index] = None
        self._flag()
        return True

    @property
    def has_masses(self) -> bool:
        """Whether there is anything in `masses`."""
        return bool(self._arrays.signals["suspects"].any())

    def masses(self) -> list[Mass]:
        """The parts of numbers that were found to be news since it was asked last."""
        found: list[Mass] = []
        for index in self._arrays.signals["suspects"].nonzero()[0].tolist():
            found += take_masses(self._arrays, index, self.signals[index].name)
        return found

    @property
    def has_rising(self) -> bool:
        """Whether there is anything in `take_rising`."""
        return bool((self._arrays.signals["rises"] == RISES).any())

    def take_rising(self) -> list[str]:
        """The numbers that were found to rise only, as ids and clocks do, since it was asked last."""
        rises = self._arrays.signals["rises"]
        places = (rises == RISES).nonzero()[0]
        rises[places] = SAID
        return [self.signals[place].name for place in places.tolist()]

    def watch_mass(self, signal: Signal, of: str) -> None:
        """Watches a part of an armed number, `of`, against what the number's reference knows of it.

        Raises as `add`, and KeyError for an unknown number.
        """
        self.add([signal], self.columns)
        index = self._index[signal.name]
        self._arrays = with_cycle(self._arrays, index)
        begin_mass(self._arrays, index, self._index[of], self.settings)
        give_back_cycle(self._arrays.signals[index])
        self._arrays = without_idle_buffers(self._arrays)
        self._count_armed()

    def calibrate(self, every: Mapping[str, float]) -> None:
        """Asks for another mean number of values between false alarms, by signal; statistics are kept.

        Unknown names are passed over: a signal may be gone. Raises ValueError for a number below 100.
        """
        for name, requested in every.items():
            index = self._index.get(name)
            if index is not None and recalibrate(self._arrays.signals[index], name, requested):
                self._watches[index] = None  # they cannot be set anew and begin at the reference

    def accept(self, names: Collection[str]) -> None:
        """The present level of these signals becomes their reference.

        A number or rate is measured from there at once, known from the values since the change; what has too
        few of them, few distinct values, categories or only the first part of its warm-up is learned anew.
        """
        for name in names:
            index = self._index.get(name)
            if index is None or not self._arrays.signals[index]["armed"]:
                continue
            if learns(self._arrays.signals[index]) or not accept_level(self._arrays, index):
                self._arrays = forget(self._arrays, index)
            self._arrays.signals["taken_up"][index] = 0
            self._watches[index] = None
        self._flag()

    def give_back(self, inherited: Collection[str]) -> list[str]:
        """Lets what was taken up from another bank begin anew, and returns its names.

        These are the signals of `inherited`, and those that still learn, more than a `LITTLE` from what was
        carried over.
        """
        given: list[str] = []
        for index, signal in enumerate(self.signals):
            record = self._arrays.signals[index]
            if signal.name in inherited or (learns(record) and share_taken_up(record) > LITTLE):
                self._arrays = forget(self._arrays, index)
                self._watches[index] = None
                given.append(signal.name)
        self._arrays = without_idle_buffers(self._arrays)
        self._flag()
        return given

    def reference_of(self, name: str) -> PackedReference | None:
        """What a signal is measured against, to be put back; None when it is not armed, or not here."""
        index = self._index.get(name)
        if index is None or learns(self._arrays.signals[index]):
            return None
        return packed_reference(self._arrays, index)

    def put_back(self, name: str, packed: PackedReference) -> bool:
        """Measures a signal against an earlier reference of its own again; its detectors start afresh.

        False, and nothing has changed: it is not here, or the reference is of another layout.
        """
        index = self._index.get(name)
        if index is None:
            return False
        self._arrays = with_cycle(self._arrays, index)
        done = put_back(self._arrays, index, packed)
        give_back_cycle(self._arrays.signals[index])
        if not done:
            return False
        self._watches[index] = None
        self._arrays = without_idle_buffers(self._arrays)
        self._count_armed()
        return True

    def snapshot(self) -> dict[str, Any]:
        """Everything, as plain values and bytes for a codec such as msgpack."""
        return {
            "version": VERSION,
            "river": RIVER_VERSION,
            "columns": self.columns,
            "names": [pack_signal(signal) for signal in self.signals],
            "arrays": pack_arrays(self._arrays),
            "watches": [snapshot_watches(watches) for watches in self._watches],
        }

    @classmethod
    def restore(cls, settings: BankSettings, snapshot: dict[str, Any]) -> "Bank":
        """A bank that continues from a snapshot to the bit.

        What another release wrote is carried over by name. The per-signal detectors of another river release,
        or such that cannot be read, begin again at the reference (`rebuilt` names their signals); categories
        begin anew under another limit of them (`forgotten`). Raises SnapshotError for what no release wrote.
        """
        content = current(snapshot)
        bank = cls(settings)
        bank.columns = snapshot["columns"]
        bank.signals = [unpack_signal(packed) for packed in snapshot["names"]]
        bank._index = {signal.name: index for index, signal in enumerate(bank.signals)}
        bank._arrays = unpack_arrays(content, settings)
        if not codes_fit(content, settings):
            bank._forget_codes()
        bank._flag()
        if not has_todays_lanes(content["signals"]):
            for index in np.flatnonzero(bank._arrays.signals["armed"]).tolist():
                set_thresholds(bank._arrays.signals[index])
        bank._watches = [None] * len(bank.signals)
        same_river = snapshot["river"] == RIVER_VERSION
        for index, states in enumerate(snapshot["watches"]):
            if states is not None and bank._arrays.signals["armed"][index]:
                record, names = bank._arrays.signals[index], bank._names(index)
                bank._watches[index] = restored_watches(record, names, states) if same_river else None
                if bank._watches[index] is None:
                    bank.rebuilt.append(bank.signals[index].name)
        return bank

    def _forget_codes(self) -> None:
        """Lets categories begin anew: their codes are other ones."""
        for index, signal in enumerate(self.signals):
            if signal.transform in CODED:
                self._arrays = forget(self._arrays, index)
                self.forgotten.append(signal.name)

    def _names(self, index: int) -> tuple[str, ...]:
        return detectors_of(self.signals[index], self.settings.detectors)

    def _flag(self) -> None:
        for index, record in enumerate(self._arrays.signals):
            choose(record, self._names(index))
        self._count_armed()

    def _count_armed(self) -> None:
        armed, rough = self._arrays.signals["armed"] != 0, self._arrays.signals["rough"] != 0
        self.armed, self.rough = int(np.count_nonzero(armed & ~rough)), int(np.count_nonzero(rough))

    def _from_kernel(self, scene: Scene, found: list[Noted]) -> list[Detection]:
        """The findings of the kernel's tests."""
        detections: list[Detection] = []
        for row, test, index in found:
            if made := scene.of_kernel(self.signals[index].name, index, row, test):
                detections.append((row, index, self._names(index).index(TEST_NAMES[test]), made))
        return detections

    def _from_watches(self, scene: Scene, emissions: Emissions) -> list[Detection]:
        """Hands the emitted scores to river's and other per-signal detectors; their findings."""
        detections: list[Detection] = []
        before = (self._arrays.signals["emitted"] + emissions.first - emissions.last).tolist()
        # Plain lists: taking single numbers out of arrays would cost more than the detectors do.
        first, last, scores = (each.tolist() for each in emissions[:3])
        for index in np.flatnonzero(emissions.last > emissions.first).tolist():
            watches = self._watches[index]
            if watches is None:
                watches = self._watches[index] = make_watches(self._arrays.signals[index], self._names(index))
            own = scores[first[index] : last[index]]
            for place, order, watch, update in detections_of(watches, own, before[index]):
                row, name = int(emissions.rows[first[index] + place]), self.signals[index].name
                if made := scene.per_signal(name, index, row, watch, update):
                    detections.append((row, index, order, made))
        return detections
