"""`verdazure data`: what stored data wastes, and how to have it no longer."""

import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from verdazure.cli.azure import one_clear_error, resource_manager
from verdazure.cli.data_licence import licence
from verdazure.cli.facts import AsJson

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient

    from verdazure.carbon.footprint import Grid
    from verdazure.deduplication import Found, Outcome, Saving
    from verdazure.ingestion import Report

app = typer.Typer(
    no_args_is_help=True, help="Check and sample batches; start ingestion; find duplicates and keep one of each."
)
app.command()(licence)

Specified = Annotated[Path, typer.Argument(help="The specification, as JSON: columns, key, least rows, sample.")]
Batch = Annotated[list[Path], typer.Argument(help="The batch: .parquet or .csv files.")]
Account = Annotated[
    str, typer.Option(help="The storage account's name, or the URL of its Blob endpoint. Signs in with your identity.")
]
Region = Annotated[str | None, typer.Option(help="The account's region: then gCO2e are told too.")]
Redundancy = Annotated[str, typer.Option(help="The account's redundancy: LRS, ZRS, GRS, ...")]
Run = Annotated[str, typer.Option(help="Name of the run: it names the manifest, and goes on where it stopped.")]


@app.command()
def check(specification: Specified, batch: Batch, as_json: AsJson = False) -> None:
    """Stop a batch that is not what its specification says: exit code 1, with the rows that break each rule."""
    from verdazure.ingestion import check as judge
    from verdazure.ingestion import read_specification

    with _one_clear_error():
        report = judge(batch, read_specification(specification))
    if as_json:
        print(json.dumps({"passed": report.passed, **asdict(report)}, indent=2))
    else:
        _show_report(report, Console())
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def sample(
    specification: Specified,
    batch: Batch,
    output: Annotated[Path, typer.Option(help="Where the sample is written, as Parquet.")] = Path("sample.parquet"),
) -> None:
    """Take the same small part of a batch, every time, to develop on."""
    from verdazure.ingestion import read_specification
    from verdazure.ingestion import sample as draw

    with _one_clear_error():
        specified = read_specification(specification)
        taken = draw(batch, specified, output)
    share = f"{specified.sample.share:.2%} by {', '.join(specified.sample.by)}" if specified.sample else ""
    print(f"{taken:,} rows, {share}: {output}")


