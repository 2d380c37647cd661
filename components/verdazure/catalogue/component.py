"""ModelDeployment: models that Azure hosts, none larger than its need, none that waits on boards of its own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import Enum
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import cognitiveservices
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, tags
from verdazure.args import Count, Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.carbon.regions import cleanest, residencies
from verdazure.catalogue.choosing import Choice, Hosting, Need, choose
from verdazure.catalogue.skus import NoSku, Sku, fitting
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    Lock,
    PrivateEndpoint,
    PrivateEndpointArgs,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    connect,
    diagnose,
    grant_all,
    lock,
    name_of,
    resource_group_of,
    weakened,
)
from verdazure.justification import LONGEST_TAG, Justification, JustificationArgs
from verdazure.naming import Kind, check_name, physical_name

DEFAULT_FILTER = "Microsoft.DefaultV2"
DEPLOYMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")
NOTICE = timedelta(days=90)


class AccountKind(str, Enum):
    """What the account is, by Azure's own names."""

    FOUNDRY = "AIServices"
    """A Foundry resource: takes models of every publisher."""
    OPENAI = "OpenAI"
    """Takes models of OpenAI alone."""


class VersionUpgrade(str, Enum):
    """When Azure moves a deployment to another version of its model, by Azure's own names."""

    ON_NEW_DEFAULT = "OnceNewDefaultVersionAvailable"
    ON_EXPIRY = "OnceCurrentVersionExpired"
    NEVER = "NoAutoUpgrade"
    """It stops answering on the day its version retires."""


class FilterLevel(str, Enum):
    """From which severity on content is blocked; `High` would let through what Azure blocks by default."""

    LOW = "Low"
    MEDIUM = "Medium"


class ModelNeedArgs(TypedDict):
    """What a model has to do; `verdazure models` tells which ones meet it."""

    task: str
    """`chat`, `embedding`, `transcription`, ...: a task of the facts table `models`."""
    modalities: NotRequired[list[str]]
    """What it has to take: `audio`, `image`, `text`."""
    languages: NotRequired[list[str]]
    """ISO 639-1 codes. A model whose publisher names no languages does not meet any."""
    context_tokens: NotRequired[int]
    """Least context."""
    licences: NotRequired[list[str]]
    """SPDX ids that its weights may come under. Closed weights come under none."""


class DeployedModelArgs(TypedDict):
    """One model, what it is for, and how much it may take."""

    model: str
    """A row of the facts table `models` that Azure hosts: `gpt-5-nano`."""
    need: ModelNeedArgs
    """What it has to do. The smallest model that does it needs no justification."""
    capacity: int
    """Ceiling: of Azure OpenAI models thousands of tokens a minute, of batches thousands that wait, of provisioned
    throughput its units."""
    offline: NotRequired[bool]
    """Whether an answer may take a day: such work goes in batches, at hours when boards are idle. Default false."""
    sku: NotRequired[Sku]
    """Deployment type. Default: `GlobalStandard`; with a residency `DataZoneStandard`, or `Standard` within a country;
    for offline work the batch type of the same reach. Provisioned types hold boards and take a justification."""
    version_upgrade: NotRequired[VersionUpgrade]
    """Default `OnceNewDefaultVersionAvailable`."""
    rai_policy_name: NotRequired[str]
    """A content filter that the account has. Default: that of `content_filter`, else `Microsoft.DefaultV2`."""
    justification: NotRequired[JustificationArgs]
    """For a larger model than the need asks for, or for provisioned throughput."""


class ContentFilterArgs(TypedDict):
    """From which severity on each kind of content is blocked, in prompts and answers. Default of each: Medium."""

    hate: NotRequired[FilterLevel]
    self_harm: NotRequired[FilterLevel]
    sexual: NotRequired[FilterLevel]
    violence: NotRequired[FilterLevel]


