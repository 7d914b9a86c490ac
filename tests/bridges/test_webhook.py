"""A webhook gets each alert as it stands on the topic, signed, in its order, and from nobody's redirect."""

import base64
import hashlib
import hmac
import json
import threading
from pathlib import Path

import pytest
from kafka import KafkaProducer

from driftline.schemas import encode_alert
from driftline.stream_app.bridges.signatures import signed_headers, signing_key
from driftline.stream_app.bridges.webhook import alertmanager_message, cloud_event
from driftline.stream_app.config import ConfigError, KafkaSettings
from tests.bridges.endpoints import Answer, Endpoint, Request, endpoint
from tests.bridges.letters import letter
from tests.bridges.processes import BridgeProcess, unfinished, wait_until
from tests.examples.programs import alert, publish

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NAME = 'a "b" \n∞\\'


@pytest.mark.parametrize(
    ("secret", "id", "time_s", "body", "signature"),
    [
        (
            SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121,
            b'{"event_type":"ping","data":{"success":true}}',
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        ),
    ],
)  # fmt: skip
def test_signatures_are_those_of_the_standard(
    secret: str, id: str, time_s: int, body: bytes, signature: str
) -> None:
    """The vectors of Standard Webhooks' and Svix's documentation: a receiver says no to all others."""
    headers = signed_headers(id, time_s, body, [base64.b64decode(secret.removeprefix("whsec_"))])
    assert headers == {"webhook-id": id, "webhook-timestamp": str(time_s), "webhook-signature": signature}


def test_while_a_secret_is_changed_both_sign() -> None:
    """A receiver would refuse alerts from the change of one side to that of the other."""
    other = signing_key("whsec_" + base64.b64encode(b"k" * 32).decode())
    headers = signed_headers("m", 1, b"{}", [signing_key(SECRET), other])
    assert len(headers["webhook-signature"].split(" ")) == 2


@pytest.mark.parametrize("secret", ["", "hunter2", "whsec_aGk=", "whsec_" + "A" * 120])
def test_a_secret_that_is_none_is_explained(secret: str) -> None:
    """A text that is no key would sign, and every receiver would say no."""
    with pytest.raises(ConfigError, match="openssl rand"):
        signing_key(secret)


