"""Models that a worker keeps loaded, within a bound of its memory: loading one again draws power and answers nothing.

    models = Keeper(most_bytes=6 * 2**30)
    with models.use("phi-4-mini:5", load) as model:
        ...

A model that is in use stays. Of the others, the one that was used longest ago goes first.
"""

import logging
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

M = TypeVar("M")


@dataclass(frozen=True)
class Loaded(Generic[M]):
    """A model in memory."""

    model: M
    size_bytes: int
    """Memory that it takes; `weights_bytes` says it of a PyTorch module."""
    unload: Callable[[M], None] = lambda _: None
    """Gives back what forgetting the object does not, such as a session of its own."""

    def __post_init__(self) -> None:
        if self.size_bytes < 0:
            raise ValueError(f"size_bytes is {self.size_bytes}. Allowed: 0 or more.")


def weights_bytes(module: Any) -> int:
    """Memory of a PyTorch module's parameters and buffers; what it needs while it works comes on top."""
    return sum(tensor.nbytes for tensors in (module.parameters(), module.buffers()) for tensor in tensors)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Plain numbers since the keeper was made."""

    kept: tuple[str, ...]
    """Models in memory that count against the bound, the one that was used longest ago first."""
    kept_bytes: int
    loads: int
    reused: int
    """Uses that loaded nothing."""
    unloads: int


class _Seat(Generic[M]):
    """A model and those who use it."""

    def __init__(self, loaded: Loaded[M]) -> None:
        self.loaded, self.users, self.kept = loaded, 1, False


class Keeper(Generic[M]):
    """Loads each model once and keeps it while there is room. Safe to use from several threads.

    Those who ask for a model that is being loaded wait for it. A model that does not fit beside those in use is loaded
    and used, but not kept: for that time the process holds more than the bound.
    """

    def __init__(self, most_bytes: int) -> None:
        if most_bytes < 1:
            raise ValueError(f"most_bytes is {most_bytes}. Allowed: 1 or more.")
        self._most, self._lock = most_bytes, Lock()
        self._seats: OrderedDict[str, _Seat[M]] = OrderedDict()
        self._loading: defaultdict[str, Lock] = defaultdict(Lock)
        self._loads = self._reused = self._unloads = 0

    def now(self) -> Keeping:
        """What is kept, and what was spared."""
        with self._lock:
            kept = tuple(name for name, seat in self._seats.items() if seat.kept)
            return Keeping(kept, self._kept_bytes(), self._loads, self._reused, self._unloads)

    @contextmanager
    def use(self, name: str, load: Callable[[], Loaded[M]], expect_bytes: int = 0) -> Iterator[M]:
        """The model of that name, which stays as long as it is used. Raises what `load` raises.

        `expect_bytes` makes room for so much before it is loaded, as far as models are idle.
        """
        with self._lock:
            loading = self._loading[name]
        with loading:
            seat = self._take(name) or self._bring(name, load, expect_bytes)
        try:
            yield seat.loaded.model
        finally:
            self._leave(name, seat)

    def _take(self, name: str) -> _Seat[M] | None:
        with self._lock:
            seat = self._seats.get(name)
            if seat is not None:
                seat.users += 1
                self._reused += 1
                self._seats.move_to_end(name)
            return seat

    def _bring(self, name: str, load: Callable[[], Loaded[M]], expect_bytes: int) -> _Seat[M]:
        with self._lock:
            gone = self._make_room(expect_bytes)
        _unload(gone)
        seat = _Seat(load())
        with self._lock:
            self._loads += 1
            self._seats[name] = seat
            gone = self._settle(seat)
        _unload(gone)
        return seat

    def _leave(self, name: str, seat: _Seat[M]) -> None:
        with self._lock:
            seat.users -= 1
            gone = [] if seat.kept else self._settle(seat)
            if not seat.kept and not seat.users:
                gone.append(self._remove(name))
        _unload(gone)

    def _settle(self, seat: _Seat[M]) -> list[_Seat[M]]:
        """Keeps the model if it fits beside those in use."""
        gone = self._make_room(seat.loaded.size_bytes)
        seat.kept = self._kept_bytes() + seat.loaded.size_bytes <= self._most
        return gone

    def _make_room(self, size: int) -> list[_Seat[M]]:
        """Takes idle models away until so much fits; none if it would not fit even then."""
        idle = [name for name, seat in self._seats.items() if seat.kept and not seat.users]
        needed = self._kept_bytes() + size - self._most
        if needed > sum(self._seats[name].loaded.size_bytes for name in idle):
            return []
        gone: list[_Seat[M]] = []
        while needed > sum(seat.loaded.size_bytes for seat in gone):
            gone.append(self._remove(idle.pop(0)))
        return gone

    def _remove(self, name: str) -> _Seat[M]:
        self._unloads += 1
        return self._seats.pop(name)

    def _kept_bytes(self) -> int:
        return sum(seat.loaded.size_bytes for seat in self._seats.values() if seat.kept)


def _unload(gone: list[_Seat[M]]) -> None:
    """Without the lock, as it may take long."""
    for seat in gone:
        try:
            seat.loaded.unload(seat.loaded.model)
        except Exception:  # whoever uses another model must not suffer from it
            logging.getLogger(__name__).exception("a model could not be unloaded")
