"""What tests of several packages share: one real Kafka per session, and topics of one's own on it."""

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pytest
from hypothesis import settings

from driftline.schemas import Alert, encode_alert
from tests.alerts_truth import Witness

if TYPE_CHECKING:
    from driftline.stream_app.config import KafkaSettings

REPOSITORY = Path(__file__).resolve().parent.parent
# One example may have to wait for a compiler, or for a busy machine; whole tests have a limit.
settings.register_profile("driftline", deadline=None)
settings.load_profile("driftline")
KAFKA_LIBRARIES = REPOSITORY / ".driftline" / "kafka-libs"
KAFKA_SESSIONS = REPOSITORY / ".driftline" / "test-kafka"
# A broker of a test lives for seconds: to optimise its code took most of the 12 s of processor time that a
# start cost, and 5 s are left. Every `java` that a test starts reads this.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Says to pytest-xdist what stays together: all tests that need a Kafka, and those of one file.

    So one process alone starts a broker, and what is costly to make for a file is made once. Those with Kafka
    go first, and then the replays of the pipeline: they take longest, and at the end one process would wait
    for the other.
    """
    items.sort(key=lambda item: (needs_kafka(item), item.path.parent.name == "pipeline"), reverse=True)
    for item in items:
        item.add_marker(pytest.mark.xdist_group("kafka" if needs_kafka(item) else item.path.stem))


def pytest_collection_finish() -> None:
    """Lets the garbage collector run as seldom as in a worker: there is little, among much that stays."""
    from driftline.stream_app.adapters.garbage import spare_the_garbage_collector

    spare_the_garbage_collector()


def needs_kafka(item: pytest.Item) -> bool:
    """Whether a test starts a broker, or uses the session's."""
    names: list[str] = getattr(item, "fixturenames", [])
    return item.get_closest_marker("kafka") is not None or "kafka_libraries" in names


@pytest.fixture(scope="session")
def untrue_alerts() -> Iterator[list[str]]:
    """What `alerts_truth` found untrue about the alerts of any replay in this process; see below.

    Not raised where it is found: an error inside a model sets that model aside, and the test would go on.
    """
    from driftline.stream_app.pipeline.watch import ModelWatch

    found: list[str] = []
    witnesses: WeakKeyDictionary[ModelWatch, Witness] = WeakKeyDictionary()
    publish = ModelWatch._publish

    def checked(watch: ModelWatch, alerts: list[Alert], order: int) -> None:
        witness = witnesses.setdefault(watch, Witness())
        for alert in alerts:
            try:
                witness.hear(json.loads(encode_alert(alert)))
            except AssertionError as error:
                found.append(str(error))
        publish(watch, alerts, order)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelWatch, "_publish", checked)
        yield found


@pytest.fixture(autouse=True)
def every_alert_is_true(untrue_alerts: list[str]) -> Iterator[None]:
    """Whatever replay a test makes, its alerts pass the checks of `alerts_truth`."""
    yield
    untrue, untrue_alerts[:] = list(untrue_alerts), []
    assert not untrue, "\n\n".join(untrue)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root folder of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def kafka_libraries() -> Path:
    """The folder with Kafka's jars, which brokers of all tests share; one process fetches them.

    Without Java or Maven the test is skipped; where DRIFTLINE_REQUIRE_KAFKA is set, it fails.
    """
    from driftline.stream_app.adapters.local_kafka import java_and_maven_missing
    from driftline.stream_app.adapters.local_kafka.libraries import fetch_libraries

    if missing := java_and_maven_missing():
        if os.environ.get("DRIFTLINE_REQUIRE_KAFKA"):
            pytest.fail(missing)
        pytest.skip(missing)
    KAFKA_LIBRARIES.parent.mkdir(exist_ok=True)
    with KAFKA_LIBRARIES.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fetch_libraries(KAFKA_LIBRARIES)
    return KAFKA_LIBRARIES


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Bootstrap servers of a real Kafka: the one KAFKA_BOOTSTRAP_SERVERS names, or this session's own."""
    from driftline.stream_app.adapters.local_kafka import LocalKafka
    from driftline.stream_app.adapters.local_kafka.ports import free_port

    if named := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield named
        return
    libraries = request.getfixturevalue("kafka_libraries")
    _clear_dead_sessions()
    directory = KAFKA_SESSIONS / str(os.getpid())
    kafka = LocalKafka(directory, free_port(), libraries)
    kafka.start()
    yield kafka.bootstrap_servers
    kafka.stop()
    shutil.rmtree(directory)


@contextmanager
def own_topics(broker: str) -> "Iterator[KafkaSettings]":
    """Settings with a prefix of one's own, whose topics exist with 4 partitions until the end."""
    from kafka import KafkaAdminClient

    from driftline.stream_app.adapters.topics import create_topics
    from driftline.stream_app.config import KafkaSettings

    prefix = f"test-{uuid.uuid4().hex[:12]}"
    settings = KafkaSettings(bootstrap_servers=broker, prefix=prefix, group=prefix, partitions=4)
    create_topics(settings)
    yield settings
    admin = KafkaAdminClient(**settings.kafka_python())
    admin.delete_topics([name for name in admin.list_topics() if name.startswith(prefix)])
    admin.close()


@pytest.fixture
def kafka_settings(broker: str) -> "Iterator[KafkaSettings]":
    """Settings of the test's own topics."""
    with own_topics(broker) as settings:
        yield settings


@pytest.fixture
def topic_prefix(kafka_settings: "KafkaSettings") -> str:
    """The prefix of the test's own topics."""
    return kafka_settings.prefix


def _clear_dead_sessions() -> None:
    """Stops the brokers that killed test sessions left behind, and removes their folders."""
    from driftline.stream_app.adapters.local_kafka import stop_local_kafka

    for directory in KAFKA_SESSIONS.glob("*"):
        try:
            os.kill(int(directory.name), 0)
        except ProcessLookupError:
            stop_local_kafka(directory)
            shutil.rmtree(directory, ignore_errors=True)
