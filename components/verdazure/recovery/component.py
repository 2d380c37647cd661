"""Recovery: of all that could protect stored data, what suffices and draws least."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import dataprotection
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, tags
from verdazure.args import Count, Flag, Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.interfaces import (
    LandingRef,
    Lock,
    PrincipalType,
    Redundancy,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    grant,
    grant_all,
    known_region,
    lock,
    name_of,
    resource_group_of,
)
from verdazure.naming import Kind, check_name
from verdazure.recovery.choosing import Choice, NothingSuffices, choose
from verdazure.recovery.measures import Loss, Measure, Need, asked_of_account
from verdazure.recovery.resources import OPERATIONAL, VAULT, alerts, instance, policy, replication, vault
from verdazure.recovery.runbook import Place, runbook
from verdazure.storage.plans import PLANS, DataClass

WRITTEN_ONCE = frozenset({DataClass.RAW, DataClass.LOG})
BACKUPS = {Measure.OPERATIONAL_BACKUP: OPERATIONAL, Measure.VAULTED_BACKUP: VAULT}
ROLE = "Storage Account Backup Contributor"
CHANGES_THE_ACCOUNT = (
    "operational backup sets soft delete, the change feed and point-in-time restore of the account by itself. A "
    "refresh shows them as changes of its blob service; an update that sets them back ends the backup."
)


class ProtectedDataArgs(TypedDict):
    """Some data, and what may be lost of it."""

    account_id: Input[str]
    """ARM id of the storage account: one of `storage.account_ids`."""
    containers: list[str]
    """Its containers that this is about."""
    data_class: DataClass
    """What the data is for: it says which kind of account it lies in."""
    recovery_point_hours: float
    """RPO: how old what is brought back may be."""
    recovery_time_hours: float
    """RTO: how long it may be away."""
    survives: NotRequired[Loss]
    """The worst that it survives: `Deletion`, `Zone` or `Region`, each with those before it. Default `Deletion`."""
    retention_days: NotRequired[int]
    """Days for which a deletion can be undone, 7 to 365. Rule BK01. Default 7."""
    isolated: NotRequired[bool]
    """Whether it must outlive the account: a copy that nobody who owns the account can delete. Default false."""
    recreatable_in_hours: NotRequired[float]
    """How long it takes to make it again: the cheapest protection is none. Default: it cannot be made again."""
    written_once: NotRequired[bool]
    """Whether nothing is ever overwritten. Default: true for raw data and logs."""
    archives: NotRequired[bool]
    """Whether it moves to the archive tier. Default: as its class does."""
    redundancy: NotRequired[str]
    """The account's redundancy as it is. Default: as TieredStorage has it."""
    changed_share: NotRequired[float]
    """Share that is overwritten or deleted in a month, for the energy of what is kept beside it. Default 0.1."""
    prefixes: NotRequired[list[str]]
    """Only what begins so is replicated, five at most. Default: all of the containers."""
    replicated_share: NotRequired[float]
    """Share of the data that `prefixes` are. Default 1."""
    destination_account_id: NotRequired[Input[str]]
    """ARM id of an account with the same containers that may receive replicated objects. Both need versions, and the
    source a change feed: `change_feed_days` of its TieredStorage."""
    destination_region: NotRequired[str]
    """Its region."""


class RecoveryArgs(TypedDict):
    """What a team decides about recovery."""

    landing: LandingRef
    """Where the vault is deployed: `landing.ref`."""
    region: str
    """The region of the data: the landing's. It is plain, as what is made depends on it."""
    residency: NotRequired[str]
    """Area that no copy may leave: `eu`, `eea` or a country code such as `uk`. Default: none."""
    protected: dict[str, ProtectedDataArgs]
    """What is protected, by a name that stays with it. Azure takes one backup of an account: what shares an account and
    is backed up is one of these."""
    alert_emails: NotRequired[list[str]]
    """Who is told when a backup fails."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    lock: NotRequired[Lock]
    """Lock on the vault."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the vault."""


