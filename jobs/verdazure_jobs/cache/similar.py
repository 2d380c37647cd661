"""Requests that mean the same as an earlier one: their embeddings point nearly the same way.

Each space has a log of vectors in Redis, of bounded length. A process reads of it only what it has not read yet and
compares in its own memory, so that a lookup moves a few new vectors over the network, not all of them.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verdazure_jobs.cache.requests import PREFIX
from verdazure_jobs.cache.store import Store

Vector = NDArray[np.float32]
# So many vectors are one answer of Redis: 600 kB of 1,536 dimensions, which the short wait for an answer allows.
PAGE = 100


@dataclass(frozen=True)
class Semantic:
    """When two inputs count as the same question. What is too generous here gives wrong answers: measure it first."""

    embed: Callable[[Any], "Sequence[float] | Vector"]
    """The input's embedding, always of one length."""
    threshold: float
    """Least cosine similarity, above 0 and at most 1."""
    entries: int = 1000
    """Most vectors of a space that are compared; the oldest go first."""
    spaces: int = 16
    """Most spaces whose vectors the process remembers; the one that was used longest ago is read anew."""
    candidates: int = 3
    """So many of the nearest are tried, as results of some may be gone."""

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError(f"threshold is {self.threshold}. Allowed: above 0, at most 1. Fix: 0.95 is careful.")
        if min(self.entries, self.spaces, self.candidates) < 1:
            raise ValueError("entries, spaces and candidates are at least 1.")


class Similar:
    """The vectors of each space. Raises `Unavailable`, and what the embedding raises."""

    def __init__(self, semantic: Semantic, store: Store) -> None:
        self._semantic, self._store = semantic, store
        self._spaces: OrderedDict[str, _Space] = OrderedDict()
        self._lock = Lock()

    def embedding(self, asked: Any) -> Vector:
        """Of length 1. Raises `ValueError` for one that points nowhere."""
        vector = np.asarray(self._semantic.embed(asked), dtype=np.float32).ravel()
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or length == 0:
            raise ValueError("the embedding has no direction")
        return vector / np.float32(length)

    def nearest(self, space: str, vector: Vector) -> list[str]:
        """Digests of inputs in that space which mean the same, the nearest first."""
        with self._lock:
            known = self._spaces.setdefault(space, _Space(self._semantic.entries))
            self._spaces.move_to_end(space)
            if len(self._spaces) > self._semantic.spaces:
                self._spaces.popitem(last=False)
        with known.lock:
            known.catch_up(self._store, _log_key(space))
            return known.nearest(vector, self._semantic.threshold)[: self._semantic.candidates]

    def add(self, space: str, digest: str, vector: Vector, ttl_seconds: int) -> None:
        """Every process finds it at its next lookup."""
        entry = {"digest": digest.encode(), "vector": vector.astype("<f4").tobytes()}
        self._store.append(_log_key(space), entry, self._semantic.entries, ttl_seconds)


class _Space:
    """What the process has read of one log."""

    def __init__(self, entries: int) -> None:
        self.lock = Lock()
        self._entries, self._last = entries, "0"
        self._vectors: OrderedDict[str, Vector] = OrderedDict()

    def catch_up(self, store: Store, key: str) -> None:
        while page := store.read_after(key, self._last, PAGE):
            for self._last, said in page:
                self._remember(said)
            if len(page) < PAGE:
                return

    def _remember(self, said: Mapping[bytes, bytes]) -> None:
        try:
            digest, vector = said[b"digest"].decode(), np.frombuffer(said[b"vector"], dtype="<f4")
        except (KeyError, ValueError):  # torn, or not ours
            return
        self._vectors[digest] = vector
        self._vectors.move_to_end(digest)
        if len(self._vectors) > self._entries:
            self._vectors.popitem(last=False)

    def nearest(self, vector: Vector, threshold: float) -> list[str]:
        alike = [(digest, kept) for digest, kept in self._vectors.items() if kept.shape == vector.shape]
        if not alike:
            return []
        cosines = np.stack([kept for _, kept in alike]) @ vector
        order = np.argsort(-cosines, kind="stable")
        return [alike[i][0] for i in order if cosines[i] >= threshold]


def _log_key(space: str) -> str:
    return f"{PREFIX}vectors:{space}"
