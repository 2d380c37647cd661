"""Where intensities come from: services, tables and traces behind one small protocol.

Every answer is a `verdazure.carbon.series.Series` in gCO2e/kWh that says whose number it is, which signal and basis,
how good, and how old. Services are asked through `verdazure.web`, which alone touches the network.
"""

from verdazure.carbon.sources.automatic import automatic
from verdazure.carbon.sources.chain import Chain, Exhausted, Failure
from verdazure.carbon.sources.electricity_maps import ElectricityMaps
from verdazure.carbon.sources.gb_carbon_intensity import GbCarbonIntensity
from verdazure.carbon.sources.source import Source
from verdazure.carbon.sources.tables import FactsTable, annual_mean, typical_day
from verdazure.carbon.sources.trace import CsvTrace
from verdazure.carbon.sources.watttime import WattTime
from verdazure.web.errors import (
    BadAnswer,
    NotCovered,
    SourceError,
    Stale,
    Throttled,
    Unauthorised,
    Unavailable,
)

__all__ = [
    "BadAnswer",
    "Chain",
    "CsvTrace",
    "ElectricityMaps",
    "Exhausted",
    "FactsTable",
    "Failure",
    "GbCarbonIntensity",
    "NotCovered",
    "Source",
    "SourceError",
    "Stale",
    "Throttled",
    "Unauthorised",
    "Unavailable",
    "WattTime",
    "annual_mean",
    "automatic",
    "typical_day",
]
