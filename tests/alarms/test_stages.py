from dataclasses import replace

import pytest
from msgspec import structs

from driftline.detectors import Moments, SignalState
from driftline.schemas import Kind
from driftline.schemas.alerts import Changed
from driftline.stream_app.alarms.incident import Evidence, Member
from driftline.stream_app.alarms.recovery import still_changed
from driftline.stream_app.alarms.stages import CONFIRMED_STAGES, STAGES, Case, Held, late_confirmed, run
from driftline.stream_app.alarms.standing import SIGHTINGS_KEPT, Standing
from driftline.stream_app.alarms.state import AlarmState
from driftline.stream_app.config import ModelPlan, SignalPlan
from tests.alarms.evidence import ARMED, MINUTE_MS, evidence


class Line:
    """The stages with a memory, as the desk runs them."""

    def __init__(self, plan: ModelPlan | None = None, signal: SignalState | None = ARMED) -> None:
        self.plan = plan or ModelPlan()
        self.state = AlarmState(pending={}, incidents=[], episodes={})
        self.signal = signal

    def take(self, found: Evidence) -> Held | None:
        return run(Case(found, self.plan, self.state, lambda _: self.signal))


def of(changed: Changed, found: Evidence) -> Evidence:
    """The same finding, of something else than the mean."""
    return structs.replace(found, finding=replace(found.finding, of=changed))


def test_the_way_is_one_line() -> None:
    """A stage in the wrong place changes what an alert means."""
    names = [stage.__name__ for stage in STAGES]
    assert names == [
        "armed",
        "recovering",
        "in_bad_direction",
        "told_elsewhere",
        "above_floor",
        "confirmed",
        "trusted",
        "grouped",
        "deduplicated",
        "graded",
    ]


def test_a_signal_that_is_learning_never_fires() -> None:
    """The first minutes of every model would page somebody."""
    assert Line(signal=replace(ARMED, armed=False)).take(evidence()) is Held.NOT_ARMED
    assert Line(signal=None).take(evidence()) is Held.NOT_ARMED


def test_good_news_is_no_incident() -> None:
    """Fewer errors would page somebody."""
    assert Line().take(evidence("error:intent", effect=-1.0)) is Held.GOOD_DIRECTION
    assert Line().take(evidence("missing:x", effect=-1.0)) is Held.GOOD_DIRECTION
    assert Line().take(evidence("agreement:intent", effect=1.0)) is Held.GOOD_DIRECTION
    only_up = ModelPlan(features={"x": SignalPlan(bad="up")})
    assert Line(only_up).take(evidence(effect=-1.0)) is Held.GOOD_DIRECTION


def test_a_signal_that_only_made_noise_is_remembered_and_makes_no_alert() -> None:
    """Nobody would hear of the incident that it alone would have shown, or everybody of its noise."""
    line = Line()
    line.state.standings["feature:x"] = Standing(watch_only=True)
    for place in range(40):
        assert line.take(evidence(began_ms=place * MINUTE_MS)) is Held.WATCH_ONLY
    assert line.state.incidents == []
    sightings = line.state.standings["feature:x"].sightings
    assert len(sightings) == SIGHTINGS_KEPT
    assert sightings[-1].arrived_ms == 40 * MINUTE_MS
    assert line.take(evidence("feature:y", began_ms=41 * MINUTE_MS)) is None


def test_a_large_effect_is_confirmed_at_once() -> None:
    """Alarms are promised within a second."""
    line = Line()
    assert line.take(evidence(effect=0.6)) is None
    assert len(line.state.incidents) == 1


def test_a_large_effect_of_a_few_lucky_values_is_not_certain() -> None:
    """A window that was merely cut would page with the best of its recent runs."""
    lucky = evidence(effect=0.6)
    few = replace(lucky.finding, after=replace(lucky.finding.after, count=30))
    assert Line().take(structs.replace(lucky, finding=few)) is Held.UNCONFIRMED


def test_a_small_effect_needs_a_second_detector() -> None:
    """One detector's small finding is what false alarms look like."""
    line = Line()
    assert line.take(evidence(effect=0.2)) is Held.UNCONFIRMED
    assert line.take(evidence(effect=0.2)) is Held.UNCONFIRMED
    assert line.take(evidence(effect=0.2, detector="page_hinkley")) is None
    assert line.state.incidents[0].members["feature:x"].detectors == ["adwin", "page_hinkley"]


def test_two_detectors_that_disagree_confirm_nothing() -> None:
    """Up and down at once is noise."""
    line = Line()
    line.take(evidence(effect=0.2))
    assert line.take(evidence(effect=-0.2, detector="page_hinkley")) is Held.UNCONFIRMED


