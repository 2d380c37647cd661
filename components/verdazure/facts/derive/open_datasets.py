"""open_datasets.csv: what Microsoft documents about Azure Open Datasets, and the licences that its pages name."""

from pathlib import Path

from verdazure.facts.derive.sources import documented
from verdazure.facts.derive.text import Cells


def derive(_data: Path) -> list[Cells]:
    """The documented rows as they are."""
    return documented("open_datasets")
