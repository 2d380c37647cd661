"""What is known about intensity in a round: each region asked once, and nothing known is nothing, not a guess."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from verdazure.carbon.quantities import Intensity
from verdazure.carbon.series import Gap, Series
from verdazure.web.errors import SourceError

_log = logging.getLogger(__name__)

Forecast = Callable[[str, timedelta], Series]
"""Intensities that are expected in a region, from now until so much later. Raises `SourceError`."""


class Outlook:
    """Of one round. Safe for one thread."""

    def __init__(self, forecast: Forecast, now: datetime, ahead: timedelta) -> None:
        self._forecast = forecast
        self._now = now
        self._ahead = ahead
        self._asked: dict[str, Series | None] = {}

    def forecast(self, region: str) -> Series | None:
        """From now on; None where no source has an answer."""
        if region not in self._asked:
            try:
                self._asked[region] = self._forecast(region, self._ahead)
            except SourceError as error:
                _log.warning("no intensity for %s: %s", region, error)
                self._asked[region] = None
        return self._asked[region]

    def now(self, region: str) -> Intensity | None:
        """What holds now; None where it is not known."""
        series = self.forecast(region)
        if series is None:
            return None
        try:
            value = series.between(self._now, self._now + timedelta(seconds=1)).values[0]
        except Gap as gap:
            _log.warning("no intensity for %s: %s", region, gap)
            return None
        return Intensity(float(value))
