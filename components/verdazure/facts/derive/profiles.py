"""profiles.csv: the mean of each hour of the day, month by month, of a year of hourly intensities."""

from collections import defaultdict
from pathlib import Path
from statistics import fmean

from verdazure.facts.derive.tables import Cells, read_csv

SOURCE = "Electricity Maps hourly flow-traced lifecycle averages 2022 (umassos/decarbonization-potential)"
LICENCE = "ODbL-1.0"
READ_ON = "2026-11-23"


def derive(data: Path) -> list[Cells]:
    """One row a zone and month. Reads `hourly-2022/azure_zones_2022_hourly.csv`."""
    days: dict[tuple[str, int, int], list[float]] = defaultdict(list)
    trace = read_csv(data / "hourly-2022" / "azure_zones_2022_hourly.csv")
    zones = [column for column in trace[0] if column != "datetime_utc"]
    for hour in trace:
        stamp = hour["datetime_utc"]  # 2022-01-31T13:00Z
        month, of_day = int(stamp[5:7]), int(stamp[11:13])
        for zone in zones:
            days[zone, month, of_day].append(float(hour[zone]))
    return [
        {
            "zone": zone,
            "month": str(month),
            **{f"h{of_day:02}": f"{fmean(days[zone, month, of_day]):.2f}" for of_day in range(24)},
            "unit": "gCO2e/kWh",
            "year": "2022",
            "source": SOURCE,
            "licence": LICENCE,
            "read_on": READ_ON,
        }
        for zone in zones
        for month in range(1, 13)
    ]
