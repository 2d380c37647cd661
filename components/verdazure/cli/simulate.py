"""`verdazure simulate`: what the controller would have done, and saved, over a trace."""

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from verdazure.cli.facts import AsJson

if TYPE_CHECKING:
    from verdazure.simulation.replay import Traces
    from verdazure.simulation.scenario import Scenario


def simulate(
    scenario: Annotated[
        Path | None, typer.Argument(help="JSON: jobs, services, routes, models. Without one, the example's.")
    ] = None,
    trace: Annotated[
        Path | None,
        typer.Option(help="A CSV file of intensities instead of typical days: datetime_utc, and a column a grid zone."),
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Write a picture: .svg, .png or .pdf.")] = None,
    decisions: Annotated[Path | None, typer.Option(help="Write each decision as a line of JSON.")] = None,
    forecast_error: Annotated[
        float, typer.Option(min=0, max=1, help="Standard deviation of forecasts two days ahead, as a share.")
    ] = 0.0,
    example: Annotated[bool, typer.Option("--example", help="Print the example's scenario, to begin from.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay the carbon controller over a trace: its own rounds, beside what naive and optimum would have emitted.

    Asks no service: intensities are the typical day of each grid zone in that month, or your trace, which has to reach
    two days beyond the end.
    """
    from verdazure.carbon.series import Gap
    from verdazure.carbon.sources import SourceError
    from verdazure.simulation.replay import replay
    from verdazure.simulation.report import picture as draw
    from verdazure.simulation.report import table
    from verdazure.simulation.scenario import Scenario, ScenarioError

    text = _example() if scenario is None else _text(scenario)
    if example:
        print(text, end="")
        return
    try:
        asked = Scenario.read(text)
        traces = _traces(asked, trace)
        made = replay(asked, traces, forecast_error)
    except (ScenarioError, SourceError, Gap, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    if as_json:
        print(json.dumps([asdict(each) | {"saved_share": each.saved} for each in made.outcomes], indent=2))
    else:
        Console().print(table(made))
        print(f"{len(made.decisions)} decisions, {asked.days} days")
    if decisions is not None:
        decisions.write_text("".join(json.dumps(each.row()) + "\n" for each in made.decisions), encoding="utf-8")
    if picture is not None:
        try:
            draw(asked, traces, made, picture)
        except ModuleNotFoundError:
            print("error: a picture needs matplotlib; install verdazure[pictures]", file=sys.stderr)
            raise typer.Exit(1) from None
        except ValueError as error:
            print(f"error: {picture}: {error}", file=sys.stderr)
            raise typer.Exit(2) from None


def _example() -> str:
    return (files("verdazure.simulation") / "example.json").read_text(encoding="utf-8")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(f"error: {file}: cannot be read: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def _traces(scenario: "Scenario", trace: Path | None) -> "Traces":
    """Of each region, from the start to two days beyond the end."""
    from verdazure.carbon.series import Signal
    from verdazure.carbon.sources import CsvTrace, typical_day
    from verdazure.simulation.replay import AHEAD

    end = scenario.end + AHEAD
    if trace is not None:
        source = CsvTrace(trace, signal=Signal.AVERAGE, basis=None, naive_is_utc=True)
        return {region: source.history(region, scenario.start, end) for region in scenario.regions}
    typical = typical_day(now=lambda: scenario.start)
    return {region: typical.forecast(region, end - scenario.start + timedelta(hours=1)) for region in scenario.regions}
