"""PUE, water, carbon-free share and marginal intensity of regions, from the user's own copy of a public table.

The table is `Cloud_Region_Metadata.csv` of the Green Software Foundation's project Real Time Cloud. Its licence
reserves all rights on the data, so nothing of it stands in this package; whoever has a copy can read it here. Known
errors of its Azure rows are mended, and each mending is named: `westus` is Quincy in Washington, which is westus2; one
of two rows of `northeurope` is in Finland, where that region is not; `asiapacific` is Indonesia.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from verdazure.facts.tables import regions

_PROVIDER = "Microsoft Azure"
_COLUMNS = {
    "pue": "power-usage-effectiveness",
    "wue_l_per_kwh": "water-usage-effectiveness",
    "carbon_free_share": "provider-cfe-annual",
    "average_g_per_kwh": "grid-carbon-intensity-average-consumption-annual",
    "marginal_g_per_kwh": "grid-carbon-intensity-marginal-consumption-annual",
}
_INTENSITIES = ("average_g_per_kwh", "marginal_g_per_kwh")


@dataclass(frozen=True, slots=True)
class Dated:
    """A value and the year that it holds for."""

    value: float
    year: int


@dataclass(frozen=True, slots=True)
class RegionMetrics:
    """What the table says of one region; None where it says nothing."""

    pue: Dated | None
    """Energy of the building over energy of its equipment, newest year published."""
    wue_l_per_kwh: Dated | None
    """Litres of water a kWh of equipment, newest year published."""
    carbon_free_share: Dated | None
    """Share, 0 to 1, after the provider's contracts: market-based, so not for a footprint. Newest year published."""
    average_g_per_kwh: Dated | None
    """gCO2e/kWh, lifecycle average; one year for all regions."""
    marginal_g_per_kwh: Dated | None
    """gCO2e/kWh, marginal; the same year for all regions. Not to be mixed with the average: their ranks differ."""


@dataclass(frozen=True, slots=True)
class RealTimeCloud:
    """A copy of the table, read."""

    intensity_year: int
    """The vintage of all intensities: the newest in which Azure's rows have an average."""
    regions: Mapping[str, RegionMetrics]
    mended: tuple[str, ...]
    """What was changed or left out, one sentence each."""


class NotTheTable(ValueError):
    """The file is not Real Time Cloud's region metadata."""


def read(file: Path) -> RealTimeCloud:
    """Azure's rows. Raises `NotTheTable` for another file, `OSError` for a missing one."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        table = csv.DictReader(lines)
        needed = {"year", "cloud-provider", "cloud-region", "location", *_COLUMNS.values()}
        if missing := needed - set(table.fieldnames or ()):
            raise NotTheTable(f"{file} has no column {', '.join(sorted(missing))}; give Cloud_Region_Metadata.csv")
        found = [row for row in table if row["cloud-provider"] == _PROVIDER]
    rows, mended = _mend(found)
    averages = [int(row["year"]) for row in rows if row[_COLUMNS["average_g_per_kwh"]]]
    if not averages:
        raise NotTheTable(f"{file} has no row of {_PROVIDER} with an average intensity; give Cloud_Region_Metadata.csv")
    year = max(averages)
    names = dict.fromkeys(row["cloud-region"] for row in rows)
    metrics = {name: _metrics([row for row in rows if row["cloud-region"] == name], year) for name in names}
    return RealTimeCloud(year, MappingProxyType(metrics), tuple(dict.fromkeys(mended)))


def _mend(rows: Iterable[dict[str, str]]) -> tuple[list[dict[str, str]], list[str]]:
    kept, said = [], []
    for row in rows:
        name, place = row["cloud-region"], row["location"]
        if name == "westus" and "Washington" in place:
            said.append(f"westus in {row['year']} is in Washington: read as westus2")
            name = "westus2"
        elif name == "northeurope" and "Finland" in place:
            said.append(f"northeurope in {row['year']} has a row in Finland: left out")
            continue
        elif name == "asiapacific" and "Indonesia" in place:
            said.append(f"asiapacific in {row['year']} is Indonesia: read as indonesiacentral")
            name = "indonesiacentral"
        if name not in regions():
            said.append(f"{name} is not a public Azure region of the facts table: left out")
            continue
        kept.append({**row, "cloud-region": name})
    return kept, said


def _metrics(rows: list[dict[str, str]], intensity_year: int) -> RegionMetrics:
    def newest(column: str) -> Dated | None:
        cells = [Dated(_number(row, _COLUMNS[column]), int(row["year"])) for row in rows if row[_COLUMNS[column]]]
        if column in _INTENSITIES:
            cells = [cell for cell in cells if cell.year == intensity_year]
        return max(cells, key=lambda cell: cell.year, default=None)

    return RegionMetrics(**{column: newest(column) for column in _COLUMNS})


def _number(row: dict[str, str], column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise NotTheTable(
            f"{column} of {row['cloud-region']} in {row['year']} is {row[column]!r}, not a number: correct your copy"
        ) from None
