"""One picture: delay against false alarms on Gaussian noise, with the limit drawn in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")  # no screen is needed
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from benchmarks.quality.contestants import ALWAYS_EVERY
from benchmarks.quality.limit.gaussian import gaussian_limit

Row = Mapping[str, Any]

NOISE = "gaussian"
SHIFTS = {"mean_025": 0.25, "mean_05": 0.5, "mean_1": 1.0, "mean_2": 2.0, "mean_3": 3.0}
ARL = np.geomspace(100, 1e6, 7)
MARKERS = "os^Dv<>P*X"


def draw(result: Mapping[str, Any], file: Path) -> None:
    """Writes a PNG: the exact CUSUM as lines, contestants as points, a colour for each shift."""
    figure, axes = plt.subplots(figsize=(9, 6), layout="constrained")
    for place, (change, shift) in enumerate(SHIFTS.items()):
        delays = [gaussian_limit(shift, float(arl)).zero_state for arl in ARL]
        axes.plot(ARL, delays, color=f"C{place}", linewidth=1, label=f"exact CUSUM, {shift:g} sd")
        points(axes, result, change, f"C{place}")
    axes.set(xscale="log", yscale="log")
    axes.set_xlabel("values between false alarms of a signal, realised")
    axes.set_ylabel("mean delay, values")
    axes.set_title("Gaussian noise: how soon a shift of the mean is seen")
    axes.grid(alpha=0.3, which="both", linewidth=0.5)
    axes.legend(fontsize="x-small", ncols=2)
    file.parent.mkdir(exist_ok=True, parents=True)
    figure.savefig(file, dpi=150)
    plt.close(figure)


def points(axes: Axes, result: Mapping[str, Any], change: str, color: str) -> None:
    """Each contestant where it was measured; one without any false alarm at the least that is certain."""
    names = list(dict.fromkeys(row["contestant"] for row in result.get("delay", [])))
    for row in result.get("delay", []):
        if (row["noise"], row["change"]) != (NOISE, change) or row["missed"] == row["changes"]:
            continue
        arl = realised(result.get("arl", []), row["contestant"], row["requested"])
        if arl is None:
            continue
        certain, value = arl
        marker = MARKERS[names.index(row["contestant"]) % len(MARKERS)]
        label = row["contestant"] if change == "mean_1" else None
        face = color if certain else "none"
        axes.scatter(
            value, row["mean"], marker=marker, edgecolors=color, facecolors=face, s=36, zorder=3, label=label
        )


def realised(rows: Sequence[Row], contestant: str, requested: float) -> tuple[bool, float] | None:
    """Whether there was a false alarm, and the realised ARL0 (or its lower bound)."""
    for row in rows:
        same = (row["contestant"], row["noise"], row["requested"]) == (contestant, NOISE, requested)
        if same and row["warm_up"] == 20_000:
            if row["ratio"] is None:
                return False, row["low"] * requested
            return True, max(row["ratio"] * requested, ALWAYS_EVERY)
    return None
