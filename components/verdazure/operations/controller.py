"""CarbonController: the function app that scales, routes, trains, rolls out and retrains by carbon."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import authorization, managedidentity, storage, web
from pydantic import Field, ValidationInfo, model_validator

from verdazure import tags
from verdazure.args import Count, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.datasets.component import WorkspaceId
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    PrincipalType,
    PrivateEndpoint,
    PrivateEndpointArgs,
    Site,
    connect,
    diagnose,
    grant,
    name_of,
    resource_group_of,
    subscription_of,
)
from verdazure.naming import Kind, check_name, named, physical_name
from verdazure.operations.permissions import ACTIONS
from verdazure.serving.scaling import Cap, CapArgs, above
from verdazure.steering import SOME_ID, ClusterScaling, Steering, SteeringError, TrainingPlaces, fault_of

PYTHON = "3.12"
MEMORY_MB = 2048
MOST_INSTANCES = 40
"""The least that Flex Consumption takes as a limit; Microsoft Learn, Flex Consumption plan, read 2026-11-24."""
CONTAINER, PACKAGES, QUEUE = "verdazure-controller", "verdazure-packages", "verdazure-parts"


class SecretKeysArgs(TypedDict):
    """Keys of intensity services, which stay in a vault."""

    vault_id: Input[str]
    """ARM id of the Key Vault."""
    secret_uris: dict[str, Input[str]]
    """Address of a secret by the variable that its service's client reads: `ELECTRICITY_MAPS_TOKEN`,
    `WATTTIME_USER`, `WATTTIME_PASSWORD`."""


class TrainingPlacesArgs(TypedDict):
    """A workspace whose `live` and `drift` schedules are started when power is clean, in time for their deadlines."""

    workspace_id: Input[str]
    """ARM id of the Azure ML workspace."""
    at_once: int
    """Runs at the same time, at most."""


class ClusterCapsArgs(TypedDict):
    """A cluster whose nodes are fewer where power is dirty. Jobs queue; none is stopped."""

    cluster_id: Input[str]
    """ARM id of the cluster."""
    most: int
    """Nodes where power is clean or unknown: the cluster's own `max_nodes`."""
    caps: list[CapArgs]
    """Most nodes by carbon intensity, from clean to dirty."""


class CarbonControllerArgs(TypedDict):
    """What a team decides about its controller."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    account_id: Input[str]
    """ARM id of the storage account that holds its memory, its code and its queue: one of `storage.account_ids`."""
    steering: NotRequired[list[Input[str]]]
    """What it steers: `steering` of OnlineEndpoint, CarbonAwareTraffic and RetrainingPolicy."""
    training: NotRequired[dict[str, TrainingPlacesArgs]]
    """Whose schedules it starts, by a name that its records repeat."""
    clusters: NotRequired[dict[str, ClusterCapsArgs]]
    """Whose nodes it caps, by a name that its records repeat."""
    scopes: dict[str, Input[str]]
    """Where it may act, by a name that stays: ARM ids of resource groups, or of the workspaces, autoscale settings and
    load balancers themselves. Its role holds the calls that its loops make, and no others."""
    rule_id: Input[str]
    """ARM id of the data collection rule that takes its records: `monitoring.rule_id`."""
    rule_immutable_id: Input[str]
    """`monitoring.rule_immutable_id`."""
    ingestion_endpoint: Input[str]
    """`monitoring.ingestion_endpoint`."""
    subnet_id: NotRequired[Input[str]]
    """ARM id of a subnet delegated to `Microsoft.App/environments`, from which the storage account can be reached.
    Without one it reaches only an account that is open to it."""
    queue_endpoints: NotRequired[dict[str, PrivateEndpointArgs]]
    """Ways in to the account's queues, which TieredStorage does not make: `privatelink.queue.core.windows.net`."""
    keys: NotRequired[SecretKeysArgs]
    """Of intensity services. Without any: the GB Carbon Intensity API where it applies, else typical days."""
    every_minutes: NotRequired[int]
    """Between two rounds: 5, 10, 15, 20, 30 or 60. Default 15, as forecasts come no more often."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Where its logs and metrics go. Default: all to the landing's workspace."""


