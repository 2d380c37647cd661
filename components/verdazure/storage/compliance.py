"""How long laws and standards have data kept, and what that makes of a plan. Pure.

A shortest time wins over a shorter plan. A longest time wins over a plan that nobody set; against one that somebody
did set it is refused, because deleting sooner than asked cannot be undone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from verdazure import facts
from verdazure.storage.plans import Plan


class Conflict(ValueError):
    """Two bases, or a basis and what was asked, cannot both be kept."""


@dataclass(frozen=True)
class Bounds:
    """The shortest and longest time in days that several bases leave, each with the name of the basis that sets it."""

    shortest: int | None = None
    shortest_by: str = ""
    longest: int | None = None
    longest_by: str = ""


def bounds(bases: Sequence[str]) -> Bounds:
    """What those rows of the facts table leave together. Raises `UnknownFact`, `Conflict`."""
    rows = [facts.retentions.get(name) for name in bases]
    shortest = max(((row.min_days, row.name) for row in rows if row.min_days is not None), default=(None, ""))
    longest = min(((row.max_days, row.name) for row in rows if row.max_days is not None), default=(None, ""))
    if shortest[0] is not None and longest[0] is not None and shortest[0] > longest[0]:
        raise Conflict(
            f"{shortest[1]} wants at least {shortest[0]} days and {longest[1]} at most {longest[0]}: "
            "hold the two kinds of data apart"
        )
    return Bounds(*shortest, *longest)


def comply(plan: Plan, bases: Sequence[str], asked_deletion: bool) -> tuple[Plan, tuple[str, ...]]:
    """The plan within the bounds of its bases, and a sentence for each thing that they changed.

    `asked_deletion`: whether somebody set when it goes. Raises `UnknownFact`, `Conflict`.
    """
    limits = bounds(bases)
    told: list[str] = []
    if limits.shortest is not None:
        plan = _keep(plan, limits.shortest, limits.shortest_by, told)
    if limits.longest is not None:
        plan = _remove(plan, limits.longest, limits.longest_by, asked_deletion, told)
    return plan, tuple(told)


def _keep(plan: Plan, shortest: int, basis: str, told: list[str]) -> Plan:
    name = plan.data_class.value
    if plan.delete_after is not None and plan.delete_after < shortest:
        told.append(f"{name} data is deleted after {shortest} days, not {plan.delete_after}: {basis} has it kept.")
        plan = replace(plan, delete_after=shortest)
    if plan.immutable_days is not None and plan.immutable_days < shortest:
        told.append(f"{name} data is immutable for {shortest} days, not {plan.immutable_days}: {basis} has it kept.")
        plan = replace(plan, immutable_days=shortest)
    return replace(plan, kept_at_least=shortest, versions_kept=max(plan.versions_kept, shortest))


def _remove(plan: Plan, longest: int, basis: str, asked: bool, told: list[str]) -> Plan:
    name, deletion = plan.data_class.value, plan.delete_after
    for what, days in (("it is deleted", deletion if asked else None), ("it is immutable", plan.immutable_days)):
        if days is not None and days > longest:
            raise Conflict(f"{what} after {days} days, and {basis} wants it gone after {longest}")
    if plan.legal_hold:
        raise Conflict(
            f"it is under legal hold, and {basis} wants it gone after {longest} days: ask counsel which wins"
        )
    if deletion is None or deletion > longest:
        before = "never" if deletion is None else f"after {deletion}"
        told.append(f"{name} data is deleted after {longest} days, not {before}: {basis} wants it gone.")
        deletion = longest
    sooner: dict[str, Any] = {f"{tier}_after": None for tier, days in plan.moves if days >= deletion}
    kept = min(plan.versions_kept, longest)
    return replace(plan, delete_after=deletion, goes_by_age=True, versions_kept=kept, **sooner)
