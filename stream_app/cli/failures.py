"""Whatever goes wrong in a command as one sentence that says what to do.

Exit codes: 2 for misuse (click's own), 1 for everything else that failed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def explained() -> Iterator[None]:
    """Turn the exceptions that are nobody's bug into a `click.ClickException`; let all others through."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise  # click ends these well itself; a closed pipe is no failure to talk about
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        raise click.ClickException(sentence) from error


def sentence_of(error: Exception) -> str | None:
    """What to tell people about it; None for an exception that means a mistake in driftline."""
    if isinstance(error, OSError):
        what = (error.strerror or str(error)).rstrip(".")
        what = what[:1].lower() + what[1:]
        return f"{error.filename}: {what}." if error.filename is not None else f"The system says: {what}."
    return _own_sentence(error) or _kafka_sentence(error)


def _own_sentence(error: Exception) -> str | None:
    """driftline's own errors explain themselves."""
    from driftline.stream_app.adapters.local_kafka import LocalKafkaError
    from driftline.stream_app.config import ConfigError
    from driftline.stream_app.simulator.event_sender import DeliveryError

    if isinstance(error, ConfigError | LocalKafkaError | DeliveryError):
        return str(error)
    # By name: importing it would load the whole engine to explain a missing file.
    named = {
        *("BaselineError", "DashboardError", "EvaluationError", "GatewayError", "MappingError"),
        "UnexpectedFaustError",
    }
    return str(error) if type(error).__name__ in named else None


def _kafka_sentence(error: Exception) -> str | None:
    from kafka.errors import KafkaError, UnknownTopicOrPartitionError

    if not isinstance(error, KafkaError):
        return None
    if isinstance(error, UnknownTopicOrPartitionError) and error.args:
        return f"Kafka says: {error.args[0]}."
    said = str(error) or type(error).__name__
    return (
        f"Kafka refused or did not answer ({said}): check the servers, the security settings and the rights."
    )
