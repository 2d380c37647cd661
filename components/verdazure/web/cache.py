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
            entry = json.loads(self._file(request).read_text(encoding="utf-8"))
            alive = entry["request"] == dict(request) and now < datetime.fromisoformat(entry["expires"])
            return entry["answer"] if alive else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, request: Mapping[str, str], answer: Any, now: datetime, ttl: timedelta) -> None:
        """Keep an answer until `now + ttl`, and drop files that expired."""
        expires = now + ttl
        entry = {"expires": expires.isoformat(), "request": dict(request), "answer": answer}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep(now)
            _write_whole(self._file(request), json.dumps(entry), expires)
        except OSError as error:
            _log.warning("answers are not cached in %s: %s", self.folder, error)

    def _file(self, request: Mapping[str, str]) -> Path:
        key = json.dumps(sorted(request.items())).encode()
        return self.folder / f"{hashlib.sha256(key).hexdigest()}.json"

    def _sweep(self, now: datetime) -> None:
        # A file's modification time is its expiry: one listing finds what may go, without opening anything.
        for file in self.folder.glob("*.json"):
            with suppress(FileNotFoundError):  # another process may sweep as well
                if file.stat().st_mtime < now.timestamp():
                    file.unlink()


def _write_whole(file: Path, text: str, expires: datetime) -> None:
    """Write through a neighbour file, so that a reader sees the old content or the new, never a part."""
    handle, draft = tempfile.mkstemp(dir=file.parent, suffix=".draft")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.utime(draft, (expires.timestamp(), expires.timestamp()))
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
