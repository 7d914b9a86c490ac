"""The outputs of a prediction as they were written, kept as text until a label asks for them."""

import msgspec

from driftline.schemas.encoding import encode_values
from driftline.schemas.events import Prediction, Unusable, Value

NOTHING = b""
# What the record has as the event has it.
PLAIN = frozenset({float, str, bool})


class _Outputs(msgspec.Struct):
    outputs: msgspec.Raw = msgspec.Raw(NOTHING)


_FINDER = msgspec.json.Decoder(_Outputs)
_READER = msgspec.json.Decoder(dict[str, Value])


def outputs_text(event: Prediction, record: bytes | None = None) -> bytes:
    """The outputs as JSON: as the record that the event was decoded from has them, if it is given."""
    if not event.outputs:
        return NOTHING
    if record is not None:
        try:
            text = bytes(_FINDER.decode(record).outputs)
            if not PLAIN.issuperset(map(type, event.outputs.values())):
                read_outputs(text)  # where the event has null the record may have what no event can
        except msgspec.MsgspecError:
            pass  # the record was mended
        else:
            return text
    return encode_values(
        {name: value for name, value in event.outputs.items() if not isinstance(value, Unusable)}
    )


def read_outputs(text: bytes) -> dict[str, Value]:
    """The outputs from their text."""
    return _READER.decode(text) if text else {}