class ModelDeploymentArgs(TypedDict):
    """What a team decides about the models that it calls."""

    landing: LandingRef
    """Where the account is deployed: `landing.ref`."""
    residency: NotRequired[str]
    """Area that no prompt and no answer may leave: `eu`, `eea` or a country's code, as the landing's. The EU data zone
    may reach Norway and Switzerland too. Default: none."""
    account_id: NotRequired[Input[str]]
    """Adopt this account instead of creating one; what guards it is then yours."""
    kind: NotRequired[AccountKind]
    """Default `AIServices`."""
    deployments: dict[str, DeployedModelArgs]
    """Models, by the name that applications call them by, which stays with them."""
    content_filter: NotRequired[ContentFilterArgs]
    """A filter of your own for the deployments that name none; it always blocks attempts to break out of it."""
    private_endpoints: NotRequired[dict[str, PrivateEndpointArgs]]
    """Ways in from virtual networks: without one, nobody gets in. A Foundry resource answers to three zones,
    `privatelink.` with `cognitiveservices.azure.com`, `openai.azure.com` and `services.ai.azure.com`."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    lock: NotRequired[Lock]
    """Lock on the account. Not where other components deploy into it: they could not remove what is theirs."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the account: applications need `Cognitive Services OpenAI User`."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Where the account's logs and metrics go. Default: all to the landing's workspace."""


class ModelDeployment(pulumi.ComponentResource):
    """Models that Azure hosts, each no larger than its need, with a ceiling on what it takes.

    Nothing is provisioned that waits: each call is paid by its tokens, and work that can wait goes in batches. The
    account has no keys and no public address.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the account."""
    resource_name: Output[str]
    """Name of the account."""
    principal_id: Output[Optional[str]]
    """Object id of the account's identity, unless it was adopted."""
    endpoint: Output[Optional[str]]
    """`https://aif-....cognitiveservices.azure.com/`, unless the account was adopted."""
    models: Output[dict[str, str]]
    """Model and version by deployment: `gpt-5-nano 2025-08-07`."""
    explanation: Output[dict[str, str]]
    """By deployment: which models were weighed, and why each other does not meet the need."""

    def __init__(self, name: str, args: ModelDeploymentArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _ModelDeployment)
        super().__init__(resource_type(ModelDeployment), name, dict(args), opts)
        child = ResourceOptions(parent=self)

        made = self._account(name, spec, child)
        filters = self._filter(name, spec, child)
        deployed = self._deploy(name, spec, filters, child)
        granted = grant_all(name, self.resource_id, spec.role_assignments, child)
        if made is not None:
            labels = tags.merged(spec.landing.tags, {}, spec.tags)
            connect(name, made.id, "account", spec.private_endpoints, spec.landing, labels, child)
            diagnosed = diagnose(name, made.id, spec.diagnostic_settings, spec.landing, child)
            lock(name, made.id, spec.lock, [*filters, *deployed, *granted, *diagnosed], child)

        self.models = Output.from_input(
            {key: f"{one.fact.name} {one.version}" for key, one in spec.deployments.items()}
        )
        self.explanation = Output.from_input({key: spec.explain(key) for key in spec.deployments})
        self._warn(spec)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "endpoint": self.endpoint,
                "models": self.models,
                "explanation": self.explanation,
            }
        )

    def _account(self, name: str, spec: "_ModelDeployment", child: ResourceOptions) -> cognitiveservices.Account | None:
        if spec.account_id is not None:
            self.resource_id = Output.from_input(spec.account_id)
            self.resource_name = self.resource_id.apply(name_of)
            self.principal_id = self.endpoint = Output.from_input(None)
            return None
        physical = physical_name(spec.naming, name, spec.landing.name_suffix)
        made = cognitiveservices.Account(
            name,
            account_name=physical,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            kind=spec.kind.value,
            sku={"name": "S0"},
            identity={"type": "SystemAssigned"},
            properties={
                "custom_sub_domain_name": physical,
                "disable_local_auth": True,
                "public_network_access": "Disabled",
                "network_acls": {"default_action": "Deny"},
            },
            tags=tags.merged(spec.landing.tags, {}, spec.tags),
            opts=child,
        )
        self.resource_id, self.resource_name = made.id, made.name
        self.principal_id = made.identity.apply(lambda identity: identity.principal_id if identity else None)
        self.endpoint = made.properties.apply(lambda properties: properties.endpoint)
        return made

    def _filter(self, name: str, spec: "_ModelDeployment", child: ResourceOptions) -> list[pulumi.Resource]:
        if spec.content_filter is None:
            return []
        return [
            cognitiveservices.RaiPolicy(
                f"{name}-filter",
                rai_policy_name=name,
                account_name=self.resource_name,
                resource_group_name=self._group(spec),
                properties={
                    "base_policy_name": DEFAULT_FILTER,
                    "mode": "Blocking",
                    "content_filters": list(_filters(spec.content_filter)),
                },
                opts=child,
            )
        ]

    def _deploy(
        self, name: str, spec: "_ModelDeployment", after: list[pulumi.Resource], child: ResourceOptions
    ) -> list[pulumi.Resource]:
        """One after the other: Azure refuses a deployment while it is at another one of the same account."""
        made: list[pulumi.Resource] = []
        for key, asked in spec.deployments.items():
            model = asked.fact
            deployed = cognitiveservices.Deployment(
                f"{name}-model-{key}",
                deployment_name=key,
                account_name=self.resource_name,
                resource_group_name=self._group(spec),
                sku={"name": spec.sku(asked).value, "capacity": asked.capacity},
                properties={
                    "model": {"format": model.azure_format, "name": model.name, "version": asked.version},
                    "version_upgrade_option": asked.version_upgrade.value,
                    "rai_policy_name": asked.rai_policy_name or (name if spec.content_filter else DEFAULT_FILTER),
                },
                tags=tags.merged(spec.landing.tags, asked.labels(), spec.tags),
                opts=ResourceOptions.merge(child, ResourceOptions(depends_on=[*after, *made[-1:]])),
            )
            made.append(deployed)
        return made

    def _group(self, spec: "_ModelDeployment") -> Input[str]:
        return (
            spec.landing.resource_group_name if spec.account_id is None else self.resource_id.apply(resource_group_of)
        )

    def _warn(self, spec: "_ModelDeployment") -> None:
        for key, asked in spec.deployments.items():
            if told := retiring(asked.fact, date.today()):
                pulumi.log.warn(f"{key}: {told}", self)
            limit = guardrails.HOSTED_MODEL_CAPACITY_MAX
            if spec.sku(asked).value.endswith("Standard") and asked.capacity > limit.value:
                weakened(self, f"{key}: capacity is {asked.capacity}; the limit is {limit.value}.", limit.rule)
            if spec.sku(asked).is_provisioned:
                pulumi.log.warn(f"{key}: its boards draw power and cost the same while nobody asks anything.", self)


