"""`verdazure controller`: the code of the carbon controller, and what it may do."""

import json
from pathlib import Path
from typing import Annotated

import typer

from verdazure.cli.facts import AsJson

app = typer.Typer(no_args_is_help=True, help="The carbon controller: its code, and what it may do.")


@app.command()
def package(
    to: Annotated[Path, typer.Argument(help="The zip to write.")] = Path("controller.zip"),
    requirement: Annotated[
        str | None,
        typer.Option(help="Where the library comes from, as pip takes it. Default: this version, by its name."),
    ] = None,
) -> None:
    """Write the code that a CarbonController runs.

    Publish it: az functionapp deployment source config-zip --build-remote true --src controller.zip -g GROUP -n APP
    """
    from verdazure.controller.package import write_package

    wanted = write_package(to, requirement)
    print(f"{to}: runs {wanted}")


@app.command()
def permissions(as_json: AsJson = False) -> None:
    """What the controller's role lets it do in Azure, each with the call that needs it."""
    from verdazure.operations.permissions import ACTIONS, ROLES

    if as_json:
        print(json.dumps({"actions": dict(ACTIONS), "roles": dict(ROLES)}, indent=2))
        return
    for title, listed in (("Its own role", ACTIONS), ("Built-in roles", ROLES)):
        print(title)
        for name, why in listed.items():
            print(f"  {name}\n      {why}")