def test_a_small_effect_is_confirmed_by_its_blocks() -> None:
    """A real but small change would never be told."""
    plan = ModelPlan()
    shifted = replace(ARMED, block_effects=(0.0, 0.0, 0.3, 0.3, 0.0, 0.3, 0.0, 0.3))
    assert late_confirmed(evidence(effect=0.3), shifted, plan)
    assert not late_confirmed(evidence(effect=-0.3), shifted, plan)
    assert not late_confirmed(evidence(effect=0.3), ARMED, plan)


def test_changes_that_begin_together_are_one_incident() -> None:
    """Ten features of one broken job would be ten pages."""
    line = Line()
    line.take(evidence("feature:x"))
    line.take(evidence("feature:y", began_ms=5 * MINUTE_MS))
    line.take(evidence("error:intent", began_ms=9 * MINUTE_MS))
    assert len(line.state.incidents) == 1
    incident = line.state.incidents[0]
    assert set(incident.members) == {"feature:x", "feature:y", "error:intent"}
    assert (incident.kind, incident.severity) == (Kind.DATA_DRIFT, "critical")
    assert line.state.moved_features == ["feature:x", "feature:y"]


def test_a_small_effect_belongs_to_the_incident_that_began_with_it() -> None:
    """Confirmed hours later, when the first signal is back, it would be told as another change."""
    line = Line()
    line.take(evidence("error:intent"))
    assert line.take(evidence("rate:switch_to_typing", effect=0.2, began_ms=5 * MINUTE_MS)) is None
    assert set(line.state.incidents[0].members) == {"error:intent", "rate:switch_to_typing"}
    assert not line.state.pending
    assert line.take(evidence("rate:click", effect=0.05, began_ms=5 * MINUTE_MS)) is Held.UNCONFIRMED


def test_changes_far_apart_or_of_other_versions_are_their_own() -> None:
    """A second incident would hide in the first."""
    line = Line()
    line.take(evidence("feature:x"))
    line.take(evidence("feature:y", began_ms=60 * MINUTE_MS))
    line.take(evidence("feature:y", version="2"))
    assert len(line.state.incidents) == 3
    assert len({incident.fingerprint for incident in line.state.incidents}) == 3


def test_what_users_do_about_wrong_answers_is_part_of_them() -> None:
    """Users give up at once and labels tell of it a day later: two people would be paged for one version."""
    line = Line()
    line.take(evidence("rate:redo_search", effect=2.0))
    late = structs.replace(evidence("error:intent", effect=2.0), arrived_ms=1440 * MINUTE_MS)
    line.take(late)
    line.take(evidence("rate:redo_search", effect=2.0, version="2"))
    assert [list(incident.members) for incident in line.state.incidents] == [
        ["rate:redo_search", "error:intent"],
        ["rate:redo_search"],
    ]


@pytest.mark.parametrize("later", ["rate:redo_search", "error:intent", "feature:y", "serving:latency_ms"])
def test_an_open_incident_swallows_nothing_that_begins_later(later: str) -> None:
    """The second trouble of a bad day would be a line in the middle of a long text about the first.

    Behaviours and labels are no exception any more: only what began with an incident is part of it.
    """
    line = Line()
    line.take(evidence("error:outcome", effect=2.0))
    line.take(evidence(later, effect=2.0, began_ms=180 * MINUTE_MS))
    assert [list(incident.members) for incident in line.state.incidents] == [["error:outcome"], [later]]


def test_a_growing_signal_does_not_keep_an_incident_open_for_others() -> None:
    """An incident that grows every quarter of an hour would take in whatever happens all day."""
    line = Line()
    for place in range(12):
        line.take(evidence("feature:x", effect=1.6**place, began_ms=15 * place * MINUTE_MS))
    line.take(evidence("feature:y", effect=2.0, began_ms=180 * MINUTE_MS))
    assert [list(incident.members) for incident in line.state.incidents] == [["feature:x"], ["feature:y"]]


def test_a_beginning_is_known_to_a_quarter_of_what_it_took_to_find_it() -> None:
    """Errors found from a hundred labels in two hours begin some minutes beside the truth."""
    line = Line()
    line.take(evidence("rate:redo_search", effect=2.0))
    slow = structs.replace(evidence("error:intent", began_ms=30 * MINUTE_MS), arrived_ms=130 * MINUTE_MS)
    line.take(slow)
    assert len(line.state.incidents) == 1


@pytest.mark.parametrize(("gap_minutes", "incidents"), [(0.1, 2), (9.0, 1)])
def test_beginnings_are_as_near_as_the_rate_of_the_signal_lets_them_be_known(
    gap_minutes: float, incidents: int
) -> None:
    """What one change did to four features of a model with 166 predictions a day was told four times."""
    line = Line()
    line.take(evidence("feature:x", effect=2.0))
    later = evidence("feature:y", effect=2.0, began_ms=180 * MINUTE_MS)
    line.take(structs.replace(later, finding=replace(later.finding, gap_ms=gap_minutes * MINUTE_MS)))
    assert len(line.state.incidents) == incidents


