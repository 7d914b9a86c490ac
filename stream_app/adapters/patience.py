"""A broker that is away when a worker starts: waited for, in so many words, before giving up."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Final

from driftline.stream_app.adapters.logs import get_log

log = get_log("driftline.worker")

PATIENCE_S: Final = 120.0
EVERY_S: Final = 1.0
SAY_EVERY_S: Final = 15.0


def wait_for(answers: Callable[[], bool], servers: str, patience_s: float) -> bool:
    """Ask every second whether a broker answers, as long as patience lasts; says in the log that it waits."""
    began = monotonic()
    said = -SAY_EVERY_S
    while not answers():
        waited = monotonic() - began
        if waited >= patience_s:
            return False
        if waited - said >= SAY_EVERY_S:
            said = waited
            log.warning("waiting for Kafka", servers=servers, gives_up_in_s=round(patience_s - waited))
        sleep(EVERY_S)
    return True
