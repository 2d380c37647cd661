"""iot_operations.csv: which versions of extensions make up a release of Azure IoT Operations."""

from pathlib import Path

from verdazure.facts.derive.sources import documented
from verdazure.facts.derive.text import Cells


def derive(_data: Path) -> list[Cells]:
    """The documented rows as they are."""
    return documented("iot_operations")
