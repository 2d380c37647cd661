"""The `verdazure` command. Exit codes: 0 done, 1 failed, 2 wrong usage."""

from importlib.metadata import version
from typing import Annotated

import typer

from verdazure.cli import (
    carbon_intensity,
    carbon_regions,
    carbon_schedule,
    check,
    compute,
    controller,
    data,
    drift,
    edge,
    emitted,
    endpoint,
    facts,
    model,
    models,
    rules,
    sandbox,
    simulate,
    training,
    workspace,
)

app = typer.Typer(
    name="verdazure",
    help="Pulumi components that make sustainable AI on Azure the default.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local variable may hold a secret
)
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(facts.app, name="facts")
app.add_typer(data.app, name="data")
app.add_typer(model.app, name="model")
app.add_typer(training.app, name="training")
app.add_typer(workspace.app, name="workspace")
app.add_typer(controller.app, name="controller")
app.add_typer(endpoint.app, name="endpoint")
app.add_typer(edge.app, name="edge")
app.add_typer(rules.app, name="rules")
app.command()(check.check)
app.command("policy-pack")(rules.policy_pack)
app.command()(carbon_intensity.intensity)
app.command()(carbon_regions.regions)
app.command()(carbon_schedule.schedule)
app.command()(models.models)
app.command()(compute.preflight)
app.command()(compute.size)
app.command()(simulate.simulate)
app.command()(emitted.emitted)
app.command()(drift.drift)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"verdazure {version('verdazure')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options that hold for every command."""
