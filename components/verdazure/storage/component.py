"""TieredStorage: data classes decide where data lies, how it cools and when it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import storage
from pydantic import Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, tags
from verdazure.args import Count, Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.carbon.footprint import grid_of_region
from verdazure.interfaces import (
    LandingRef,
    Lock,
    PrivateEndpoint,
    Redundancy,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    connect,
    grant_all,
    lock,
    private_zone,
    weakened,
)
from verdazure.naming import Kind, check_name
from verdazure.storage.ageing import Ageing, ageing, effective
from verdazure.storage.compliance import Conflict, comply
from verdazure.storage.lifecycle import expiry_rule, lifecycle_rules, portion_rule
from verdazure.storage.plans import PLANS, DataClass, Layout, Plan, Portion
from verdazure.storage.resources import (
    CLOSED,
    INVENTORY,
    account,
    blob_service,
    immutability,
    inventory,
    lifecycle,
)


class InventorySchedule(str, Enum):
    """How often a list of all blobs is written, which deduplication and people read."""

    DAILY = "Daily"
    WEEKLY = "Weekly"
    OFF = "Off"


class RetentionArgs(TypedDict):
    """Days after the last change (for datasets and models: the last read) at which data of a class moves or goes."""

    cool_after_days: NotRequired[int]
    """To the cool tier; above 30 weakens rule ST02."""
    cold_after_days: NotRequired[int]
    """To the cold tier; above 90 weakens rule ST02."""
    archive_after_days: NotRequired[Optional[int]]
    """To the archive tier, from which a read takes hours; above 180 weakens rule ST02. Not for models. None: never."""
    delete_after_days: NotRequired[int]
    """Deleted."""
    compliance: NotRequired[list[str]]
    """Rows of the facts table `retentions` (`verdazure facts show retentions`) that have it kept: a shortest time wins
    over fewer days, a longest time over more."""
    immutable_days: NotRequired[int]
    """Days after its creation in which nobody can change or delete it."""
    legal_hold: NotRequired[list[str]]
    """Tags of legal holds, 3 to 23 letters and digits: while there is one, nothing is changed or deleted."""


class PortionArgs(TypedDict):
    """Part of a class that cools or goes sooner than the rest."""

    data_class: DataClass
    """Of which class."""
    prefix: NotRequired[str]
    """Below the class's container: `images/`."""
    index_tags: NotRequired[dict[str, str]]
    """Blob index tags that it carries. Not for raw data and datasets: their accounts have no index tags."""
    cool_after_days: NotRequired[int]
    cold_after_days: NotRequired[int]
    archive_after_days: NotRequired[int]
    delete_after_days: NotRequired[int]


class CustomerManagedKeyArgs(TypedDict):
    """A key of yours that encrypts the accounts; its newest version is used."""

    key_vault_uri: Input[str]
    """`https://kv-ml.vault.azure.net`."""
    key_name: Input[str]
    identity_id: Input[str]
    """ARM id of a user-assigned identity that may use the key (Key Vault Crypto Service Encryption User)."""


class StorageEndpointArgs(TypedDict):
    """A way in from a virtual network, to blobs and, in a lake, to its file system."""

    subnet_id: Input[str]
    """ARM id of the subnet that receives the endpoints."""
    blob_dns_zone_id: NotRequired[Input[str]]
    """ARM id of `privatelink.blob.core.windows.net`. Without one, name resolution is left to you or to a policy."""
    dfs_dns_zone_id: NotRequired[Input[str]]
    """ARM id of `privatelink.dfs.core.windows.net`."""


