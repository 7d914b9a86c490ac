"""What an address answers, for tests that wait until somebody does."""

import urllib.error
import urllib.request
from collections.abc import Mapping


def asked(
    url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, timeout_s: float = 10
) -> tuple[int, str]:
    """Status and body; status 0 while nobody listens."""
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""
