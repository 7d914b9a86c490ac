"""Messages in memory become the records that a broker would have made of them."""

from driftline.stream_app.adapters.memory import records_of_messages
from driftline.stream_app.pipeline import Record
from driftline.stream_app.simulator import SimulatedEvent


def test_each_topic_counts_its_own_offsets() -> None:
    """Offsets that skip or repeat would be taken for holes and re-deliveries."""
    messages = [
        SimulatedEvent(1_000, "predictions", b"search", b"1"),
        SimulatedEvent(1_001, "feedback", b"search", b"2"),
        SimulatedEvent(1_002, "predictions", b"search", b"3"),
    ]
    assert list(records_of_messages(messages)) == [
        Record("predictions", 0, 0, 1_000, b"search", b"1"),
        Record("feedback", 0, 0, 1_001, b"search", b"2"),
        Record("predictions", 0, 1, 1_002, b"search", b"3"),
    ]
