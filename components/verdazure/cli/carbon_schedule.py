"""`verdazure schedule`: when a job should run so that it emits least, without asking any service."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from verdazure.cli.carbon_intensity import hourly
from verdazure.cli.facts import AsJson

if TYPE_CHECKING:
    from verdazure.carbon.quantities import Emissions
    from verdazure.carbon.scheduling import Job, Plan
    from verdazure.carbon.series import Series

# The planners are imported where they are asked: `--help` and completion stay fast.

_BAR_WIDTH = 24


def _moment(text: str) -> datetime:
    """A time as people write it; without an offset it is the time of this machine, which the answer names."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time; write 2026-11-24T18:00 or 2026-11-24T18:00Z") from None


def schedule(
    hours: Annotated[float, typer.Option(help="How long the job runs.")],
    kw: Annotated[float, typer.Option(help="What it draws while it runs, in kW.")],
    deadline: Annotated[
        datetime,
        typer.Option(parser=_moment, metavar="TIME", help="Latest finish: 2026-11-24T18:00 (local) or with offset."),
    ],
    zone: Annotated[str | None, typer.Option(help="Its grid zone: SE-SE3. Either this or --region.")] = None,
    region: Annotated[str | None, typer.Option(help="Its Azure region: swedencentral. Either this or --zone.")] = None,
    start: Annotated[
        datetime | None, typer.Option(parser=_moment, metavar="TIME", help="Earliest start; now, unless it is given.")
    ] = None,
    interruptible: Annotated[bool, typer.Option("--interruptible", help="It may pause and go on later.")] = False,
    resume_kwh: Annotated[
        float, typer.Option(help="Energy that going on after a pause costs, with --interruptible.")
    ] = 0.0,
    trace: Annotated[
        Path | None,
        typer.Option(help="A CSV file of intensities instead of the zone's typical day: datetime_utc, and the zone."),
    ] = None,
    marginal: Annotated[bool, typer.Option("--marginal", help="The trace holds marginal, not average values.")] = False,
    as_json: AsJson = False,
) -> None:
    """When a job should run so that it emits least before its deadline, and what that saves against starting now.

    Asks no service: the forecast is the zone's typical day of the month, or your trace.

    Times without an offset are local, and so are those in the table.
    """
    from verdazure.carbon import scheduling
    from verdazure.carbon.quantities import Energy, Power
    from verdazure.carbon.series import Gap
    from verdazure.carbon.sources import SourceError

    if resume_kwh and not interruptible:
        raise typer.BadParameter(
            "a job that never pauses never goes on; add --interruptible", param_hint="--resume-kwh"
        )
    try:
        release = start or datetime.now(UTC)
        job = scheduling.Job(Power(kw * 1000), hours, release, deadline, Energy(resume_kwh))
        forecast = _forecast(zone, region, trace, marginal, job)
        plan = (scheduling.interruptible if interruptible else scheduling.contiguous)(job, forecast)
    except Gap as error:
        print(f"error: the forecast does not reach from start to deadline: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except (scheduling.Infeasible, SourceError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        print(json.dumps(document(plan), indent=2))
    else:
        show(job, plan, forecast, Console())


def _forecast(zone: str | None, region: str | None, trace: Path | None, marginal: bool, job: "Job") -> "Series":
    """The intensities from release to deadline. Raises `typer.BadParameter` for a place that is not known."""
    from verdazure import facts
    from verdazure.carbon.series import Signal
    from verdazure.carbon.sources import CsvTrace, typical_day

    if marginal and trace is None:
        raise typer.BadParameter("typical days are averages; give a --trace", param_hint="--marginal")
    try:
        grid = _grid(zone, region)
        if trace is None:
            profile = facts.profile(grid)
            on_grid = next(name for name, held in facts.regions().items() if held.grid_zone == profile.zone)
            return typical_day().history(on_grid, job.release, job.deadline)
    except facts.UnknownFact as error:
        raise typer.BadParameter(str(error), param_hint="--zone" if region is None else "--region") from None
    signal = Signal.MARGINAL if marginal else Signal.AVERAGE
    replayed = CsvTrace(trace, signal=signal, basis=None, columns={grid: grid}, naive_is_utc=True)
    return replayed.history(grid, job.release, job.deadline)


def _grid(zone: str | None, region: str | None) -> str:
    """The grid zone. Raises `UnknownFact` for a region that does not exist."""
    from verdazure import facts

    if zone is not None and region is None:
        return zone
    if region is not None and zone is None:
        return facts.region(region).grid_zone
    raise typer.BadParameter("say where the job runs: give one of them", param_hint="--zone or --region")


def document(plan: "Plan") -> dict[str, Any]:
    """A plan as JSON: times in UTC, emissions in gCO2e."""
    return {
        "start": plan.start.isoformat(),
        "finish": plan.finish.isoformat(),
        "runs": [{"start": run.start.isoformat(), "end": run.end.isoformat()} for run in plan.runs],
        "emissions_g": plan.emissions.grams,
        "at_once_g": plan.baseline.grams,
        "saved_g": plan.saved.grams,
        "saved_share": plan.saved_share,
        "source": plan.signal.source,
        "zone": plan.signal.zone,
        "signal": plan.signal.signal.value,
        "basis": plan.signal.basis.value if plan.signal.basis else None,
        "quality": plan.quality.value,
        "reason": plan.reason,
    }


def show(job: "Job", plan: "Plan", forecast: "Series", console: Console) -> None:
    """Print a plan for people: the hours and which are used, then what that emits."""
    origin = plan.signal
    basis = origin.basis.value if origin.basis else "unknown basis"
    local = job.release.astimezone()
    console.print(f"{job.hours:g} h at {job.power.watts / 1000:g} kW in {origin.zone}, times in {local:%Z}\n")
    console.print(_table(plan, forecast))
    console.print(f"start    {_day(plan.start)}", highlight=False)
    console.print(f"finish   {_day(plan.finish)}, deadline {_day(job.deadline)}", highlight=False)
    console.print(f"planned  {_amount(plan.emissions)}", highlight=False)
    console.print(f"at once  {_amount(plan.baseline)}", highlight=False)
    saved = f"{_amount(plan.saved)}, {plan.saved_share:.1%}" if plan.saved.grams else plan.reason
    console.print(f"saved    {saved}", highlight=False)
    console.print(f"by       {origin.signal.value} intensity, {basis}; {origin.source}, {plan.quality.value}")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone():%a %d %b %H:%M}"


def _amount(emissions: "Emissions") -> str:
    if emissions.grams >= 1000:
        return f"{emissions.kilograms:,.2f} kgCO2e"
    return f"{emissions.grams:.1f} gCO2e"


def _table(plan: "Plan", forecast: "Series") -> Table:
    hours = [(hour, value) for hour, value in hourly(forecast) if value is not None]
    highest = max(value for _, value in hours)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("hour")
    table.add_column("gCO2e/kWh", justify="right")
    table.add_column("")
    table.add_column("")
    for hour, value in hours:
        bar = "█" * round(_BAR_WIDTH * value / highest) if highest else ""
        minutes = _minutes_used(plan, hour)
        mark = "runs" if minutes == 60 else f"runs {minutes} min" if minutes else ""
        table.add_row(
            f"{hour.astimezone():%a %d %H:%M}", f"{value:.1f}", bar, mark, style="green" if minutes else "dim"
        )
    return table


def _minutes_used(plan: "Plan", hour: datetime) -> int:
    end = hour + timedelta(hours=1)
    used = sum((max(min(run.end, end) - max(run.start, hour), timedelta()) for run in plan.runs), timedelta())
    return round(used / timedelta(minutes=1))
