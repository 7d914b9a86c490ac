"""Pairs into records: predictions, and a dead letter for what is none."""

from typing import Final, NamedTuple

from driftline.schemas import Reason, Rejection, dead_letter
from driftline.stream_app.adapters.logs import get_log
from driftline.stream_app.config import KafkaSettings, KServeSettings
from driftline.stream_app.gateway.kserve.document import BodyError
from driftline.stream_app.gateway.kserve.losses import Losses
from driftline.stream_app.gateway.kserve.pairing import Pair
from driftline.stream_app.gateway.kserve.predictions import Predictions, predictions_of
from driftline.stream_app.gateway.metrics import Metrics
from driftline.stream_app.gateway.records import Record, record_of

SOURCE: Final = "gateway:/v1/kserve"
"""The topic that a dead letter names: its record is in none, so partition and offset are -1."""
SAID_MAX: Final = 1000
"""Models of which something was said once; names of at most 256 characters: 1 MB at most."""

log = get_log("driftline.gateway")


class Refused(NamedTuple):
    """A pair that no predictions can be made of: why, and the body that is wrong."""

    rejection: Rejection
    model: str
    body: bytes


def read_pair(pair: Pair, settings: KServeSettings, now_ms: int) -> Predictions | Refused:
    """What a pair says. Never raises: one body that nobody thought of must not end the program."""
    model = pair.request.model
    try:
        return predictions_of(pair, settings, now_ms)
    except BodyError as error:
        return Refused(Rejection(error.reason, str(error)), model, error.body)
    except Exception as error:
        log.exception("an inference log could not be read", model=model)
        sentence = f"The gateway failed to read it: {error!r}."[:500]
        return Refused(Rejection(Reason.WRONG_TYPE, sentence), model, pair.response.body)


class Conversion:
    """Makes records, counts what could not be made, and says it once a model."""

    def __init__(self, kafka: KafkaSettings, metrics: Metrics, losses: Losses) -> None:
        self._kafka = kafka
        self._metrics = metrics
        self._losses = losses
        self._said: set[tuple[str, str]] = set()

    def records_of(self, found: Predictions | Refused, now_ms: int) -> list[Record]:
        """The records of what a pair says."""
        if isinstance(found, Refused):
            return [self._refused(*found, now_ms)]
        self._tell(found)
        return [
            self._refused(event, found.model, value, now_ms)
            if isinstance(event, Rejection)
            else record_of(event, value, self._kafka)
            for event, value in found.made
        ]

    def _refused(self, rejection: Rejection, model: str, value: bytes, now_ms: int) -> Record:
        self._metrics.refused.labels(rejection.reason).inc()
        self._metrics.lost.inc()
        self._losses.add(model, 1)
        self._say(model, rejection.reason, rejection.sentence)
        key = model.encode()
        _, letter, headers = dead_letter(rejection, SOURCE, -1, -1, now_ms, key, value)
        return Record(self._kafka.dead_letters, key, letter, tuple(headers))

    def _tell(self, predictions: Predictions) -> None:
        self._metrics.left_out.inc(predictions.left_out)
        if not predictions.versioned:
            self._metrics.unversioned.inc(len(predictions.made))
            sentence = "nothing names its version: set gateway.kserve.version_annotation"
            self._say(predictions.model, "version", sentence)

    def _say(self, model: str, about: str, sentence: str) -> None:
        if (model, about) not in self._said and len(self._said) < SAID_MAX:
            self._said.add((model, about))
            log.warning("inference log", model=model, about=about, sentence=sentence)
