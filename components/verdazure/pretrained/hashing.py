"""SHA-256 of every file of a model: what is registered is what was scanned."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20


class UnsafePath(ValueError):
    """Something below the folder is no plain file of a plain name; the message says what."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    name: str
    """Relative to the model's folder, with `/` on each system; of a model that is one file, the file's name."""
    sha256: str
    """64 hexadecimal digits in small letters."""
    size: int
    """Bytes."""


def files_of(model: Path) -> dict[str, Path]:
    """Name -> path of each file, sorted by name. Raises `UnsafePath` for links, devices and names that mislead."""
    found = {_name(path, model): path for path in _walk(model)}
    if not found:
        raise UnsafePath(f"{model} holds no file")
    return dict(sorted(found.items()))


def hashes(model: Path) -> tuple[ModelFile, ...]:
    """Every file, sorted by name. Raises `UnsafePath` and `OSError`."""
    return tuple(_hashed(name, path) for name, path in files_of(model).items())


def open_plain(path: Path) -> BinaryIO:
    """The file for reading; a link that took its place since is not followed. Raises `OSError`."""
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")


def fault_of_name(name: str) -> str | None:
    """Why a name, relative and with `/`, may lead elsewhere or deceive who reads it; or nothing."""
    if name.startswith("/") or "\\" in name or ":" in name.split("/")[0]:
        return "is not relative"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "leads out of its folder"
    if not name.isprintable():
        return "has characters that cannot be printed"
    return None


def _walk(path: Path) -> Iterator[Path]:
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        for inside in path.iterdir():
            yield from _walk(inside)
    elif stat.S_ISREG(mode):
        yield path
    else:
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "neither a file nor a folder"
        raise UnsafePath(f"{path} is {kind}")


def _name(path: Path, model: Path) -> str:
    name = path.name if path == model else path.relative_to(model).as_posix()
    if fault := fault_of_name(name):
        raise UnsafePath(f"{name!r} {fault}")
    return name


def _hashed(name: str, path: Path) -> ModelFile:
    digest, size = hashlib.sha256(), 0
    with open_plain(path) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return ModelFile(name, digest.hexdigest(), size)
