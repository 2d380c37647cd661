"""TieredStorage: data classes decide where data lies, how it cools and when it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import storage
from pydantic import Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, tags
from verdazure.args import Count, Flag, Record, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.interfaces import (
    LandingRef,
    Lock,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    grant_all,
    lock,
    weakened,
)
from verdazure.naming import Kind, check_name, physical_name


class DataClass(str, Enum):
    """What data is for; everything else follows from it."""

    RAW = "raw"
    """As it came in, and not to be had again: kept, cooling to archive."""
    DATASET = "dataset"
    """Made for training from raw data: cools when nobody reads it, warms up when somebody does."""
    CHECKPOINT = "checkpoint"
    """Progress of a running training: gone a month after it was written."""
    RUN_ARTIFACT = "run_artifact"
    """Outputs and metrics of a run: gone after a year."""
    MODEL = "model"
    """Trained models: kept in three zones, with earlier versions for a while."""
    LOG = "log"
    """Logs: gone after a quarter."""
    SCRATCH = "scratch"
    """Intermediate data: gone after a week."""


class RetentionArgs(TypedDict):
    """Days after the last change (for datasets and models: the last read) at which data of a class moves or goes."""

    cool_after_days: NotRequired[int]
    """To the cool tier; above 30 weakens rule ST02."""
    cold_after_days: NotRequired[int]
    """To the cold tier; above 90 weakens rule ST02."""
    archive_after_days: NotRequired[int]
    """To the archive tier, from which a read takes hours; above 180 weakens rule ST02. Not for models."""
    delete_after_days: NotRequired[int]
    """Deleted."""


class TieredStorageArgs(TypedDict):
    """What a team decides about its data."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    classes: dict[str, RetentionArgs]
    """Data classes to hold, each in a container of its own: `raw`, `dataset`, `checkpoint`, `run_artifact`, `model`,
    `log`, `scratch`; with days that differ from the class's own, or `{}`."""
    protect_data: NotRequired[bool]
    """Whether Pulumi refuses to delete accounts that hold raw data or models. Default true."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags for every account."""
    lock: NotRequired[Lock]
    """Lock on every account."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on every account."""


