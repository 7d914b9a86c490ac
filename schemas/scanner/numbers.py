"""Decimal numbers as the nearest float64, exactly as every correct parser reads them.

Short ones by W. D. Clinger's fast path (How to Read Floating Point Numbers Accurately, 1990): digits and
power of ten are both float64 without rounding, so one operation rounds once. Others by D. Lemire's algorithm
(Number Parsing at a Gigabyte per Second, 2021), which says when 128 bits of the power of five do not decide.
"""

import numpy as np
from numpy.typing import NDArray

from driftline.schemas.scanner.compiled import inlined

EXACT_MAX = 1 << 53
TEN_MAX = 22
TENS = 10.0 ** np.arange(TEN_MAX + 1)
FIVE_MAX = 60  # larger powers are left to the slow way
LOW_32 = np.uint64(0xFFFF_FFFF)
HALF = np.uint64(32)
ONE = np.uint64(1)
ALL_64 = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
SPARE_BITS = np.uint64(9)  # a product's upper word has 64 bits, of which 55 decide
FRACTION_BITS = np.uint64(52)


def _five(power: int) -> int:
    """The first 128 bits of 5**power; of negative powers rounded up, as the algorithm's proof has it."""
    if power >= 0:
        bits: int = 5**power
        length = bits.bit_length()
        return bits << (128 - length) if length < 128 else bits >> (length - 128)
    divisor: int = 5**-power
    length = (divisor - 1).bit_length()
    bits = (1 << (length + 127 if power >= -27 else 2 * length + 128)) // divisor + 1
    return bits >> max(0, bits.bit_length() - 128)


def _fives() -> NDArray[np.uint64]:
    bits = [_five(power) for power in range(-FIVE_MAX, FIVE_MAX + 1)]
    return np.array([[each >> 64, each & (2**64 - 1)] for each in bits], np.uint64)


FIVES = _fives()


@inlined
def product(first: np.uint64, second: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Upper and lower word of the product of two words."""
    high, low = first >> HALF, first & LOW_32
    other_high, other_low = second >> HALF, second & LOW_32
    lowest = low * other_low
    middle = high * other_low + (lowest >> HALF)
    other_middle = low * other_high + (middle & LOW_32)
    upper = high * other_high + (middle >> HALF) + (other_middle >> HALF)
    return upper, (other_middle << HALF) | (lowest & LOW_32)


@inlined
def leading_zeros(word: np.uint64) -> np.uint64:
    """Of a word that is not zero."""
    zeros = np.uint64(0)
    for step in (32, 16, 8, 4, 2, 1):
        if word >> np.uint64(64 - step) == np.uint64(0):
            word = word << np.uint64(step)
            zeros += np.uint64(step)
    return zeros


@inlined
def nearest(digits: np.uint64, power: int) -> tuple[bool, np.uint64]:
    """The bits of the float64 nearest to digits * 10**power, digits > 0; false when that is undecided."""
    if power < -FIVE_MAX or power > FIVE_MAX:
        return False, ONE
    zeros = leading_zeros(digits)
    word = digits << zeros
    upper, lower = product(word, FIVES[power + FIVE_MAX, 0])
    if upper & (ALL_64 >> np.uint64(55)) == ALL_64 >> np.uint64(55):
        more, _ = product(word, FIVES[power + FIVE_MAX, 1])
        lower += more
        if more > lower:
            upper += ONE
    if lower == ALL_64 and (power < -27 or power > 55):
        return False, ONE
    top = upper >> np.uint64(63)
    shift = top + SPARE_BITS
    fraction = upper >> shift
    exponent = ((152_170 + 65_536) * power >> 16) + 63 + int(top) - int(zeros) + 1023
    halfway = lower <= ONE and -4 <= power <= 23 and fraction & np.uint64(3) == ONE
    if halfway and fraction << shift == upper:
        fraction &= ~ONE
    fraction += fraction & ONE
    fraction >>= ONE
    if fraction >= np.uint64(2) << FRACTION_BITS:
        fraction = ONE << FRACTION_BITS
        exponent += 1
    return True, (fraction & ~(ONE << FRACTION_BITS)) | (np.uint64(exponent) << FRACTION_BITS)
