"""What a topic holds now, read outside any group, and how far a group has come."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from driftline.stream_app.bridges.window import Committed, committed
from driftline.stream_app.config import KafkaSettings

Record: TypeAlias = ConsumerRecord
Ends = Mapping[TopicPartition, int]


async def committed_by(
    kafka: KafkaSettings, group: str, sources: Collection[TopicPartition]
) -> dict[TopicPartition, Committed]:
    """What the group has committed, of each partition of which it has committed anything.

    Raises:
        KafkaError: the broker does not answer, or refuses.
    """
    admin = AIOKafkaAdminClient(**kafka.aiokafka())
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(group, partitions=list(sources))
    finally:
        await admin.close()
    return {each: committed(at.offset, at.metadata) for each, at in found.items() if at.offset >= 0}


async def records_until(kafka: KafkaSettings, ends: Ends) -> AsyncIterator[tuple[TopicPartition, Record]]:
    """Every record of these partitions before their ends, each partition in its order.

    Raises:
        KafkaError: the broker does not answer, or refuses.
    """
    consumer = AIOKafkaConsumer(**kafka.aiokafka(), enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(list(ends))
        await consumer.seek_to_beginning(*ends)
        left = set(ends)
        while left:
            fetched = await consumer.getmany(*left, timeout_ms=500)
            for source, records in fetched.items():
                for record in records:
                    if record.offset < ends[source]:
                        yield source, record
            left = {each for each in left if await consumer.position(each) < ends[each]}
    finally:
        await consumer.stop()
