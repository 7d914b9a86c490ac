"""One JSON object a line on standard error."""

import json
import logging
from collections.abc import Iterator

import pytest

from driftline.stream_app.adapters.logs import alert_fields, configure_logs, get_log


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Other tests keep their handlers."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    """What was logged."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_fields_and_library_warnings_come_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    """A log collector would choke on lines that are not JSON."""
    configure_logs()
    get_log("driftline.worker").info("assignment", partitions=[1, 2])
    logging.getLogger("aiokafka").warning("broker %s away", 3)
    logging.getLogger("aiokafka").info("chatter")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["partitions"], ours["level"]) == ("assignment", [1, 2], "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("broker 3 away", "aiokafka", "warning")


def test_verbose_lets_libraries_talk(capsys: pytest.CaptureFixture[str]) -> None:
    """--verbose would change nothing."""
    configure_logs(verbose=True)
    logging.getLogger("faust").info("chatter")
    assert [line["event"] for line in lines(capsys)] == ["chatter"]


def test_a_traceback_stays_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A crash would be spread over forty lines without a level."""
    configure_logs()
    try:
        raise ValueError("no")
    except ValueError as error:
        get_log("driftline").error("worker gives up", exc_info=error)
    (line,) = lines(capsys)
    assert "ValueError: no" in line["exception"]


def test_an_alert_is_told_by_its_labels() -> None:
    """The log line of an alert would not say which model it is about."""
    labels = b'"labels":{"model":"m","severity":"critical","incident":"f-1"}'
    alert = b'{"id":"a","status":"firing",%s,"annotations":{"summary":"s","signal":"feature:x"}}' % labels
    fields = alert_fields(alert)
    assert (fields["signal"], fields["incident"]) == ("feature:x", "f-1")
    assert (fields["alert"], fields["model"], fields["severity"], fields["summary"]) == (
        "a",
        "m",
        "critical",
        "s",
    )


def test_a_worker_that_is_stopped_early_has_no_errors(capsys: pytest.CaptureFixture[str]) -> None:
    """Who looks for errors after a deployment finds one for each worker that was stopped as it started."""

    class ServiceStopped(Exception):
        """As mode's."""

    configure_logs()
    try:
        raise ServiceStopped
    except ServiceStopped:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    try:
        raise ValueError
    except ValueError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    (line,) = lines(capsys)
    assert "ValueError" in line["exception"]