class Recovery(pulumi.ComponentResource):
    """The cheapest sufficient protection of each kind of data, with the others and their energy beside it.

    What has to be set on the account itself, its redundancy, is told by a warning: it is TieredStorage's to set. A
    vault is made only where a backup is what suffices.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    vault_id: Output[Optional[str]]
    """ARM id of the backup vault, where one was needed."""
    choices: Output[dict[str, str]]
    """What protects, by name: `soft delete and versions + geo redundancy`."""
    explanation: Output[dict[str, str]]
    """By name: every alternative, whether it serves or why not, and what it adds in GB, kWh and gCO2e a GB-month."""
    runbook: Output[dict[str, list[str]]]
    """By name: how it is brought back, step by step."""

    def __init__(self, name: str, args: RecoveryArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _Recovery)
        super().__init__(resource_type(Recovery), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        plan = _Plan(name, spec, tags.merged(spec.landing.tags, {}, spec.tags), child)

        backed_up = [key for key, choice in spec.choices.items() if BACKUPS.keys() & set(choice.measures)]
        held = vault(name, spec.vault_across_zones, spec.landing, plan.labels, child) if backed_up else None
        made: list[pulumi.Resource] = []
        for key in spec.protected:
            made += self._deploy(key, plan, held)
        if held is not None:
            made += alerts(name, held, spec.alert_emails, spec.landing, plan.labels, child) if spec.alert_emails else []
            made += grant_all(name, held.id, spec.role_assignments, child)
            lock(name, held.id, spec.lock, made, child)

        self.vault_id = held.id if held is not None else Output.from_input(None)
        self.choices = Output.from_input(
            {key: " + ".join(each.value for each in choice.measures) for key, choice in spec.choices.items()}
        )
        self.explanation = Output.from_input({key: str(choice) for key, choice in spec.choices.items()})
        self.runbook = Output.all(**{key: self._runbook(key, plan, held) for key in spec.protected})
        self._warn(spec)
        self.register_outputs(
            {
                "vault_id": self.vault_id,
                "choices": self.choices,
                "explanation": self.explanation,
                "runbook": self.runbook,
            }
        )

    def _deploy(self, key: str, plan: "_Plan", held: dataprotection.BackupVault | None) -> list[pulumi.Resource]:
        """The resources of what was chosen; what is a property of the account is not among them."""
        data, measures = plan.spec.protected[key], plan.spec.choices[key].measures
        full_name, site = f"{plan.name}-{key}", plan.spec.landing
        made: list[pulumi.Resource] = []
        for measure in measures:
            if measure in BACKUPS and held is not None:
                store = BACKUPS[measure]
                hour = cleanest_hour(plan.spec.region) or 0
                followed = policy(f"{full_name}-policy", held, store, data.retention_days, hour, site, plan.child)
                principal = held.identity.apply(lambda identity: identity.principal_id if identity else "")
                account = Output.from_input(data.account_id)
                kind = PrincipalType.SERVICE_PRINCIPAL
                allowed = grant(f"{full_name}-backup", account, ROLE, principal, kind, plan.child)
                after = ResourceOptions.merge(plan.child, ResourceOptions(depends_on=[allowed]))
                copied = data.containers if store == VAULT else None
                made += [followed, allowed, instance(full_name, held, followed, account, copied, site, after)]
            elif measure is Measure.OBJECT_REPLICATION and data.destination_account_id is not None:
                ends = (data.account_id, data.destination_account_id)
                made += replication(full_name, *ends, data.containers, data.prefixes, plan.child)
        return made

    def _runbook(self, key: str, plan: "_Plan", held: dataprotection.BackupVault | None) -> Output[list[str]]:
        data, measures = plan.spec.protected[key], plan.spec.choices[key].measures
        known = Output.all(
            account_id=data.account_id,
            destination_id=data.destination_account_id or "",
            vault_id=held.id if held is not None else "",
        )
        return known.apply(
            lambda ids: runbook(
                measures,
                Place(
                    account=name_of(ids["account_id"]),
                    containers=data.containers,
                    layout=PLANS[data.data_class].layout,
                    resource_group=resource_group_of(ids["vault_id"]) if ids["vault_id"] else "",
                    region=plan.spec.region,
                    vault=name_of(ids["vault_id"]),
                    vault_id=ids["vault_id"],
                    instance=f"{plan.name}-{key}",
                    destination=name_of(ids["destination_id"]),
                ),
            )
        )

    def _warn(self, spec: "_Recovery") -> None:
        Output.from_input(spec.landing.location).apply(lambda location: _same_region(self, spec.region, location))
        for key, choice in spec.choices.items():
            need = spec.need(key)
            if Measure.OPERATIONAL_BACKUP in choice.measures:
                pulumi.log.warn(f"{key}: {CHANGES_THE_ACCOUNT}", self)
            for measure in choice.measures:
                if (wanted := asked_of_account(need, measure)) is not None:
                    told = f"{key}: {measure.value} is what suffices, and the account is {need.redundancy}."
                    asked = f"redundancy={{'{need.layout.value}': '{wanted}'}}"
                    pulumi.log.warn(f"{told} Give its TieredStorage {asked}, and this component redundancy.", self)


@dataclass(frozen=True)
class _Plan:
    """What the parts of the component share."""

    name: str
    spec: "_Recovery"
    labels: Mapping[str, Input[str]]
    child: ResourceOptions


def _same_region(component: pulumi.Resource, given: str, location: str) -> None:
    if facts.region(location).name != given:
        pulumi.log.warn(f"region is {given}, and the landing is in {location}: what was weighed is not so.", component)


# The checked arguments

Hours = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, Field(ge=0, le=1)]
Retention = Annotated[
    Count, Field(ge=guardrails.BACKUP_RETENTION_DAYS_MIN.value, le=guardrails.BACKUP_RETENTION_DAYS_MAX.value)
]


class _ProtectedData(Record):
    account_id: TextLeaf
    containers: Annotated[tuple[Text, ...], Field(min_length=1)]
    data_class: DataClass
    recovery_point_hours: Annotated[Number, Field(ge=0)]
    recovery_time_hours: Hours
    survives: Loss = Loss.DELETION
    retention_days: Retention = guardrails.BACKUP_RETENTION_DAYS_MIN.value
    isolated: Flag = False
    recreatable_in_hours: Hours | None = None
    written_once: Flag | None = None
    archives: Flag | None = None
    redundancy: Redundancy | None = None
    changed_share: Share = 0.1
    prefixes: Annotated[tuple[Text, ...], Field(max_length=5)] = ()
    replicated_share: Share = 1.0
    destination_account_id: TextLeaf | None = None
    destination_region: Annotated[Text, AfterValidator(known_region)] | None = None

    @model_validator(mode="after")
    def _check(self) -> "_ProtectedData":
        if (self.destination_account_id is None) is not (self.destination_region is None):
            fix = "give both, or neither"
            refuse("destination_region", self.destination_region, "given together with destination_account_id", fix)
        return self

    def need(self, region: str, residency: str | None) -> Need:
        plan = PLANS[self.data_class]
        once, archives = self.written_once, self.archives
        return Need(
            data_class=self.data_class,
            region=region,
            redundancy=self.redundancy or plan.layout.redundancy(region),
            recovery_point_hours=self.recovery_point_hours,
            recovery_time_hours=self.recovery_time_hours,
            survives=self.survives,
            retention_days=self.retention_days,
            isolated=self.isolated,
            recreatable_in_hours=self.recreatable_in_hours,
            written_once=self.data_class in WRITTEN_ONCE if once is None else once,
            archives=plan.archive_after is not None if archives is None else archives,
            changed_share=self.changed_share,
            replicated_share=self.replicated_share,
            destination_region=self.destination_region,
            residency=residency,
        )


class _Recovery(Record):
    landing: Site
    region: Annotated[Text, AfterValidator(known_region)]
    residency: Text | None = None
    protected: Annotated[Mapping[Text, _ProtectedData], Field(min_length=1)]
    alert_emails: tuple[Text, ...] = ()
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_Recovery":
        check_name(component_name(info), Kind.BACKUP_VAULT, Kind.ACTION_GROUP, Kind.ALERT_PROCESSING_RULE)
        for key in self.protected:
            try:
                choose(self.need(key))
            except NothingSuffices as nothing:
                allowed = "a need that something meets"
                refuse(f"protected.{key}", None, allowed, f"ask for less, or hold the data otherwise ({nothing})")
        return self

    def need(self, key: str) -> Need:
        return self.protected[key].need(self.region, self.residency)

    @property
    def vault_across_zones(self) -> bool:
        """Whether a copy of its own has to survive a zone as well; it takes three copies either way."""
        return bool(facts.region(self.region).availability_zones) and any(
            Measure.VAULTED_BACKUP in choice.measures and self.protected[key].survives is not Loss.DELETION
            for key, choice in self.choices.items()
        )

    @functools.cached_property
    def choices(self) -> Mapping[str, Choice]:
        return {key: choose(self.need(key)) for key in self.protected}
