"""`verdazure facts`: what the tables hold, how old it is and what is missing."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from verdazure.facts.audit import Audit
    from verdazure.facts.real_time_cloud import RealTimeCloud
    from verdazure.facts.tables import Table

# The tables and rich are imported where a command needs them: `--help` and completion stay fast.

app = typer.Typer(help="Show the tables of facts: values, sources, ages, gaps.", no_args_is_help=True)

# Columns that a listing of many rows has no room for.
_NO_ROOM = {
    *("source", "licence", "read_on", "region_source", "region_licence", "intensity_source", "intensity_licence"),
    *("title", "attribution", "storage_account", "container", "path", "licence_evidence"),
    *("languages", "azure_format", "azure_version", "azure_skus", "smaller_sibling"),
}
# A pipe has no width: wide enough for a zone's 24 hours.
_PIPED_WIDTH = 240

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the tables with their age and licences."""
    from verdazure.facts.audit import audit_all

    audits = audit_all(date.today())
    if as_json:
        _print_json([_plain(found) for found in audits])
        return
    _print_table(
        ["Table", "What", "Rows", "Read on", "Use until", "Licences"],
        [
            [
                *(found.table, found.about, str(found.rows), str(found.oldest), str(found.use_until)),
                ", ".join(found.licences),
            ]
            for found in audits
        ],
    )


@app.command()
def show(
    table: Annotated[str, typer.Argument(help="A name that `verdazure facts list` prints.")],
    row: Annotated[str | None, typer.Argument(help="Only this row, with its sources.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the rows of a table, or all of one row."""
    from verdazure.facts import UnknownFact

    wanted = _table(table)
    try:
        rows = list(wanted().values()) if row is None else [wanted.get(row)]
    except UnknownFact as unknown:
        print(f"error: {unknown}", file=sys.stderr)
        raise typer.Exit(2) from unknown
    values = [entry.model_dump(mode="json") for entry in rows]
    if as_json:
        _print_json(values)
    elif row is None:
        columns = [column for column in values[0] if column not in _NO_ROOM]
        _print_table(columns, [[_text(entry[column]) for column in columns] for entry in values])
        print(f"- is none or not known; `verdazure facts check` tells which. Sources: verdazure facts show {table} ROW")
    else:
        _print_table(["Column", "Value"], [[column, _text(value)] for column, value in values[0].items()])


@app.command()
def check(
    real_time_cloud: Annotated[
        Path | None,
        typer.Option(
            help="Your copy of Real Time Cloud's Cloud_Region_Metadata.csv: read PUE, water, marginal intensity.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check sources, ages and gaps. Exit code 1 when a row has no source or is past its shelf life."""
    from verdazure.facts.audit import audit_all

    audits = audit_all(date.today())
    copy = _read_copy(real_time_cloud) if real_time_cloud else None
    if as_json:
        answer: dict[str, Any] = {"tables": [_plain(found) for found in audits]}
        _print_json(answer if copy is None else {**answer, "real_time_cloud": _plain_copy(copy)})
    else:
        _show_audits(audits)
        if copy is not None:
            _show_copy(copy)
    if any(found.stale or found.unsourced for found in audits):
        raise typer.Exit(1)


def _show_audits(audits: "tuple[Audit, ...]") -> None:
    _print_table(
        ["Table", "Rows", "Without a source", "Past the shelf life", "Not known: column (rows)"],
        [
            [
                *(found.table, str(found.rows), _names(found.unsourced), _names(found.stale)),
                ", ".join(f"{column} ({len(names)})" for column, names in found.gaps.items()) or "nothing",
            ]
            for found in audits
        ],
    )


def _read_copy(file: Path) -> "RealTimeCloud":
    from verdazure.facts import real_time_cloud

    try:
        return real_time_cloud.read(file)
    except real_time_cloud.NotTheTable as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        raise typer.Exit(2) from wrong


def _show_copy(copy: "RealTimeCloud") -> None:
    regions = _plain_copy(copy)["regions"]
    columns = list(next(iter(regions.values())))
    print(f"Your copy of Real Time Cloud; all intensities are of {copy.intensity_year}, average and marginal apart:")
    _print_table(
        ["Region", *columns],
        [
            [name, *(_text(metrics[column] and metrics[column]["value"]) for column in columns)]
            for name, metrics in regions.items()
        ],
    )
    for sentence in copy.mended:
        print(f"mended: {sentence}")


def _plain_copy(copy: "RealTimeCloud") -> dict[str, Any]:
    from dataclasses import asdict

    regions = {name: asdict(metrics) for name, metrics in copy.regions.items()}
    return {"intensity_year": copy.intensity_year, "regions": regions, "mended": list(copy.mended)}


def _plain(found: "Audit") -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(found), "oldest": str(found.oldest), "use_until": str(found.use_until)}


def _table(name: str) -> "Table[Any]":
    from verdazure.facts.tables import ALL

    for table in ALL:
        if table.name == name:
            return table
    print(f"error: no table {name}; there are {', '.join(table.name for table in ALL)}", file=sys.stderr)
    raise typer.Exit(2)


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return " ".join(_text(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2))


def _print_table(columns: list[str], rows: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        grid.add_row(*row)
    Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH).print(grid)
