"""`verdazure emitted`: what subscriptions really emitted, as Azure accounts for it."""

import json
import sys
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from verdazure.cli.azure import one_clear_error
from verdazure.cli.facts import AsJson


def emitted(
    subscriptions: Annotated[list[str], typer.Argument(help="Ids of subscriptions, up to 100.")],
    months: Annotated[int, typer.Option(min=1, max=12, help="How many, up to the last one that is closed.")] = 3,
    as_json: AsJson = False,
) -> None:
    """What subscriptions emitted, month by month, by Azure Carbon Optimization.

    To account by: it comes weeks later, and counts electricity by the market. The role is Carbon Optimization Reader.
    """
    from azure.identity import DefaultAzureCredential

    from verdazure.emitted import SCOPES, Denied
    from verdazure.emitted import emitted as ask

    with one_clear_error(Denied, ValueError):
        first, last = _span(datetime.now(UTC).date(), months)
        found = ask(DefaultAzureCredential(), subscriptions, first, last)
    for subscription, why in found.denied.items():
        print(f"not in it: {subscription}: {why}", file=sys.stderr)
    if as_json:
        rows = [
            {"month": each.first_day.isoformat(), **{scope: each.by_scope[scope].kilograms for scope in each.by_scope}}
            for each in found.months
        ]
        print(json.dumps({"unit": "kgCO2e", "months": rows, "denied": dict(found.denied)}, indent=2))
        return
    table = Table(title="kgCO2e", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("month", *SCOPES, "all"):
        table.add_column(column, justify="left" if column == "month" else "right")
    for each in found.months:
        parts = [f"{each.by_scope[scope].kilograms:.1f}" if scope in each.by_scope else "" for scope in SCOPES]
        table.add_row(f"{each.first_day:%b %Y}", *parts, f"{each.total.kilograms:.1f}")
    Console().print(table)


def _span(today: date, months: int) -> tuple[date, date]:
    """The newest month is known from the 20th of the next on."""
    last = _back(today.replace(day=1), 1 if today.day >= 20 else 2)
    return _back(last, months - 1), last


def _back(first_day: date, months: int) -> date:
    whole = first_day.year * 12 + first_day.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)
