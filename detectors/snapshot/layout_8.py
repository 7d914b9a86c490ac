"""Snapshots of version 8, which had a checksum of their layout in the place of its description."""

from typing import Any, Final

from driftline.detectors.snapshot.columns import SnapshotError

SIGNAL_8: Final = """
transform:i8 column:i8 shape:i8 season:i8 buffer:i8 seed:i8 minimum:f8 maximum:f8 local:i1 cyclic:i1
moved:i1 away:i1 returned:i1 turned:i1 widened:i1 drift:i1 odd:i1 awake:i1 stale:i1 armed:i1 watched:i1
tested:i1 spare:i1:2 seen:i8 missing:i8 first_ms:i8 last_ms:i8 ones:f8 requested:f8 shares:f8:5
reference_count:i8 reference_missing:i8 atoms:i8 reference_mean:f8 reference_sd:f8 reference_low:f8
reference_high:f8 center:f8 scale:f8 cut:f8 common:f8 rare:f8 origin:f8 effect_sd:f8 anchor:f8 base:f8
base_trend:f8 base_counted:f8 base_memory:f8 base_limit:f8 grain:f8 base_variance:f8 base_steps:f8:2x2
gaps:i8:2 recent:f8:2x6 phi:f8 sigma:f8 previous:f8 level:f8 trend:f8 counted:f8 memory:f8 hold:f8
remembered_ms:f8 allowance:f8 allowance_daily:f8 allowances:f8:6 local_ms:f8 local_sd:f8
variance_counted:f8 variance_memory:f8 long_run:f8 long_run_squares:f8 open_block:f8:4 blocks:f8:4
wander:f8 wander_gain:f8 wander_kept:f8 wander_variance:f8 wander_sums:f8:4 past_means:f8:8 products:f8:3
score_before:f8 learn_at:f8 season_from_ms:i8 season_ms:i8 sampled_from_ms:i8 sample_next_ms:i8 shift:f8
shift_count:f8 drifted:f8 carried:f8 shift_scale:f8 lanes:f8:2x6 absorbed:f8:2x2 heights:f8:6
crossings:f4:2x8 crossing_values:f8 spreads:f8:2x3 spread_height:f8 spread_error:f8 spread:f8
spread_count:f8 tallied:i8 window_ms:i8 patterned:i8 shape_cells:i8 dispersed:i8 shape_height:f8
pattern_height:f8 shape_statistic:f8 dispersion:f8 every:i8 emitted:i8 block_count:i8 block_sum:f8
ring_count:i8 rings:i8 ring_sum:f8 ring:f8:8 delta:f8 threshold:f8 mean:f8 increase:f8 decrease:f8
increase_min:f8 decrease_max:f8 instances:i8 told:i8 totals:f8:6 before:f8:6 cusums:f8:6 marks:f8:6x6
marks_ms:i8:6 marks_offset:i8:6 level_ms:i8 level_offset:i8 level_direction:i8
"""
SEASON_8: Final = "mean:f4:336 knots:f4:336 weight:u2:336 sample:f8:336@0"
SHAPE_8: Final = "table:f8:{0} level:f8:{0} cells:u2:2x{1} tally:u2:{0} counts:f4:16 pattern:f4:16"
CHECKSUMS: Final = {2373137163: SIGNAL_8, 3672523779: SEASON_8}
POINTS_MIN = 129
SHAPE_BYTES, SHAPE_BYTES_OF_A_POINT = 132, 22


def as_columns(arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays of a snapshot of version 8 as they stand in one with named columns.

    Raises SnapshotError for a layout that no release of that version had.
    """
    _, (rows,), content = arrays["shapes"]
    points = (len(content) // rows - SHAPE_BYTES) // SHAPE_BYTES_OF_A_POINT if rows else POINTS_MIN
    shapes = {"layout": SHAPE_8.format(points, points + 1), "rows": rows, "bytes": content}
    signals, seasons = named(arrays["signals"], "signals"), named(arrays["seasons"], "seasons")
    return {"signals": signals, "shapes": shapes, "seasons": seasons, "buffers": arrays["buffers"]}


def reference_as_columns(reference: list[Any]) -> list[dict[str, Any]]:
    """The record, shape and season of one signal, which version 8 kept as bytes alone."""
    if not isinstance(reference[0], bytes):
        return reference
    points = (len(reference[1]) - SHAPE_BYTES) // SHAPE_BYTES_OF_A_POINT
    layouts = (" ".join(SIGNAL_8.split()), SHAPE_8.format(points, points + 1), SEASON_8)
    pairs = zip(layouts, reference, strict=True)
    return [{"layout": layout, "rows": 1, "bytes": content} for layout, content in pairs]


def named(packed: list[Any], what: str) -> dict[str, Any]:
    """Records with the description of their layout."""
    checksum, (rows,), content = packed
    if checksum not in CHECKSUMS:
        raise SnapshotError(f"the {what} of the snapshot have a layout that version 8 never had")
    return {"layout": " ".join(CHECKSUMS[checksum].split()), "rows": rows, "bytes": content}
