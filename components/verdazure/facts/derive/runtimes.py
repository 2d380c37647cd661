"""runtimes.csv: what Microsoft documents about each runtime's end of life."""

from pathlib import Path

from verdazure.facts.derive.sources import documented
from verdazure.facts.derive.text import Cells


def derive(_data: Path) -> list[Cells]:
    """The documented rows as they are."""
    return documented("runtimes")
