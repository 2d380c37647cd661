"""profiles.csv and the annual means: what a year of hourly intensities says of each zone."""

from collections import defaultdict
from pathlib import Path
from statistics import fmean

from verdazure.facts.derive.sources import read_csv
from verdazure.facts.derive.text import Cells

SOURCE = "Electricity Maps hourly flow-traced lifecycle averages 2022 (umassos/decarbonization-potential)"
LICENCE = "ODbL-1.0"
YEAR = "2022"
READ_ON = "2026-11-23"


def derive(data: Path) -> list[Cells]:
    """The mean of each hour of the day, one row a zone and month."""
    days: dict[tuple[str, int, int], list[float]] = defaultdict(list)
    trace = _trace(data)
    for hour in trace:
        stamp = hour["datetime_utc"]  # 2022-01-31T13:00Z
        month, of_day = int(stamp[5:7]), int(stamp[11:13])
        for zone in _zones(trace):
            days[zone, month, of_day].append(float(hour[zone]))
    return [
        {
            "name": f"{zone} {month:02}",
            "zone": zone,
            "month": str(month),
            **{f"h{of_day:02}": f"{fmean(days[zone, month, of_day]):.2f}" for of_day in range(24)},
            "unit": "gCO2e/kWh",
            "year": YEAR,
            "source": SOURCE,
            "licence": LICENCE,
            "read_on": READ_ON,
        }
        for zone in _zones(trace)
        for month in range(1, 13)
    ]


def annual_means(data: Path) -> dict[str, float]:
    """gCO2e/kWh of each zone over the year, to two decimals."""
    trace = _trace(data)
    return {zone: round(fmean(float(hour[zone]) for hour in trace), 2) for zone in _zones(trace)}


def _trace(data: Path) -> list[Cells]:
    return read_csv(data / "hourly-2022" / "azure_zones_2022_hourly.csv")


def _zones(trace: list[Cells]) -> list[str]:
    return [column for column in trace[0] if column != "datetime_utc"]