class TieredStorageArgs(TypedDict):
    """What a team decides about its data."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    classes: dict[str, RetentionArgs]
    """Data classes to hold, each in a container of its own: `raw`, `dataset`, `checkpoint`, `run_artifact`, `model`,
    `log`, `scratch`; with days that differ from the class's own, or `{}`."""
    portions: NotRequired[dict[str, PortionArgs]]
    """Parts of classes that cool or go sooner, by a name that stays with them."""
    redundancy: NotRequired[dict[str, str]]
    """By layout (`lake`, `flat`, `durable`): LRS, ZRS, GRS, GZRS, ... Default LRS; `durable`: ZRS, or GRS where the
    region has no zones. What moves to the archive tier cannot lie in an account with zones."""
    inventory: NotRequired[InventorySchedule]
    """How often a list of all blobs is written. Default `Weekly`."""
    change_feed_days: NotRequired[int]
    """Days of the change feed, 1 to 30; off by default. Not in a lake."""
    customer_managed_key: NotRequired[CustomerManagedKeyArgs]
    """A key of yours. Default: Microsoft's."""
    private_endpoints: NotRequired[dict[str, StorageEndpointArgs]]
    """Ways in from virtual networks."""
    dns_virtual_network_ids: NotRequired[dict[str, Input[str]]]
    """ARM ids of virtual networks, by a name that stays: DNS zones for the endpoints are made in the landing's resource
    group and linked to them. A resource group holds one such zone of a name, so one TieredStorage of it may make them.
    Default: zones are yours."""
    allowed_subnet_ids: NotRequired[list[Input[str]]]
    """ARM ids of subnets with a service endpoint for storage that may come in. Default none."""
    allowed_ip_ranges: NotRequired[list[Input[str]]]
    """Public IPv4 addresses or CIDR ranges that may come in. Default none."""
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
    explanation: Output[dict[str, str]]
    """By data class and portion: how long data stays in each tier, and what 1 GB of it costs: GB-months, kWh, gCO2e."""

    def __init__(self, name: str, args: TieredStorageArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _TieredStorage)
        super().__init__(resource_type(TieredStorage), name, dict(args), opts)

        zones = self._zones(name, spec)
        accounts: dict[str, storage.StorageAccount] = {}
        containers: dict[str, Output[str]] = {}
        for layout in Layout:
            plans = [plan for plan in spec.plans() if plan.layout is layout]
            if plans:
                held = accounts[layout.value] = self._account(name, layout, plans, spec, zones)
                containers |= {plan.data_class.value: Output.concat(held.name, "/", plan.container) for plan in plans}

        self.account_ids = Output.all(**{layout: held.id for layout, held in accounts.items()})
        self.account_names = Output.all(**{layout: held.name for layout, held in accounts.items()})
        self.containers = Output.all(**containers)
        self.explanation = Output.from_input(spec.landing.location).apply(
            lambda region: {
                each.name: str(each) for each in explain(spec.plans(), spec.portion_list(), region, spec.redundancy)
            }
        )
        self._warn(spec)
        self.register_outputs(
            {
                "account_ids": self.account_ids,
                "account_names": self.account_names,
                "containers": self.containers,
                "explanation": self.explanation,
            }
        )

    def _zones(self, name: str, spec: "_TieredStorage") -> Mapping[str, Output[str]]:
        """ARM ids of the DNS zones that are made here, by sub-resource."""
        lake = any(plan.layout is Layout.LAKE for plan in spec.plans())
        labels, networks = tags.merged(spec.landing.tags, {}, spec.tags), spec.dns_virtual_network_ids
        groups = ("blob", "dfs") if lake else ("blob",)
        return {
            group: private_zone(
                f"{name}-{group}-dns",
                f"privatelink.{group}.core.windows.net",
                networks,
                spec.landing,
                labels,
                ResourceOptions(parent=self),
            )
            for group in groups
            if networks
        }

    def _account(
        self,
        name: str,
        layout: Layout,
        plans: Sequence[Plan],
        spec: "_TieredStorage",
        zones: Mapping[str, Output[str]],
    ) -> storage.StorageAccount:
        child = ResourceOptions(parent=self)
        site, full_name = spec.landing, f"{name}-{layout.value}"
        labels = tags.merged(site.tags, {"data-class": " ".join(plan.data_class.value for plan in plans)}, spec.tags)
        held = ResourceOptions(parent=self, protect=spec.protect_data and any(plan.protected for plan in plans))
        made = account(
            full_name,
            layout,
            site,
            labels,
            held,
            network=spec.network(),
            encryption=spec.customer_managed_key_of(),
            redundancy=spec.redundancy.get(layout.value),
        )
        feed = None if layout is Layout.LAKE else spec.change_feed_days
        service = blob_service(full_name, made, layout, plans, site, child, change_feed_days=feed)
        listed = self._inventory(full_name, made, spec)
        after = ResourceOptions(parent=self, depends_on=[service])
        policy = lifecycle(full_name, made, spec.rules(layout), site, after)
        containers = [each for plan in plans for each in self._container(name, made, plan, spec)]
        self._connect(full_name, made, layout, spec, labels, zones)
        granted = grant_all(full_name, made.id, spec.role_assignments, child)
        lock(full_name, made.id, spec.lock, [service, policy, *listed, *containers, *granted], child)
        return made

    def _container(
        self, name: str, held: storage.StorageAccount, plan: Plan, spec: "_TieredStorage"
    ) -> list[pulumi.Resource]:
        full_name = f"{name}-{plan.container}"
        container = storage.BlobContainer(
            full_name,
            container_name=plan.container,
            account_name=held.name,
            resource_group_name=spec.landing.resource_group_name,
            public_access="None",
            opts=ResourceOptions(parent=self, protect=spec.protect_data and plan.protected),
        )
        kept = immutability(full_name, container, held, plan, spec.landing, ResourceOptions(parent=self))
        return [container, *kept]

    def _inventory(self, name: str, held: storage.StorageAccount, spec: "_TieredStorage") -> list[pulumi.Resource]:
        if spec.inventory is InventorySchedule.OFF:
            return []
        return inventory(name, held, spec.inventory.value, spec.landing, ResourceOptions(parent=self))

    def _connect(
        self,
        name: str,
        held: storage.StorageAccount,
        layout: Layout,
        spec: "_TieredStorage",
        labels: Mapping[str, Input[str]],
        zones: Mapping[str, Output[str]],
    ) -> None:
        child = ResourceOptions(parent=self)
        for group in ("blob", "dfs") if layout is Layout.LAKE else ("blob",):
            endpoints = {key: asked.to(group, zones.get(group)) for key, asked in spec.private_endpoints.items()}
            connect(f"{name}-{group}", held.id, group, endpoints, spec.landing, labels, child)

    def _warn(self, spec: "_TieredStorage") -> None:
        for sentence in spec.told_by_compliance():
            pulumi.log.warn(sentence, self)
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


