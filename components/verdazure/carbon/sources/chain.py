"""Several sources of one signal, asked in order."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from verdazure.carbon.series import Basis, Series, Signal
from verdazure.carbon.sources.source import Source
from verdazure.web.errors import SourceError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """A source that was asked and had no answer."""

    source: str
    error: SourceError


class Exhausted(SourceError):
    """No source of a chain had an answer; `failures` says why, source by source."""

    def __init__(self, chain: str, failures: Sequence[Failure]) -> None:
        reasons = "; ".join(str(failure.error) for failure in failures)
        super().__init__(chain, f"no source has an answer: {reasons}", where="chain", fix="mend one of them")
        self.failures = tuple(failures)


def log_failure(failure: Failure) -> None:
    """Report a failure in the log, as a warning."""
    _log.warning("asking the next source: %s", failure.error)


class Chain:
    """Answers with the first of its sources that has an answer. A `Source`.

    `on_failure` hears of each source that had none, in order; by default it goes to the log. The series names the
    source that answered. Raises `ValueError` for no sources, for sources of different signals, and for sources of
    different bases unless `across_bases` says that numbers of both may follow one another.
    """

    def __init__(
        self,
        *sources: Source,
        on_failure: Callable[[Failure], None] = log_failure,
        across_bases: bool = False,
    ) -> None:
        if not sources:
            raise ValueError("a chain needs at least one source")
        _refuse_mixed("signal", [(source.name, source.signal) for source in sources], "make a chain for each signal")
        if not across_bases:
            bases = [(source.name, source.basis) for source in sources]
            _refuse_mixed("basis", bases, "allow it with across_bases=True")
        self.signal: Signal = sources[0].signal
        self.basis: Basis | None = sources[0].basis if len({source.basis for source in sources}) == 1 else None
        self.name = " → ".join(source.name for source in sources)
        self._sources = sources
        self._on_failure = on_failure

    def latest(self, region: str) -> Series:
        """The first answer to `latest`. Raises `Exhausted`."""
        return self._first(lambda source: source.latest(region))

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        """The first answer to `history`. Raises `Exhausted`."""
        return self._first(lambda source: source.history(region, start, end))

    def forecast(self, region: str, horizon: timedelta) -> Series:
        """The first answer to `forecast`. Raises `Exhausted`."""
        return self._first(lambda source: source.forecast(region, horizon))

    def _first(self, ask: Callable[[Source], Series]) -> Series:
        failures: list[Failure] = []
        for source in self._sources:
            try:
                return ask(source)
            except SourceError as error:
                failures.append(Failure(source.name, error))
                self._on_failure(failures[-1])
        raise Exhausted(self.name, failures)


def _refuse_mixed(what: str, values: Sequence[tuple[str, Basis | Signal | None]], fix: str) -> None:
    if len({value for _, value in values}) > 1:
        named = ", ".join(f"{name}: {value.value if value else 'unknown'}" for name, value in values)
        raise ValueError(f"a chain keeps to one {what}, not to {named}; {fix}")
