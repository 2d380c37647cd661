"""Answers kept on disk for a while: one JSON file an answer, never a key or a token."""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import platformdirs

_log = logging.getLogger(__name__)


CACHE_VARIABLE = "VERDAZURE_CACHE_DIR"
_NONE = timedelta(0)


def default_folder(kind: str) -> Path:
    """`kind` in the folder that VERDAZURE_CACHE_DIR names, else in the user's cache folder of this system."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("verdazure")) / kind


class AnswerCache:
    """Decoded JSON answers by request, each until its expiry. Several processes may share a folder.

    A file that cannot be read or understood is a miss. A file that cannot be written is reported in the log and left
    out: the answer itself is at hand.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, request: Mapping[str, str], now: datetime) -> Any | None:
        """The answer to the same request that has not expired, else None."""
        try:
            entry = self._read(request)
            return entry["answer"] if now < datetime.fromisoformat(entry["expires"]) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def last(self, request: Mapping[str, str]) -> tuple[Any, datetime] | None:
        """The newest answer to the same request, expired or not, and when it was kept; None where there is none."""
        try:
            entry = self._read(request)
            return entry["answer"], datetime.fromisoformat(entry["kept"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(
        self, request: Mapping[str, str], answer: Any, now: datetime, ttl: timedelta, spare: timedelta = _NONE
    ) -> None:
        """Keep an answer until `now + ttl`, for `last` until `spare` later, and drop files whose time is over."""
        expires = now + ttl
        entry = {
            "kept": now.isoformat(),
            "expires": expires.isoformat(),
            "request": dict(request),
            "answer": answer,
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep(now)
            _write_whole(self._file(request), json.dumps(entry), expires + spare)
        except OSError as error:
            _log.warning("answers are not cached in %s: %s", self.folder, error)

    def _read(self, request: Mapping[str, str]) -> Any:
        entry = json.loads(self._file(request).read_text(encoding="utf-8"))
        if entry["request"] != dict(request):
            raise ValueError("the file holds the answer to another request")
        return entry

    def _file(self, request: Mapping[str, str]) -> Path:
        key = json.dumps(sorted(request.items())).encode()
        return self.folder / f"{hashlib.sha256(key).hexdigest()}.json"

    def _sweep(self, now: datetime) -> None:
        # A file's modification time is the end of its time: one listing finds what may go, without opening anything.
        for file in self.folder.glob("*.json"):
            with suppress(FileNotFoundError):  # another process may sweep as well
                if file.stat().st_mtime < now.timestamp():
                    file.unlink()


def _write_whole(file: Path, text: str, until: datetime) -> None:
    """Write through a neighbour file, so that a reader sees the old content or the new, never a part."""
    handle, draft = tempfile.mkstemp(dir=file.parent, suffix=".draft")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.utime(draft, (until.timestamp(), until.timestamp()))
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
