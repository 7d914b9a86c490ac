"""The tests that the kernel itself makes, by number: the place in NAMES is the bit in `tested`."""

NAMES = ("page_hinkley", "cusum", "e_detector", "variance", "shape")
PAGE_HINKLEY, CUSUM, E_DETECTOR, VARIANCE, SHAPE = range(len(NAMES))
