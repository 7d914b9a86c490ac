"""The examples as processes of their own, and alerts as the worker publishes them."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from driftline import schemas
from driftline.schemas import Alert, alert_id, cloud_event_headers, encode_alert, fingerprint_of
from driftline.stream_app.config import KafkaSettings
from tests.shape.source import REPOSITORY

STARTS_AT = "2026-11-22T10:00:00.120Z"
ENDS_AT = "2026-11-22T11:30:00.000Z"


def alert(sequence: int, status: str = "firing", **other: Any) -> Alert:
    """The n-th alert of the first incident of concept drift, unless told otherwise."""
    fields = {
        "severity": "critical",
        "kind": "concept_drift",
        "episode": 1,
        "model": "voice-search",
    } | other
    known_by = fingerprint_of(model=fields["model"], version="7", role="live", signal="error:intent")
    return Alert(
        id=alert_id(known_by, fields["episode"], sequence),
        status=status,
        fingerprint=known_by,
        sequence=sequence,
        labels=schemas.Labels(
            alertname="ConceptDrift",
            model=fields["model"],
            version="7",
            role="live",
            incident=f"{known_by}-{fields['episode']}",
            severity=fields["severity"],
        ),
        annotations=schemas.Annotations(
            summary=f"Alert {sequence}",
            description=f"Details {sequence}.",
            signal="error:intent",
            runbook_url="docs/runbook.md#concept-drift",
        ),
        time=ENDS_AT if status == "resolved" else STARTS_AT,
        ended=schemas.Ended.BACK_AT_REFERENCE if status == "resolved" else None,
        related=[],
        starts_at=STARTS_AT,
        ends_at=ENDS_AT if status == "resolved" else None,
        generator_url="",
        drift=drift(fields["kind"]),
    )


def drift(kind: str) -> schemas.Drift:
    """What changed: the error rate, from 6 to 15 %."""
    return schemas.Drift(
        kind=kind,
        direction="up",
        detectors=["adwin"],
        unit="share",
        now=None,
        before=schemas.Moments(mean=0.06, sd=0.24, count=2000),
        after=schemas.Moments(mean=0.15, sd=0.36, count=400),
        effect_size_sd=0.38,
        statistic=0.09,
        threshold=0.05,
        began_at="2026-11-22T09:50:00.000Z",
        detected_at=STARTS_AT,
        positions=[schemas.Position("driftline.feedback", 0, 81)],
        signals=[],
        coverage=schemas.Coverage(seen=2400, rejected=0, sampled=1.0, lost=0),
    )


def publish(kafka: KafkaSettings, *alerts: Alert) -> None:
    """Put alerts on the topic as a worker does."""
    producer = KafkaProducer(**kafka.kafka_python())
    for each in alerts:
        producer.send(
            kafka.alerts,
            key=each.fingerprint.encode(),
            value=encode_alert(each),
            headers=cloud_event_headers(each),
        ).get(10)
    producer.close()


def command(program: str, kafka: KafkaSettings, *arguments: str) -> list[str]:
    """How a person would start the example."""
    path = Path("examples") / f"{program}.py"
    connection = ["--bootstrap-servers", kafka.bootstrap_servers, "--prefix", kafka.prefix]
    return [sys.executable, str(path), *connection, *arguments]


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The example in the background; SIGTERM ends it, as a container's end would, without any complaint."""
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
            process.terminate()
            _, errors = process.communicate(timeout=15)
            assert process.returncode == 0, errors
            assert "Traceback" not in errors
        finally:
            process.kill()


def wait_until(true: Callable[[], bool], what: str, within_s: float = 20.0) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.05)


def wait_for_group(kafka: KafkaSettings, group: str) -> None:
    """A new group begins at the end of the topic: wait until it knows where that is."""
    consumer = KafkaConsumer(**kafka.kafka_python(), group_id=group)
    partitions = [TopicPartition(kafka.alerts, number) for number in range(kafka.partitions)]
    wait_until(
        lambda: all(consumer.committed(each) is not None for each in partitions),
        "the group has a position in each partition",
    )
    consumer.close()
