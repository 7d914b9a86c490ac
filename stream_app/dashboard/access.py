"""Who looks, and by which way they were let in."""

import asyncio
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from driftline.stream_app.config import DashboardAuth
from driftline.stream_app.config.dashboard import DashboardToken, Role

COST: Final = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
"""scrypt's parameters as RFC 7914 proposes for logins: 16 MiB and about 50 ms."""
SESSION_S: Final = 12 * 3600
"""A working day."""


@dataclass(frozen=True)
class User:
    """A person or program, and what it may do."""

    name: str
    role: Role


HERE: Final = User("", "operator")
"""Whoever sits at this machine: a dashboard that listens on it alone asks nobody."""


def new_token() -> tuple[str, str]:
    """A token, and what the configuration keeps of it."""
    token = secrets.token_urlsafe(24)
    salt = secrets.token_bytes(16)
    return token, f"{salt.hex()}:{_derived(token, salt).hex()}"


class Doorkeeper:
    """Knows tokens and sessions. Hashing takes memory, so one token is looked at at a time."""

    def __init__(self, auth: DashboardAuth | None, secret: bytes) -> None:
        self.auth = auth
        self._secret = secret
        self._busy = asyncio.Lock()

    async def by_token(self, token: str) -> User | None:
        """Who has this token."""
        if self.auth is None or not token or len(token) > 200:
            return None
        async with self._busy:
            return await asyncio.to_thread(_owner, token, self.auth.tokens)

    def by_proxy(self, header: str | None, peer: str | None) -> User | None:
        """Who the proxy says it is; nobody is believed who does not come from its network."""
        proxy = None if self.auth is None else self.auth.trusted_proxy
        if proxy is None or not header or not peer:
            return None
        address = ip_address(peer)
        if not any(address in ip_network(network) for network in proxy.networks):
            return None
        acts = header in proxy.operators or "*" in proxy.operators
        return User(header[:256], "operator" if acts else "viewer")

    def session(self, user: User) -> str:
        """A cookie that says who it is until the day is over; only this dashboard can write one."""
        return self._signed(f"{int(time.time()) + SESSION_S}|{user.role}|{user.name}")

    def by_session(self, cookie: str) -> User | None:
        """Who a cookie says it is; None when it was not written here, has run out, or its token is gone."""
        text = self._unsigned(cookie)
        if text is None:
            return None
        until, role, name = text.split("|", 2)
        known = any(
            (token.name, token.role) == (name, role) for token in (self.auth.tokens if self.auth else ())
        )
        if not known or int(until) < time.time():
            return None
        return User(name, "operator" if role == "operator" else "viewer")

    @staticmethod
    def new_seed() -> str:
        """What tells one browser from another in its forms."""
        return secrets.token_urlsafe(16)

    def form_token(self, user: User, seed: str) -> str:
        """What a form must send back: it proves that the form is this dashboard's, made for this browser."""
        return self._digest(f"form|{user.name}|{user.role}|{seed}")

    def knows_form(self, user: User, seed: str, token: str) -> bool:
        """Whether a form was made here."""
        return bool(seed) and hmac.compare_digest(self.form_token(user, seed).encode(), token.encode())

    def _signed(self, text: str) -> str:
        return f"{text.encode().hex()}.{self._digest(text)}"

    def _unsigned(self, cookie: str) -> str | None:
        encoded, _, digest = cookie.partition(".")
        try:
            text = bytes.fromhex(encoded).decode()
        except ValueError:
            return None
        return text if hmac.compare_digest(self._digest(text).encode(), digest.encode()) else None

    def _digest(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def _owner(token: str, known: tuple[DashboardToken, ...]) -> User | None:
    """Looks at all of them, so that the time says nothing about which it is."""
    owner = None
    for each in known:
        salt, _, digest = each.scrypt.partition(":")
        if hmac.compare_digest(_derived(token, bytes.fromhex(salt)).hex(), digest):
            owner = User(each.name, each.role)
    return owner


def _derived(token: str, salt: bytes) -> bytes:
    return hashlib.scrypt(token.encode(), salt=salt, **COST)
