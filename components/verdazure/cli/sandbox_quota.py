"""`verdazure sandbox quota`: tell the simulated Azure how many vCPUs the subscription may use."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from verdazure.sandbox.azure.quota import Quota, Quotas

# The sandbox is imported where a command needs it: `--help` and completion stay fast.

app = typer.Typer(help="Say how many vCPUs may be used; what is not said is unlimited.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


@app.command("set")
def set_(
    vcpus: Annotated[int, typer.Argument(min=0, help="How many vCPUs.")],
    region: Annotated[str, typer.Option(help="Azure region, such as swedencentral.")],
    sizes: Annotated[str, typer.Option(help="Glob of the VM sizes that share them; * is the total.")] = "*",
    low_priority: Annotated[bool, typer.Option("--low-priority", help="Of low-priority and spot capacity.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set a quota, in place of an earlier one for the same."""
    from verdazure import facts
    from verdazure.sandbox.azure.quota import Priority, Quota

    with _one_message():
        plain = facts.normal_region(region)
        facts.region(plain)
        priority = Priority.LOW_PRIORITY if low_priority else Priority.DEDICATED
        _quotas().tell(Quota(region=plain, sizes=sizes, priority=priority, vcpus=vcpus))
        _show(_quotas().all(), as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the quotas that are set."""
    with _one_message():
        _show(_quotas().all(), as_json)


@app.command()
def clear(as_json: AsJson = False) -> None:
    """Forget all quotas: no limits."""
    _quotas().forget()
    _show([], as_json)


def _quotas() -> "Quotas":
    from verdazure.sandbox import environment
    from verdazure.sandbox.azure.quota import Quotas

    return Quotas(environment.locate(Path.cwd()).azure)


@contextmanager
def _one_message() -> Iterator[None]:
    from verdazure.facts import UnknownFact
    from verdazure.sandbox.azure.errors import ProviderError

    try:
        yield
    except (ProviderError, UnknownFact) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1 if isinstance(error, ProviderError) else 2) from None


def _show(quotas: "list[Quota]", as_json: bool) -> None:
    if as_json:
        print(json.dumps([quota.model_dump(mode="json") for quota in quotas], indent=2))
        return
    if not quotas:
        print("No quota is set: nothing is limited.")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Region", "VM sizes", "Priority")
    table.add_column("vCPUs", justify="right")
    for quota in quotas:
        table.add_row(quota.region, quota.sizes, quota.priority.replace("_", " "), str(quota.vcpus))
    Console().print(table)