class TieredStorage(pulumi.ComponentResource):
    """One container a data class, in as few accounts as their needs allow, with a lifecycle that nobody has to tend.

    Raw data and datasets lie in a lake (hierarchical namespace), what training makes in a flat account, and models in
    a zone-redundant one. Accounts are private, take no keys and stay in the landing's region.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    account_ids: Output[dict[str, str]]
    """ARM ids by layout: `lake`, `flat`, `durable`."""
    account_names: Output[dict[str, str]]
    """Account names by layout."""
    containers: Output[dict[str, str]]
    """`<account>/<container>` by data class."""

    def __init__(self, name: str, args: TieredStorageArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _TieredStorage)
        super().__init__(resource_type(TieredStorage), name, dict(args), opts)

        accounts: dict[str, storage.StorageAccount] = {}
        containers: dict[str, Output[str]] = {}
        for layout in Layout:
            plans = [plan for plan in spec.plans() if plan.layout is layout]
            if plans:
                held = accounts[layout.value] = self._account(name, layout, plans, spec)
                containers |= {plan.data_class.value: Output.concat(held.name, "/", plan.container) for plan in plans}

        self.account_ids = Output.all(**{layout: held.id for layout, held in accounts.items()})
        self.account_names = Output.all(**{layout: held.name for layout, held in accounts.items()})
        self.containers = Output.all(**containers)
        self._warn(spec)
        self.register_outputs(
            {"account_ids": self.account_ids, "account_names": self.account_names, "containers": self.containers}
        )

    def _account(
        self, name: str, layout: "Layout", plans: Sequence["Plan"], spec: "_TieredStorage"
    ) -> storage.StorageAccount:
        child = ResourceOptions(parent=self)
        site, full_name = spec.landing, f"{name}-{layout.value}"
        labels = tags.merged(site.tags, {"data-class": " ".join(plan.data_class.value for plan in plans)}, spec.tags)
        held = ResourceOptions(parent=self, protect=spec.protect_data and any(plan.protected for plan in plans))
        made = account(full_name, layout, site, labels, held)
        service = blob_service(full_name, made, layout, plans, site, child)
        rules = [rule for plan in plans for rule in lifecycle_rules(plan, [f"{plan.container}/"])]
        policy = lifecycle(full_name, made, rules, site, ResourceOptions(parent=self, depends_on=[service]))
        containers = [self._container(name, made, plan, spec) for plan in plans]
        granted = grant_all(full_name, made.id, spec.role_assignments, child)
        lock(full_name, made.id, spec.lock, [service, policy, *containers, *granted], child)
        return made

    def _container(
        self, name: str, held: storage.StorageAccount, plan: "Plan", spec: "_TieredStorage"
    ) -> storage.BlobContainer:
        return storage.BlobContainer(
            f"{name}-{plan.container}",
            container_name=plan.container,
            account_name=held.name,
            resource_group_name=spec.landing.resource_group_name,
            public_access="None",
            opts=ResourceOptions(parent=self, protect=spec.protect_data and plan.protected),
        )

    def _warn(self, spec: "_TieredStorage") -> None:
        for plan in spec.plans():
            for days, limit in (
                (plan.cool_after, guardrails.COOL_AFTER_DAYS_MAX),
                (plan.cold_after, guardrails.COLD_AFTER_DAYS_MAX),
                (plan.archive_after, guardrails.ARCHIVE_AFTER_DAYS_MAX),
            ):
                if days is not None and days > limit.value:
                    weakened(
                        self,
                        f"{plan.data_class.value} data moves after {days} days; the limit is {limit.value}.",
                        limit.rule,
                    )


# What a data class means


class Layout(Enum):
    """The accounts that data classes share."""

    LAKE = "lake"
    """Hierarchical namespace for analytics; no blob versions there, and Azure ML cannot use it as default storage."""
    FLAT = "flat"
    """For what a rerun makes again."""
    DURABLE = "durable"
    """Zone-redundant, with versions; Azure offers no archive tier there."""

    @property
    def soft_delete_days(self) -> int:
        """Soft-deleted data is kept and powered: long only where it could not be made again."""
        limit = guardrails.SOFT_DELETE_DAYS_MAX if self is Layout.DURABLE else guardrails.SOFT_DELETE_DAYS_MIN
        return limit.value

    def sku(self, region: str) -> str:
        """Redundancy in that region: three zones where it has them, else its pair, for what must not be lost."""
        if self is not Layout.DURABLE:
            return "Standard_LRS"
        return "Standard_ZRS" if facts.region(region).availability_zones else "Standard_GRS"


@dataclass(frozen=True)
class Plan:
    """What becomes of one class of data. Days are None where the step does not happen."""

    data_class: DataClass
    layout: Layout
    cool_after: int | None = None
    cold_after: int | None = None
    archive_after: int | None = None
    delete_after: int | None = None
    by_last_access: bool = False
    protected: bool = False
    appended: bool = False
    """Whether it may lie in append blobs, which can be deleted by a rule but not moved to another tier."""

    @property
    def container(self) -> str:
        return self.data_class.value.replace("_", "-")

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """The steps that happen, in the order of the tiers."""
        days = {
            "cool_after_days": self.cool_after,
            "cold_after_days": self.cold_after,
            "archive_after_days": self.archive_after,
            "delete_after_days": self.delete_after,
        }
        return tuple((step, day) for step, day in days.items() if day is not None)


PLANS = {
    plan.data_class: plan
    for plan in (
        Plan(DataClass.RAW, Layout.LAKE, cool_after=14, cold_after=60, archive_after=180, protected=True),
        Plan(DataClass.DATASET, Layout.LAKE, cool_after=30, cold_after=90, delete_after=730, by_last_access=True),
        Plan(DataClass.CHECKPOINT, Layout.FLAT, delete_after=30),
        Plan(DataClass.RUN_ARTIFACT, Layout.FLAT, cool_after=30, cold_after=90, delete_after=365),
        Plan(DataClass.MODEL, Layout.DURABLE, cool_after=30, cold_after=90, by_last_access=True, protected=True),
        Plan(DataClass.LOG, Layout.FLAT, cool_after=30, delete_after=90, appended=True),
        Plan(DataClass.SCRATCH, Layout.FLAT, delete_after=7),
    )
}
VERSIONS_DELETED_AFTER_DAYS = 90


# The resources of one account, shared with the workspace's default storage


def account(
    name: str, layout: Layout, site: Site, labels: Mapping[str, Input[str]], opts: ResourceOptions
) -> storage.StorageAccount:
    """A storage account that is private and takes no keys."""
    return storage.StorageAccount(
        name,
        account_name=physical_name(Kind.STORAGE_ACCOUNT, name, site.name_suffix),
        resource_group_name=site.resource_group_name,
        location=site.location,
        kind="StorageV2",
        sku={"name": Output.from_input(site.location).apply(layout.sku)},
        access_tier="Hot",
        is_hns_enabled=layout is Layout.LAKE,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        allow_shared_key_access=False,
        default_to_o_auth_authentication=True,
        enable_https_traffic_only=True,
        minimum_tls_version="TLS1_2",
        public_network_access="Disabled",
        network_rule_set={"bypass": "AzureServices", "default_action": "Deny"},
        tags=labels,
        opts=opts,
    )


def blob_service(
    name: str, held: storage.StorageAccount, layout: Layout, plans: Sequence[Plan], site: Site, opts: ResourceOptions
) -> storage.BlobServiceProperties:
    """Soft delete and versions; last access is tracked when a lifecycle rule needs it, as each read then writes."""
    kept = {"enabled": True, "days": layout.soft_delete_days}
    tracking = {
        "enable": True,
        "name": "AccessTimeTracking",
        "tracking_granularity_in_days": 1,
        "blob_type": ["blockBlob"],
    }
    return storage.BlobServiceProperties(
        name,
        blob_services_name="default",
        account_name=held.name,
        resource_group_name=site.resource_group_name,
        delete_retention_policy=kept,
        container_delete_retention_policy=kept,
        is_versioning_enabled=layout is Layout.DURABLE,
        last_access_time_tracking_policy=tracking if any(plan.by_last_access for plan in plans) else None,
        opts=opts,
    )


def lifecycle(
    name: str, held: storage.StorageAccount, rules: Sequence[Mapping[str, Any]], site: Site, opts: ResourceOptions
) -> storage.ManagementPolicy:
    """The account's one lifecycle policy, which Azure wants to be named `default`."""
    return storage.ManagementPolicy(
        name,
        management_policy_name="default",
        account_name=held.name,
        resource_group_name=site.resource_group_name,
        policy={"rules": list(rules)},
        opts=opts,
    )


