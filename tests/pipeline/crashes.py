"""Runs whose worker dies again and again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from driftline.stream_app.config import Settings
from driftline.stream_app.pipeline import OutputRecord, Records, Shard, SourceRecord, claim, recover
from driftline.stream_app.pipeline.codec import pack
from driftline.stream_app.pipeline.watch import ModelWatch

StateLog = list[tuple[bytes, bytes | None]]


@dataclass
class Outcome:
    """Everything that was published, perhaps more than once, and the last shard."""

    shard: Shard
    alerts: list[OutputRecord] = field(default_factory=list)
    audit: list[OutputRecord] = field(default_factory=list)


def state_of(shard: Shard) -> bytes:
    """Everything that later alerts depend on."""
    return pack([state_of_model(shard.models[model].watch) for model in sorted(shard.models)])


def state_of_model(watch: ModelWatch) -> list[Any]:
    streams = [stream.snapshot() for stream in watch.monitor.streams.values()]
    waiting = {
        name: [(key, store.get(key), store.noted(key)) for key in store]
        for name, store in watch.monitor.joins.stores().items()
    }
    return [watch.snapshot(), streams, waiting]


def crashing(
    seed: int, settings: Settings, records: Sequence[SourceRecord], batch_size: int = 400
) -> Outcome:
    """A run whose worker dies at random moments of the checkpoint protocol."""
    chance = random.Random(seed)
    log: StateLog = []
    outcome = Outcome(Shard(0, settings, summaries="latest"))  # as in a worker
    acknowledged: dict[str, int] = {}
    while True:
        shard = outcome.shard
        todo = [record for record in records if record.offset >= acknowledged.get(record.topic, 0)]
        died = False
        for start in range(0, len(todo), batch_size):
            shard.apply(Records.of(todo[start : start + batch_size]))
            for cut in shard.cut(shard.dirty) if chance.random() < 0.7 else ():
                written = chance.randint(0, len(cut.records)) if chance.random() < 0.1 else len(cut.records)
                log += [(record.key, record.value) for record in cut.records[:written]]
                died = written < len(cut.records)
                if died:  # with the whole process: of several models the others are not written either
                    break
                if chance.random() < 0.9:
                    outcome.alerts += cut.alerts
                    outcome.audit += cut.audit
                    shard.confirm(cut)
                    log += [(key, None) for key in cut.obsolete]
                    acknowledged = shard.acknowledgeable()
            if died or chance.random() < 0.1:
                died = True
                break
        if not died:
            for cut in shard.cut(shard.dirty | shard.urgent):
                outcome.alerts += cut.alerts
                outcome.audit += cut.audit
            return outcome
        recovery = recover(0, settings, log)
        assert not recovery.unreadable, recovery.unreadable
        outcome.shard = recovery.shard
        record = claim(recovery.shard.epoch, "w")
        log += [(record.key, record.value), *((key, None) for key in recovery.obsolete)]
        outcome.alerts += recovery.pending
        outcome.audit += recovery.pending_audit