def explain(
    plans: Sequence[Plan], portions: Sequence[Portion], region: str, redundancy: Mapping[str, str] | None = None
) -> tuple[Ageing, ...]:
    """What becomes of 1 GB of each class and portion in that region; `redundancy` by layout, where it was asked for."""
    asked_for = redundancy or {}
    try:
        grid = grid_of_region(region)
    except facts.UnknownFact:
        grid = None
    by_class = {plan.data_class: plan for plan in plans}
    asked = [(plan.data_class.value, plan) for plan in plans] + [
        (f"{portion.plan.data_class.value}/{portion.name}", effective(portion, by_class[portion.plan.data_class]))
        for portion in portions
    ]
    return tuple(
        ageing(name, plan, asked_for.get(plan.layout.value) or plan.layout.redundancy(region), grid)
        for name, plan in asked
    )


# The checked arguments

Days = Annotated[Count, Field(ge=1, le=36500)]
HoldTag = Annotated[Text, Field(pattern=r"^[A-Za-z0-9]{3,23}$")]


class _Steps(Record):
    cool_after_days: Days | None = None
    cold_after_days: Days | None = None
    archive_after_days: Days | None = None
    delete_after_days: Days | None = None

    def days(self) -> dict[str, Any]:
        """What was asked, as `Plan` names it."""
        steps = set(_Steps.model_fields) & self.model_fields_set
        return {key.removesuffix("_days"): getattr(self, key) for key in steps}


class _Retention(_Steps):
    compliance: tuple[Text, ...] = ()
    immutable_days: Days | None = None
    legal_hold: tuple[HoldTag, ...] = ()

    def over(self, plan: Plan) -> tuple[Plan, tuple[str, ...]]:
        """The plan with what was asked for, within what compliance leaves, and what that changed.

        Raises `UnknownFact`, `Conflict`.
        """
        asked = replace(plan, **self.days(), immutable_days=self.immutable_days, legal_hold=self.legal_hold)
        return comply(asked, self.compliance, self.delete_after_days is not None)


class _Portion(_Steps):
    data_class: DataClass
    prefix: str = ""
    index_tags: Mapping[str, Text] = {}

    def portion(self, name: str) -> Portion:
        """Its own steps alone: the class's rule goes on beside it."""
        whole = PLANS[self.data_class]
        steps: dict[str, Any] = dict.fromkeys(("cool_after", "cold_after", "archive_after", "delete_after"))
        own = replace(whole, **(steps | self.days()))
        return Portion(name, own, self.prefix, tuple(sorted(self.index_tags.items())))


