"""Who an alert is: the same for the same incident and the same word about it, in every run."""

from hashlib import blake2b

import orjson

FINGERPRINT_BYTES = 8
"""As Alertmanager's. Among a million incidents two share one with a probability of 3 in 100 million."""


def fingerprint_of(*, model: str, version: str, role: str, signal: str, segment: str = "") -> str:
    """16 hexadecimal digits from the identity labels, and from nothing that changes while an incident lasts.

    ``signal`` is the signal, or the group of signals, that the incident is about.
    """
    identity = orjson.dumps([model, version, role, segment, signal])
    return blake2b(identity, digest_size=FINGERPRINT_BYTES, person=b"driftline").hexdigest()


def alert_id(fingerprint: str, episode: int, sequence: int) -> str:
    """The id of an incident's n-th alert; ``episode`` counts the incidents of the fingerprint."""
    return f"{fingerprint}-{episode}-{sequence}"