def retiring(model: facts.Model, today: date) -> str | None:
    """What to say of a model that Azure turns off soon, or has."""
    if model.retires_on is None or model.retires_on - today > NOTICE:
        return None
    return f"Azure turns {model.name} {model.azure_version} off on {model.retires_on}: try its successor in time."


def _filters(levels: "_ContentFilter") -> Iterator[Mapping[str, object]]:
    """What Azure can block, by its own names; the last two have no severity."""
    by_severity = {
        "Hate": levels.hate,
        "Selfharm": levels.self_harm,
        "Sexual": levels.sexual,
        "Violence": levels.violence,
    }
    for category, level in by_severity.items():
        for source in ("Prompt", "Completion"):
            yield {**_blocked(category, source), "severity_threshold": level.value}
    yield _blocked("Jailbreak", "Prompt")
    yield _blocked("Protected Material Text", "Completion")


def _blocked(what: str, source: str) -> dict[str, object]:
    return {"name": what, "source": source, "blocking": True, "enabled": True}


# The checked arguments


def _known_model(name: str) -> str:
    try:
        return facts.models.get(name).name
    except facts.UnknownFact as unknown:
        refuse("", name, "a row of the facts table models", f"{unknown}; `verdazure models` lists them")


class _ModelNeed(Record):
    task: Text
    modalities: tuple[Text, ...] = ()
    languages: tuple[Text, ...] = ()
    context_tokens: Annotated[Count, Field(ge=0)] = 0
    licences: tuple[Text, ...] | None = None

    @property
    def told(self) -> str:
        """What rule MI01 finds as the tag `need`: what a smaller model would have to do."""
        tokens = (f"{self.context_tokens} tokens",) if self.context_tokens else ()
        asked = (self.task, *self.modalities, *self.languages, *tokens, *(self.licences or ()))
        return "; ".join(asked)[:LONGEST_TAG]


class _DeployedModel(Record):
    model: Annotated[Text, AfterValidator(_known_model)]
    need: _ModelNeed
    capacity: Annotated[Count, Field(ge=1)]
    offline: Flag = False
    sku: Sku | None = None
    version_upgrade: VersionUpgrade = VersionUpgrade.ON_NEW_DEFAULT
    rai_policy_name: Text | None = None
    justification: Justification | None = None

    @property
    def fact(self) -> facts.Model:
        return facts.models.get(self.model)

    @property
    def version(self) -> str | None:
        return self.fact.azure_version

    def labels(self) -> dict[str, str]:
        """What bills and inventories show of the choice."""
        known: dict[str, str] = {"energy-class": self.fact.energy_class or "unknown", "need": self.need.told}
        if self.offline:
            known["latency"] = "offline"
        if self.justification is None:
            return known
        return {**known, "justification": self.justification.reason, "justified-until": self.justification.expires}


class _ContentFilter(Record):
    hate: FilterLevel = FilterLevel.MEDIUM
    self_harm: FilterLevel = FilterLevel.MEDIUM
    sexual: FilterLevel = FilterLevel.MEDIUM
    violence: FilterLevel = FilterLevel.MEDIUM


