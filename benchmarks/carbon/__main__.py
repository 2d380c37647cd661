"""Published work, planned again: what was published, what the planners reach, and the optimum.

    python -m benchmarks.carbon [NAME ...] [--json FILE]

Reads the published traces from the folder that VERDAZURE_DATA_DIR names; a benchmark whose data are not there is
skipped by name. Exits with 1 when a target is missed.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from benchmarks.carbon import carbonscaler, gaia, lets_wait_awhile, routing, shifting_limits, speed, static_region
from benchmarks.carbon.data import Missing
from benchmarks.carbon.figures import Cell, Table, missed

BENCHMARKS = {
    "lets-wait-awhile": lets_wait_awhile.run,
    "gaia": gaia.run,
    "shifting-limits": shifting_limits.run,
    "carbonscaler": carbonscaler.run,
    "static-region": static_region.run,
    "routing": routing.run,
    "speed": speed.run_job,
    "speed-fleet": speed.run_fleet,
}


def main(arguments: Sequence[str]) -> int:
    """Runs the named benchmarks, by default all; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.carbon", description=__doc__, add_help=True)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; default all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    console = Console(width=None if sys.stdout.isatty() else 140)
    tables = [table for name in options.names or BENCHMARKS for table in _run(name, console)]
    if options.json:
        options.json.write_text(json.dumps([_as_json(table) for table in tables], indent=2) + "\n")
    failures = missed(tables)
    console.print(f"{sum(len(table.targets) for table in tables) - len(failures)} targets met, {len(failures)} missed.")
    return 1 if failures else 0


def _run(name: str, console: Console) -> list[Table]:
    started = time.perf_counter()
    try:
        tables = BENCHMARKS[name]()
    except Missing as missing:
        console.print(f"{name} skipped: {missing}", highlight=False, markup=False)
        return []
    for table in tables:
        _show(table, console)
    console.print(f"{name} took {time.perf_counter() - started:.0f} s.\n", highlight=False)
    return tables


def _show(table: Table, console: Console) -> None:
    grid = Grid(title=table.title, title_justify="left")
    for number, column in enumerate(table.columns):
        grid.add_column(column, justify="right" if number else "left")
    for row in table.rows:
        grid.add_row(*(_text(cell, table.digits) for cell in row))
    console.print(grid)
    console.print(f"{table.note}\n{table.verdict}", highlight=False, markup=False)


def _text(cell: Cell, digits: int) -> str:
    if cell is None:
        return "-"
    return f"{cell:.{digits}f}" if isinstance(cell, float) else str(cell)


def _as_json(table: Table) -> dict[str, object]:
    return {**asdict(table), "targets": [{**asdict(target), "met": target.met} for target in table.targets]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