class _CustomerManagedKey(Record):
    key_vault_uri: TextLeaf
    key_name: TextLeaf
    identity_id: TextLeaf


class _StorageEndpoint(Record):
    subnet_id: TextLeaf
    blob_dns_zone_id: TextLeaf | None = None
    dfs_dns_zone_id: TextLeaf | None = None

    def to(self, group: str, made: Input[str] | None) -> PrivateEndpoint:
        """The endpoint of one sub-resource, in the zone that was given, or else in the one that was made."""
        given = self.blob_dns_zone_id if group == "blob" else self.dfs_dns_zone_id
        zone = made if given is None else given
        return PrivateEndpoint(subnet_id=self.subnet_id, private_dns_zone_ids=() if zone is None else (zone,))


class _TieredStorage(Record):
    landing: Site
    classes: Mapping[DataClass, _Retention]
    portions: Mapping[Text, _Portion] = {}
    redundancy: Mapping[Text, Redundancy] = {}
    inventory: InventorySchedule = InventorySchedule.WEEKLY
    change_feed_days: Annotated[Count, Field(ge=1, le=guardrails.CHANGE_FEED_DAYS_MAX.value)] | None = None
    customer_managed_key: _CustomerManagedKey | None = None
    private_endpoints: Mapping[Text, _StorageEndpoint] = {}
    dns_virtual_network_ids: Mapping[Text, TextLeaf] = {}
    allowed_subnet_ids: tuple[TextLeaf, ...] = ()
    allowed_ip_ranges: tuple[TextLeaf, ...] = ()
    protect_data: Flag = True
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_TieredStorage":
        if not self.classes:
            refuse("classes", self.classes, "at least one data class", "name what the data is for")
        for held, asked in self.classes.items():
            _check_compliance(held, asked)
        longest = max((plan.layout.value for plan in self.plans()), key=len)
        check_name(component_name(info), Kind.STORAGE_ACCOUNT, role=longest)
        for layout in self.redundancy:
            if layout not in (layouts := [each.value for each in Layout]):
                refuse("redundancy", layout, ", ".join(layouts), "name the account that it is for")
        for plan in self.plans():
            _check_plan(plan, self.redundancy.get(plan.layout.value, ""))
        for portion in self.portion_list():
            by_class = {plan.data_class: plan for plan in self.plans()}
            _check_portion(portion, by_class, self.redundancy.get(portion.plan.layout.value, ""))
        if self.dns_virtual_network_ids and not self.private_endpoints:
            allowed = "nothing without private_endpoints, whose names the zones resolve"
            refuse("dns_virtual_network_ids", self.dns_virtual_network_ids, allowed, "add an endpoint, or take it out")
        if self.change_feed_days and all(plan.layout is Layout.LAKE for plan in self.plans()):
            allowed = "no change feed, as Azure has none in a lake"
            refuse("change_feed_days", self.change_feed_days, allowed, "take it out")
        return self

    def plans(self) -> list[Plan]:
        """What becomes of each class, in the order of the enum, with the caller's own days."""
        return [self.classes[held].over(PLANS[held])[0] for held in DataClass if held in self.classes]

    def portion_list(self) -> list[Portion]:
        """The portions, in the caller's order."""
        return [asked.portion(name) for name, asked in self.portions.items()]

    def rules(self, layout: Layout) -> list[dict[str, Any]]:
        """The lifecycle rules of one account."""
        rules = [
            rule
            for plan in self.plans()
            if plan.layout is layout
            for rule in lifecycle_rules(plan, [f"{plan.container}/"])
        ]
        rules += [portion_rule(each) for each in self.portion_list() if each.plan.layout is layout]
        return rules if self.inventory is InventorySchedule.OFF else [*rules, expiry_rule(INVENTORY)]

    def told_by_compliance(self) -> list[str]:
        """A sentence for each thing that compliance changed."""
        return [told for held in DataClass if held in self.classes for told in self.classes[held].over(PLANS[held])[1]]

    def network(self) -> Mapping[str, Any]:
        """Who may reach the accounts from outside a private endpoint."""
        if not self.allowed_subnet_ids and not self.allowed_ip_ranges:
            return CLOSED
        return {
            "public_network_access": "Enabled",
            "network_rule_set": {
                "bypass": "AzureServices",
                "default_action": "Deny",
                "ip_rules": [{"i_p_address_or_range": each, "action": "Allow"} for each in self.allowed_ip_ranges],
                "virtual_network_rules": [
                    {"virtual_network_resource_id": each, "action": "Allow"} for each in self.allowed_subnet_ids
                ],
            },
        }

    def customer_managed_key_of(self) -> Mapping[str, Any] | None:
        """Arguments of an account that its own key encrypts."""
        key = self.customer_managed_key
        if key is None:
            return None
        return {
            "identity": {"type": "UserAssigned", "user_assigned_identities": [key.identity_id]},
            "encryption": {
                "key_source": "Microsoft.Keyvault",
                "key_vault_properties": {"key_vault_uri": key.key_vault_uri, "key_name": key.key_name},
                "encryption_identity": {"encryption_user_assigned_identity": key.identity_id},
            },
        }


