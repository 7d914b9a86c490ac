"""Exports: a client that waits instead of dropping, and loses nothing in silence."""

from threading import Thread
from time import monotonic

import pytest
from kafka.errors import KafkaError

from tests.client.delivery import FakeProducer, client_of


def refuse_to_connect() -> FakeProducer:
    raise KafkaError("away")


def test_an_export_waits_and_delivers_everything() -> None:
    """Ten thousand of a million labels would arrive, and the rest be a number in a log."""
    producer = FakeProducer()
    with client_of(lambda: producer, block=True, capacity=10) as client:
        for number in range(2000):
            client.log_prediction("7", id=str(number))
            assert client.waiting <= 10
    assert (client.sent, client.failed, client.dropped) == (2000, 0, 0)
    assert len(producer.records) == 2000


def test_several_threads_share_the_room() -> None:
    """Two that wait for the same place would both take it."""
    producer = FakeProducer()
    with client_of(lambda: producer, block=True, capacity=3) as client:
        threads = [
            Thread(target=lambda: [client.log_prediction("7") for _ in range(300)], daemon=True)
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert (client.sent, client.dropped) == (1200, 0)


def test_an_export_to_nowhere_ends_with_an_error() -> None:
    """It would hang for ever, or end as if all had arrived."""
    client = client_of(refuse_to_connect, block=True, capacity=2, stall_s=0.2)
    client.log_prediction("7")
    client.log_prediction("7")
    began = monotonic()
    with pytest.raises(TimeoutError, match=r"no event for 0\.2 s: 2 are waiting"):
        client.log_prediction("7")
    assert monotonic() - began < 2
    assert client.dropped == 0
    client.close(0.1)


def test_what_waits_at_the_end_is_delivered_or_an_error_and_not_waited_for_again() -> None:
    """The last ten thousand events of an export would be lost with a warning, ten seconds later."""
    client = client_of(refuse_to_connect, block=True, stall_s=0.2)

    def export() -> None:
        with client:
            client.log_prediction("7")

    began = monotonic()
    with pytest.raises(TimeoutError, match="1 are waiting"):
        export()
    assert monotonic() - began < 5


def test_bad_values_do_not_stop_an_export() -> None:
    """One odd row of a million would end it; the value is left out and the event is sent."""
    producer = FakeProducer()
    with client_of(lambda: producer, block=True) as client:
        client.log_prediction("7", features={"x": object()})
        client.log_prediction("7")
    assert (client.sent, client.failed) == (2, 0)
