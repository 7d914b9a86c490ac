"""A signal that begins with the reference of a signal of another bank: a new version is compared with the
old.
"""

from driftline.detectors.reference import begin
from driftline.detectors.state.arrays import Arrays, clear_recent
from driftline.detectors.state.fields import INHERITED, INHERITED_AFTER_THE_RESTART, SHAPE_INHERITED
from driftline.detectors.thresholds import set_thresholds


def inherit_reference(arrays: Arrays, index: int, others: Arrays, source: int) -> None:
    """Arms a signal with the reference of a signal of another bank."""
    signal, other = arrays.signals[index], others.signals[source]
    for name in INHERITED:
        signal[name] = other[name]
    if signal["shape"]:
        theirs = others.shapes[other["shape"]]
        mine = arrays.shapes[signal["shape"]]
        if len(theirs["table"]) != len(mine["table"]):
            raise ValueError(
                "a reference can only be inherited between banks of the same setting `categories`"
            )
        mine["cells"] = 0
        for name in SHAPE_INHERITED:
            mine[name] = theirs[name]
    if signal["season"]:
        arrays.seasons[signal["season"]] = others.seasons[other["season"]]
    clear_recent(signal)
    begin(signal)
    for name in INHERITED_AFTER_THE_RESTART:
        signal[name] = other[name]
    set_thresholds(signal)
