"""`verdazure size` and `verdazure preflight`: the machine that a job needs, and whether Azure would give it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from verdazure.cli.azure import one_clear_error, resource_manager
from verdazure.cli.facts import AsJson

if TYPE_CHECKING:
    from verdazure.compute.preflight import Asked, Verdict
    from verdazure.compute.rightsizing import Sized

Region = Annotated[str | None, typer.Option(help="Azure region: then gCO2e are told too.")]


def size(
    hours: Annotated[float, typer.Option(help="How long the job takes.")],
    gpus: Annotated[int, typer.Option(help="GPUs that it needs; 0 for none.")] = 0,
    gpu_memory: Annotated[float, typer.Option(metavar="GIB", help="Memory that it needs of each GPU, GiB.")] = 0,
    vcpus: Annotated[int, typer.Option(help="vCPUs that it needs.")] = 1,
    memory: Annotated[float, typer.Option(metavar="GIB", help="Memory that it needs, GiB.")] = 0,
    region: Region = None,
    everything: Annotated[bool, typer.Option("--all", help="List what does not do the job too, and why.")] = False,
    as_json: AsJson = False,
) -> None:
    """The VM size that does a job with the least energy: exit code 1 where none does.

    Every size is given the same hours, as no table says how much faster another board would be for your job.
    """
    from verdazure import facts
    from verdazure.compute.rightsizing import Job, sized

    try:
        judged = sized(Job(hours, gpus, gpu_memory, vcpus, memory), region)
    except (ValueError, facts.UnknownFact) as error:
        raise typer.BadParameter(str(error)) from None
    shown = judged if everything else [each for each in judged if each.lacks is None]
    if as_json:
        print(json.dumps([_document(each) for each in shown], indent=2))
    elif shown:
        Console().print(_sizes(shown))
    if judged[0].lacks is not None:
        print("error: no current size in the facts table does this job; --all says why", file=sys.stderr)
        raise typer.Exit(1)


def _document(each: "Sized") -> dict[str, Any]:
    return {
        "vm_size": each.size.name,
        "lacks": each.lacks,
        "gpu": each.size.gpu,
        "gpus": each.size.gpu_count,
        "energy_kwh": each.energy.kwh if each.energy else None,
        "emissions_g": each.emissions.grams if each.emissions else None,
        "unknown": each.unknown,
    }


def _sizes(judged: "list[Sized]") -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("VM size", no_wrap=True)
    table.add_column("GPUs")
    for heading in ("kWh", "gCO2e"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for each in judged:
        table.add_row(
            each.size.name,
            f"{each.size.gpu_count:g} x {each.size.gpu}" if each.size.gpu else "",
            f"{each.energy.kwh:.2f}" if each.energy else "unknown",
            f"{each.emissions.grams:.0f}" if each.emissions else "",
            each.lacks or each.unknown or "",
            style="dim" if each.lacks else None,
        )
    return table


def preflight(
    subscription: Annotated[str, typer.Option(help="Subscription id.")],
    region: Annotated[str, typer.Option(help="Azure region: swedencentral.")],
    vm_size: Annotated[str | None, typer.Option(help="VM size of a cluster. Either this or --clusters.")] = None,
    nodes: Annotated[int, typer.Option(help="Its most nodes.")] = 1,
    low_priority: Annotated[bool, typer.Option(help="Whether its nodes are low-priority.")] = True,
    clusters: Annotated[
        Path | None,
        typer.Option(help='JSON file: {"gpu": {"vm_size": ..., "nodes": 4, "low_priority": true}, ...}.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Whether quota and region have room for clusters: exit code 1 where one does not fit or nobody knows.

    Only reads, with your identity. Quota is a right to machines; whether some are free at this hour Azure does not say.
    """
    from verdazure import facts
    from verdazure.compute.preflight import Fits
    from verdazure.compute.preflight import preflight as ask

    try:
        place, asked = facts.region(region).name, _asked(vm_size, nodes, low_priority, clusters)
    except (ValueError, facts.UnknownFact) as error:
        raise typer.BadParameter(str(error)) from None
    with one_clear_error():
        verdicts = list(ask(resource_manager(), subscription, place, asked))
    if as_json:
        print(json.dumps([asdict(each) for each in verdicts], indent=2))
    else:
        _show(verdicts)
    if any(each.fits is not Fits.YES for each in verdicts):
        raise typer.Exit(1)


def _asked(vm_size: str | None, nodes: int, low_priority: bool, clusters: Path | None) -> "list[Asked]":
    """Raises `ValueError` for a file that says nothing of the kind."""
    from verdazure.compute.preflight import Asked

    if (vm_size is None) is (clusters is None):
        raise ValueError("give --vm-size or --clusters")
    if vm_size is not None:
        return [Asked("cluster", vm_size, nodes, low_priority)]
    try:
        told = json.loads(clusters.read_text()) if clusters else {}
        return [Asked(name, **each) for name, each in told.items()]
    except (OSError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(
            f'{clusters}: {error}; write {{"gpu": {{"vm_size": "Standard_NC4as_T4_v3", "nodes": 4}}}}'
        ) from None


def _show(verdicts: "list[Verdict]") -> None:
    for each in verdicts:
        print(f"{each.fits.value:<13} {each.cluster.name}: {each.reason}")
