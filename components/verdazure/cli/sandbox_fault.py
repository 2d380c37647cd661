"""`verdazure sandbox fault`: make requests to the simulated Azure fail, to see what a stack does."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from verdazure.sandbox.azure.faults import Document, Fault, Faults

# The sandbox is imported where a command needs it: `--help` and completion stay fast.

app = typer.Typer(help="Make requests to the simulated Azure fail, to see what a stack does.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


@app.command()
def add(
    fault: Annotated[str, typer.Argument(help="throttled, conflict, quota, timeout, lost or partial.")],
    operation: Annotated[str, typer.Option(help="create, update, read, delete, invoke or *.")] = "*",
    types: Annotated[str, typer.Option("--type", help="Glob of Pulumi tokens or of ARM types.")] = "*",
    name: Annotated[str, typer.Option(help="Glob of logical names.")] = "*",
    on: Annotated[int, typer.Option(min=1, help="The first matching request that fails.")] = 1,
    times: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many fail at most, from there on; retries count. 1, or no end with --probability."
        ),
    ] = None,
    probability: Annotated[float | None, typer.Option(help="How likely each request fails, above 0 to 1.")] = None,
    seed: Annotated[int, typer.Option(help="Of the draws: the same run has the same faults.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="How long each failing request takes.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Order one more fault; throttles and timeouts surface from the fourth in a row, as azure-native retries.

    `lost` does what was asked and loses the answer; `partial` does it and reports that it failed.
    """
    from pydantic import ValidationError

    from verdazure.sandbox.azure.faults import Document, Fault

    wanted = {"operation": operation, "type": types, "name": name, "fault": fault}
    try:
        ordered = Fault.model_validate(
            {**wanted, "on": on, "times": times, "probability": probability, "seed": seed, "seconds": seconds}
        )
    except ValidationError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(2) from error
    with _one_message():
        faults = _faults()
        faults.save(Document(faults=[*faults.document().faults, ordered]))
        _show(faults.document(), as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the faults that are ordered."""
    with _one_message():
        _show(_faults().document(), as_json)


@app.command()
def clear(as_json: AsJson = False) -> None:
    """Forget all faults and what was counted."""
    with _one_message():
        faults = _faults()
        faults.clear()
        _show(faults.document(), as_json)


def _faults() -> "Faults":
    from verdazure.sandbox import environment
    from verdazure.sandbox.azure.faults import Faults

    return Faults(environment.locate(Path.cwd()).azure)


@contextmanager
def _one_message() -> Iterator[None]:
    from verdazure.sandbox.azure.errors import ProviderError

    try:
        yield
    except ProviderError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _show(document: "Document", as_json: bool) -> None:
    if as_json:
        print(json.dumps(document.model_dump(mode="json"), indent=2))
        return
    for each in document.faults:
        print(f"{each.fault} {each.operation} {each.type} {each.name}: {_when(each)}")
    if not document.faults:
        print("No faults.")


def _when(fault: "Fault") -> str:
    if fault.probability is None:
        return f"from request {fault.on}, {fault.times or 1} times"
    bound = f", {fault.times} times at most" if fault.times else ""
    return f"each with probability {fault.probability:g}, seed {fault.seed}{bound}"
