"""From a requested mean number of updates between false alarms to ADWIN's delta.

It is read from a table, because its bound is far from tight: realised mean numbers of updates
between false alarms on independent N(0, 1) scores, made by benchmarks/calibration/adwin_table.py with river
0.26.1. Between the entries it is interpolated in the logarithms. The entries rest on 400 alarms for large
delta and on 12 to 22 at 0.002 (a relative error of about a quarter); no delta above 0.5 is used, and below
0.002 the mean time is taken as proportional to 1/delta, which errs on the quiet side.
"""

from math import exp, log

ADWIN_DELTAS = (0.5, 0.2, 0.05, 0.01, 0.002)
ADWIN_UPDATES = {  # clock: mean updates between false alarms at each delta
    1: (1_240, 4_210, 23_400, 158_000, 1_430_000),
    2: (1_340, 4_830, 28_200, 164_000, 909_000),
    4: (1_670, 4_910, 26_400, 177_000, 1_050_000),
    8: (1_860, 6_240, 35_700, 271_000, 1_670_000),
    16: (2_520, 7_310, 38_100, 304_000, 1_430_000),
    32: (3_120, 10_900, 57_000, 323_000, 1_250_000),
}


def adwin_delta(false_alarm_every: float, clock: int) -> float:
    """ADWIN's delta for a mean number of updates between false alarms; clock is a power of two up to 32."""
    updates = ADWIN_UPDATES[clock]
    if false_alarm_every <= updates[0]:
        return ADWIN_DELTAS[0]
    for index in range(1, len(updates)):
        if false_alarm_every <= updates[index]:
            low, high = log(updates[index - 1]), log(updates[index])
            place = (log(false_alarm_every) - low) / (high - low)
            return exp((1 - place) * log(ADWIN_DELTAS[index - 1]) + place * log(ADWIN_DELTAS[index]))
    return ADWIN_DELTAS[-1] * updates[-1] / false_alarm_every