@pytest.mark.kafka
def test_each_word_comes_signed_in_its_order_and_after_a_crash_not_again(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """Receivers verify the bytes as they were sent, and drop by id what comes twice."""
    section = {"webhook": {"url": f"{far_side.url}/hooks", "secrets": [{"env": "HOOK_SECRET"}]}}
    arguments = ("webhook", "--url", f"{far_side.url}/hooks/drift")
    words = [alert(1, model=NAME), alert(2, "updated", model=NAME), alert(3, "resolved", model=NAME)]
    with BridgeProcess(
        kafka_settings, tmp_path, *arguments, bridges=section, HOOK_SECRET=SECRET
    ) as bridge:  # fmt: skip
        publish(kafka_settings, *words[:2])
        wait_until(lambda: unfinished(kafka_settings, "webhook") == 0, "two words", bridge)
        bridge.kill()
        publish(kafka_settings, words[0], words[1], words[2])  # as a worker does that takes over
        bridge.start()
        wait_until(lambda: bridge.metric("sent_total") == 1, "the third, and nothing else", bridge)
        wait_until(lambda: bridge.metric("waiting") == 0, "all is read", bridge)
    assert [request.body for request in far_side.requests] == [encode_alert(word) for word in words]
    for request, word in zip(far_side.requests, words, strict=True):
        assert request.path == "/hooks/drift"
        assert request.headers["webhook-id"] == request.headers["ce-id"] == word.id
        content = f"{word.id}.{request.headers['webhook-timestamp']}.".encode() + request.body
        signature = hmac.new(signing_key(SECRET), content, hashlib.sha256).digest()
        assert request.headers["webhook-signature"] == "v1," + base64.b64encode(signature).decode()


@pytest.mark.kafka
def test_incidents_go_side_by_side_and_none_overtakes_itself(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """One slow incident must not hold up the others; and "resolved" must not come before "firing"."""
    at_work: set[str] = set()
    overtaken: list[str] = []

    def answer(request: Request) -> Answer:
        incident = request.json["labels"]["incident"]
        if incident in at_work:
            overtaken.append(incident)
        at_work.add(incident)
        with_pause.wait(0.2)
        at_work.discard(incident)
        return Answer(500 if len(far_side.requests) % 3 == 0 else 204, b"")

    with_pause = threading.Event()
    far_side.answer = answer
    words = [alert(sequence, episode=episode) for sequence in (1, 2, 3) for episode in range(1, 9)]
    with BridgeProcess(
        kafka_settings, tmp_path, "webhook", "--url", far_side.url, bridges={"in_flight": 4}
    ) as bridge:  # fmt: skip
        publish(kafka_settings, *words)
        wait_until(lambda: bridge.metric("sent_total") == len(words), "all are sent", bridge)
        assert bridge.metric("retried_total") > 0
    assert overtaken == []
    assert 1 < far_side.at_a_time_max <= 4
    order = [(body["labels"]["incident"], body["sequence"]) for body in far_side.bodies]
    for incident in {incident for incident, _ in order}:
        sequences = [sequence for each, sequence in order if each == incident]
        assert sequences == sorted(sequences)
        assert set(sequences) == {1, 2, 3}


@pytest.mark.kafka
def test_processes_of_one_name_share_the_work_and_take_it_over(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """A deployment that replaces one by the other must neither lose a page nor send it from both.

    The first is asked to end, as a deployment does, while it waits for answers; the second is killed.
    """
    alone = {"group_instance_id": None}
    slow = threading.Event()

    def answer(request: Request) -> Answer:
        slow.wait(0.1)
        return Answer()

    far_side.answer = answer
    arguments = ("webhook", "--url", far_side.url)
    first = BridgeProcess(kafka_settings, tmp_path, *arguments, bridges=alone)
    second = BridgeProcess(kafka_settings, tmp_path, *arguments, bridges=alone)
    with first, second:
        words = [alert(1, model=f"m{number}") for number in range(60)]
        publish(kafka_settings, *words)
        wait_until(lambda: len(far_side.requests) > 5, "they are at work", first)
        assert first.stop() == 0
        wait_until(lambda: unfinished(kafka_settings, "webhook") == 0, "all are done", second)
        second.kill()
        publish(kafka_settings, alert(2, "resolved", model="m0"))
        with BridgeProcess(kafka_settings, tmp_path, *arguments, bridges=alone) as third:
            wait_until(lambda: third.metric("sent_total") == 1, "a third goes on", third)
    ids = [request.headers["webhook-id"] for request in far_side.requests]
    assert sorted(ids[:-1]) == sorted(word.id for word in words)
    assert ids[-1] == alert(2, "resolved", model="m0").id


@pytest.mark.kafka
def test_a_redirect_is_not_followed_and_not_taken_for_a_yes(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """An alert goes where the configuration says: who answers there must not send it elsewhere."""
    with endpoint() as elsewhere:
        far_side.answer = lambda request: Answer(307, headers=(("Location", elsewhere.url),))
        with BridgeProcess(kafka_settings, tmp_path, "webhook", "--url", far_side.url) as bridge:
            publish(kafka_settings, alert(1))
            wait_until(lambda: bridge.metric("retried_total") > 0, "it is tried again", bridge)
            assert bridge.metric("sent_total") == 0
            assert bridge.said("bridge sends to")[0]["private"] is True
        assert elsewhere.requests == []


@pytest.mark.kafka
def test_what_is_no_alert_costs_itself(
    kafka_settings: KafkaSettings, far_side: Endpoint, tmp_path: Path
) -> None:
    """Whatever somebody writes to the topic, the alerts behind it arrive."""
    with BridgeProcess(kafka_settings, tmp_path, "webhook", "--url", far_side.url) as bridge:
        producer = KafkaProducer(**kafka_settings.kafka_python())
        for value in (None, b"", b"{}", b"[1]", b'{"id": 7}', b"\xff\x00"):
            producer.send(kafka_settings.alerts, key=alert(1).fingerprint.encode(), value=value)
        producer.close()
        publish(kafka_settings, alert(1))
        wait_until(lambda: bridge.metric("sent_total") == 1, "the alert", bridge)
        assert bridge.metric("failed_total") == 5
        wait_until(lambda: unfinished(kafka_settings, "webhook") == 0, "all is committed", bridge)
        bridge.kill()
        bridge.start()
        wait_until(lambda: bridge.metric("waiting") == 0, "nothing is left to do", bridge)
        assert (bridge.metric("failed_total"), len(far_side.requests)) == (0, 1)


def test_the_format_of_alertmanager_has_all_its_fields() -> None:
    """Incident tools read version 4 of its webhook, and refuse what lacks a field."""
    firing = json.loads(alertmanager_message(letter(1, model=NAME)))
    assert firing.keys() == {
        *("version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels"),
        *("commonAnnotations", "externalURL", "alerts"),
    }
    [each] = firing["alerts"]
    assert each.keys() == {
        *("status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"),
    }
    assert (firing["version"], firing["status"], each["endsAt"]) == ("4", "firing", "0001-01-01T00:00:00Z")
    over = json.loads(alertmanager_message(letter(2, "resolved", model=NAME)))
    assert (over["status"], over["groupKey"]) == ("resolved", firing["groupKey"])
    assert over["alerts"][0]["endsAt"] == "2026-11-22T11:30:00.000Z"


def test_names_in_headers_are_percent_encoded() -> None:
    """A line break in a model's name would begin a header of its own."""
    known = letter(1)
    headers = (*known.headers, ("ce_subject", f"feature:{NAME}".encode()), ("other", b"x"))
    attributes = cloud_event(known._replace(headers=headers))
    assert attributes["ce-subject"] == "feature:a%20%22b%22%20%0A%E2%88%9E\\"
    assert all(
        name.startswith("ce-") and text.isascii() and text.isprintable() for name, text in attributes.items()
    )