class CarbonController(pulumi.ComponentResource):
    """A function app on Flex Consumption, which runs for seconds a quarter of an hour and is gone in between.

    Its identity has one role of its own, whose actions are the calls that the controller makes, on the scopes that are
    named. `verdazure controller package` writes its code, and says how it is published.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the function app."""
    resource_name: Output[str]
    """Name of the function app."""
    principal_id: Output[str]
    """Object id of its identity."""
    permissions: Output[dict[str, str]]
    """What its role lets it do, each with the call that needs it."""

    def __init__(self, name: str, args: CarbonControllerArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _CarbonController)
        super().__init__(resource_type(CarbonController), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        site, labels = spec.landing, tags.merged(spec.landing.tags, {}, spec.tags)

        identity = managedidentity.UserAssignedIdentity(
            name,
            resource_group_name=site.resource_group_name,
            location=site.location,
            tags=labels,
            opts=ResourceOptions.merge(child, named(physical_name(Kind.IDENTITY, name, site.name_suffix))),
        )
        self.principal_id = identity.principal_id
        places = self._places(name, spec, child)
        granted = [*self._grants(name, spec, child), *self._acting(name, spec, child)]
        connect(f"{name}-queue", spec.account_id, "queue", spec.queue_endpoints, site, labels, child)
        plan = self._plan(name, spec, labels, child)
        ready = ResourceOptions.merge(child, ResourceOptions(depends_on=[*places, *granted]))
        app = self._app(name, spec, identity, plan, labels, ready)
        diagnose(name, app.id, spec.diagnostic_settings, site, child)

        self.resource_id, self.resource_name = app.id, app.name
        self.permissions = Output.from_input(dict(ACTIONS))
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "permissions": self.permissions,
            }
        )

    def _places(self, name: str, spec: "_CarbonController", child: ResourceOptions) -> list[pulumi.Resource]:
        account = Output.from_input(spec.account_id)
        where = {"account_name": account.apply(name_of), "resource_group_name": account.apply(resource_group_of)}
        return [
            *(
                storage.BlobContainer(
                    f"{name}-{key}", container_name=container, public_access="None", opts=child, **where
                )
                for key, container in (("memory", CONTAINER), ("packages", PACKAGES))
            ),
            storage.Queue(f"{name}-parts", queue_name=QUEUE, opts=child, **where),
        ]

    def _grants(self, name: str, spec: "_CarbonController", child: ResourceOptions) -> list[pulumi.Resource]:
        """Built-in roles, as `permissions.ROLES` explains them."""
        account = Output.from_input(spec.account_id)
        wanted = {
            "blobs": (account, "Storage Blob Data Owner"),
            "queue": (account, "Storage Queue Data Contributor"),
            "records": (Output.from_input(spec.rule_id), "Monitoring Metrics Publisher"),
        }
        if spec.landing.log_workspace_id is not None:
            wanted["drift"] = (Output.from_input(spec.landing.log_workspace_id), "Log Analytics Reader")
        if spec.keys is not None:
            wanted["keys"] = (Output.from_input(spec.keys.vault_id), "Key Vault Secrets User")
        kind = PrincipalType.SERVICE_PRINCIPAL
        return [
            grant(f"{name}-{key}", scope, role, self.principal_id, kind, child) for key, (scope, role) in wanted.items()
        ]

    def _acting(self, name: str, spec: "_CarbonController", child: ResourceOptions) -> list[pulumi.Resource]:
        """One role for all scopes: a role can be assigned in its subscription or below, not to single resources."""
        subscription = Output.from_input(next(iter(spec.scopes.values()))).apply(
            lambda scope: f"/subscriptions/{subscription_of(scope)}"
        )
        role = authorization.RoleDefinition(
            f"{name}-acts",
            role_name=Output.concat("Verdazure carbon controller ", name, " ", spec.landing.name_suffix),
            description="What the loops of the carbon controller call, and nothing else",
            scope=subscription,
            assignable_scopes=[subscription],
            permissions=[{"actions": sorted(ACTIONS), "not_actions": [], "data_actions": [], "not_data_actions": []}],
            opts=child,
        )
        return [
            authorization.RoleAssignment(
                f"{name}-acts-{key}",
                scope=scope,
                principal_id=self.principal_id,
                principal_type=PrincipalType.SERVICE_PRINCIPAL.value,
                role_definition_id=role.id,
                opts=child,
            )
            for key, scope in spec.scopes.items()
        ]

    def _plan(
        self, name: str, spec: "_CarbonController", labels: Mapping[str, Input[str]], child: ResourceOptions
    ) -> web.AppServicePlan:
        return web.AppServicePlan(
            name,
            name=physical_name(Kind.FUNCTION_PLAN, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            kind="functionapp",
            reserved=True,
            sku={"name": "FC1", "tier": "FlexConsumption"},
            zone_redundant=False,
            tags=labels,
            opts=child,
        )

    def _app(
        self,
        name: str,
        spec: "_CarbonController",
        identity: managedidentity.UserAssignedIdentity,
        plan: web.AppServicePlan,
        labels: Mapping[str, Input[str]],
        opts: ResourceOptions,
    ) -> web.WebApp:
        account = Output.from_input(spec.account_id).apply(name_of)
        settings = self._settings(spec, identity, account)
        return web.WebApp(
            name,
            name=physical_name(Kind.FUNCTION_APP, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            kind="functionapp,linux",
            server_farm_id=plan.id,
            identity={"type": "UserAssigned", "user_assigned_identities": [identity.id]},
            key_vault_reference_identity=identity.id,
            https_only=True,
            public_network_access="Disabled",
            virtual_network_subnet_id=spec.subnet_id,
            function_app_config={
                "runtime": {"name": "python", "version": PYTHON},
                "scale_and_concurrency": {"instance_memory_mb": MEMORY_MB, "maximum_instance_count": MOST_INSTANCES},
                "deployment": {
                    "storage": {
                        "type": "blobContainer",
                        "value": Output.concat("https://", account, ".blob.core.windows.net/", PACKAGES),
                        "authentication": {
                            "type": "UserAssignedIdentity",
                            "user_assigned_identity_resource_id": identity.id,
                        },
                    }
                },
            },
            site_config={
                "app_settings": [{"name": key, "value": value} for key, value in settings.items()],
                "min_tls_version": "1.2",
                "ftps_state": "Disabled",
            },
            tags=labels,
            opts=opts,
        )

    def _settings(
        self, spec: "_CarbonController", identity: managedidentity.UserAssignedIdentity, account: Output[str]
    ) -> dict[str, Input[str]]:
        """None of them secret. `AzureWebJobsStorage` is what Functions calls its own account."""
        settings: dict[str, Input[str]] = {"AZURE_CLIENT_ID": identity.client_id}
        for prefix, services in (("AzureWebJobsStorage", ("blob", "queue", "table")), ("VERDAZURE_PARTS", ("queue",))):
            settings[f"{prefix}__credential"] = "managedidentity"
            settings[f"{prefix}__clientId"] = identity.client_id
            for service in services:
                address = Output.concat("https://", account, f".{service}.core.windows.net")
                settings[f"{prefix}__{service}ServiceUri"] = address
        settings |= {
            "VERDAZURE_CONTAINER": Output.concat("https://", account, ".blob.core.windows.net/", CONTAINER),
            "VERDAZURE_LOGS_ENDPOINT": spec.ingestion_endpoint,
            "VERDAZURE_LOGS_RULE": spec.rule_immutable_id,
            "VERDAZURE_QUEUE": QUEUE,
            "VERDAZURE_SCHEDULE": spec.schedule,
            "VERDAZURE_STEERING": self._document(spec),
        }
        for variable, uri in (spec.keys.secret_uris if spec.keys else {}).items():
            settings[variable] = Output.concat("@Microsoft.KeyVault(SecretUri=", uri, ")")
        return settings

    def _document(self, spec: "_CarbonController") -> Output[str]:
        known = Output.all(
            region=Output.from_input(spec.landing.location),
            parts=Output.all(*spec.steering),
            workspaces=Output.all(**{key: each.workspace_id for key, each in spec.training.items()}),
            clusters=Output.all(**{key: each.cluster_id for key, each in spec.clusters.items()}),
        )
        return known.apply(
            lambda ids: spec.document(ids["region"], ids["parts"], ids["workspaces"], ids["clusters"]).pack()
        )


# The checked arguments


class _TrainingPlaces(Record):
    workspace_id: WorkspaceId
    at_once: Annotated[Count, Field(ge=1)]


class _ClusterCaps(Record):
    cluster_id: TextLeaf
    most: Annotated[Count, Field(ge=1)]
    caps: Annotated[tuple[Cap, ...], Field(min_length=1)]


class _SecretKeys(Record):
    vault_id: TextLeaf
    secret_uris: Annotated[Mapping[Text, TextLeaf], Field(min_length=1)]


class _CarbonController(Record):
    landing: Site
    account_id: TextLeaf
    steering: tuple[TextLeaf, ...] = ()
    training: Mapping[Text, _TrainingPlaces] = {}
    clusters: Mapping[Text, _ClusterCaps] = {}
    scopes: Annotated[Mapping[Text, TextLeaf], Field(min_length=1)]
    rule_id: TextLeaf
    rule_immutable_id: TextLeaf
    ingestion_endpoint: TextLeaf
    subnet_id: TextLeaf | None = None
    queue_endpoints: Mapping[Text, PrivateEndpoint] = {}
    keys: _SecretKeys | None = None
    every_minutes: Count = 15
    tags: Mapping[str, TextLeaf] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_CarbonController":
        check_name(component_name(info), Kind.FUNCTION_APP, Kind.FUNCTION_PLAN, Kind.IDENTITY)
        if self.every_minutes not in (5, 10, 15, 20, 30, 60):
            refuse("every_minutes", self.every_minutes, "5, 10, 15, 20, 30 or 60", "take one that divides the hour")
        if not (self.steering or self.training or self.clusters):
            refuse("steering", None, "something to steer: steering, training or clusters", "give one of them")
        for each in self.steering:
            if isinstance(each, str):
                try:
                    Steering.read(each)
                except SteeringError as error:
                    refuse("steering", each, "a steering document", str(error))
        try:
            self.document(
                "swedencentral", [], dict.fromkeys(self.training, SOME_ID), dict.fromkeys(self.clusters, SOME_ID)
            )
        except ValueError as error:
            refuse("training or clusters", "contradictory", fault_of(error), "mend names, caps or most")
        return self

    @property
    def schedule(self) -> str:
        """NCRONTAB: second, minute, hour, day, month, day of the week."""
        return "0 0 * * * *" if self.every_minutes == 60 else f"0 */{self.every_minutes} * * * *"

    def document(
        self, region: str, parts: Sequence[str], workspaces: Mapping[str, str], clusters: Mapping[str, str]
    ) -> Steering:
        """All parts as one. Raises `ValueError`."""
        training = {
            key: TrainingPlaces(workspace_id=workspaces[key], at_once=each.at_once)
            for key, each in self.training.items()
        }
        capped = {
            key: ClusterScaling(cluster_id=clusters[key], region=region, most=each.most, caps=above(each.caps))
            for key, each in self.clusters.items()
        }
        whole = Steering(every_minutes=self.every_minutes, training=training, clusters=capped)
        for part in parts:
            whole = whole.joined(Steering.read(part))
        return whole
