"""Every file of a model, judged by what it holds: safe to load, or why not.

What a file is, its first bytes say before its name does, as loaders look at either. What nobody here can judge is
refused: code, programs, compressed archives, formats that may carry code (Keras, TensorFlow).
"""

import io
import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from verdazure.pretrained.archives import faults_of_archive
from verdazure.pretrained.hashing import fault_of_name, files_of, open_plain
from verdazure.pretrained.pickles import FIX, MOST_BYTES, faults_of_pickles, imports_anything
from verdazure.pretrained.references import NotOnnx, locations

SCANNER = "picklescan"
LONGEST_FAULT = 300


class Kind(str, Enum):
    """What a file is."""

    SAFETENSORS = "safetensors"
    ONNX = "ONNX"
    PICKLE = "pickle"
    ARCHIVE = "archive of pickles or arrays"
    ARRAY = "array"
    DATA = "data"
    """Raw tensors that an ONNX model points to or that lie in an archive of PyTorch; a tokeniser; a picture."""
    TEXT = "text"
    CODE = "code"
    COMPRESSED = "compressed"
    UNKNOWN = "unknown"


# First bytes -> what they begin. ELF, Windows, Mach-O (four ways), Java or fat Mach-O, a script.
_PROGRAMS = (b"\x7fELF", b"MZ", *(bytes.fromhex(magic) for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe")))
_CODE = (*_PROGRAMS, b"\xca\xfe\xba\xbe", b"#!")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ARRAY = b"\x93NUMPY"
# gzip, bzip2, xz, zstd, 7-Zip, RAR, LZ4, and the four levels of zlib, in which joblib writes.
_COMPRESSED = (
    *(b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x04\x22\x4d\x18"),
    *(b"x\x01", b"x\x5e", b"x\x9c", b"x\xda"),
)
_PICKLES = tuple(bytes([0x80, protocol]) for protocol in range(6))
_TAR_AT, _TAR = 257, b"ustar"
_HEAD = 512

_CODE_SUFFIXES = {".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".sh", ".bat", ".ps1", ".exe", ".ipynb", ".js"}
_PICKLE_SUFFIXES = {".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".bin", ".dill"}
_TEXT_SUFFIXES = {
    ".json",
    ".jsonl",
    ".txt",
    ".md",
    ".yaml",
    ".yml",
    ".csv",
    ".tsv",
    ".toml",
    ".jinja",
    ".pbtxt",
    ".vocab",
}
# Short texts in an archive of PyTorch.
_TORCH_NAMES = {"version", "byteorder", "serialization_id", ".format_version", ".storage_alignment"}
_TEXT_NAMES = {"MLmodel", "LICENSE", "LICENCE", "NOTICE", "README", "COPYING", ".gitattributes", *_TORCH_NAMES}
_SETTINGS = "config.json"
# Hugging Face's documentation of transformers, Custom models, and of its pipelines: where a repository names its code.
_NAMES_CODE = {"auto_map", "custom_pipelines"}
_DATA_SUFFIXES = {".model", ".spm", ".png", ".jpg", ".jpeg"}


@dataclass(frozen=True, slots=True)
class Scanned:
    """One file and what was found in it."""

    name: str
    kind: Kind
    faults: tuple[str, ...]
    """Why it is not safe to load; nothing: it is."""


@dataclass(frozen=True, slots=True)
class Scan:
    """All files of a model, sorted by name."""

    scanner_version: str
    files: tuple[Scanned, ...]

    @property
    def clean(self) -> bool:
        """Whether all of it is safe to load."""
        return not any(each.faults for each in self.files)


def scan(model: Path) -> Scan:
    """Judges a file or every file of a folder. Raises `UnsafePath` and `OSError`."""
    files = files_of(model)
    onnx = {name: _locations(path) for name, path in files.items() if _kind(name, _head(path)) is Kind.ONNX}
    tensors = {_beside(name, location) for name, told in onnx.items() for location in told or ()}
    judged = []
    for name, path in files.items():
        kind = _kind(name, _head(path), is_tensors=name in tensors)
        found = _faults_of_onnx(name, onnx[name], set(files)) if name in onnx else _faults(path, kind)
        judged.append(Scanned(name, kind, tuple(dict.fromkeys(map(_shown, found)))))
    return Scan(version(SCANNER), tuple(judged))


def _kind(name: str, head: bytes, is_tensors: bool = False) -> Kind:
    suffix = PurePosixPath(name).suffix.lower()
    if head.startswith(_CODE) or suffix in _CODE_SUFFIXES:
        return Kind.CODE
    if suffix == ".safetensors":
        return Kind.SAFETENSORS
    if suffix == ".onnx":
        return Kind.ONNX
    if head.startswith(_ZIP):
        return Kind.ARCHIVE
    if head.startswith(_ARRAY):
        return Kind.ARRAY
    if head.startswith(_PICKLES) or (suffix in _PICKLE_SUFFIXES and not head.startswith(_COMPRESSED)):
        return Kind.PICKLE
    return _kind_of_what_holds_no_code(name, suffix, head, is_tensors)


def _kind_of_what_holds_no_code(name: str, suffix: str, head: bytes, is_tensors: bool) -> Kind:
    if is_tensors or suffix in _DATA_SUFFIXES:
        return Kind.DATA
    if (suffix in _TEXT_SUFFIXES or PurePosixPath(name).name in _TEXT_NAMES) and b"\0" not in head:
        return Kind.TEXT
    if head.startswith(_COMPRESSED) or head[_TAR_AT:].startswith(_TAR):
        return Kind.COMPRESSED
    return Kind.UNKNOWN


def _faults(path: Path, kind: Kind) -> Iterator[str]:
    if kind is Kind.SAFETENSORS:
        yield from _faults_of_safetensors(path)
        return
    with open_plain(path) as stream:
        if kind is Kind.ARCHIVE:
            yield from faults_of_archive(stream, path.stat().st_size, MOST_BYTES + 1, _faults_of_member)
        else:
            data = stream.read(MOST_BYTES + 1)
            yield from _faults_of_bytes(kind, data)
            if kind is Kind.TEXT and path.name.endswith(_SETTINGS):
                yield from _faults_of_settings(data)


def _faults_of_settings(data: bytes) -> Iterator[str]:
    """Whether settings of transformers name code, in the folder or in another repository, that loaders would run."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        yield "are no settings that can be read: nobody knows what a loader makes of them"
        return
    if isinstance(told, dict) and (named := sorted(_NAMES_CODE & told.keys())):
        yield f"names code of its own ({', '.join(named)}), which a loader may run: take a model that needs none"


def _faults_of_bytes(kind: Kind, data: bytes) -> Iterator[str]:
    match kind:
        case Kind.PICKLE:
            yield from faults_of_pickles(data)
        case Kind.ARRAY:
            yield from _faults_of_array(data)
        case Kind.DATA:
            if imports_anything(data):
                yield f"begins like a pickle, though it should be data: {FIX}"
        case Kind.CODE:
            yield "is code, which nobody here can judge: take a model that needs none of its own"
        case Kind.COMPRESSED:
            yield "is compressed, so that nothing looks into it: unpack it first"
        case Kind.UNKNOWN:
            yield f"is of no format that can be judged; {FIX}, or leave it out"


def _faults_of_member(name: str, data: bytes) -> Iterator[str]:
    """Of a file in an archive: pickles, arrays, texts, and the raw tensors that PyTorch writes as `data/0`."""
    parts = PurePosixPath(name).parts
    is_tensors = parts[-2:-1] == ("data",) and parts[-1].isdigit()
    kind = Kind.DATA if is_tensors else _kind(name, data[:_HEAD])
    if kind in (Kind.ARCHIVE, Kind.SAFETENSORS, Kind.ONNX):
        yield "nothing looks into: unpack the archive first"
    else:
        yield from _faults_of_bytes(kind, data)


def _faults_of_array(data: bytes) -> Iterator[str]:
    """NumPy writes an array of objects as a pickle."""
    from numpy.lib import format as npy

    stream = io.BytesIO(data)
    try:
        read = npy.read_array_header_1_0 if npy.read_magic(stream) == (1, 0) else npy.read_array_header_2_0
        kind = read(stream)[2]
    except ValueError as error:
        yield f"is no array that NumPy reads: {str(error)[:100]}"
        return
    if kind.hasobject:
        yield "is an array of objects, which is a pickle: take arrays of numbers"


def _faults_of_safetensors(path: Path) -> Iterator[str]:
    """The reader of the format's makers checks header, offsets, lengths and that nothing is left over."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy"):
            pass
    except (SafetensorError, OSError, ValueError) as error:
        yield f"is no safetensors file: {str(error)[:100]}"


def _faults_of_onnx(name: str, told: frozenset[str] | None, names: set[str]) -> Iterator[str]:
    if told is None:
        yield "is no ONNX model that can be read to its end"
        return
    for location in sorted(told):
        if fault := fault_of_name(location):
            yield f"points to {location!r}, which {fault}"
        elif _beside(name, location) not in names:
            yield f"points to {location!r}, which is not there"


def _beside(name: str, location: str) -> str:
    return (PurePosixPath(name).parent / location).as_posix()


def _locations(path: Path) -> frozenset[str] | None:
    """Where an ONNX model says that its tensors lie; of what is no such model, nothing."""
    with open_plain(path) as stream:
        try:
            return locations(memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)))
        except (NotOnnx, ValueError):  # ValueError: there is nothing to map in an empty file
            return None


def _shown(fault: str) -> str:
    """A hostile file may name what it imports so that a terminal obeys it."""
    printable = "".join(each if each.isprintable() else "?" for each in fault)
    return printable if len(printable) <= LONGEST_FAULT else f"{printable[:LONGEST_FAULT]}..."


def _head(path: Path) -> bytes:
    with open_plain(path) as stream:
        return stream.read(_HEAD)
