"""What becomes of an operator's word: is there such an alert, and what did the worker make of it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import click

from driftline.stream_app.cli.options import require_broker

if TYPE_CHECKING:
    from driftline.stream_app.adapters.topic_reader import TopicReader
    from driftline.stream_app.config import KafkaSettings

LOOK_S_MAX: Final = 10.0
ANSWER_S_MAX: Final = 10.0
SETTLED_S: Final = 0.5
"""The records about one word are published together; what comes later than this is about another."""

Record = Mapping[str, Any]


def require_alert(kafka: "KafkaSettings", model: str, alert_id: str) -> None:
    """Refuse what no worker could find: the topic keeps at least the latest alert of each fingerprint.

    Raises:
        click.ClickException: the model has no such alert; says what is there instead.
    """
    import orjson

    from driftline.stream_app.adapters.topic_reader import TopicReader

    require_broker(kafka)
    fingerprint = alert_id.partition("-")[0]
    with TopicReader(kafka, kafka.alerts) as reader:
        reads = list(reader.there(lambda key, _: key == fingerprint.encode(), LOOK_S_MAX))
    alerts = [orjson.loads(read.value) for read in reads]
    models = {alert["labels"]["model"] for alert in alerts}
    if model not in models:
        other = f" It is one of {', '.join(sorted(models))}." if models else ""
        raise click.ClickException(
            f"There is no alert {alert_id} of the model {model}.{other} `driftline alerts` lists the latest."
        )
    latest = max((numbers_of(alert["id"]) for alert in alerts), default=())
    if numbers_of(alert_id) > latest:
        raise click.ClickException(
            f"There is no alert {alert_id}; the latest of this incident is "
            f"{'-'.join([fingerprint, *map(str, latest)])}."
        )


def numbers_of(alert_id: str) -> tuple[int, ...]:
    """Episode and sequence in an alert's id; fewer when it names an incident or a fingerprint."""
    parts = alert_id.split("-")[1:]
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def listening(kafka: "KafkaSettings") -> "AbstractContextManager[TopicReader]":
    """A reader of the audit topic that begins where it ends now: to be opened before something is said."""
    require_broker(kafka)
    from driftline.stream_app.adapters.topic_reader import TopicReader

    reader = TopicReader(kafka, kafka.audit)
    reader.seek_to_end()
    return reader


def answers_to(reader: "TopicReader", model: str, control_id: str) -> list[Record]:
    """What the worker wrote about one word; empty when none answered in time."""
    import orjson

    found: list[Record] = []
    key, begun = model.encode(), monotonic()
    while monotonic() - begun < ANSWER_S_MAX:
        reads = list(reader.arriving(lambda given, _: given == key, SETTLED_S))
        records = [orjson.loads(read.value) for read in reads]
        some = [record for record in records if record.get("control_id") == control_id]
        found += some
        if found and not some:
            break
    return found


def show_answers(what: str, records: Sequence[Record]) -> None:
    """Done, ignored and why, or not heard of yet; exit code 1 when nothing was changed.

    Raises:
        click.ClickException: the worker ignored it; says why.
    """
    if not records:
        click.echo(f"{what}: sent; no worker answered yet (`driftline audit --follow` shows when one does).")
        return
    ignored = [record for record in records if record["action"] == "ignored"]
    if len(ignored) == len(records):
        raise click.ClickException(f"{what}: ignored. {ignored[0]['reason']}")
    click.echo(f"{what}: done.")
    for record in records:
        click.echo(f"  {record['action']} {record['signal'] or record['model']}: {record['reason']}")
