"""Models for tests, the hostile ones written byte by byte: nothing here is ever unpickled."""

import io
import json
import struct
import zipfile
from pathlib import Path

# `os.system("id")`, as Linux pickles it: GLOBAL, the argument, REDUCE, STOP.
MALICIOUS = b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R."
# The same in the first protocol, which begins with no magic bytes.
MALICIOUS_TEXT = b"cposix\nsystem\n(S'id'\ntR."
# `os.system` by STACK_GLOBAL, whose names lie on the stack.
MALICIOUS_STACK = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R."
# An ordered dictionary, empty: what a state dictionary begins with.
HARMLESS = b"\x80\x02ccollections\nOrderedDict\n)R."
NUMBERS = b"\x80\x02]q\x00(K\x01K\x02e."
UNKNOWN_IMPORT = b"\x80\x02csklearn.linear_model._base\nLinearRegression\n)\x81."


def safetensors(tensors: dict | None = None, data: bytes = b"\0" * 16) -> bytes:
    told = tensors or {"weight": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}
    header = json.dumps(told).encode()
    return struct.pack("<Q", len(header)) + header + data


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def torch(pickle: bytes = HARMLESS, **more: bytes) -> bytes:
    """As `torch.save` writes it."""
    named = {"data.pkl": pickle, "byteorder": b"little", "data/0": b"\0" * 16, "version": b"3\n", **more}
    return zipped({f"archive/{name}": data for name, data in named.items()})


def message(number: int, content: bytes) -> bytes:
    """A protobuf field of bytes, shorter than 16 kB."""
    length = len(content)
    size = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
    key = number << 3 | 2
    return (bytes([key]) if key < 128 else bytes([key & 0x7F | 0x80, key >> 7])) + size + content


def tensor(location: str | None = None) -> bytes:
    held = message(8, b"weight")
    if location is None:
        return held + message(9, b"\0" * 16)
    entry = message(1, b"location") + message(2, location.encode())
    return held + message(13, message(1, b"offset") + message(2, b"0")) + message(13, entry)


def onnx(location: str | None = None) -> bytes:
    """ModelProto with ir_version 10 and a graph of one initializer."""
    return b"\x08\x0a" + message(7, message(2, b"main") + message(5, tensor(location)))


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
