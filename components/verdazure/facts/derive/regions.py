"""regions.csv: what Microsoft documents about a region, and the annual mean of its grid zone."""

from pathlib import Path

from verdazure.facts.derive import profiles
from verdazure.facts.derive.sources import documented
from verdazure.facts.derive.text import Cells

_OF_REGION = (
    *("name", "display_name", "geography", "country", "residencies", "access", "availability_zones"),
    *("paired_region", "latitude", "longitude", "grid_zone"),
)


def derive(data: Path) -> list[Cells]:
    """One row a region; a zone without a trace leaves the intensity empty."""
    means = profiles.annual_means(data)
    return [_row(region, means.get(region["grid_zone"])) for region in documented("regions")]


def _row(region: Cells, mean: float | None) -> Cells:
    known = mean is not None
    return {
        **{column: region[column] for column in _OF_REGION},
        "intensity_g_per_kwh": str(mean) if known else "",
        "intensity_year": profiles.YEAR if known else "",
        "intensity_source": f"{profiles.SOURCE}, mean of 8760 h" if known else "",
        "intensity_licence": profiles.LICENCE if known else "",
        "region_source": region["region_source"],
        "region_licence": region["region_licence"],
        "read_on": region["read_on"],
    }
