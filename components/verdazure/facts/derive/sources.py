"""The files that tables are derived from: rows written down from documentation, and the user's folder of data sets."""

import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

from verdazure.facts.derive.text import Cells, parse

CCF_READ_ON = "2026-11-23"
CCF = "Cloud Carbon Footprint"
CCF_LICENCE = "Apache-2.0"


class MissingSource(FileNotFoundError):
    """A source file that a derivation reads is not there."""


def data_folder() -> Path:
    """Where the data sets stand: `VERDAZURE_DATA_DIR`, or `../shared/data` beside the checkout."""
    chosen = os.environ.get("VERDAZURE_DATA_DIR")
    return Path(chosen) if chosen else Path(__file__).parents[5] / "shared" / "data"


def documented(table: str) -> list[Cells]:
    """The rows of a table as they were written down from documentation."""
    return parse((resources.files("verdazure.facts.derive") / "documented" / f"{table}.csv").read_text("utf-8"))


def read_csv(file: Path) -> list[Cells]:
    """The rows of a data set's file. Raises `MissingSource`."""
    return parse(_read(file))


def constants(data: Path) -> dict[str, Any]:
    """The constants of Cloud Carbon Footprint, BoaviztAPI and the Impact Framework, each under its own key."""
    read: dict[str, Any] = json.loads(_read(data / "coefficients" / "constants.json"))
    return read


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        raise MissingSource(
            f"{file} is missing; set VERDAZURE_DATA_DIR to the folder that holds {file.parent.name}/{file.name}"
        ) from None
