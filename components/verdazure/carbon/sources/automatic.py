"""The best chain for a region that the keys at hand allow."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime

from verdazure import facts
from verdazure.carbon.series import Signal
from verdazure.carbon.sources import electricity_maps, gb_carbon_intensity, watttime
from verdazure.carbon.sources.chain import Chain, Failure, log_failure
from verdazure.carbon.sources.source import Source
from verdazure.carbon.sources.tables import annual_mean, typical_day
from verdazure.web.clock import utc_now


def automatic(
    region: str,
    signal: Signal = Signal.AVERAGE,
    *,
    environment: Mapping[str, str] = os.environ,
    on_failure: Callable[[Failure], None] = log_failure,
    now: Callable[[], datetime] = utc_now,
) -> Chain:
    """Live services first, then tables.

    Average: Electricity Maps where `environment` holds its token, the GB Carbon Intensity API for regions on that grid,
    the typical day, the annual mean. Marginal: WattTime alone; no table holds marginal intensities, so it raises
    `Unauthorised` without an account. The GB service counts direct emissions and the others the whole life cycle: the
    series says which.
    """
    if signal is Signal.MARGINAL:
        return Chain(watttime.WattTime(), on_failure=on_failure)
    live: list[Source] = []
    if environment.get(electricity_maps.TOKEN_VARIABLE):
        live.append(electricity_maps.ElectricityMaps(environment[electricity_maps.TOKEN_VARIABLE]))
    if facts.region(region).grid_zone == gb_carbon_intensity.ZONE:
        live.append(gb_carbon_intensity.GbCarbonIntensity())
    return Chain(*live, typical_day(now=now), annual_mean(now=now), on_failure=on_failure, across_bases=True)
