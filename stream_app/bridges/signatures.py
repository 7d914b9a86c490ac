"""Signatures by Standard Webhooks (https://www.standardwebhooks.com): who sent these bytes, and when."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from driftline.stream_app.config import ConfigError

PREFIX: Final = "whsec_"
BYTES_MIN, BYTES_MAX = 24, 64


def signing_key(secret: str) -> bytes:
    """The key of a secret as the standard writes it: ``whsec_`` and base64 of 24 to 64 bytes.

    Raises:
        ConfigError: it is none.
    """
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not BYTES_MIN <= len(key) <= BYTES_MAX:
        raise ConfigError.of(
            f"bridges.webhook.secrets: a signing secret must be {PREFIX} and base64 of {BYTES_MIN} to "
            f"{BYTES_MAX} random bytes: make one with `echo whsec_$(openssl rand -base64 32)`."
        )
    return key


def signed_headers(id: str, time_s: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The headers of a message, signed with each of the keys."""
    headers = {"webhook-id": id, "webhook-timestamp": str(time_s)}
    if keys:
        content = f"{id}.{time_s}.".encode() + body
        headers["webhook-signature"] = " ".join(f"v1,{_signature(key, content)}" for key in keys)
    return headers


def _signature(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
