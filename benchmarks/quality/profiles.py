"""How much is measured: a quick look, or everything."""

from dataclasses import dataclass

from benchmarks.quality.changes import CHANGES
from benchmarks.quality.delay import possible
from benchmarks.quality.noises import NOISES
from driftline.stream_app.simulator import scenarios


@dataclass(frozen=True)
class Profile:
    """Sizes of one run. columns: signals side by side; others are the contestants beside driftline, and
    single detectors are its own, each alone.

    false_alarms: so many are expected on average in a row of the table of false alarms. slow_changes_on:
    noises with gradual and recurring changes. The last three say on which whole systems always-fire,
    never-fire and river's defaults stand beside driftline; the changes are some of those at the desk.
    """

    name: str
    columns: int
    columns_at_1e5: int
    columns_of_others: int
    false_alarms: int
    delays_at: tuple[float, ...]
    slow_changes_on: tuple[str, ...]
    noises_of_others: tuple[str, ...]
    noises_of_single_detectors: tuple[str, ...]
    healthy_seeds: int
    healthy_days: float
    scenarios: tuple[str, ...]
    scenario_seeds: int
    episodes: int
    at_the_desk: tuple[tuple[str, str], ...]
    features_at_the_desk: int
    days_beside: float
    scenarios_beside: tuple[str, ...]
    desk_beside: tuple[tuple[str, str], ...]

    def columns_of(self, requested: float) -> int:
        """Signals of a table of false alarms: at 100,000 each is watched for ten times as long."""
        return self.columns_at_1e5 if requested > 2e4 else self.columns


QUICK = Profile(
    name="quick",
    columns=64,
    columns_at_1e5=32,
    columns_of_others=16,
    false_alarms=64,
    delays_at=(1e4,),
    slow_changes_on=("gaussian", "bernoulli_06"),
    noises_of_others=("gaussian", "bernoulli_06"),
    noises_of_single_detectors=(),
    healthy_seeds=2,
    healthy_days=7.0,
    # Of a week without a change the healthy models say the same.
    scenarios=tuple(name for name, scenario in scenarios().items() if scenario.changes),
    scenario_seeds=1,
    episodes=1,
    at_the_desk=(
        *(("gaussian", change) for change in ("mean_025", "mean_1", "variance_2", "gradual", "recurring")),
        *(("bernoulli_06", "rate_15"), ("ar_90", "mean_1"), ("categories_50", "class_swap")),
    ),
    features_at_the_desk=10,
    days_beside=0.5,
    scenarios_beside=("demo-mix",),
    desk_beside=(("gaussian", "mean_1"),),
)
FULL = Profile(
    name="full",
    columns=256,
    columns_at_1e5=128,
    columns_of_others=64,
    false_alarms=500,
    delays_at=(1e4, 1e5),
    slow_changes_on=tuple(NOISES),
    noises_of_others=tuple(NOISES),
    noises_of_single_detectors=("gaussian", "student_t3", "ar_50", "bernoulli_06", "categories_50"),
    healthy_seeds=20,
    healthy_days=30.0,
    scenarios=tuple(scenarios()),
    scenario_seeds=10,
    episodes=30,
    at_the_desk=tuple((noise.id, change.id) for noise, change in possible(NOISES, CHANGES)),
    features_at_the_desk=20,
    days_beside=7.0,
    scenarios_beside=("demo-mix", "broken-upstream", "new-words"),
    desk_beside=QUICK.at_the_desk,
)
