"""CSV in, CSV out: the form of source files and of derived tables."""

import csv
import io
from pathlib import Path

Cells = dict[str, str]
"""One row: column -> text, empty where the value is not known."""


def read_csv(file: Path) -> list[Cells]:
    """The rows of a source file. Raises `OSError`, naming the file that is missing."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def as_csv(rows: list[Cells]) -> str:
    """The text of a table; every row has the columns of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
