"""Landing: the resource group, the region and the telemetry that the rest of a team's stack stands on."""

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import operationalinsights, resources
from pydantic import Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, tags
from verdazure.args import Count, Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.budgets import Budget, BudgetArgs, monthly_budget, this_month
from verdazure.carbon.regions import NoRegion, cleanest, residencies
from verdazure.data_strategy import RegionalDataStrategy, RegionalDataStrategyArgs
from verdazure.interfaces import LandingRef, name_of, weakened
from verdazure.naming import Kind, check_name, new_suffix, physical_name
from verdazure.prices import NOT_ASKED, PriceList
from verdazure.regional import Comparison


class Environment(str, Enum):
    """How much depends on the stack."""

    DEV = "dev"
    TEST = "test"
    PROD = "prod"


class LandingArgs(TypedDict):
    """What a team says about itself; the landing decides the rest."""

    team: str
    """Who answers for the stack; becomes the tag `owner`."""
    environment: Environment
    """Becomes the tag `environment`."""
    workload: NotRequired[str]
    """What the stack serves; becomes the tag `workload`. Default: the component's name."""
    residency: NotRequired[str]
    """Area that data may not leave: `eu`, `eea` or a country code such as `uk`. Default: none."""
    region: NotRequired[Optional[str]]
    """Azure region. Default: the best by `data_strategy`, else the cleanest open one of the residency; chosen once and
    kept. Rules CR01, CR03."""
    data_strategy: NotRequired[RegionalDataStrategyArgs]
    """What lies and runs here: weighs carbon, price and latency of it together to choose the region, and compares."""
    resource_group_id: NotRequired[Input[str]]
    """Adopt this resource group instead of creating one."""
    log_workspace_id: NotRequired[Input[str]]
    """Adopt this Log Analytics workspace instead of creating one."""
    log_retention_days: NotRequired[int]
    """30 to 730; above 90 weakens rule MO02. Default 30."""
    log_daily_quota_gb: NotRequired[float]
    """Most GB a day that the log workspace takes in. Default 1. Rule MO03."""
    monthly_budget: NotRequired[BudgetArgs]
    """Budget with alerts. Rule MO07."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags for every resource."""


class Landing(pulumi.ComponentResource):
    """A resource group in the cleanest region that the team's residency allows, with telemetry that stays small.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the resource group."""
    resource_name: Output[str]
    """Name of the resource group."""
    location: Output[str]
    """Azure region that everything on this landing shares."""
    name_suffix: Output[str]
    """Suffix of physical names."""
    log_workspace_id: Output[str]
    """ARM id of the Log Analytics workspace."""
    grid_intensity: Output[Optional[float]]
    """gCO2e/kWh of the region's grid, annual average; nothing where it is not known."""
    region_comparison: Output[dict[str, str]]
    """By candidate region, one sentence: what the data strategy's workload would emit and cost there. Empty without."""

    def __init__(self, name: str, args: LandingArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _Landing)
        super().__init__(resource_type(Landing), name, dict(args), opts)
        child = ResourceOptions(parent=self)

        choices = _Choices(name, spec, child)
        self.location, self.name_suffix = choices.location, choices.name_suffix
        self._tags = tags.merged(spec.identity_tags(name), spec.tags)

        if spec.resource_group_id is None:
            group = resources.ResourceGroup(
                name,
                resource_group_name=physical_name(Kind.RESOURCE_GROUP, name, self.name_suffix),
                location=self.location,
                tags=self._tags,
                opts=child,
            )
            self.resource_id, self.resource_name = group.id, group.name
        else:
            self.resource_id = Output.from_input(spec.resource_group_id)
            self.resource_name = self.resource_id.apply(name_of)

        if spec.log_workspace_id is None:
            self.log_workspace_id = self._log_workspace(name, spec, child).id
        else:
            self.log_workspace_id = Output.from_input(spec.log_workspace_id)
        if spec.monthly_budget is not None:
            monthly_budget(name, self.resource_id, spec.monthly_budget, choices.first_month, self.name_suffix, child)

        self.grid_intensity = self.location.apply(lambda region: facts.region(region).intensity_g_per_kwh)
        self.region_comparison = Output.from_input(spec.comparison.sentences if spec.comparison else {})
        self._warn(spec)
        self._advise(spec)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "location": self.location,
                "name_suffix": self.name_suffix,
                "log_workspace_id": self.log_workspace_id,
                "grid_intensity": self.grid_intensity,
                "region_comparison": self.region_comparison,
            }
        )

    @property
    def ref(self) -> LandingRef:
        """What the other components take as `landing`."""
        return {
            "resource_group_name": self.resource_name,
            "location": self.location,
            "name_suffix": self.name_suffix,
            "log_workspace_id": self.log_workspace_id,
            "tags": self._tags,
        }

    def _log_workspace(self, name: str, spec: "_Landing", child: ResourceOptions) -> operationalinsights.Workspace:
        return operationalinsights.Workspace(
            name,
            workspace_name=physical_name(Kind.LOG_WORKSPACE, name, self.name_suffix),
            resource_group_name=self.resource_name,
            location=self.location,
            sku={"name": "PerGB2018"},
            retention_in_days=spec.log_retention_days,
            workspace_capping={"daily_quota_gb": spec.log_daily_quota_gb},
            features={"disable_local_auth": True, "enable_log_access_using_only_resource_permissions": True},
            tags=self._tags,
            opts=child,
        )

    def _warn(self, spec: "_Landing") -> None:
        limit = guardrails.REGION_INTENSITY_MAX
        chosen = spec.chosen_region
        if chosen.intensity_g_per_kwh is None or chosen.intensity_g_per_kwh > limit.value:
            known = "unknown" if chosen.intensity_g_per_kwh is None else f"{chosen.intensity_g_per_kwh:g} {limit.unit}"
            weakened(self, f"The grid intensity of {chosen.name} is {known}; the limit is {limit.value:g}.", limit.rule)
        if spec.log_retention_days > guardrails.LOG_RETENTION_DAYS_MAX.value:
            kept = (
                f"Logs are kept {spec.log_retention_days} days; the limit is {guardrails.LOG_RETENTION_DAYS_MAX.value}."
            )
            weakened(self, kept, guardrails.LOG_RETENTION_DAYS_MAX.rule)

    def _advise(self, spec: "_Landing") -> None:
        """Says what was weighed otherwise than asked, and when a better region than the kept one has appeared."""
        if spec.comparison is None:
            return
        for note in spec.comparison.notes:
            pulumi.log.info(f"Comparing regions: {note}.", self)
        if spec.region is None:
            self.location.apply(lambda kept: self._tell(spec.advice(kept)))

    def _tell(self, advice: str | None) -> None:
        if advice is not None:
            pulumi.log.warn(advice, self)


