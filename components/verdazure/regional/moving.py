"""What leaving the region in use would save every month, and what it would cost once. Nothing moves by itself."""

from collections.abc import Callable

from verdazure.prices import PriceList
from verdazure.regional.comparison import Candidate, Comparison, mass
from verdazure.regional.estimates import Share, transfer
from verdazure.regional.figures import Figure
from verdazure.regional.workload import Workload


def advice(workload: Workload, comparison: Comparison, kept: str, prices: PriceList) -> str | None:
    """What to tell about `kept`, by a comparison with it as the current region; None while it is good enough.

    A region that only lacks a figure cannot be compared, and that is no reason to leave it.
    """
    if comparison.chosen == kept:
        return None
    here, there = comparison.of(kept), comparison.of(comparison.chosen)
    stays = "Nothing was moved: decide, then set region."
    if here is None:
        why = comparison.excluded[kept]
        return f"{kept}, the region in use, no longer fits: {why}; {comparison.chosen} would. {stays}"
    if here.score is None or there is None:
        return None
    once = transfer(workload.stored_gb, kept, there.name, prices)
    return (
        f"{there.name} would be better than {kept}, the region in use: a month it would {_change(here, there)}; "
        f"moving {workload.stored_gb:,.0f} GB there would once {_once(once, there.currency)}. {stays}"
    )


def _change(here: Candidate, there: Candidate) -> str:
    carbon = _difference("emissions", here.grams, there.grams, lambda grams: f"{mass(grams)}CO2e")
    cost = _difference("cost", here.cost, there.cost, lambda money: f"{here.currency} {money:,.2f}")
    return f"{carbon} and {cost}"


def _difference(what: str, here: Figure, there: Figure, tell: Callable[[float], str]) -> str:
    if here.value is None or there.value is None:
        return f"change the {what} by an unknown amount"
    saved = here.value - there.value
    return f"{'save' if saved >= 0 else 'add'} {tell(abs(saved))}"


def _once(moved: Share, currency: str) -> str:
    emitted = "emit an unknown amount" if moved.grams.value is None else f"emit {mass(moved.grams.value)}CO2e"
    if moved.cost.value is None:
        return f"{emitted}, at an unknown cost ({moved.cost.reason})"
    return f"{emitted} and cost {currency} {moved.cost.value:,.2f}"
