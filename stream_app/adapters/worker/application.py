"""The Faust application: its settings and its one agent."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import faust
from faust.types import StreamT

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.adapters.worker.batches import BatchScheduler, BatchSchema
from driftline.stream_app.adapters.worker.connection import faust_credentials
from driftline.stream_app.adapters.worker.internals.consumer import ColumnarConsumer
from driftline.stream_app.adapters.worker.internals.expected import check_faust, found, missing_of_aiokafka
from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import Records

log = get_log("driftline.application")

QUEUE_BATCHES = 16  # batches between Faust's fetcher and the agent


def build_application(settings: Settings, options: dict[str, Any], directory: Path) -> faust.App:
    """A Faust application that reads batches and leaves acknowledgement to us.

    Args:
        options: aiokafka's connection options.
        directory: where Faust may keep its (empty) data directory.
    """
    kafka, worker = settings.kafka, settings.worker
    app = faust.App(
        kafka.group,
        broker=[f"kafka://{server.strip()}" for server in kafka.bootstrap_servers.split(",")],
        broker_credentials=faust_credentials(options),
        broker_client_id=f"{kafka.group}-worker",
        broker_session_timeout=worker.session_timeout_s,
        broker_heartbeat_interval=worker.session_timeout_s / 5,
        broker_request_timeout=max(180.0, 2 * worker.session_timeout_s),  # also bounds recovery steps
        broker_rebalance_timeout=60.0,
        broker_max_poll_interval=86_400.0,  # a worker without partitions never polls and would be expelled
        broker_commit_every=10**9,  # we commit
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=worker.group_instance_id,
        consumer_max_fetch_size=4 * 1024 * 1024,
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        store="memory://",
        datadir=str(directory),
        table_standby_replicas=0,
        topic_disable_leader=True,
        topic_partitions=kafka.partitions,
        topic_replication_factor=kafka.replication_factor,
        web_enabled=False,
        web_tables_enabled=False,
        web_router_enabled=False,
        worker_redirect_stdouts=False,
        ConsumerScheduler=BatchScheduler,
    )
    check_faust()
    if missing := missing_of_aiokafka():
        log.warning("records are read one by one", found=found("aiokafka"), missing=missing)
    else:
        cast(Any, app.transport).Consumer = ColumnarConsumer
    # Nothing is kept in it: without a table Faust chooses an assignor that does not keep the topics together.
    app.Table("placement", partitions=kafka.partitions)
    return app


def read_batches(app: faust.App, settings: Settings, take: Callable[[Records], Awaitable[None]]) -> None:
    """Declare the agent that hands every batch of the input topics to `take`."""
    channel = app.topic(*settings.kafka.inputs, acks=False, schema=BatchSchema())
    channel.maxsize = QUEUE_BATCHES  # the constructor's argument is not forwarded

    async def intake(stream: StreamT[Any]) -> None:
        async for batch in stream:
            await take(batch)

    app.agent(channel, name="intake", concurrency=1)(intake)
