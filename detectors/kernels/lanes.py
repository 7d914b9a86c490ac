"""The alternatives that are tested side by side, a lane each."""

SHIFTS = (0.25, 0.5, 1.0, 2.0, 3.0)  # sd: the CUSUMs of numbers are made for these, upwards and downwards
ODDS = (1.5, 2.0, 3.0, 6.0, 15.0)  # the e-detector of rates: times and divided by these
LANES = len(SHIFTS)
VARIANCE_RATIO = 2.0  # the variance test is made for twice and half the variance
SHAPE_CELLS = 16  # of equal probability under the normal distribution
SHAPE_WINDOW = 500  # values per test of the shape
