"""How a worker runs."""

from typing import Annotated

from pydantic import Field

from driftline.stream_app.config.section import Section

Seconds = Annotated[float, Field(gt=0)]


class WorkerSettings(Section):
    """Section ``worker``."""

    checkpoint_every_s: Seconds = 5.0
    checkpoint_bytes_per_s: Annotated[int, Field(gt=0)] = 4_000_000  # checkpoints slow down to stay below
    web_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, lt=65_536)] = 6066  # 0, or one that is taken: any that is free
    session_timeout_s: Seconds = 45.0  # after a kill its partitions move on; brokers take 6 and more
    group_instance_id: Annotated[str, Field(min_length=1)] | None = None
    summaries_every_s: Seconds = 10.0  # of event time
