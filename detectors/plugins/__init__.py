"""Per-signal detectors: river's and anybody's own, which signals have which, and how they are fed."""