class _Choices:
    """What is decided once, at the first deployment, and kept in the stack's state: nothing here flips by itself.

    The region stays where the data is when a later release knows a cleaner one; the suffix makes physical names unique
    and is drawn anew when a destroyed stack is created again; a budget's period starts in the month of creation.
    """

    def __init__(self, name: str, spec: "_Landing", child: ResourceOptions) -> None:
        first = {
            "region": spec.chosen_region.name,
            "name_suffix": new_suffix(),
            "first_month": this_month(),
        }
        kept = pulumi.Stash(
            f"{name}-choices", input=first, opts=ResourceOptions.merge(child, ResourceOptions(ignore_changes=["input"]))
        ).output
        self.name_suffix: Output[str] = kept["name_suffix"]
        self.first_month: Output[str] = kept["first_month"]
        self.location: Output[str] = (
            Output.from_input(spec.chosen_region.name) if spec.region else kept["region"].apply(spec.check_residency)
        )


class _Landing(Record):
    team: Text
    environment: Environment
    workload: Text | None = None
    residency: Text | None = None
    region: Text | None = None
    data_strategy: RegionalDataStrategy | None = None
    resource_group_id: TextLeaf | None = None
    log_workspace_id: TextLeaf | None = None
    log_retention_days: Annotated[Count, Field(ge=guardrails.LOG_RETENTION_DAYS_MIN.value, le=730)] = 30
    log_daily_quota_gb: Annotated[Number, Field(gt=0)] = 1.0
    monthly_budget: Budget | None = None
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_Landing":
        check_name(component_name(info), Kind.RESOURCE_GROUP, Kind.LOG_WORKSPACE, Kind.BUDGET)
        if self.residency is not None and not cleanest(self.residency):
            refuse(
                "residency", self.residency, ", ".join(residencies()), "name an area that holds an open Azure region"
            )
        if self.region is not None:
            self.check_residency(self.region)
        if self.data_strategy is not None:
            self._check_strategy(self.data_strategy)
        for knob in ("log_retention_days", "log_daily_quota_gb"):
            if self.log_workspace_id is not None and knob in self.model_fields_set:
                fix = "remove it, or let the landing create the workspace"
                refuse(knob, getattr(self, knob), "nothing when log_workspace_id adopts a workspace", fix)
        return self

    def _check_strategy(self, strategy: RegionalDataStrategy) -> None:
        try:
            strategy.compare(self.residency, NOT_ASKED)
        except NoRegion as none:
            refuse("data_strategy", strategy, "needs that a region of the residency has", str(none))

    def check_residency(self, region: str) -> str:
        """The region's ARM name, or a refusal that names the cleanest region inside the residency."""
        best = cleanest(self.residency)[0]
        try:
            known = facts.region(region)
        except facts.UnknownFact as unknown:
            refuse("region", region, "the name of an Azure region in the facts table", str(unknown))
        if self.residency is not None and self.residency not in known.residencies:
            inside = ", ".join(entry.name for entry in cleanest(self.residency))
            fix = f"use {best.name} ({best.intensity_g_per_kwh:g} gCO2e/kWh), or leave region out to have it chosen"
            refuse("region", region, f"a region inside residency {self.residency!r}: {inside}", fix)
        return known.name

    @property
    def chosen_region(self) -> facts.Region:
        if self.region is not None:
            return facts.region(self.region)
        return cleanest(self.residency)[0] if self.comparison is None else facts.region(self.comparison.chosen)

    @cached_property
    def comparison(self) -> Comparison | None:
        """The data strategy's comparison, as if nothing were chosen yet; None without a strategy."""
        return None if self.data_strategy is None else self.data_strategy.compare(self.residency, self._prices)

    def advice(self, kept: str) -> str | None:
        """What the data strategy has to say about the region that was kept."""
        return None if self.data_strategy is None else self.data_strategy.advice(self.residency, self._prices, kept)

    @cached_property
    def _prices(self) -> PriceList:
        return NOT_ASKED if self.data_strategy is None else self.data_strategy.prices()

    def identity_tags(self, name: str) -> dict[str, Input[str]]:
        return {"workload": self.workload or name, "owner": self.team, "environment": self.environment.value}
