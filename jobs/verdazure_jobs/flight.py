"""Equal work at the same time is done once."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Whoever asks for work that is under way waits for it and shares its end, an error included."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Future[T]] = {}
        self._lock = Lock()

    def run(self, key: Hashable, work: Callable[[], T]) -> tuple[T, bool]:
        """What the work gave, and whether somebody else had begun it."""
        with self._lock:
            future = self._under_way.get(key)
            if mine := future is None:
                future = self._under_way[key] = Future()
        if not mine:
            return future.result(), True
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)
        finally:
            with self._lock:
                del self._under_way[key]
        return future.result(), False
