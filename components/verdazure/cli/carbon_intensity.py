"""`verdazure intensity`: how clean a region's electricity is now, or will be."""

import json
import math
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from verdazure.carbon.series import Series, Signal
    from verdazure.carbon.sources import Failure, Source

# The sources are imported where they are asked: `--help` and completion stay fast.

_BAR_WIDTH = 24


class SourceName(str, Enum):
    """Whom to ask."""

    AUTO = "auto"
    ELECTRICITY_MAPS = "electricity-maps"
    WATTTIME = "watttime"
    GB = "gb"
    TYPICAL_DAY = "typical-day"
    ANNUAL_MEAN = "annual-mean"


def intensity(
    region: Annotated[str, typer.Argument(help="An Azure region: swedencentral, or 'Sweden Central'.")],
    source: Annotated[
        SourceName, typer.Option(help="Whom to ask; `auto` asks the services that have keys, then the facts tables.")
    ] = SourceName.AUTO,
    marginal: Annotated[
        bool, typer.Option("--marginal", help="Of the plants that answer one more kWh, instead of the grid's average.")
    ] = False,
    forecast: Annotated[bool, typer.Option("--forecast", help="What is expected, instead of what is now.")] = False,
    hours: Annotated[int, typer.Option(min=1, max=72, help="How far the forecast reaches.")] = 24,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """How clean a region's electricity is now or, with --forecast, will be: gCO2e/kWh, and whose number it is.

    Keys come from the environment: ELECTRICITY_MAPS_TOKEN; WATTTIME_USER and WATTTIME_PASSWORD. Without them the
    answer is the region's typical day, or what the GB service gives for free.
    """
    from verdazure import facts
    from verdazure.carbon.series import Signal
    from verdazure.carbon.sources import SourceError

    signal = Signal.MARGINAL if marginal else Signal.AVERAGE
    failures: list[Failure] = []
    try:
        name = facts.region(region).name
        asked = _source(source, name, signal, failures.append)
        series = asked.forecast(name, timedelta(hours=hours)) if forecast else asked.latest(name)
    except facts.UnknownFact as error:
        raise typer.BadParameter(str(error), param_hint="REGION") from None
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    if as_json:
        print(json.dumps(document(name, series, failures), indent=2))
        return
    for failure in failures:
        print(f"skipped {failure.error}", file=sys.stderr)
    show(facts.region(name).display_name, series, datetime.now(UTC), Console())


def _source(source: SourceName, region: str, signal: "Signal", on_failure: "Callable[[Failure], None]") -> "Source":
    from verdazure.carbon import sources
    from verdazure.carbon.series import Signal

    if source is SourceName.AUTO:
        return sources.automatic(region, signal, on_failure=on_failure)
    if source is SourceName.WATTTIME:
        return sources.WattTime(signal=signal)
    if signal is not Signal.AVERAGE:
        raise typer.BadParameter(f"{source.value} has average intensities only; ask watttime", param_hint="--marginal")
    averages: dict[SourceName, Callable[[], Source]] = {
        SourceName.ELECTRICITY_MAPS: sources.ElectricityMaps,
        SourceName.GB: sources.GbCarbonIntensity,
        SourceName.TYPICAL_DAY: sources.typical_day,
        SourceName.ANNUAL_MEAN: sources.annual_mean,
    }
    return averages[source]()


def document(region: str, series: "Series", failures: "list[Failure]") -> dict[str, Any]:
    """A series as JSON. A value that is not known is null."""
    origin = series.origin
    return {
        "region": region,
        "source": origin.source,
        "zone": origin.zone,
        "signal": origin.signal.value,
        "basis": origin.basis.value if origin.basis else None,
        "quality": series.quality.value,
        "issued": series.issued.isoformat() if series.issued else None,
        "unit": "gCO2e/kWh",
        "start": series.start.isoformat(),
        "step_seconds": series.step.total_seconds(),
        "values": [None if math.isnan(value) else value for value in series.values.tolist()],
        "failures": [{"source": failure.source, "error": str(failure.error)} for failure in failures],
    }


def show(region: str, series: "Series", now: datetime, console: Console) -> None:
    """Print a series for people: one number, or a table of hours."""
    origin = series.origin
    basis = origin.basis.value if origin.basis else "unknown basis"
    console.print(f"{region} ({origin.zone}), {origin.signal.value} intensity, {basis}", highlight=False)
    console.print(f"{origin.source}: {series.quality.value}{_age(series, now)}\n", highlight=False)
    if len(series) == 1:
        hold = f"{series.start:%H:%M} to {series.end:%H:%M} UTC"
        console.print(f"{series.values[0]:.1f} gCO2e/kWh  {hold}", highlight=False)
        return
    console.print(_table(hourly(series)))


def _age(series: "Series", now: datetime) -> str:
    from verdazure.carbon.series import Quality

    if series.issued is None:
        return ""
    if series.quality is Quality.TYPICAL:
        return f", from the days until {series.issued:%Y-%m-%d}"
    return f", made {max(0, round((now - series.issued) / timedelta(minutes=1)))} minutes ago"


def hourly(series: "Series") -> list[tuple[datetime, float | None]]:
    """The mean of the known steps of each hour that the series touches; None where none is known."""
    hours: dict[datetime, list[float]] = {}
    for index, value in enumerate(series.values.tolist()):
        start = series.start + index * series.step
        known = hours.setdefault(start.replace(minute=0, second=0, microsecond=0), [])
        if not math.isnan(value):
            known.append(value)
    return [(hour, sum(known) / len(known) if known else None) for hour, known in hours.items()]


def _table(hours: list[tuple[datetime, float | None]]) -> Table:
    known = [value for _, value in hours if value is not None]
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("hour, UTC")
    table.add_column("gCO2e/kWh", justify="right")
    table.add_column("")
    for hour, value in hours:
        if value is None:
            table.add_row(f"{hour:%a %d %H:%M}", "unknown", "")
            continue
        bar = "█" * round(_BAR_WIDTH * value / max(known)) if max(known) else ""
        table.add_row(f"{hour:%a %d %H:%M}", f"{value:.1f}", bar + (" cleanest" if value == min(known) else ""))
    return table
