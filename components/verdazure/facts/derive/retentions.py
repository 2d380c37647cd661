"""retentions.csv: how long laws and standards have records kept.

In days: a shortest time counts years and months as long as they can be, a longest time as short as they can be.
"""

from pathlib import Path

from verdazure.facts.derive.sources import documented
from verdazure.facts.derive.text import Cells


def derive(_data: Path) -> list[Cells]:
    """The documented rows as they are."""
    return documented("retentions")