def again(minutes: float, step: float, effect: float, was_values: int = 500) -> Evidence:
    """A finding of a signal that left a level at which it was away already."""
    made = evidence(effect=effect, began_ms=round(minutes * MINUTE_MS))
    was = Moments(effect - step, 1.0, was_values)
    return structs.replace(made, finding=replace(made.finding, was=was, step_sd=step))


@pytest.mark.parametrize(
    ("found", "held", "waits"),
    [
        (again(60, -22.0, -19.0), Held.UNCONFIRMED, True),  # to the other side
        (again(60, 12.0, 30.0), Held.UNCONFIRMED, True),  # further away
        (again(60, -9.0, 9.0), Held.UNCONFIRMED, True),  # a part of the way back
        (again(60, -18.0, 0.1), Held.RECOVERING, False),  # all of it
        (again(5, -9.0, 9.0), Held.ALREADY_FIRING, False),  # no quiet time: the change that was told
        (again(60, -9.0, 9.0, was_values=20), Held.ALREADY_FIRING, False),  # of a level that nobody knows
    ],
)
def test_after_a_quiet_time_the_level_of_an_incident_is_the_base(
    found: Evidence, held: Held, waits: bool
) -> None:
    """An incident of +19.9 sd was blind for everything below +30 sd, either way."""
    line = Line()
    line.take(evidence(effect=18.0))
    found = structs.replace(found, finding=replace(found.finding, direction="up"))
    assert line.take(found) is held
    pending = line.state.pending.get(found.key)
    assert (pending is not None and pending.again) is waits
    if pending is not None:
        assert pending.finding.before == found.finding.was
        assert pending.finding.direction == ("up" if found.finding.step_sd > 0 else "down")


def test_a_firing_signal_is_news_only_when_it_grows() -> None:
    """One change would be told again and again."""
    line = Line()
    line.take(evidence(effect=1.0))
    assert line.take(evidence(effect=1.2)) is Held.ALREADY_FIRING
    assert line.take(evidence(effect=1.6)) is None


def test_a_change_back_is_not_a_new_change() -> None:
    """Recovery would page like the incident did."""
    line = Line()
    line.take(evidence(effect=1.0))
    assert line.take(evidence(effect=-0.1)) is Held.RECOVERING
    assert line.take(evidence(effect=0.2)) is Held.RECOVERING


def test_the_fingerprint_is_of_labels_only_and_episodes_count() -> None:
    """Nothing would de-duplicate if a value or a time were part of the identity."""
    line = Line()
    line.take(evidence(effect=1.0))
    first = line.state.incidents.pop()
    line.take(evidence(effect=2.5, began_ms=500 * MINUTE_MS))
    second = line.state.incidents.pop()
    assert first.fingerprint == second.fingerprint
    assert (first.episode, second.episode) == (1, 2)


@pytest.mark.parametrize(
    ("effect", "seen", "blocks", "recovered"),
    [
        (2.0, 300, (0.1, -0.1, 0.2, 0.1, -0.2, 0.1), True),
        (2.0, 300, (0.4, 0.4, 0.4, 0.4, 0.4, 0.4), False),
        (2.0, 100, (0.0, 0.0, 0.0, 0.0, 0.0, 0.0), False),
        (2.0, 300, (0.0, 0.0), False),
    ],
)
def test_recovery_is_the_mean_of_recent_blocks(
    effect: float, seen: int, blocks: tuple[float, ...], recovered: bool
) -> None:
    """An incident would resolve while it lasts, or never."""
    member = Member(evidence(effect=effect), ["adwin"], "info", seen_at_start=0)
    signal = replace(ARMED, seen=seen, block_effects=blocks)
    assert (still_changed(member, signal, ModelPlan(), block=32) is None) is recovered


@pytest.mark.parametrize(
    ("seen", "recent", "recovered"), [(999, 0.0, False), (1000, 0.0, True), (1000, 0.2, False)]
)
def test_a_small_change_is_over_when_the_recent_window_says_so(
    seen: int, recent: float, recovered: bool
) -> None:
    """Six blocks cannot tell a small change from none: it would resolve by chance while it lasts."""
    member = Member(evidence(effect=0.3), ["adwin"], "info", seen_at_start=0)
    signal = replace(ARMED, seen=seen, effect_size_sd=recent, block_effects=(0.0,) * 8)
    assert (still_changed(member, signal, ModelPlan(), block=32) is None) is recovered


def test_autocorrelated_blocks_are_no_proof_of_recovery() -> None:
    """Six blocks of a signal that wanders are near the reference by chance: it would fire again."""
    member = Member(evidence(effect=1.0), ["e_detector"], "info", seen_at_start=0)
    wandering = replace(ARMED, seen=300, phi=0.9, block_effects=(0.0,) * 8)
    assert still_changed(member, wandering, ModelPlan(), block=32) == "mean"
    assert still_changed(member, replace(wandering, phi=0.0), ModelPlan(), block=32) is None


