"""Bounds that detectors have too: what the configuration accepts, a bank accepts.

The configuration must not import detectors, which the client would then load; a test holds these against
`detectors.signals.BOUNDS`.
"""

from typing import Final

WARM_UP: Final = (20, 100_000)
"""Values a reference is learned from. Until then a signal keeps 10 B of each: 100,000 × 10 B = 1 MB."""

CATEGORIES: Final = (2, 100_000)
"""Categories of one signal; a bank takes a single one too, which would never change."""