def lifecycle_rules(plan: Plan, prefixes: Sequence[str]) -> list[dict[str, Any]]:
    """The plan, which has at least one step, as lifecycle rules on blobs below `prefixes`. Pure."""
    since = (
        "days_after_last_access_time_greater_than" if plan.by_last_access else "days_after_modification_greater_than"
    )
    moves: dict[str, Any] = {
        action: {since: days}
        for action, days in (
            ("tier_to_cool", plan.cool_after),
            ("tier_to_cold", plan.cold_after),
            ("tier_to_archive", plan.archive_after),
        )
        if days is not None
    }
    if plan.by_last_access and plan.cool_after is not None:
        moves["enable_auto_tier_to_hot_from_cool"] = True
    removal = {"delete": {since: plan.delete_after}} if plan.delete_after is not None else {}
    if plan.appended and moves and removal:
        return [
            _rule(f"{plan.container}-tier", prefixes, ["blockBlob"], {"base_blob": moves}),
            _rule(f"{plan.container}-delete", prefixes, ["blockBlob", "appendBlob"], {"base_blob": removal}),
        ]
    actions: dict[str, Any] = {"base_blob": {**moves, **removal}}
    if plan.layout is Layout.DURABLE:
        expiry = {"delete": {"days_after_creation_greater_than": VERSIONS_DELETED_AFTER_DAYS}}
        actions |= {"version": expiry, "snapshot": expiry}
    return [_rule(plan.container, prefixes, ["blockBlob"], actions)]


def _rule(name: str, prefixes: Sequence[str], blob_types: Sequence[str], actions: Mapping[str, Any]) -> dict[str, Any]:
    filters = {"blob_types": list(blob_types), "prefix_match": list(prefixes)}
    return {"name": name, "type": "Lifecycle", "enabled": True, "definition": {"filters": filters, "actions": actions}}


# The checked arguments

Days = Annotated[Count, Field(ge=1, le=36500)]


class _Retention(Record):
    cool_after_days: Days | None = None
    cold_after_days: Days | None = None
    archive_after_days: Days | None = None
    delete_after_days: Days | None = None

    def over(self, plan: Plan) -> Plan:
        """The plan with the days that were asked for."""
        asked = {key.removesuffix("_days"): days for key, days in self if key in self.model_fields_set}
        return replace(plan, **asked)


class _TieredStorage(Record):
    landing: Site
    classes: Mapping[DataClass, _Retention]
    protect_data: Flag = True
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_TieredStorage":
        if not self.classes:
            refuse("classes", self.classes, "at least one data class", "name what the data is for")
        longest = max((plan.layout.value for plan in self.plans()), key=len)
        check_name(component_name(info), Kind.STORAGE_ACCOUNT, role=longest)
        for plan in self.plans():
            _check_plan(plan)
        return self

    def plans(self) -> list[Plan]:
        """What becomes of each class, in the order of the enum, with the caller's own days."""
        return [self.classes[held].over(PLANS[held]) for held in DataClass if held in self.classes]


def _check_plan(plan: Plan) -> None:
    key = f"classes.{plan.data_class.value}"
    if not plan.steps:
        refuse(key, None, "at least one step", "give it days for a colder tier or for deletion")
    if plan.archive_after is not None and plan.layout is Layout.DURABLE:
        allowed = "no archive tier, as Azure has none in zone-redundant accounts"
        refuse(f"{key}.archive_after_days", plan.archive_after, allowed, "use cold_after_days")
    for (earlier, before), (later, after) in zip(plan.steps, plan.steps[1:], strict=False):
        if after <= before:
            refuse(f"{key}.{later}", after, f"more than {earlier} ({before})", f"raise it, or lower {earlier}")