def test_a_small_change_lasts_while_a_detector_takes_the_signal_for_away() -> None:
    """A rare event that became twice as frequent is within the tolerance of its sd by chance."""
    member = Member(evidence(effect=0.06), ["e_detector"], "critical", seen_at_start=0)
    near = replace(ARMED, seen=5000, effect_size_sd=0.02, block_effects=(0.0,) * 8)
    assert still_changed(member, replace(near, away=True), ModelPlan(), block=32) == "mean"
    assert still_changed(member, near, ModelPlan(), block=32) is None


def test_a_wider_signal_is_not_back_before_its_detection_took_effect() -> None:
    """The incident would be resolved within its first seconds and open again."""
    found = evidence(effect=0.4)
    found = structs.replace(found, finding=replace(found.finding, of="variance"))
    member = Member(found, ["variance"], "info", seen_at_start=5000)
    assert still_changed(member, replace(ARMED, seen=5001), ModelPlan(), block=32) == "variance"
    wider = replace(ARMED, seen=5100, differs_in=frozenset({"variance"}))
    assert still_changed(member, wider, ModelPlan(), block=32) == "variance"
    assert still_changed(member, replace(ARMED, seen=5100), ModelPlan(), block=32) is None


def test_what_else_is_found_outlasts_what_was_told() -> None:
    """A spread that trebles while a mean is away would be over with the mean, or never be told."""
    line = Line()
    line.take(evidence(effect=2.0))
    assert line.take(of("variance", evidence(effect=0.2))) is Held.ALREADY_FIRING
    member = line.state.incidents[0].first
    member.seen_at_start = 0
    wider = replace(ARMED, differs_in=frozenset({"variance"}))
    assert still_changed(member, wider, ModelPlan(), block=32) == "variance"
    assert still_changed(member, ARMED, ModelPlan(), block=32) is None
    away = replace(wider, block_effects=(2.0,) * 8)
    assert still_changed(member, away, ModelPlan(), block=32) == "mean"


def test_a_mean_that_moves_is_news_of_what_was_wider_first() -> None:
    """A leap is found as a wider spread first: that the level fell by three sd would never be said."""
    line = Line()
    line.take(of("variance", evidence(effect=4.0)))
    fell = evidence(effect=-3.0)
    assert line.take(fell) is Held.UNCONFIRMED  # a lucky window, if its values vary more
    assert run(Case(fell, line.plan, line.state, lambda _: ARMED), CONFIRMED_STAGES) is None
    member = line.state.incidents[0].first
    assert [each.finding.of for each in member.told] == ["variance", "mean"]
    member.seen_at_start = 0
    away = replace(ARMED, block_effects=(-3.0,) * 8)
    assert still_changed(member, away, ModelPlan(), block=32) == "mean"


def test_a_rare_event_that_doubles_is_worth_an_alert() -> None:
    """Errors of 3 in 1,000 that become 6 move their rate by a twentieth of its sd."""
    line = Line()
    for detector in ("e_detector", "page_hinkley"):
        small = evidence(effect=0.05, detector=detector)
        held = line.take(structs.replace(small, finding=replace(small.finding, odds=2.0)))
    assert held is None
    other = Line()
    other.take(evidence(effect=0.05))
    assert other.take(evidence(effect=0.05, detector="page_hinkley")) is Held.UNCONFIRMED


def test_the_cause_is_ranked_first_then_the_largest_effect() -> None:
    """The first signal is what a person reads first: it was the largest, not the one that all began with."""
    line = Line()
    for signal, effect in (("feature:x", 0.8), ("feature:y", 1.5), ("feature:z", -2.0)):
        line.take(evidence(signal, effect=effect))
    ranked = [member.evidence.signal for member in line.state.incidents[0].ranked()]
    assert ranked == ["feature:x", "feature:z", "feature:y"]


@pytest.mark.parametrize(("count", "held"), [(2, Held.TOLD_ELSEWHERE), (40, None)])
def test_a_segment_is_told_beside_the_whole_when_many_values_are_much_larger(
    count: int, held: Held | None
) -> None:
    """Two missing values in a row were told as "from 10 % to 100 %, in country=US"."""
    line = Line()
    assert line.take(evidence("missing:x", effect=2.0)) is None
    line.state.incidents[0].sequence = 1
    found = structs.replace(
        evidence("missing:x", effect=40.0, began_ms=600 * MINUTE_MS), segment="country=US"
    )
    after = replace(found.finding.after, count=count)
    assert line.take(structs.replace(found, finding=replace(found.finding, after=after))) is held
