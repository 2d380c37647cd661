"""How often the cache spared a computation, and the energy of it."""

from dataclasses import dataclass, replace
from threading import Lock


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Plain numbers since the cache was made, of this process."""

    hits: int = 0
    """Answered by the result of exactly the same request."""
    similar_hits: int = 0
    """Answered by the result of one that means the same."""
    shared: int = 0
    """Answered by a computation of this process that was under way."""
    misses: int = 0
    """Computed, as the cache had nothing."""
    bypassed: int = 0
    """Computed without asking the cache: sampled answers, and what JSON cannot say."""
    outages: int = 0
    """Computed, as the cache did not answer."""
    errors: int = 0
    """Times that the cache or the embedding failed; while the cache is left alone there are none."""
    not_kept: int = 0
    """Results that were computed and could not be stored: too large, not JSON, or the cache refused."""
    embeddings: int = 0
    """What semantic lookups cost; their energy is not taken off `saved_kwh`."""
    saved_kwh: float = 0.0
    """What the spared computations would have drawn, as far as it is known."""
    spared_unknown: int = 0
    """Spared computations whose energy nobody knows: they are not in `saved_kwh`."""

    @property
    def hit_rate(self) -> float | None:
        """Share of the requests that the cache was asked about, and answered to, that it spared; None before any."""
        spared = self.hits + self.similar_hits
        asked = spared + self.misses
        return spared / asked if asked else None


class Counter:
    """Counts, from several threads."""

    def __init__(self) -> None:
        self._lock, self._now = Lock(), Snapshot()

    def count(self, what: str) -> None:
        """One more of a field of `Snapshot`."""
        with self._lock:
            self._now = replace(self._now, **{what: getattr(self._now, what) + 1})

    def spare(self, how: str, kwh: float | None) -> None:
        """A computation was spared: `hits`, `similar_hits` or `shared`."""
        self.count(how)
        with self._lock:
            if kwh is None:
                self._now = replace(self._now, spared_unknown=self._now.spared_unknown + 1)
            else:
                self._now = replace(self._now, saved_kwh=self._now.saved_kwh + kwh)

    def snapshot(self) -> Snapshot:
        """What was counted until now."""
        return self._now
