"""What a pickle imports, by picklescan; nothing is ever unpickled.

A pickle is a program: what it imports, it can call. picklescan knows imports that are harmless (tensors, arrays) and
some that are not; here whatever it does not know is refused too. It keeps one memo for all pickles of a stream, where
the unpickler starts a new one with each, so that an import could hide in the second: each is given to it by itself.
"""

import io
import pickletools
from collections.abc import Iterator

MOST_BYTES = 8 << 20
"""A pickle of weights names them and holds none; each byte may take a hundred in memory while it is looked at."""
FIX = "take the model's safetensors or ONNX files instead"

# Imports by a number that stands in a registry of the process that loads the pickle: nobody can say what they name.
_BY_NUMBER = ("EXT1", "EXT2", "EXT4")


def faults_of_pickles(data: bytes) -> Iterator[str]:
    """Why pickles, one behind the other, are not safe to load, or nothing. They must take up all of the data."""
    if len(data) > MOST_BYTES:
        yield f"is a pickle of more than {MOST_BYTES >> 20} MiB, too long to judge: {FIX}"
        return
    try:
        parts = list(_split(data))
    except Exception as error:  # pickletools raises what its readers raise: a pickle that it cannot read is not safe
        yield f"is no pickle that can be read to its end ({_in_short(error)}): {FIX}"
        return
    for part in parts:
        yield from _faults(part)


def imports_anything(data: bytes) -> bool:
    """Whether data that should be no pickle begins like pickles that import something."""
    names = ("GLOBAL", "INST", "STACK_GLOBAL", *_BY_NUMBER)
    stream = io.BytesIO(data)
    try:
        while stream.tell() < len(data):
            if any(opcode.name in names for opcode, _, _ in pickletools.genops(stream)):
                return True
    except Exception:  # pickletools raises what its readers raise: from here on it is no pickle
        return False
    return False


def _split(data: bytes) -> Iterator[bytes]:
    stream, begin = io.BytesIO(data), 0
    while begin < len(data):
        by_number = [opcode.name for opcode, _, _ in pickletools.genops(stream) if opcode.name in _BY_NUMBER]
        if by_number:
            raise ValueError(f"{by_number[0]} imports by number")
        yield data[begin : stream.tell()]
        begin = stream.tell()


def _faults(pickle: bytes) -> Iterator[str]:
    from picklescan.scanner import SafetyLevel, scan_pickle_bytes

    try:
        found = scan_pickle_bytes(io.BytesIO(pickle), "pickle", multiple_pickles=False)
    except ValueError as error:
        yield f"is a pickle that hides what it imports ({_in_short(error)}): {FIX}"
        return
    if found.scan_err:
        yield f"is a pickle that the scanner cannot read: {FIX}"
    for each in sorted(found.globals, key=lambda each: (each.module, each.name)):
        if each.safety is not SafetyLevel.Innocuous:
            what = "dangerous" if each.safety is SafetyLevel.Dangerous else "unknown to the scanner"
            yield f"is a pickle that imports {each.module}.{each.name}, which is {what}: {FIX}"


def _in_short(error: Exception) -> str:
    return str(error)[:100] or type(error).__name__