class _ModelDeployment(Record):
    landing: Site
    residency: Text | None = None
    account_id: TextLeaf | None = None
    kind: AccountKind = AccountKind.FOUNDRY
    deployments: Annotated[Mapping[Text, _DeployedModel], Field(min_length=1)]
    content_filter: _ContentFilter | None = None
    private_endpoints: Mapping[str, PrivateEndpoint] = {}
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_ModelDeployment":
        self._check_account(component_name(info))
        if self.residency is not None and not cleanest(self.residency):
            allowed = ", ".join(residencies())
            refuse("residency", self.residency, allowed, "name an area that holds an open Azure region")
        for key, asked in self.deployments.items():
            if not DEPLOYMENT_NAME.fullmatch(key):
                allowed = "2 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit"
                refuse("deployments", key, allowed, "rename the deployment")
            self._check_type(f"deployments.{key}", asked)
            self._check_model(f"deployments.{key}", asked)
        return self

    def _check_account(self, name: str) -> None:
        if self.account_id is None:
            check_name(name, self.naming)
            return
        for key in ("kind", "private_endpoints", "lock", "diagnostic_settings"):
            if key in self.model_fields_set:
                refuse(key, getattr(self, key), "nothing beside account_id, as that account is yours", "remove it")

    def _check_type(self, where: str, asked: _DeployedModel) -> None:
        try:
            sku = self.sku(asked)
        except NoSku as none:
            refuse(f"{where}.offline", True, str(none), "set offline to false, or widen the residency")
        if sku.is_batch is not asked.offline:
            allowed = "a type that batches" if asked.offline else "a type that answers at once"
            refuse(f"{where}.sku", sku, f"{allowed}, as offline is {asked.offline}", "change one of the two")
        if sku.is_provisioned and asked.justification is None:
            allowed = "a type that is paid by the token, unless a justification says why boards have to be held"
            refuse(f"{where}.sku", sku, allowed, "remove sku, or add justification with reason and expires")
        if (
            self.kind is AccountKind.OPENAI
            and self.account_id is None
            and asked.fact.azure_format not in (None, "OpenAI")
        ):
            refuse(f"{where}.model", asked.model, "a model of OpenAI, as kind is 'OpenAI'", "set kind to 'AIServices'")

    def _check_model(self, where: str, asked: _DeployedModel) -> None:
        choice = self.choice(asked)
        found = choose(replace(self.need(asked), sku=asked.sku)).of(asked.model)
        smallest = " or ".join(model.name for model in choice.smallest) or "none in the facts table"
        if found.why_not:
            allowed = f"a model that meets its need, and {asked.model} {'; '.join(found.why_not)}"
            refuse(f"{where}.model", asked.model, allowed, f"the smallest that does is {smallest}")
        larger = choice.larger_than_needed(asked.model)
        if larger is not None and asked.justification is None:
            fix = f"take {smallest}, or add justification with reason and expires"
            refuse(f"{where}.model", asked.model, f"the smallest that meets its need: {larger}", fix)

    def sku(self, asked: _DeployedModel) -> Sku:
        """Of a deployment. Raises `NoSku`."""
        return asked.sku or fitting(self.residency, asked.offline)

    @property
    def naming(self) -> Kind:
        """How the account is named."""
        return Kind.FOUNDRY_ACCOUNT if self.kind is AccountKind.FOUNDRY else Kind.OPENAI_ACCOUNT

    def need(self, asked: _DeployedModel) -> Need:
        """What a deployment's model has to do."""
        need = asked.need
        return Need(
            task=need.task,
            modalities=frozenset(need.modalities),
            languages=frozenset(need.languages),
            context_tokens=need.context_tokens,
            licences=None if need.licences is None else frozenset(need.licences),
            hosting=Hosting.AZURE,
            residency=self.residency,
            offline=asked.offline,
        )

    def choice(self, asked: _DeployedModel) -> Choice:
        """Every model by its need: a deployment type that only larger models have does not make a smaller one unfit."""
        return choose(self.need(asked))

    def explain(self, key: str) -> str:
        """One sentence on what is taken, and one on every other model for the task."""
        asked = self.deployments[key]
        choice, why = self.choice(asked), asked.justification
        taken = f"{asked.model} ({choice.of(asked.model).size}) is taken"
        if why is not None:
            taken += f", justified until {why.expires}: {why.reason}"
        others = [
            each for each in choice.judged if each.model.task == asked.need.task and each.model.name != asked.model
        ]
        return "; ".join((taken, *map(str, others)))
