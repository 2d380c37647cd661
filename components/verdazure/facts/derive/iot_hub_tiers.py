"""iot_hub_tiers.csv: what Microsoft documents of a unit of each tier."""

from pathlib import Path

from verdazure.facts.derive.sources import documented
from verdazure.facts.derive.text import Cells


def derive(_data: Path) -> list[Cells]:
    """The documented rows as they are."""
    return documented("iot_hub_tiers")
