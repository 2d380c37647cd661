"""`verdazure training`: starts what waits for clean power."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from verdazure.cli.azure import one_clear_error, resource_manager
from verdazure.cli.facts import AsJson

if TYPE_CHECKING:
    from verdazure.carbon.series import Series

app = typer.Typer(no_args_is_help=True, help="Start training when power is clean.")


@app.callback()
def _group() -> None:
    """Start training when power is clean."""


@app.command()
def start(
    schedule: Annotated[str, typer.Argument(help="ARM id of a live schedule: `resource_id` of TrainingSchedule.")],
    every: Annotated[int, typer.Option(min=1, max=60, help="Minutes until this command is run again.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Start the run of a live schedule if it is time: run it by a timer, every quarter of an hour.

    Asks the services that have keys in the environment, then the region's typical day, as `verdazure intensity` does.
    A window has one run, however often and by however many it is asked for.
    """
    from verdazure.training.live import PlanError
    from verdazure.training.starting import NotLive, start_if_due

    with one_clear_error(NotLive, PlanError):
        arm = resource_manager()
        done = start_if_due(arm, schedule, datetime.now(UTC), _forecast, timedelta(minutes=every))
    if as_json:
        print(json.dumps(asdict(done), indent=2, default=datetime.isoformat))
        return
    print(f"{'started' if done.started else 'waits  ' if done.ask_again else 'runs   '}  {done.run}")
    print(done.reason)
    if done.ask_again:
        print(f"Ask again by {done.ask_again:%a %d %b %H:%M} UTC.")


def _forecast(region: str, ahead: timedelta) -> "Series | None":
    from verdazure.carbon.sources import SourceError, automatic

    try:
        return automatic(region).forecast(region, ahead)
    except SourceError as error:
        print(f"no forecast: {error}", file=sys.stderr)
        return None
