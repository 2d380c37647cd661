"""What subscriptions really emitted, month by month: Azure Carbon Optimization, to account by and never to decide by.

A month is known from about the 19th of the next on, twelve months back. Scope 2 is counted by the market: it can be
near nothing where the grid is not. The role is Carbon Optimization Reader. Source: Microsoft Learn, Azure Carbon
Optimization, and its REST API (2025-04-01), read 2026-11-24.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from verdazure.carbon.quantities import Emissions

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

MOST_SUBSCRIPTIONS = 100
"""In one question."""
SCOPES = ("Scope1", "Scope2", "Scope3")


class Denied(Exception):
    """Azure answered, and let none of the subscriptions be read; the message says why each."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of all subscriptions that may be read."""

    first_day: date
    by_scope: Mapping[str, Emissions]
    """Of the GHG Protocol: `Scope1`, `Scope2`, `Scope3`."""

    @property
    def total(self) -> Emissions:
        return Emissions(sum(each.grams for each in self.by_scope.values()))


@dataclass(frozen=True, slots=True)
class Account:
    """What was emitted, and whose part is not in it."""

    months: tuple[Month, ...]
    """In time order."""
    denied: Mapping[str, str]
    """Why, by subscription: a denial comes inside an answer of 200."""


def emitted(
    credential: "TokenCredential", subscriptions: Sequence[str], first: date, last: date, **client: Any
) -> Account:
    """Of the months from `first` to `last`, each given by its first day. `client` is azure-core's own.

    Raises `Denied` where no subscription may be read, `ValueError` for days that begin no month and for too many
    subscriptions or none, and azure-core's `AzureError`.
    """
    from azure.mgmt.carbonoptimization import CarbonOptimizationMgmtClient
    from azure.mgmt.carbonoptimization.models import (
        CarbonEmissionMonthlySummaryData,
        DateRange,
        MonthlySummaryReportQueryFilter,
    )

    if first.day != 1 or last.day != 1 or first > last:
        raise ValueError(f"{first} to {last}; give first days of months, in order")
    if not 1 <= len(subscriptions) <= MOST_SUBSCRIPTIONS:
        raise ValueError(f"{len(subscriptions)} subscriptions; give 1 to {MOST_SUBSCRIPTIONS}")
    service = CarbonOptimizationMgmtClient(credential, **client).carbon_service
    by_month: dict[date, dict[str, Emissions]] = {}
    denied: dict[str, str] = {}
    for scope in SCOPES:
        asked = MonthlySummaryReportQueryFilter(
            date_range=DateRange(start=first, end=last),
            subscription_list=[each.lower() for each in subscriptions],
            carbon_scope_list=[scope],
        )
        answered = service.query_carbon_emission_reports(asked)
        for decision in answered.subscription_access_decision_list or ():
            if decision.decision != "Allowed":
                denied[decision.subscription_id] = decision.denial_reason or "no reason given"
        for each in answered.value:
            if not isinstance(each, CarbonEmissionMonthlySummaryData):
                raise ValueError(f"Azure answered with {type(each).__name__}, not with months")
            month = date.fromisoformat(each.date)
            by_month.setdefault(month, {})[scope] = Emissions.of_kilograms(each.latest_month_emissions)
    if len(denied) == len(set(subscriptions)):
        raise Denied("; ".join(f"{subscription}: {why}" for subscription, why in sorted(denied.items())))
    return Account(tuple(Month(month, scopes) for month, scopes in sorted(by_month.items())), denied)
