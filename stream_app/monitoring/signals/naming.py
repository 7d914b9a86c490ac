"""What a signal is called, and what its name says about it.

``feature:clip_seconds`` is the signal of a feature, ``missing:clip_seconds`` how often that feature is
missing. What stands before the first colon is its family (`families.py`); all behind it
is the name as the events have it, whatever that is: no name that data invent can be that of another signal.
"""

from typing import Final

from driftline.schemas.status import ALL_VERSIONS

_A_VERSION_CALLED_ALL: Final = "'*'"
PROJECTIONS: Final = 4
"""How many projections of a list are watched (`projections.py` says why)."""
LIST_PARTS: Final = ("length", "norm", *(f"projection{place}" for place in range(1, PROJECTIONS + 1)))
"""The numbers that stand for a list."""
LIST_INDEX: Final = "argmax"
"""Where in a short list its largest number stands."""
MASS: Final = "mass"
"""The share of the one value that stands out of a number's reference."""
SPIKES: Final = tuple(f"spike{place}" for place in range(1, 4))
"""The shares of values that stand out now and did not before."""
EXTREME: Final = "extreme"
"""The share of values that lie far beyond all others."""
UNSEEN: Final = "unseen"
"""The share of categories that are new."""


def version_named(version: str) -> str:
    """A version as its streams are called; one that the events call as all of them together is quoted."""
    return _A_VERSION_CALLED_ALL if version == ALL_VERSIONS else version


def prefix_of(signal: str) -> str:
    """What stands before the subject: ``missing`` of ``missing:snr_db``."""
    return signal.partition(":")[0]


def subject_of(signal: str) -> str:
    """The name a configuration knows the signal's source by: ``snr_db`` for ``missing:snr_db``."""
    return signal.partition(":")[2]
