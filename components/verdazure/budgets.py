"""Budgets: who is told, and when, before a month costs more than it may."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import consumption
from pydantic import Field

from verdazure.args import Number, Record, Text
from verdazure.naming import Kind, physical_name


class BudgetArgs(TypedDict):
    """A monthly cost budget."""

    amount: float
    """Per month, in the billing currency."""
    contact_emails: list[str]
    """Who is told at 80 % spent and 100 % forecast."""


class Budget(Record):
    """Checked `BudgetArgs`."""

    amount: Annotated[Number, Field(gt=0)]
    contact_emails: Annotated[tuple[Text, ...], Field(min_length=1)]


def monthly_budget(
    name: str,
    scope: Input[str],
    asked: Budget,
    first_month: Output[str],
    name_suffix: Input[str],
    opts: ResourceOptions,
    *,
    resource_ids: Sequence[Output[str]] = (),
) -> None:
    """A budget of what lies in `scope`, or only of these resources in it. `first_month` is kept, as Azure wants."""
    alert = {"enabled": True, "operator": "GreaterThan", "contact_emails": list(asked.contact_emails)}
    only: Any = None
    if resource_ids:
        only = {"dimensions": {"name": "ResourceId", "operator": "In", "values": list(resource_ids)}}
    consumption.Budget(
        name,
        budget_name=physical_name(Kind.BUDGET, name, name_suffix),
        scope=scope,
        category="Cost",
        time_grain="Monthly",
        amount=asked.amount,
        time_period={"start_date": first_month},
        filter=only,
        notifications={
            "spent-80-percent": {**alert, "threshold": 80, "threshold_type": "Actual"},
            "forecast-100-percent": {**alert, "threshold": 100, "threshold_type": "Forecasted"},
        },
        opts=opts,
    )


def this_month() -> str:
    """The first day of this month: a budget begins with a month, and Azure moves none that has begun."""
    return f"{date.today():%Y-%m}-01T00:00:00Z"