@app.command()
def duplicates(
    inventory: Annotated[list[Path], typer.Argument(help="Files that a blob inventory rule wrote: .parquet or .csv.")],
    output: Annotated[Path, typer.Option(help="Where the duplicates that could go are written, as Parquet.")] = Path(
        "duplicates.parquet"
    ),
    region: Region = None,
    redundancy: Redundancy = "LRS",
    least_bytes: Annotated[int, typer.Option(help="Blobs shorter than this are left alone.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Find blobs that are the same by content hash and length, without touching any."""
    from verdazure.deduplication import find_duplicates, savings

    with _one_clear_error():
        grid = _grid_of(region)
        found = find_duplicates(inventory, output, datetime.now(UTC), least_bytes)
        saved = savings(found, redundancy, grid) if grid else ()
    if as_json:
        print(json.dumps(_document(found, saved, str(output)), indent=2))
    else:
        _show(found, saved, str(output), Console())


@app.command()
def deduplicate(
    candidates: Annotated[Path, typer.Argument(help="The file that `verdazure data duplicates` wrote.")],
    account: Account,
    run: Run,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove duplicates, each after reading it and the one that is kept; `restore` brings them back."""
    from verdazure.deduplication import consolidate

    if not candidates.is_file():
        raise typer.BadParameter(f"{candidates} does not exist; write it with `verdazure data duplicates`")
    if not yes:
        print(f"Would remove what {candidates} names from {account} as run {run}. Add --yes to do it.")
        return
    with _one_clear_error():
        _tell("removed", consolidate(candidates, blobs_of(account), run), as_json)


@app.command()
def tidy(
    account: Account,
    yes: Annotated[bool, typer.Option("--yes", help="Remove what could go; without, only report it.")] = False,
    container: Annotated[str, typer.Option(help="The container that the inventory rule writes to.")] = "inventory",
    region: Region = None,
    redundancy: Redundancy = "LRS",
    as_json: AsJson = False,
) -> None:
    """Find duplicates in the newest inventory of an account, write a report beside it, and on request remove them.

    For a schedule: each inventory is worked on once, whatever dies in between.
    """
    from verdazure.deduplication import savings
    from verdazure.deduplication import tidy as work

    with _one_clear_error():
        grid = _grid_of(region)
        done = work(blobs_of(account), act=yes, container=container)
        if done is None:
            print(f"There is no complete inventory in {container} yet; a weekly rule writes one within a week.")
            return
        saved = savings(done.found, redundancy, grid) if grid else ()
    place = f"verdazure-deduplication/reports/{done.run}.parquet"
    if as_json:
        removed = None if done.outcome is None else done.outcome.removed
        print(json.dumps(_document(done.found, saved, place) | {"run": done.run, "removed": removed}, indent=2))
        return
    _show(done.found, saved, place, Console())
    if done.outcome is not None:
        _tell("removed", done.outcome, as_json)


@app.command()
def restore(account: Account, run: Run, as_json: AsJson = False) -> None:
    """Bring back what a run removed, from the ones that it kept; nothing is written over."""
    from verdazure.deduplication import restore as bring_back

    with _one_clear_error():
        _tell("restored", bring_back(blobs_of(account), run), as_json)


FactoryId = Annotated[str, typer.Argument(help="ARM id of the data factory: the ingestion's output `resource_id`.")]


@app.command()
def start(factory: FactoryId, as_json: AsJson = False) -> None:
    """Start the triggers of a data factory: Azure makes them stopped, and Pulumi cannot start them."""
    _turn(factory, "Started", as_json)


@app.command()
def stop(factory: FactoryId, as_json: AsJson = False) -> None:
    """Stop the triggers of a data factory, as Azure changes none that is started."""
    _turn(factory, "Stopped", as_json)


def _turn(factory: str, state: str, as_json: bool) -> None:
    from verdazure.ingestion.triggers import NotAFactory, State, StillTurning, turn

    with one_clear_error(NotAFactory, StillTurning):
        turned = list(turn(resource_manager(), factory, State(state)))
    if as_json:
        print(json.dumps([asdict(each) for each in turned], indent=2))
        return
    for each in turned:
        print(f"{state.lower():<10} {each.trigger}{'' if each.changed else ', as it was'}")
    if not turned:
        print("The factory has no triggers.")


def blobs_of(account: str) -> "BlobServiceClient":
    """The account's blobs, reached with the identity that azure-identity finds; never with a key."""
    from azure.identity import DefaultAzureCredential
    from azure.storage.blob import BlobServiceClient

    url = account if account.startswith("https://") else f"https://{account}.blob.core.windows.net"
    return BlobServiceClient(url, credential=DefaultAzureCredential())


def _one_clear_error() -> AbstractContextManager[None]:
    from verdazure.deduplication import InventoryError
    from verdazure.facts import UnknownFact
    from verdazure.ingestion import SpecificationError

    return one_clear_error(InventoryError, SpecificationError, UnknownFact)


def _grid_of(region: str | None) -> "Grid | None":
    from verdazure.carbon.footprint import grid_of_region
    from verdazure.facts import UnknownFact

    try:
        return grid_of_region(region) if region else None
    except UnknownFact as unknown:
        raise typer.BadParameter(str(unknown), param_hint="--region") from None


def _show_report(report: "Report", console: Console) -> None:
    if report.passed:
        console.print(f"passed: {report.rows:,} rows", highlight=False)
        return
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("rule", "column", "rows", "wanted", "found"):
        table.add_column(title, justify="right" if title == "rows" else "left")
    for each in report.breaches:
        table.add_row(each.rule, each.column, f"{each.failing:,}", each.wanted, each.found)
    console.print(table)
    console.print(f"stopped: {len(report.breaches)} rules broken in {report.rows:,} rows", highlight=False)


def _document(found: "Found", saved: tuple["Saving", ...], output: str) -> dict[str, Any]:
    return {
        **asdict(found),
        "reclaimable": found.reclaimable,
        "output": output,
        "a_year": [
            {
                "tier": each.tier,
                "bytes": each.bytes,
                "gco2e": None if each.a_year is None else each.a_year.central.grams,
                "unknown": each.unknown or None,
            }
            for each in saved
        ],
    }


def _show(found: "Found", saved: tuple["Saving", ...], output: str, console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("tier")
    table.add_column("duplicates", justify="right")
    table.add_column("size", justify="right")
    table.add_column("gCO2e a year", justify="right")
    years = {each.tier: each for each in saved}
    for tier in found.duplicates:
        year = years.get(tier.tier)
        grams = "-" if year is None else "unknown" if year.a_year is None else f"{year.a_year.central.grams:,.1f}"
        table.add_row(tier.tier or "?", f"{tier.blobs:,}", _size(tier.bytes), grams)
    console.print(table)
    told = [
        ("looked at", f"{found.blobs:,} blobs, {_size(found.bytes)}"),
        ("could go", f"{_size(found.reclaimable)} in {found.groups:,} sets, one of each kept: {output}"),
        ("held", f"{found.held:,} duplicates are immutable, under legal hold or leased"),
        ("unknown", f"{found.unhashed:,} blobs have no content hash and were not compared"),
        ("raw text", f"{_size(found.raw_text)} is uncompressed text: Parquet with zstd would hold it in less"),
    ]
    for label, text in told:
        console.print(f"{label:<10} {text}", highlight=False, soft_wrap=True)
    for each in saved:
        if each.unknown:
            console.print(f"{'':<10} {each.tier}: {each.unknown}", highlight=False, soft_wrap=True)


def _tell(verb: str, outcome: "Outcome", as_json: bool) -> None:
    """`removed` counts what the run did; for a restoration, what came back."""
    if as_json:
        done = {verb: outcome.removed, "bytes": outcome.bytes, "kept": dict(outcome.kept)}
        print(json.dumps(done, indent=2))
        return
    print(f"{verb:<10} {outcome.removed:,} blobs, {_size(outcome.bytes)}")
    for reason, count in outcome.kept.most_common():
        print(f"{'left':<10} {count:,}: {reason}")


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"
