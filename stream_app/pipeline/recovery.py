"""A shard from the records of its partition of the state topic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from driftline.stream_app.config import Settings
from driftline.stream_app.monitoring.streams.streams import Baseline
from driftline.stream_app.pipeline.codec import CODEC_VERSION, UnreadableStateError, join, parse_key, unpack
from driftline.stream_app.pipeline.marks import Mark
from driftline.stream_app.pipeline.records import OutputRecord
from driftline.stream_app.pipeline.shard import Shard
from driftline.stream_app.pipeline.watch import ModelWatch

log = structlog.get_logger(__name__)


@dataclass
class Recovery:
    """What the state topic gave: the shard, alerts and audit records to publish (again), keys to remove."""

    shard: Shard
    pending: list[OutputRecord] = field(default_factory=list)
    pending_audit: list[OutputRecord] = field(default_factory=list)
    obsolete: list[bytes] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def recover(
    partition: int,
    settings: Settings,
    records: Iterable[tuple[bytes, bytes | None]],
    baselines: Mapping[str, Baseline] | None = None,
) -> Recovery:
    """Restore every model from its latest complete checkpoint: highest epoch, then furthest positions.

    The shard's epoch is one above every epoch seen. A model whose state cannot be read starts anew (it learns
    its references again), which is said in ``unreadable``; it never stops the worker.
    """
    latest: dict[bytes, bytes] = {}
    for key, value in records:
        if value is None:
            latest.pop(key, None)
        else:
            latest[key] = value
    heads, keys_of, epochs, claims = index(latest)
    shard = Shard(partition, settings, max(epochs, default=0) + 1, summaries="latest", baselines=baselines)
    recovery = Recovery(shard, obsolete=claims)
    for name, epoch_keys in heads.items():
        for _, key in sorted(epoch_keys, reverse=True):
            try:
                restore_model(recovery, name, unpack(latest[key]), latest, frozenset(keys_of[name]))
                break
            except Exception as error:  # whatever its state is, the models beside it are restored
                recovery.unreadable.append(f"{name}: {key.decode()}: {type(error).__name__}: {error}")
                log.error("checkpoint_unreadable", model=name, key=key.decode(), error=str(error))
    return recovery


Index = tuple[dict[str, list[tuple[int, bytes]]], dict[str, set[bytes]], list[int], list[bytes]]


def index(latest: dict[bytes, bytes]) -> Index:
    """Heads by model, all keys by model, the epochs seen, and the keys of claims."""
    heads: dict[str, list[tuple[int, bytes]]] = {}
    keys_of: dict[str, set[bytes]] = {}
    epochs: list[int] = []
    claims: list[bytes] = []
    for key in latest:
        try:
            what, number, model = parse_key(key)
            epochs.append(int(number.partition(".")[0]))
        except (UnreadableStateError, ValueError) as error:
            log.error("state_key_unknown", error=str(error))
            continue
        if what == "claim":
            claims.append(key)
            continue
        keys_of.setdefault(model, set()).add(key)
        if what == "head":
            heads.setdefault(model, []).append((epochs[-1], key))
    return heads, keys_of, epochs, claims


def restore_model(
    recovery: Recovery, name: str, head: dict[str, Any], latest: dict[bytes, bytes], stale: frozenset[bytes]
) -> None:
    """Take up one model from its head; raises when any part of it is missing or unreadable."""
    if head["codec"] != CODEC_VERSION:
        raise UnreadableStateError(f"codec {head['codec']}, this driftline reads codec {CODEC_VERSION}")

    def piece(keys: list[bytes]) -> Any:
        return unpack(join(latest[key] for key in keys))

    shard = recovery.shard
    watch: ModelWatch = shard.new_watch(name)
    watch.restore(piece(head["core"]))
    for keys in head["ledger"]["streams"]:
        watch.monitor.add_stream(piece(keys))
    base, *changes = head["ledger"]["log"]
    watch.monitor.joins.restore_waiting(piece(base), [piece(keys) for keys in changes])
    shard.add(name, watch, dict(head["positions"]), stale)
    for topic, offset in head["resume"].items():
        shard.start_at(topic, offset)
    shard.clocks += [Mark(dict(positions), clock) for positions, clock in head["clocks"]]
    recovery.pending += map(output_record, head["outbox"])
    recovery.pending_audit += map(output_record, head["audit"])


def output_record(packed: list[Any]) -> OutputRecord:
    """A record that waited in a checkpoint."""
    key, value, headers = packed
    return OutputRecord(key, value, [(name, data) for name, data in headers])
