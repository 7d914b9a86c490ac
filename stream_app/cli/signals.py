"""``driftline signals`` and ``driftline show``: how signals are doing, from the signals topic."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from driftline.stream_app.cli.options import common_options, kafka_settings, require_broker
from driftline.stream_app.cli.presentation import Command, examples

if TYPE_CHECKING:
    from driftline.stream_app.config import KafkaSettings

READ_S_MAX: Final = 5.0
HISTORY_MAX: Final = 500

Summary = dict[str, Any]
MODEL = click.option("--model", metavar="MODEL", required=True, help="The model.")
ALL: Final = "all"
SEGMENT = click.option(
    "--segment",
    metavar="NAME=VALUE",
    help='Of one segment (country=DE), or "all"; else of all predictions, and what fires in a segment.',
)
JSON = click.option("--json", "as_json", is_flag=True, help="The records as JSON lines.")


@click.command(
    short_help="Show how the signals of a model are doing.",
    cls=Command,
    epilog=examples(
        "driftline signals --model voice-search",
        "driftline signals --model voice-search --json | jq 'select(.armed | not)'",
    ),
)
@MODEL
@SEGMENT
@JSON
@common_options
def signals(
    *, model: str, segment: str | None, as_json: bool, config: Path | None, bootstrap_servers: str | None
) -> None:
    """Show every signal of a model: its level now and in its reference, how far they are apart, and whether
    it is armed, or what it waits for."""
    summaries = of_segment(latest(connected(config, bootstrap_servers), model), segment)
    if as_json:
        show_json(summaries)
        return
    from driftline.stream_app.cli.signals_view import signals_table
    from driftline.stream_app.cli.terminal import standard_output

    standard_output().print(signals_table(summaries), soft_wrap=False)


@click.command(
    short_help="Show one signal: its reference and its recent values.",
    cls=Command,
    epilog=examples(
        "driftline show feature:volume_dbfs --model voice-search",
        "driftline show error:intent --model voice-search --segment country=DE",
        "driftline show error:intent --model voice-search --json",
    ),
)
@click.argument("signal", metavar="SIGNAL")
@MODEL
@SEGMENT
@JSON
@common_options
def show(
    *,
    signal: str,
    model: str,
    segment: str | None,
    as_json: bool,
    config: Path | None,
    bootstrap_servers: str | None,
) -> None:
    """Show a signal as a small plot: the quantiles of its reference and of now, and its latest levels."""
    kafka = connected(config, bootstrap_servers)
    summaries = of_segment(latest(kafka, model), segment)
    found = [each for each in summaries if each["signal"] == signal]
    if not found:
        known = sorted({each["signal"] for each in summaries})
        from driftline.stream_app.config.wording import did_you_mean

        raise click.ClickException(
            f"{model} has no signal {signal!r}{did_you_mean(signal, known)}: "
            f"`driftline signals --model {model}` lists all {len(known)}."
        )
    if as_json:
        show_json(found)
        return
    from driftline.stream_app.cli.signals_view import signal_view
    from driftline.stream_app.cli.terminal import standard_output

    console = standard_output()
    for each in found:
        console.print(signal_view(each, history(kafka, each), console.width))


def connected(config: Path | None, bootstrap_servers: str | None) -> "KafkaSettings":
    """Settings of a broker that answers."""
    kafka = kafka_settings(config, bootstrap_servers)
    require_broker(kafka)
    return kafka


def latest(kafka: "KafkaSettings", model: str) -> list[Summary]:
    """The latest summary of each signal of a model, by version, role, segment and name.

    Raises:
        click.ClickException: there is none.
    """
    import orjson

    from driftline.stream_app.adapters.topic_reader import TopicReader

    prefix = f"{model}|".encode()
    with TopicReader(kafka, kafka.signals) as reader:
        found = reader.latest(lambda key, _: key.startswith(prefix), READ_S_MAX)
    summaries = [orjson.loads(read.value) for read in found.values()]
    # A model's name may have the separator in it.
    mine = [each for each in summaries if each.get("model") == model and "signal" in each]
    if not mine:
        raise click.ClickException(
            f"There is no summary of a signal of the model {model} on {kafka.signals}: check its name, and "
            "that a worker runs (`driftline status` lists all models)."
        )
    return sorted(mine, key=lambda each: (each["version"], each["role"], segment_of(each), each["signal"]))


def segment_of(summary: Mapping[str, Any]) -> str:
    """The segment that a summary is about; empty: all predictions."""
    return str(summary.get("segment", ""))


def of_segment(summaries: list[Summary], segment: str | None) -> list[Summary]:
    """The summaries of all predictions, with what fires in a segment; or those of one segment, or all."""
    if segment == ALL:
        return summaries
    if segment is not None:
        found = [each for each in summaries if segment_of(each) == segment]
        known = sorted({segment_of(each) for each in summaries} - {""})
        if not found:
            from driftline.stream_app.config.wording import did_you_mean

            raise click.ClickException(
                f"No segment {segment!r} is watched{did_you_mean(segment, known)}: "
                f"{', '.join(known) or 'models.M.segments names none'}."
            )
        return found
    return [each for each in summaries if each["firing"] or not segment_of(each)]


def history(kafka: "KafkaSettings", summary: Mapping[str, Any]) -> list[Summary]:
    """The summaries of one signal that the topic still has, the newest last, as far as the time allows."""
    import orjson

    from driftline.schemas import summary_key
    from driftline.stream_app.adapters.topic_reader import TopicReader

    place = {name: str(summary[name]) for name in ("model", "version", "role", "signal")}
    key = summary_key(**place, segment=segment_of(summary))
    with TopicReader(kafka, kafka.signals) as reader:
        reads = list(reader.recent(lambda given, _: given == key, READ_S_MAX))
    return [orjson.loads(read.value) for read in reads[-HISTORY_MAX:]]


def show_json(summaries: list[Summary]) -> None:
    """One line each."""
    import orjson

    for each in summaries:
        click.echo(orjson.dumps(each))