def _check_compliance(held: DataClass, asked: _Retention) -> None:
    key = f"classes.{held.value}.compliance"
    try:
        asked.over(PLANS[held])
    except facts.UnknownFact as unknown:
        refuse(key, ", ".join(asked.compliance), f"of {', '.join(facts.retentions())}", str(unknown))
    except Conflict as conflict:
        refuse(key, ", ".join(asked.compliance), "bases that can be kept together with the days asked", str(conflict))


def _check_plan(plan: Plan, redundancy: str = "") -> None:
    key = f"classes.{plan.data_class.value}"
    if not plan.steps:
        refuse(key, None, "at least one step", "give it days for a colder tier or for deletion")
    _check_archive(plan, key, redundancy)
    _check_order(plan, key)
    if plan.immutable_days and plan.delete_after and plan.delete_after < plan.immutable_days:
        allowed = f"at most delete_after_days ({plan.delete_after})"
        refuse(f"{key}.immutable_days", plan.immutable_days, allowed, "raise delete_after_days, or lower it")


def _check_archive(plan: Plan, key: str, redundancy: str) -> None:
    zoned = redundancy.endswith("ZRS") if redundancy else plan.layout is Layout.DURABLE
    if plan.archive_after is not None and zoned:
        allowed = "no archive tier, as Azure has none in zone-redundant accounts"
        refuse(f"{key}.archive_after_days", plan.archive_after, allowed, "use cold_after_days, and set this to None")


def _check_portion(portion: Portion, plans: Mapping[DataClass, Plan], redundancy: str = "") -> None:
    key, own = f"portions.{portion.name}", portion.plan
    whole = plans.get(own.data_class)
    if whole is None:
        refuse(f"{key}.data_class", own.data_class.value, "a class that `classes` holds", "add it to `classes`")
    if not portion.prefix and not portion.index_tags:
        refuse(key, None, "a prefix, index_tags, or both", "say which blobs it concerns")
    if portion.index_tags and own.layout is Layout.LAKE:
        refuse(f"{key}.index_tags", None, "none, as a lake has no blob index tags", "use a prefix")
    if not own.steps:
        refuse(key, None, "at least one step", "give it days for a colder tier or for deletion")
    _check_archive(own, key, redundancy)
    for step, days in own.steps:
        of_class = dict(whole.steps).get(step)
        if of_class is not None and days > of_class:
            allowed = f"at most the class's own {of_class}: where two rules meet, Azure takes the cheaper"
            refuse(f"{key}.{step}", days, allowed, "lower it, or raise the class's and add portions for the rest")
    _check_order(own, key)
    floor = max(whole.kept_at_least or 0, whole.immutable_days or 0)
    if own.delete_after is not None and own.delete_after < floor:
        refuse(f"{key}.delete_after_days", own.delete_after, f"at least {floor}, as its class is kept", "raise it")


def _check_order(plan: Plan, key: str) -> None:
    for (earlier, before), (later, after) in zip(plan.steps, plan.steps[1:], strict=False):
        if after <= before:
            refuse(f"{key}.{later}", after, f"more than {earlier} ({before})", f"raise it, or lower {earlier}")
