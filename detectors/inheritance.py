"""A signal that begins with the reference of a signal of another bank: a new version is compared with the
old.
"""

from driftline.detectors.reference import begin
from driftline.detectors.state.arrays import Arrays, clear_recent
from driftline.detectors.thresholds import set_thresholds

INHERITED = (
    *(
        "reference_count",
        "reference_missing",
        "reference_mean",
        "reference_sd",
        "effect_sd",
        "reference_low",
        "reference_high",
    ),
    *("ones", "atoms", "center", "scale", "cut", "common", "rare", "origin", "anchor", "every"),
    *(
        "base",
        "base_trend",
        "base_counted",
        "base_memory",
        "base_limit",
        "base_variance",
        "base_steps",
        "grain",
    ),
    *(
        "phi",
        "sigma",
        "spread_error",
        "previous",
        "level",
        "trend",
        "counted",
        "memory",
        "local_ms",
        "local_sd",
        "variance_counted",
        "variance_memory",
        "local",
        "hold",
        "allowance",
        "allowance_daily",
    ),
    *(
        "products",
        "long_run",
        "long_run_squares",
        "blocks",
        "wander_gain",
        "wander_kept",
        "wander_variance",
        "wander_sums",
        "score_before",
        "learn_at",
        "season_from_ms",
        "season_ms",
        "sampled_from_ms",
        "sample_next_ms",
        "cyclic",
        "moved",
        # of categories: how many are judged alone, and how much windows differ from the reference by nature
        "shape_cells",
        "dispersed",
        "dispersion",
    ),
)
MIDDLE = ("usual_middle", "usual_spread", "middle", "spread", "still")
# Of the reference itself, but learned while detectors ran, so that these begin without it: how often sums of
# the healthy signal came over two levels, by which thresholds are raised.
LEARNED_SINCE = ("crossings", "crossing_values")


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
        for name in ("table", "level", "usual", "mode", *MIDDLE):
            mine[name] = theirs[name]
    if signal["season"]:
        arrays.seasons[signal["season"]] = others.seasons[other["season"]]
    clear_recent(signal)
    begin(signal)
    for name in LEARNED_SINCE:
        signal[name] = other[name]
    set_thresholds(signal)
