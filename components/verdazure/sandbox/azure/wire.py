"""The protocol's property values as plain Python: dicts, lists, strings, numbers, booleans, None, and `UNKNOWN`.

Assets and archives stay the dicts that they are on the wire; check for them with `is_asset`. Secrets are declined at
the handshake, as azure-native declines them: the engine strips them before a call and marks the same properties of the
answer, so nothing in here sees or writes one.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from google.protobuf import struct_pb2

from verdazure.sandbox import protocol

# The package that the protocol's stubs were taken from.
STUBS = protocol.plugin_pb2.__name__.rpartition(".")[0]

if TYPE_CHECKING:
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
else:
    plugin_pb2 = protocol.plugin_pb2
    provider_pb2 = import_module(f"{STUBS}.provider_pb2")
    provider_pb2_grpc = import_module(f"{STUBS}.provider_pb2_grpc")
    status_pb2 = import_module(f"{STUBS}.status_pb2")

__all__ = [
    "STUBS",
    "UNKNOWN",
    "Properties",
    "decode",
    "encode",
    "is_asset",
    "plugin_pb2",
    "provider_pb2",
    "provider_pb2_grpc",
    "status_pb2",
]

Properties = dict[str, Any]

# The engine's own constants: sdk/go/common/resource/plugin/rpc.go and sdk/go/common/resource/sig.
_UNKNOWN_ON_THE_WIRE = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # bool or string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker on the wire
_ASSETS = frozenset({"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"})


class _Unknown:
    """The value that a preview does not know yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


def decode(struct: struct_pb2.Struct) -> Properties:
    """A message's properties. Nulls are dropped, as the engine and azure-native drop them."""
    return {key: decoded for key, value in struct.fields.items() if (decoded := _decode(value)) is not None}


def _decode(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN_ON_THE_WIRE else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        decoded = decode(value.struct_value)
        return decoded.get("value") if decoded.get(_SIGNATURE) == _SECRET else decoded
    return None


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """The message for some properties; `UNKNOWN` becomes the engine's placeholder."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        _encode(value, struct.fields[key])
    return struct


def _encode(value: Any, into: struct_pb2.Value) -> None:
    if value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        into.string_value = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, str):
        into.string_value = value
    elif isinstance(value, (int, float)):
        into.number_value = value
    elif isinstance(value, Mapping):
        into.struct_value.SetInParent()
        for key, item in value.items():
            _encode(item, into.struct_value.fields[key])
    elif isinstance(value, (list, tuple)):
        into.list_value.SetInParent()
        for item in value:
            _encode(item, into.list_value.values.add())
    else:
        raise TypeError(f"a property value cannot be a {type(value).__name__}")


def is_asset(value: Any) -> bool:
    """Whether a decoded value is a file or an archive."""
    return isinstance(value, dict) and value.get(_SIGNATURE) in _ASSETS
