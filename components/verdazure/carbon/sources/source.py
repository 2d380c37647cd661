"""The one protocol that every source of intensities follows."""

from datetime import datetime, timedelta
from typing import Protocol

from verdazure.carbon.series import Basis, Series, Signal


class Source(Protocol):
    """Intensities for Azure regions, gCO2e/kWh.

    `region` is an ARM name (`swedencentral`). All three raise `SourceError`, `verdazure.facts.UnknownFact` for a region
    that the facts table does not hold, and `ValueError` for a time without zone or a span that is empty.

    A series holds what the source knows of the span: it may begin later and end sooner, and a value missing inside is
    NaN. A source without one known value raises `NotCovered`.
    """

    @property
    def name(self) -> str:
        """The service or table, as its owner names it."""

    @property
    def signal(self) -> Signal:
        """What its numbers mean."""

    @property
    def basis(self) -> Basis | None:
        """Which emissions its numbers count; None where the source does not say."""

    def latest(self, region: str) -> Series:
        """The value that holds now, or the newest before: a series of one."""

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        """What was, in the steps that [start, end) touches."""

    def forecast(self, region: str, horizon: timedelta) -> Series:
        """What is expected, from the step that holds now until now + horizon."""
