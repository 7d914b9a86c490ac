"""The categories of a finding by their names, and the value of one that is about a value."""

from driftline.detectors import Finding
from driftline.schemas import CategoryShare
from driftline.stream_app.monitoring.signals.masses import is_of_mass, share_of_value
from driftline.stream_app.monitoring.streams.category_shares import texts_of
from driftline.stream_app.monitoring.streams.stream import Stream


def named_shares(finding: Finding, stream: Stream) -> list[CategoryShare]:
    """Those that moved most, the first of them the one that the finding's figures are about."""
    if is_of_mass(finding.signal):
        shares = finding.before.mean, finding.after.mean
        return share_of_value(stream.predictions.bank, finding.signal, *shares)
    texts = texts_of(stream.predictions, finding.signal) if finding.categories else []
    return [
        CategoryShare(texts[code - 1] if 0 < code <= len(texts) else None, before, after)
        for code, before, after in finding.categories
    ]


def new_values(finding: Finding, stream: Stream) -> list[str]:
    """Those of a finding about values that were never there, the most frequent one first."""
    texts = texts_of(stream.predictions, finding.signal) if finding.new_codes else []
    return [texts[code - 1] for code in finding.new_codes if code <= len(texts)]
