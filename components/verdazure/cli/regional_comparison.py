"""`verdazure regions` with a workload: what it would emit and cost in each region that fits."""

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

if TYPE_CHECKING:
    from verdazure.prices import PriceList
    from verdazure.regional import Candidate, Comparison, Figure, Share, Workload


def workload(
    *,
    stored: list[str],
    redundancy: str,
    vm_size: str | None,
    training_hours: float,
    nodes: int,
    dedicated: bool,
    moved_gb: float,
    moved_from: str | None,
    egress_gb: float,
) -> "Workload | None":
    """The workload that the options describe; None where they describe none. Raises `ValueError`, `UnknownFact`."""
    from verdazure.regional import Stored, Training, Workload

    if not (stored or vm_size or training_hours or moved_gb or egress_gb):
        return None
    if bool(vm_size) is not bool(training_hours):
        raise ValueError("training: give both --vm-size and --training-hours")
    return Workload(
        stored=tuple(Stored(tier, gigabytes, redundancy) for tier, gigabytes in map(_tier, stored)),
        training=(Training(vm_size, training_hours, nodes, spot=not dedicated),) if vm_size else (),
        moved_gb=moved_gb,
        moved_from=moved_from,
        egress_gb=egress_gb,
    )


def _tier(text: str) -> tuple[str, float]:
    tier, _, gigabytes = text.partition("=")
    try:
        return tier.strip().capitalize(), float(gigabytes)
    except ValueError:
        raise ValueError(f"stored: {text!r}: write Hot=500, a tier and its GB") from None


def prices(of: "Workload", currency: str, ask: bool, patience: float) -> "PriceList":
    """What the Azure Retail Prices API says, if it is asked."""
    from verdazure.prices import NOT_ASKED, RetailPrices

    return RetailPrices(currency=currency, patience=patience).ask(of.meters) if ask else NOT_ASKED


def document(comparison: "Comparison", advice: str | None) -> dict[str, Any]:
    """A comparison as JSON: gCO2e and cost of a month. What is unknown is null, with its reason."""
    return {
        "region": comparison.chosen,
        "reason": comparison.reason,
        "signal": "average",
        "basis": "lifecycle",
        "weights": {
            "carbon": comparison.weights.carbon,
            "price": comparison.weights.price,
            "latency": comparison.weights.latency,
        },
        "notes": list(comparison.notes),
        "advice": advice,
        "candidates": [_candidate(each) for each in comparison.candidates],
        "excluded": dict(comparison.excluded),
        "offers_known": comparison.offers_known,
    }


def _candidate(each: "Candidate") -> dict[str, Any]:
    return {
        "region": each.name,
        "score": each.score,
        "unweighed": each.unweighed or None,
        "currency": each.currency,
        "gco2e": _figure(each.grams),
        "cost": _figure(each.cost),
        "latency_ms": _figure(each.latency_ms),
        "shares": {share.name: {"gco2e": _figure(share.grams), "cost": _figure(share.cost)} for share in each.shares},
    }


def _figure(figure: "Figure") -> dict[str, Any]:
    return {"value": figure.value} if figure.value is not None else {"value": None, "reason": figure.reason}


def table(comparison: "Comparison") -> Table:
    """A month in each candidate: all of it, then share by share, below its CO2e its cost where any is known."""
    first = comparison.candidates[0]
    priced = any(share.cost.value for each in comparison.candidates for share in each.shares)
    made = Table(box=box.SIMPLE_HEAD)
    made.add_column("region", no_wrap=True)
    for title in ("score", "CO2e", first.currency, *(share.name for share in first.shares), "ms"):
        made.add_column(title, justify="right")
    for each in comparison.candidates:
        made.add_row(
            each.name,
            "-" if each.score is None else f"{each.score:.2f}",
            _mass(each.grams),
            _money(each.cost),
            *(_share(share, priced) for share in each.shares),
            "?" if each.latency_ms.value is None else f"{each.latency_ms.value:g}",
            style="green" if each.name == comparison.chosen else "",
        )
    return made


def told(comparison: "Comparison", advice: str | None) -> list[tuple[str, str]]:
    """The lines below the table: the choice, and what the figures do not say."""
    chosen = comparison.of(comparison.chosen)
    lines = [("choice", comparison.chosen), ("because", comparison.reason)]
    lines += [("advice", advice)] if advice else []
    lines += [("note", note) for note in comparison.notes]
    unweighed = [each for each in comparison.candidates if each.score is None]
    if unweighed:
        lines.append(("unknown", "; ".join(f"{each.name}: {each.unweighed}" for each in unweighed)))
    if chosen is not None and chosen.cost.value is None:
        lines.append(("unknown", f"costs: {chosen.cost.reason}"))
    if not comparison.offers_known:
        lines.append(("unknown", "which regions sell these sizes; no public table says it: give --offers"))
    return [
        *lines,
        ("by", "a month of 730 hours; below the CO2e of a share its cost; average intensity of the grid, lifecycle"),
    ]


def _share(share: "Share", priced: bool) -> str:
    return _mass(share.grams) + (f"\n{_money(share.cost)}" if priced else "")


def _mass(figure: "Figure") -> str:
    from verdazure.regional.comparison import mass

    return "?" if figure.value is None else mass(figure.value)


def _money(figure: "Figure") -> str:
    return "?" if figure.value is None else f"{figure.value:,.2f}"
