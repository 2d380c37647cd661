"""The form of source files and of derived tables: CSV."""

import csv
import io

Cells = dict[str, str]
"""One row: column -> text, empty where the value is not known."""


def parse(text: str) -> list[Cells]:
    """The rows of a file whose first line names the columns."""
    return list(csv.DictReader(io.StringIO(text)))


def as_csv(rows: list[Cells]) -> str:
    """The text of a table; every row has the columns of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def number(value: float) -> str:
    """The shortest text of a number, free of the dust of binary fractions: twelve digits."""
    return f"{value:.12g}"
