"""The outputs of a prediction as they were written, kept as text until a label asks for them."""

import msgspec

from driftline.schemas.encoding import encode_values
from driftline.schemas.events import Prediction, Value

NOTHING = b""


class _Outputs(msgspec.Struct):
    outputs: msgspec.Raw = msgspec.Raw(NOTHING)


_FINDER = msgspec.json.Decoder(_Outputs)
_READER = msgspec.json.Decoder(dict[str, Value])


def outputs_text(event: Prediction, record: bytes | None = None) -> bytes:
    """The outputs as JSON: as the record that the event was decoded from has them, if it is given."""
    if not event.outputs:
        return NOTHING
    if record is None:
        return encode_values(event.outputs)
    try:
        return bytes(_FINDER.decode(record).outputs)
    except msgspec.MsgspecError:
        # A record that was mended: numbers that are not finite are null.
        return encode_values(event.outputs)


def read_outputs(text: bytes) -> dict[str, Value]:
    """The outputs from their text."""
    return _READER.decode(text) if text else {}
