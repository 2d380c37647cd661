"""Where the published traces and jobs lie. They are read in place: their licences do not let others carry them."""

import csv
import gzip
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal

VARIABLE = "VERDAZURE_DATA_DIR"
_BESIDE_THE_CHECKOUT = Path(__file__).parents[2] / ".." / "shared" / "data"


class Missing(Exception):
    """What a benchmark needs is not here, or not whole; the message says what."""


def rows(data_set: str, file: str) -> list[dict[str, str]]:
    """The rows of a CSV file, zipped or not. Raises `Missing`."""
    path = Path(os.environ.get(VARIABLE) or _BESIDE_THE_CHECKOUT) / data_set / file
    if not path.is_file():
        raise Missing(f"{data_set}/{file} is not there; set {VARIABLE} to the folder that holds {data_set}/")
    return read(path)


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, zipped or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        return list(csv.DictReader(lines))


def trace(source: str, zone: str, times: Iterable[str], values: Iterable[str]) -> Series:
    """An average lifecycle intensity of equal steps, gCO2e/kWh. Raises `Missing` for steps that are not equal."""
    moments = [utc(time) for time in times]
    step = moments[1] - moments[0]
    for earlier, later in pairwise(moments):
        if later - earlier != step:
            raise Missing(f"{source}, {zone}: {later.isoformat()} does not follow {earlier.isoformat()} by {step}")
    return series(source, zone, moments[0], step, np.array([float(value) for value in values]))


def series(source: str, zone: str, start: datetime, step: timedelta, values: NDArray[np.float64]) -> Series:
    """The same from numbers."""
    origin = Origin(source, zone, Signal.AVERAGE, Basis.LIFECYCLE)
    return Series(origin, start, step, values, Quality.MEASURED)


def utc(time: str) -> datetime:
    """A time of these data sets, which write UTC with or without saying so."""
    return datetime.fromisoformat(time).replace(tzinfo=UTC)


def hourly_2022(file: str) -> tuple[datetime, dict[str, NDArray[np.float64]]]:
    """First hour, and gCO2e/kWh of each hour of 2022 by zone, as published by Sukprasert et al. (EuroSys 2024)."""
    table = rows("hourly-2022", file)
    zones = [column for column in table[0] if column != "datetime_utc"]
    return utc(table[0]["datetime_utc"]), {zone: np.array([float(row[zone]) for row in table]) for zone in zones}
