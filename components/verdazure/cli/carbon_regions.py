"""`verdazure regions`: which Azure region work should run in; only prices are asked for, and only for a workload."""

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from verdazure.cli import regional_comparison
from verdazure.cli.facts import AsJson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verdazure.carbon.regions import Candidate, Choice, Figures, Needs, Offers, Switching, Weights
    from verdazure.prices import PriceList
    from verdazure.regional import Workload

_COLUMNS = ("region", "price", "latency_ms")
_WORK = "Workload of a month"
_PATIENCE = 20.0
"""Seconds for all prices: a person waits longer than a deployment should."""


def _weights(text: str) -> "Weights":
    """`carbon=1,price=0.5`; what is not named counts nothing. Raises `ValueError`."""
    from verdazure.carbon.regions import Weights

    try:
        shares = {name.strip(): float(share) for name, _, share in (each.partition("=") for each in text.split(","))}
        return Weights(**{"carbon": 0.0, **shares})
    except TypeError:
        raise ValueError(f"weights: {text!r}: what counts is carbon, price and latency") from None
    except ValueError as error:
        raise ValueError(f"weights: {text!r}: write carbon=1,price=0.5,latency=0.2 ({error})") from None


def regions(
    residency: Annotated[str | None, typer.Option(help="Where data must stay: eu, eea or a country's code.")] = None,
    gpu: Annotated[str | None, typer.Option(help="Accelerator, whole or the beginning of its name: A100.")] = None,
    zones: Annotated[bool, typer.Option("--zones", help="Only with availability zones.")] = False,
    pair: Annotated[bool, typer.Option("--pair", help="Only with a paired region inside the residency.")] = False,
    resource_type: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="ARM resource type needed; may be repeated.")
    ] = None,
    longest_latency: Annotated[
        float | None, typer.Option(metavar="MS", help="Longest latency, with --figures.")
    ] = None,
    offers: Annotated[
        Path | None, typer.Option(help="What `az vm list-skus --all --output json` wrote, to judge --gpu.")
    ] = None,
    providers: Annotated[
        Path | None, typer.Option(help="What `az provider list --output json` wrote, to judge --type.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Your own CSV file with the columns region, price, latency_ms.")
    ] = None,
    weights: Annotated[
        str, typer.Option(metavar="SHARES", help="What counts how much: carbon=1,price=0.5,latency=0.2.")
    ] = "carbon=1",
    current: Annotated[
        str | None, typer.Option(help="The region in use: kept unless another is clearly better.")
    ] = None,
    only_pareto: Annotated[
        bool, typer.Option("--pareto", help="Show only those that no other beats in everything known.")
    ] = False,
    stored: Annotated[
        list[str] | None,
        typer.Option(metavar="TIER=GB", help="Data kept all month: Hot=500; may be repeated.", rich_help_panel=_WORK),
    ] = None,
    redundancy: Annotated[str, typer.Option(help="Of what is stored.", rich_help_panel=_WORK)] = "LRS",
    vm_size: Annotated[str | None, typer.Option(help="VM size that trains.", rich_help_panel=_WORK)] = None,
    training_hours: Annotated[float, typer.Option(help="Hours a month of each node.", rich_help_panel=_WORK)] = 0.0,
    nodes: Annotated[int, typer.Option(help="Nodes at once.", rich_help_panel=_WORK)] = 1,
    dedicated: Annotated[
        bool, typer.Option("--dedicated", help="Dedicated nodes, not low-priority ones.", rich_help_panel=_WORK)
    ] = False,
    moved_gb: Annotated[float, typer.Option(help="GB a month from --moved-from.", rich_help_panel=_WORK)] = 0.0,
    moved_from: Annotated[str | None, typer.Option(help="Where they come from.", rich_help_panel=_WORK)] = None,
    egress_gb: Annotated[float, typer.Option(help="GB a month to the internet.", rich_help_panel=_WORK)] = 0.0,
    ask_prices: Annotated[
        bool, typer.Option("--prices/--no-prices", help="Ask for list prices.", rich_help_panel=_WORK)
    ] = True,
    currency: Annotated[str, typer.Option(help="ISO 4217 code of the prices.", rich_help_panel=_WORK)] = "USD",
    as_json: AsJson = False,
) -> None:
    """Which regions fit, best first, and why the others do not.

    Ranks by the grid's annual average intensity, unless you give weights and figures of your own, and asks no service.
    With a workload it compares what that emits and costs in each region, asking the Azure Retail Prices API.
    """
    from verdazure import facts
    from verdazure.carbon.regions import Needs, NoRegion, OffersError, choose, pareto, switching

    try:
        needs = Needs(residency, gpu, zones, pair, frozenset(resource_type or ()), longest_latency)
        work = regional_comparison.workload(
            stored=stored or [],
            redundancy=redundancy,
            vm_size=vm_size,
            training_hours=training_hours,
            nodes=nodes,
            dedicated=dedicated,
            moved_gb=moved_gb,
            moved_from=moved_from,
            egress_gb=egress_gb,
        )
        if work is not None:
            if only_pareto:
                raise ValueError("--pareto compares regions without a workload; leave it out")
            prices = regional_comparison.prices(work, currency, ask_prices, _PATIENCE)
            sold = _offers(offers, providers)
            _compare(work, needs, _weights(weights), _figures(figures), sold, prices, current, as_json)
            return
        choice = choose(needs, _weights(weights), _figures(figures), _offers(offers, providers), current=current)
    except (NoRegion, OffersError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except (ValueError, facts.UnknownFact) as error:
        raise typer.BadParameter(str(error)) from None
    moving = switching([each.name for each in choice.ranked])
    shown = pareto(choice.ranked) if only_pareto else choice.ranked
    if as_json:
        print(json.dumps(document(needs, choice, shown, moving), indent=2))
    else:
        show(needs, choice, shown, moving, Console())


def _compare(
    work: "Workload",
    needs: "Needs",
    weights: "Weights",
    figures: "Figures",
    offers: "Offers",
    prices: "PriceList",
    current: str | None,
    as_json: bool,
) -> None:
    from verdazure import facts
    from verdazure.regional import advice, compare

    if figures.price:
        raise ValueError("figures: a workload is priced by the price list; leave the column price out")
    compared = compare(work, needs, weights, figures.latency_ms, offers, prices, current=current)
    said = None if current is None else advice(work, compared, facts.region(current).name, prices)
    if as_json:
        print(json.dumps(regional_comparison.document(compared, said), indent=2))
        return
    console = Console()
    console.print(regional_comparison.table(compared))
    for label, text in [*regional_comparison.told(compared, said), ("not", _left_out(compared.excluded))]:
        console.print(_labelled(label, text), highlight=False)


def _offers(skus: Path | None, providers: Path | None) -> "Offers":
    from verdazure.carbon.regions import Offers, read_providers, read_skus

    return Offers(
        sizes=None if skus is None else read_skus(skus), types=None if providers is None else read_providers(providers)
    )


def _figures(path: Path | None) -> "Figures":
    """Prices and latencies by region, in their ARM names. Raises `ValueError`, `UnknownFact`."""
    from verdazure import facts
    from verdazure.carbon.regions import Figures

    if path is None:
        return Figures()
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    columns = set(rows[0]) if rows else set()
    if "region" not in columns or not columns <= set(_COLUMNS):
        raise ValueError(
            f"{path}: its columns are {', '.join(sorted(map(str, columns)))}; allowed: {', '.join(_COLUMNS)}"
        )
    numbers: dict[str, dict[str, float]] = {"price": {}, "latency_ms": {}}
    for line, row in enumerate(rows, start=2):
        for column in numbers:
            if cell := row.get(column):
                numbers[column][facts.region(row["region"]).name] = _number(cell, f"{path}, line {line}, {column}")
    return Figures(**numbers)


def _number(cell: str, where: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise ValueError(f"{where}: {cell!r} is not a number") from None


def document(
    needs: "Needs", choice: "Choice", shown: tuple["Candidate", ...], moving: "Switching | None"
) -> dict[str, Any]:
    """A choice as JSON: intensities in gCO2e/kWh."""
    return {
        "region": choice.chosen.name,
        "reason": choice.reason,
        "signal": "average",
        "basis": "lifecycle",
        "ranked": [
            {
                "region": each.name,
                "score": each.score,
                "intensity_g_per_kwh": each.intensity_g_per_kwh,
                "price": each.price,
                "latency_ms": each.latency_ms,
            }
            for each in shown
        ],
        "excluded": dict(choice.excluded),
        "sizes": [size.name for size in _sizes(needs)],
        "offers_known": choice.offers_known,
        "switching": None
        if moving is None
        else {
            "best": moving.best,
            "static_g_per_kwh": moving.static_g_per_kwh,
            "dynamic_g_per_kwh": moving.dynamic_g_per_kwh,
            "added_share": moving.added_share,
            "switches": moving.switches,
            "advised": moving.advised,
        },
    }


def _sizes(needs: "Needs") -> tuple[Any, ...]:
    from verdazure.carbon.regions import gpu_sizes

    return gpu_sizes(needs.gpu) if needs.gpu else ()


def show(
    needs: "Needs", choice: "Choice", shown: tuple["Candidate", ...], moving: "Switching | None", console: Console
) -> None:
    """Print a choice for people: the regions that fit, the choice, what was not looked at, and why others do not."""
    console.print(_table(choice, shown))
    told = [("choice", choice.chosen.name), ("because", choice.reason)]
    if moving is not None:
        told.append(("moving", moving.advice))
    if needs.gpu:
        told.append(("sizes", ", ".join(size.name for size in _sizes(needs))))
    if not choice.offers_known:
        told.append(("unknown", "which regions offer these; no public table says it: give --offers or --providers"))
    told.append(("not", _left_out(choice.excluded)))
    year = choice.chosen.region.intensity_year
    told.append(("by", f"average intensity of the grid in {year}, lifecycle; moving by typical days"))
    for label, text in told:
        console.print(_labelled(label, text), highlight=False)


def _labelled(label: str, text: str) -> Table:
    line = Table.grid(padding=(0, 1))
    line.add_column(width=8)
    line.add_column()
    line.add_row(label, text)
    return line


def _left_out(excluded: "Mapping[str, str]") -> str:
    by_reason: dict[str, list[str]] = {}
    for name, reason in sorted(excluded.items()):
        by_reason.setdefault(reason, []).append(name)
    return "; ".join(
        f"{reason}: {', '.join(names) if len(names) <= 6 else f'{len(names)} regions'}"
        for reason, names in by_reason.items()
    )


def _table(choice: "Choice", shown: tuple["Candidate", ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("region", no_wrap=True)
    table.add_column("score", justify="right")
    table.add_column("gCO2e/kWh", justify="right")
    priced, timed = (any(value is not None for value in column) for column in _known(shown))
    for title, wanted in (("price", priced), ("ms", timed)):
        if wanted:
            table.add_column(title, justify="right")
    table.add_column("zones")
    table.add_column("pair", no_wrap=True)
    table.add_column("")
    for each in shown:
        optional = [value for value, wanted in ((each.price, priced), (each.latency_ms, timed)) if wanted]
        table.add_row(
            each.name,
            f"{each.score:.2f}",
            f"{each.intensity_g_per_kwh:.1f}",
            *("?" if value is None else f"{value:g}" for value in optional),
            {True: "yes", False: "no", None: "?"}[each.region.availability_zones],
            each.region.paired_region or "-",
            "choice" if each is choice.chosen else "",
            style="green" if each is choice.chosen else "",
        )
    return table


def _known(shown: tuple["Candidate", ...]) -> tuple[list[float | None], list[float | None]]:
    return [each.price for each in shown], [each.latency_ms for each in shown]
