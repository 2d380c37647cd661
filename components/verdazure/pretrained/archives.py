"""Zip archives that PyTorch and NumPy write: read where they lie, in bounds, never unpacked."""

import stat
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from verdazure.pretrained.hashing import CHUNK, fault_of_name

MOST_MEMBERS = 100_000
MOST_GROWTH = 100
"""An archive that says it unpacks to more than so many times its own size is a bomb; weights hardly shrink at all."""

ENCRYPTED = 0x1

Judge = Callable[[str, bytes], Iterator[str]]
"""`(name, data)` -> faults of a member; of a long one, its first bytes."""


def faults_of_archive(stream: BinaryIO, size: int, most_bytes: int, judge: Judge) -> Iterator[str]:
    """Why an archive is not safe to load, or nothing. Up to `most_bytes` of each member are handed to `judge`."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if faults := list(_faults_of_list(archive.infolist(), size)):
                yield from faults
                return
            for member in archive.infolist():
                if not member.is_dir():
                    yield from _faults_of_member(archive, member, most_bytes, judge)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        yield f"is no archive that can be read to its end: {error}"
    except Exception as error:  # each compression raises errors of its own (zlib.error, LZMAError)
        yield f"is an archive that does not unpack: {type(error).__name__}"


def _faults_of_list(members: list[zipfile.ZipInfo], size: int) -> Iterator[str]:
    if len(members) > MOST_MEMBERS:
        yield f"is an archive of more than {MOST_MEMBERS:,} files"
    if sum(member.file_size for member in members) > MOST_GROWTH * size:
        yield f"is an archive that unpacks to more than {MOST_GROWTH} times its size"
    if members and min(member.header_offset for member in members) != 0:
        yield "is an archive behind something else: readers differ on which of the two they load"
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        yield "is an archive that holds a name twice: readers differ on which of the two they load"


def _faults_of_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int, judge: Judge
) -> Iterator[str]:
    # orig_filename is what stands in the archive: zipfile ends a name at NUL and turns `\` into `/` on Windows.
    if fault := fault_of_name(member.orig_filename):
        yield f"holds {member.orig_filename!r}, which {fault}"
    elif stat.S_ISLNK(member.external_attr >> 16):
        yield f"holds {member.filename}, which is a symbolic link"
    elif member.flag_bits & ENCRYPTED:
        yield f"holds {member.filename}, which is encrypted"
    else:
        data = _read(archive, member, most_bytes)
        yield from (f"holds {member.filename}, which {fault}" for fault in judge(member.filename, data))


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int) -> bytes:
    """The first bytes; the rest is read too, for its checksum."""
    with archive.open(member) as stream:
        data = stream.read(most_bytes)
        while stream.read(CHUNK):
            pass
    return data
