"""From a finding to the evidence that alarms are made of."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from driftline.stream_app.alarms.incident import Evidence
from driftline.stream_app.alarms.words.quantities import quantities
from driftline.stream_app.config import ModelPlan
from driftline.stream_app.monitoring.model import ModelMonitor
from driftline.stream_app.monitoring.reported import Reported
from driftline.stream_app.monitoring.signals.families import kind_of
from driftline.stream_app.monitoring.signals.masses import distance_of_extremes, number_of_part
from driftline.stream_app.monitoring.signals.units import unit_of
from driftline.stream_app.monitoring.streams.named_shares import named_shares, new_values
from driftline.stream_app.monitoring.streams.stream import Stream


class Input(NamedTuple):
    """Where events come from: topics by what they hold, and the partition."""

    topics: Mapping[str, str]
    partition: int


def evidence_of(report: Reported, stream: Stream, monitor: ModelMonitor, source: Input) -> Evidence:
    """A finding with what the alarm stages and a reader need to know of where it was made."""
    finding, arrival = report.finding, report.arrival
    return Evidence(
        model=monitor.model,
        version=stream.version,
        role=stream.role,
        segment=stream.segment,
        table=report.table,
        topic=source.topics[stream.table(report.table).topic],
        kind=kind_of(finding.signal),
        compared_with=stream.compares(finding.signal),
        sequence=arrival.sequence,
        arrived_ms=arrival.time_ms,
        partition=source.partition,
        offset=arrival.offset,
        finding=replace(finding, row=0),  # its row in the batch means nothing from here on
        unit=unit_of(finding.signal, monitor.plan, share=finding.share),
        categories=named_shares(finding, stream),
        new=new_values(finding, stream),
        beyond=distance_in_words(finding.signal, stream, monitor.plan),
    )


def distance_in_words(signal: str, stream: Stream, plan: ModelPlan) -> str:
    """From how far off on values are counted as extreme ones; empty of a signal that counts none."""
    distance = distance_of_extremes(stream.predictions.bank, signal)
    if distance is None:
        return ""
    return quantities([distance], unit_of(number_of_part(signal), plan, share=False))[0]
