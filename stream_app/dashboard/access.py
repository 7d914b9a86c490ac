"""Who looks, and by which way they were let in."""

import asyncio
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from driftline.stream_app.adapters.tokens import LONGEST, owner_of
from driftline.stream_app.config import DashboardAuth
from driftline.stream_app.config.dashboard import Role

SESSION_S: Final = 12 * 3600
"""A working day."""


@dataclass(frozen=True)
class User:
    """A person or program, and what it may do."""

    name: str
    role: Role


HERE: Final = User("", "operator")
"""Whoever sits at this machine: a dashboard that listens on it alone asks nobody."""


class Doorkeeper:
    """Knows tokens and sessions. Hashing takes memory, so one token is looked at at a time."""

    def __init__(self, auth: DashboardAuth | None, secret: bytes) -> None:
        self.auth = auth
        self._secret = secret
        self._busy = asyncio.Lock()

    async def by_token(self, token: str) -> User | None:
        """Who has this token."""
        if self.auth is None or not token or len(token) > LONGEST:
            return None
        async with self._busy:
            owner = await asyncio.to_thread(owner_of, token, self.auth.tokens)
        return None if owner is None else User(owner.name, owner.role)

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
