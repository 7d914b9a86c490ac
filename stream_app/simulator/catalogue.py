"""The scenarios by their permanent ids. What a published id means never changes; a new idea gets a new id."""

from functools import partial

from driftline.schemas import Kind
from driftline.stream_app.simulator.conditions import DAY_S, Change, Cycle
from driftline.stream_app.simulator.scenario import Scenario

HOUR_S = 3600.0
MINUTE_S = 60.0

# Changes that more than one scenario makes; the times are the scenario's.
_new_microphone = partial(
    Change,
    kind=Kind.DATA_DRIFT,
    signals=("feature:volume_dbfs", "feature:silence_before_ms", "feature:silence_after_ms"),
    to={"volume_shift_db": 6.0, "silence_factor": 0.65},
)
_worse_answers = (
    "error:intent",
    "agreement:intent",
    "rate:redo_search",
    "rate:switch_to_typing",
    "rate:click",
)
_new_words = partial(Change, kind=Kind.CONCEPT_DRIFT, signals=_worse_answers, to={"error_rate": 0.15})
_snr_missing = partial(
    Change, kind=Kind.DATA_QUALITY, signals=("missing:snr_db",), to={"snr_missing_rate": 0.30}
)
_latency_regression = partial(
    Change,
    kind=Kind.SERVING,
    signals=(
        "serving:latency_ms",
        "tail:latency_ms",
        *(f"{prefix}:{name}" for name in ("cpu", "queue_depth", "load") for prefix in ("host", "host_tail")),
    ),
    to={"latency_factor": 1.6, "load_factor": 1.25},
)


def scenarios() -> dict[str, Scenario]:
    """Every scenario by its id."""
    every = (*_healthy(), *_incidents(), *_slow_and_overnight(), _demo_mix())
    return {scenario.id: scenario for scenario in every}


def _healthy() -> tuple[Scenario, ...]:
    return (
        Scenario("steady-week", "A week without cycle and without change", 7 * DAY_S, rate_per_s=0.2),
        Scenario(
            "quiet-week",
            "A week with daily and weekly cycles, without change",
            7 * DAY_S,
            rate_per_s=0.2,
            cycles=(
                Cycle("traffic", daily=0.6, weekly=0.15),
                Cycle("volume_shift_db", daily=3.0, weekly=1.0),
                Cycle("snr_shift_db", daily=-1.5),
                Cycle("words_mean", daily=0.5, weekly=0.2),
                Cycle("latency_factor", daily=0.12),
                Cycle("load_factor", daily=0.15, weekly=0.05),
            ),
        ),
    )


def _incidents() -> tuple[Scenario, ...]:
    day = partial(Scenario, duration_s=DAY_S, rate_per_s=0.5)
    return (
        day(
            "new-microphone",
            "An app update records louder and cuts silence",
            changes=(_new_microphone("microphone", begins_s=8 * HOUR_S),),
        ),
        day(
            "new-words",
            "People say names that the model never learned; what is heard stays as it was",
            changes=(_new_words("words", begins_s=10 * HOUR_S),),
        ),
        day(
            "broken-upstream",
            "The service that measures snr_db fails for 30 % of the queries, for six hours",
            changes=(_snr_missing("snr-missing", begins_s=8 * HOUR_S, ends_s=14 * HOUR_S),),
        ),
        _slow_rollout(),
        day(
            "latency-regression",
            "A release makes answers 1.6 times as slow, for six hours",
            changes=(_latency_regression("slower", begins_s=10 * HOUR_S, ends_s=16 * HOUR_S),),
        ),
        day(
            "bot-traffic",
            "A script replays recorded sessions: three times the traffic for three hours",
            changes=(
                Change(
                    "bots",
                    Kind.VOLUME,
                    ("volume:predictions",),
                    {"traffic": 3.0},
                    begins_s=10 * HOUR_S,
                    ends_s=13 * HOUR_S,
                ),
            ),
        ),
    )


def _slow_rollout() -> Scenario:
    rollout = partial(Change, to={"candidate_share": 1.0}, begins_s=16 * HOUR_S, ramp_s=20 * HOUR_S)
    return Scenario(
        "slow-rollout",
        "A worse version takes over the traffic within twenty hours",
        2 * DAY_S,
        rate_per_s=0.5,
        candidate={"error_rate": 0.13},
        changes=(
            rollout("worse-version", kind=Kind.CONCEPT_DRIFT, signals=_worse_answers, on_candidate=True),
            # The same rollout, seen as traffic that moves from one version to the other.
            Change(
                "traffic-moves",
                Kind.VOLUME,
                ("volume:predictions",),
                {},
                begins_s=16 * HOUR_S,
                ramp_s=20 * HOUR_S,
                alarm_due=False,
            ),
        ),
    )


def _slow_and_overnight() -> tuple[Scenario, ...]:
    return (
        Scenario(
            "slow-drift",
            "Consumer pace: over six days people come to speak in sentences",
            12 * DAY_S,
            rate_per_s=0.05,
            changes=(
                Change(
                    "longer-queries",
                    Kind.DATA_DRIFT,
                    ("feature:words", "feature:clip_seconds"),
                    {"words_mean": 6.5},
                    begins_s=3 * DAY_S,
                    ramp_s=6 * DAY_S,
                ),
            ),
        ),
        Scenario(
            "jump-overnight",
            "Enterprise pace: a German call centre with headsets joins overnight",
            6 * DAY_S,
            rate_per_s=0.1,
            changes=(
                Change(
                    "call-centre",
                    Kind.DATA_DRIFT,
                    ("feature:snr_db", "feature:volume_dbfs", "feature:language", "feature:device"),
                    {
                        "snr_shift_db": -3.5,
                        "volume_shift_db": 2.5,
                        "german_share": 0.35,
                        "headset_share": 0.4,
                    },
                    begins_s=3 * DAY_S + 2 * HOUR_S,
                ),
            ),
        ),
    )


def _demo_mix() -> Scenario:
    """About 90,000 events: a minute and a half at 1,000 a second, the first incident 14 s in."""
    return Scenario(
        "demo-mix",
        "Three incidents of different kinds, each over before the next",
        140 * MINUTE_S,
        rate_per_s=6.0,
        label_share=0.3,
        label_delay_s=4 * MINUTE_S,
        hosts=4,
        serving_every_s=10.0,
        changes=(
            _new_microphone("microphone", begins_s=20 * MINUTE_S, ends_s=40 * MINUTE_S),
            _new_words("words", begins_s=65 * MINUTE_S, ends_s=92 * MINUTE_S),
            _latency_regression("slower", begins_s=115 * MINUTE_S, ends_s=130 * MINUTE_S),
        ),
    )
