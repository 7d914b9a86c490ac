"""One request to the far side, and what its answer means."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.bridges.errors import NotNow, Refused

TIMEOUT_S: Final = 10.0
ANSWER_BYTES_MAX: Final = 65_536
SHOWN_CHARACTERS: Final = 300
WORTH_ANOTHER_TRY: Final = (408, 429)
"""Of the answers that say that a request is wrong, those that do not mean it."""

log = get_log("driftline.bridge")


class Http:
    """Requests to one address. It follows no redirects: an alert goes where the configuration says."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        self._session = session
        self._url = url
        self._headers = headers
        self.host = urlsplit(url).netloc
        """For logs; the rest of an address can be a secret."""
        log.info("bridge sends to", host=self.host, private=is_private(urlsplit(url).hostname or ""))

    async def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """Send JSON; the answer's beginning.

        Raises:
            NotNow: no answer, or one that is worth another try.
            Refused: an answer that is not.
        """
        sent = {"Content-Type": "application/json", **self._headers, **(headers or {})}
        return await self._request("POST", path, data=body, headers=sent)

    async def get(self, path: str, query: dict[str, str]) -> Any:
        """What the JSON there says.

        Raises:
            NotNow, Refused: as for `post`; Refused also for an answer that is no JSON.
        """
        answer = await self._request("GET", path, params=query, headers=self._headers)
        try:
            return json.loads(answer)
        except ValueError:
            raise Refused(f"{self.host} answered something that is not JSON") from None

    async def delete(self, path: str) -> None:
        """Remove what is there.

        Raises:
            NotNow, Refused: as for `post`.
        """
        await self._request("DELETE", path, headers=self._headers)

    async def _request(self, method: str, path: str, **options: Any) -> bytes:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with self._session.request(
                method, f"{self._url}{path}", allow_redirects=False, timeout=timeout, **options
            ) as response:
                answer = await response.content.read(ANSWER_BYTES_MAX)
                self._judge(response, answer)
                return answer
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            # Not the error's own text: it may hold the address, and that a secret.
            raise NotNow(f"{self.host} was not reached ({type(error).__name__})") from error

    def _judge(self, response: aiohttp.ClientResponse, answer: bytes) -> None:
        status = response.status
        if 200 <= status < 300:
            return
        what = f"{self.host} answered {status}: {answer[:SHOWN_CHARACTERS].decode(errors='replace')}"
        if 400 <= status < 500 and status not in WORTH_ANOTHER_TRY:
            raise Refused(what)
        raise NotNow(what, retry_after_s(response.headers.get("Retry-After"), datetime.now(UTC)))


def retry_after_s(written: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3)."""
    if written is None:
        return None
    if written.strip().isdecimal():
        return float(written)
    try:
        return max((parsedate_to_datetime(written) - now).total_seconds(), 0.0)
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


def is_private(host: str) -> bool:
    """Whether an address belongs to no public machine, so far as its name tells."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host
