"""How far what a model is asked has moved from what it was trained on: rows of VerdazureDrift_CL, a column each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from verdazure.carbon.drift import population_stability, same_population

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

STREAM = "Custom-VerdazureDrift_CL"


class NotComparable(ValueError):
    """The two files have nothing that can be compared; the message says why."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Of one column."""

    column: str
    psi: float
    ks_p: float

    def row(self, model: str, at: datetime, accuracy: float | None) -> dict[str, Any]:
        """As the Logs Ingestion API takes it."""
        return {
            "TimeGenerated": at.isoformat(),
            "Model": model,
            "Column": self.column,
            "Psi": self.psi,
            "KsP": self.ks_p,
            "Accuracy": accuracy,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of two samples."""

    drifts: tuple[Drift, ...]
    """From the column that moved most."""
    left_out: tuple[str, ...]
    """Columns that are no numbers, or have no value in one of the two."""


def read(file: Path) -> pl.DataFrame:
    """A Parquet or CSV file. Raises `NotComparable` for one that is neither."""
    try:
        return pl.read_csv(file) if file.suffix.lower() == ".csv" else pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise NotComparable(f"{file}: {str(error).splitlines()[0]}; give a Parquet or CSV file") from None


def compare(reference: pl.DataFrame, recent: pl.DataFrame) -> Comparison:
    """The columns that both have. Raises `NotComparable` where no number is among them."""
    drifts: list[Drift] = []
    left_out: list[str] = []
    for column in (each for each in reference.columns if each in recent.columns):
        samples = [_numbers(frame[column]) for frame in (reference, recent)]
        if any(each is None or each.is_empty() for each in samples):
            left_out.append(column)
            continue
        one, other = (each.to_numpy() for each in samples if each is not None)
        drifts.append(Drift(column, population_stability(one, other), same_population(one, other)))
    if not drifts:
        common = ", ".join(left_out) or "none"
        raise NotComparable(f"no column of numbers is in both; columns in both: {common}")
    return Comparison(tuple(sorted(drifts, key=lambda each: -each.psi)), tuple(left_out))


def send(credential: "TokenCredential", endpoint: str, rule: str, rows: Sequence[dict[str, Any]]) -> None:
    """To Log Analytics, by the data collection rule's immutable id. Raises azure-core's `AzureError`."""
    from azure.monitor.ingestion import LogsIngestionClient

    client: Any = LogsIngestionClient(endpoint, credential)
    client.upload(rule, STREAM, list(rows))


def _numbers(column: pl.Series) -> pl.Series | None:
    """Its finite values; None where it holds no numbers."""
    if not column.dtype.is_numeric():
        return None
    values = column.cast(pl.Float64).drop_nulls()
    return values.filter(values.is_finite())
