"""Tensors of the Open Inference Protocol, as JSON or raw behind it.

Source: kserve/open-inference-protocol, specification/protocol/inference_rest.md, and its binary tensor data
extension. FP16 and BF16 come only raw, but some servers write them as JSON all the same.
"""

import base64
import binascii
import struct
from collections.abc import Iterator
from math import prod
from typing import Any, Final, NamedTuple

from driftline.stream_app.gateway.kserve.document import BodyError

CODES: Final = {
    **{"BOOL": "?", "UINT8": "B", "UINT16": "H", "UINT32": "I", "UINT64": "Q"},
    **{"INT8": "b", "INT16": "h", "INT32": "i", "INT64": "q", "FP16": "e", "FP32": "f", "FP64": "d"},
}
"""By datatype: what the struct module calls it. BF16 and BYTES are read otherwise."""
DATATYPES: Final = (*CODES, "BF16", "BYTES")
LONGEST_LIST: Final = 4096
"""Values of a row that become a list: an embedding does, an image does not."""
VALUES_MAX: Final = 1_000_000
"""Values of a tensor: at 32 bytes each 32 MB while it is read."""
RANK_MAX: Final = 16


class Tensor(NamedTuple):
    """A tensor: its values row-major, or None where no list is made of so many."""

    name: str
    shape: tuple[int, ...]
    values: list[Any] | None

    @property
    def rows(self) -> int:
        """How many rows it has; a scalar has one."""
        return self.shape[0] if self.shape else 1

    @property
    def width(self) -> int:
        """Values of a row."""
        return prod(self.shape[1:])


def tensors_of(entries: list[Any], tail: bytes) -> list[Tensor]:
    """The tensors that JSON declares; those with a binary size are cut from the tail in their order.

    Raises:
        BodyError: one is not what it says.
    """
    tensors, place = [], 0
    for entry in entries:
        if not isinstance(entry, dict):
            raise BodyError("A tensor must be an object with name, shape, datatype and data.")
        size = _binary_size(entry)
        raw = None if size is None else tail[place : place + size]
        if raw is not None and len(raw) != size:
            raise BodyError(f"{name_of(entry)} says that {size} bytes follow, and {len(raw)} do.")
        place += size or 0
        tensors.append(_tensor(entry, raw))
    return tensors


def name_of(entry: dict[str, Any]) -> str:
    """A tensor's name."""
    name = entry.get("name")
    return name if isinstance(name, str) and name else "a tensor without a name"


def _tensor(entry: dict[str, Any], raw: bytes | None) -> Tensor:
    name, shape, datatype = name_of(entry), _shape(entry), entry.get("datatype")
    if datatype not in DATATYPES:
        raise BodyError(
            f"{name} has datatype {str(datatype)[:60]!r}: it must be one of {', '.join(DATATYPES)}."
        )
    count = prod(shape)
    if count > VALUES_MAX or prod(shape[1:]) > LONGEST_LIST:
        return Tensor(name, shape, None)
    values = _flat(entry.get("data")) if raw is None else list(_unpacked(name, raw, datatype, count))
    if len(values) != count:
        raise BodyError(f"{name} has shape {list(shape)} and {len(values)} values: it must have {count}.")
    if datatype == "BYTES":
        packed = _parameter(entry, "content_type") == "base64"
        values = [_text(value, packed) for value in values]
    return Tensor(name, shape, values)


def _shape(entry: dict[str, Any]) -> tuple[int, ...]:
    shape = entry.get("shape")
    fits = isinstance(shape, list) and len(shape) <= RANK_MAX
    if not fits or not all(type(size) is int and 0 <= size < 2**31 for size in shape or ()):
        raise BodyError(f"{name_of(entry)} has no shape: it must be a list of whole numbers of 0 or more.")
    assert isinstance(shape, list)
    return tuple(shape)


def _parameter(entry: dict[str, Any], name: str) -> Any:
    parameters = entry.get("parameters")
    return parameters.get(name) if isinstance(parameters, dict) else None


def _binary_size(entry: dict[str, Any]) -> int | None:
    size = _parameter(entry, "binary_data_size")
    if size is not None and (type(size) is not int or size < 0):
        raise BodyError(f"{name_of(entry)} has no usable binary_data_size: it must be a whole number.")
    return size


def _flat(data: Any) -> list[Any]:
    """Data row-major, however deep it is nested."""
    if not isinstance(data, list):
        raise BodyError("A tensor has no data: it must be a list.")
    level: list[Any] = data
    while any(isinstance(item, list) for item in level):
        if not all(isinstance(item, list) for item in level):
            raise BodyError("The data of a tensor are lists and other things side by side.")
        level = [item for part in level for item in part]
    return level


def _unpacked(name: str, raw: bytes, datatype: str, count: int) -> Iterator[Any]:
    """Values from their little-endian bytes.

    Raises:
        BodyError: there are not as many as the shape says.
    """
    if datatype == "BYTES":
        return _elements(name, raw)
    code = CODES.get(datatype, "H")
    if len(raw) != count * struct.calcsize(f"<{code}"):
        raise BodyError(f"{name} has {len(raw)} bytes, which are not {count} values of {datatype}.")
    values = iter(struct.unpack(f"<{count}{code}", raw))
    return map(_bfloat16, values) if datatype == "BF16" else values


def _bfloat16(bits: int) -> float:
    """The upper half of a float of 32 bits."""
    return float(struct.unpack("<f", struct.pack("<I", bits << 16))[0])


def _elements(name: str, raw: bytes) -> Iterator[bytes]:
    """Elements of BYTES: each has its length in four bytes before it."""
    place = 0
    while place < len(raw):
        (length,) = struct.unpack_from("<I", raw, place) if place + 4 <= len(raw) else (len(raw),)
        element = raw[place + 4 : place + 4 + length]
        if len(element) != length:
            raise BodyError(f"{name} ends in the middle of an element of BYTES.")
        yield element
        place += 4 + length


def _text(value: Any, packed: bool) -> Any:
    """An element of BYTES as text; None for bytes that are none, such as an image."""
    try:
        if packed and isinstance(value, str):
            value = base64.b64decode(value, validate=True)
        return value.decode() if isinstance(value, bytes) else value
    except (UnicodeDecodeError, binascii.Error, ValueError):
        return None
