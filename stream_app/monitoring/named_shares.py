"""The categories of a finding by their names, and the value of one that is about a value."""

from driftline.detectors import Finding
from driftline.schemas import CategoryShare
from driftline.stream_app.monitoring.masses import is_of_mass, share_of_value
from driftline.stream_app.monitoring.naming import subject_of
from driftline.stream_app.monitoring.stream import Stream


def named_shares(finding: Finding, stream: Stream) -> list[CategoryShare]:
    """Those that moved most, the first of them the one that the finding's figures are about."""
    if is_of_mass(finding.signal):
        shares = finding.before.mean, finding.after.mean
        return share_of_value(stream.predictions.bank, finding.signal, *shares)
    subject = subject_of(finding.signal)
    codes = [section.codes[subject] for section in stream.predictions.sections if subject in section.codes]
    texts = codes[0].texts if codes else []
    if finding.signal.startswith("class:") and len(codes) > 1:  # a feature of the same name came first
        texts = codes[-1].texts
    return [
        CategoryShare(texts[code - 1] if 0 < code <= len(texts) else None, before, after)
        for code, before, after in finding.categories
    ]
