"""Files that an ONNX model points to, read off the protobuf wire without loading a tensor.

Field numbers: onnx.proto of github.com/onnx/onnx. Wire format: protobuf.dev, Encoding.
"""

from collections.abc import Iterator, Mapping

Bytes = memoryview
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
DEEPEST = 64
"""Graphs within graphs; protobuf's own readers stop at 100 messages within messages."""

_MESSAGES: Mapping[str, Mapping[int, str]] = {
    "Model": {7: "Graph", 20: "TrainingInfo", 25: "Function"},
    "TrainingInfo": {1: "Graph", 2: "Graph"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Function": {7: "Node", 11: "Attribute"},
    "Node": {5: "Attribute"},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 22: "SparseTensor", 23: "SparseTensor"},
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Tensor": {13: "ExternalData"},
}
"""Message -> field number -> message in it, as far as one can hold a tensor."""


class NotOnnx(ValueError):
    """The bytes are no ONNX model."""


def locations(data: Bytes) -> frozenset[str]:
    """Where the model says that tensors lie, relative to its own folder. Raises `NotOnnx`."""
    if not any(number == 7 for number, _ in _fields(data)):
        raise NotOnnx("it has no graph")
    return frozenset(_locations(data, "Model", 0))


def _locations(data: Bytes, message: str, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise NotOnnx(f"it nests deeper than {DEEPEST} messages")
    inner = _MESSAGES[message]
    for number, value in _fields(data):
        if value is None or number not in inner:
            continue
        if inner[number] == "ExternalData":
            entry = {key: bytes(text or b"") for key, text in _fields(value) if key in (1, 2)}
            if entry.get(1) == b"location":
                yield _text(entry.get(2, b""))
        else:
            yield from _locations(value, inner[number], depth + 1)


def _fields(data: Bytes) -> Iterator[tuple[int, Bytes | None]]:
    """Field number and content; of numbers, which hold no message, nothing."""
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, wire = tag >> 3, tag & 7
        if number == 0 or wire not in (_VARINT, _FIXED64, _LENGTH, _FIXED32):
            raise NotOnnx("it is not protobuf")
        content = None
        if wire == _VARINT:
            _, place = _varint(data, place)
        elif wire == _LENGTH:
            length, place = _varint(data, place)
            content, place = data[place : place + length], place + length
        else:
            place += 8 if wire == _FIXED64 else 4
        if place > len(data):
            raise NotOnnx("it ends early")
        yield number, content


def _varint(data: Bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            break
        value |= (data[place] & 0x7F) << shift
        place += 1
        if data[place - 1] < 0x80:
            return value, place
    raise NotOnnx("it ends within a number")


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise NotOnnx("a location in it is not text") from None
