"""Halves find each other, in any order, and none waits for ever."""

from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.stream_app.gateway.kserve.half import Half, Side, half_of
from driftline.stream_app.gateway.kserve.pairing import Pair, Pairing
from tests.gateway.halves import NOW_MS, half, headers_of


def test_halves_meet_in_either_order() -> None:
    """A response is often sent by another goroutine before its request."""
    for first, second in (("request", "response"), ("response", "request")):
        pairing = Pairing(60)
        assert pairing.add(half(first), 0) is None
        found = pairing.add(half(second), 1)
        assert isinstance(found, Pair)
        assert (found.request.side, found.response.side) == (Side.REQUEST, Side.RESPONSE)
        assert len(pairing) == 0


def test_a_repeated_half_is_no_partner() -> None:
    """A request that is delivered twice would be paired with itself."""
    pairing = Pairing(60)
    pairing.add(half("request"), 0)
    assert isinstance(pairing.add(half("request"), 1), Half)
    assert isinstance(pairing.add(half("response"), 2), Pair)


def test_same_ids_of_different_models_do_not_meet() -> None:
    """A transformer of one service and a predictor of another may share a client's id."""
    pairing = Pairing(60)
    pairing.add(half("request"), 0)
    assert pairing.add(half("response", inferenceservicename="other"), 0) is None
    assert len(pairing) == 2


def test_a_half_alone_is_given_up() -> None:
    """A server that times out would fill the memory with its requests."""
    pairing = Pairing(60)
    pairing.add(half("request", identity="a"), 0)
    pairing.add(half("request", identity="b"), 30)
    assert [each.id for each in pairing.expire(59)] == []
    assert [each.id for each in pairing.expire(60)] == ["a"]
    assert [each.id for each in pairing.expire(1000)] == ["b"]
    assert len(pairing) == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["request", "response"]), st.integers(0, 5)), max_size=40))
def test_every_half_is_paired_refused_expired_or_waiting(steps: list[tuple[str, int]]) -> None:
    """A half that is in none of these is memory that nobody gives back."""
    pairing = Pairing(10)
    settled = 0
    for now_s, (side, number) in enumerate(steps):
        found = pairing.add(half(side, b"body", str(number)), now_s)
        settled += 2 if isinstance(found, Pair) else int(found is not None)
        settled += len(pairing.expire(now_s))
    assert settled + len(pairing) == len(steps)


def test_what_is_no_half_is_known() -> None:
    """Whatever else a broker sends would wait for a partner that never comes."""
    lower = {name.lower(): text for name, text in headers_of("request").items()}
    assert half_of(lower, NOW_MS) is not None
    assert half_of(lower | {"ce-type": "org.kubeflow.serving.inference.explain"}, NOW_MS) is None
    assert half_of(lower | {"ce-id": ""}, NOW_MS) is None
    assert half_of(lower | {"ce-id": "x" * 257}, NOW_MS) is None
    assert half_of({}, NOW_MS) is None
    odd = half_of(lower | {"ce-time": "soon", "ce-annotations": "[", "ce-id": "\udc80"}, NOW_MS)
    assert odd is not None and (odd.time_ms, odd.annotations, odd.id) == (NOW_MS, {}, "?")
