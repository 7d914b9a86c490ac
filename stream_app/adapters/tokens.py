"""Tokens: made once, kept only as a hash, and found again by it."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final, TypeVar

from driftline.stream_app.config.tokens import Token

COST: Final = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
"""scrypt's parameters as RFC 7914 proposes for logins: 16 MiB and about 50 ms."""
LONGEST: Final = 200
"""Characters of a token; those that are made here have 32."""

AnyToken = TypeVar("AnyToken", bound=Token)


def new_token() -> tuple[str, str]:
    """A token, and what the configuration keeps of it."""
    token = secrets.token_urlsafe(24)
    salt = secrets.token_bytes(16)
    return token, f"{salt.hex()}:{_derived(token, salt).hex()}"


def owner_of(token: str, known: Iterable[AnyToken]) -> AnyToken | None:
    """Whose token it is. Looks at all of them, so that the time says nothing about which it is."""
    if not token.isascii():  # as all are that were made here; a header may hold anything
        return None
    owner = None
    for each in known:
        salt, _, digest = each.scrypt.partition(":")
        if hmac.compare_digest(_derived(token, bytes.fromhex(salt)).hex(), digest):
            owner = each
    return owner


def _derived(token: str, salt: bytes) -> bytes:
    return hashlib.scrypt(token.encode(), salt=salt, **COST)
