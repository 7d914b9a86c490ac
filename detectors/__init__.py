"""Online statistics and change detection for many signals at once: arrays in, findings out.

>>> import numpy as np
>>> from driftline.detectors import Bank, BankSettings, Signal, Transform
>>> bank = Bank(BankSettings(warm_up=1000))
>>> bank.add([Signal("feature:clip_seconds", column=0, transform=Transform.VALUE)], columns=1)
>>> random = np.random.default_rng(1)
>>> values = np.concatenate([random.normal(2.4, 0.5, 3000), random.normal(3.0, 0.5, 1000)])
>>> rows = np.arange(len(values))
>>> findings = bank.update(values[:, None], rows * 1000, rows)
>>> findings[0].direction, abs(findings[0].began_offset - 3000) < 10
('up', True)
"""

from driftline.detectors.bank import Bank
from driftline.detectors.engine.readings import Looks
from driftline.detectors.findings import Finding
from driftline.detectors.plugins.adwin import Adwin
from driftline.detectors.plugins.registry import Calibration, Detector, register, watches_means
from driftline.detectors.reference.masses import Mass
from driftline.detectors.signals import BankSettings, Signal, Transform
from driftline.detectors.snapshot.columns import SnapshotError
from driftline.detectors.state.fields import CODES_FOR_THE_FREQUENT, codes_at_first_sight
from driftline.detectors.statistics.levels import Level, Moments, SignalState
from driftline.detectors.statistics.windows import Since

__all__ = [
    "CODES_FOR_THE_FREQUENT",
    "Adwin",
    "Bank",
    "BankSettings",
    "Calibration",
    "Detector",
    "Finding",
    "Level",
    "Looks",
    "Mass",
    "Moments",
    "Signal",
    "SignalState",
    "Since",
    "SnapshotError",
    "Transform",
    "codes_at_first_sight",
    "register",
    "watches_means",
]
