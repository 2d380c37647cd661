"""Politeness: how often a service is asked."""

import threading
from datetime import timedelta


class TokenBucket:
    """A token bucket: `requests` at once, and no more than `requests` per `per` in the long run. Safe among threads."""

    def __init__(self, requests: int, per: timedelta) -> None:
        self._size = float(requests)
        self._refill = requests / per.total_seconds()
        self._tokens = self._size
        self._read: float | None = None
        self._lock = threading.Lock()

    def take(self, now: float) -> float:
        """Take a token and return the seconds to wait before it may be used. `now` is in seconds."""
        with self._lock:
            elapsed = 0.0 if self._read is None else max(0.0, now - self._read)
            self._read = now
            self._tokens = min(self._size, self._tokens + elapsed * self._refill) - 1
            return max(0.0, -self._tokens / self._refill)
