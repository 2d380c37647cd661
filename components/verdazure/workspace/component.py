"""MlWorkspace: an Azure ML workspace with what it stands on, private and without keys."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import applicationinsights, authorization, containerregistry, keyvault, managedidentity
from pulumi_azure_native import machinelearningservices as ml
from pydantic import Field, ValidationInfo, model_validator

from verdazure import guardrails, tags
from verdazure.args import Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.budgets import Budget, BudgetArgs, monthly_budget, this_month
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    Lock,
    PrincipalType,
    PrivateEndpoint,
    PrivateEndpointArgs,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    connect,
    diagnose,
    grant,
    grant_all,
    lock,
    private_zone,
    weakened,
)
from verdazure.naming import Kind, check_name, named, physical_name
from verdazure.storage.lifecycle import lifecycle_rules
from verdazure.storage.plans import DataClass, Layout, Plan
from verdazure.storage.resources import account, blob_service, lifecycle
from verdazure.workspace.features import Acting, FeatureStore, FeatureStoreArgs, materialise
from verdazure.workspace.knowing import Connection, ConnectionArgs, Datastore, DatastoreArgs, know_data, know_services
from verdazure.workspace.reaching import OutboundRule, OutboundRuleArgs, reach

# What the workspace's identity may do, per resource that it stands on. Azure's documentation asks for Contributor on
# each (Azure ML, identity-based service authentication) with the data roles beside it; these are the narrower built-in
# roles that carry the same actions on that type. The approver role lets the managed network connect to private ones.
APPROVER = "Azure AI Enterprise Network Connection Approver"
IDENTITY_ROLES = {
    "storage": {
        "manage": "Storage Account Contributor",
        "blobs": "Storage Blob Data Contributor",
        "files": "Storage File Data Privileged Contributor",
        "connect": APPROVER,
    },
    "vault": {"manage": "Key Vault Contributor", "secrets": "Key Vault Secrets Officer", "connect": APPROVER},
    "registry": {"pull": "AcrPull", "push": "AcrPush", "connect": APPROVER},
    "insights": {"manage": "Application Insights Component Contributor"},
}
# Snapshots, logs and outputs of runs, which a rerun makes again. They cool but are never deleted by age: a registered
# model may point to them. Azure ML names its containers `azureml` and `azureml-...`.
DEFAULT_STORAGE = Plan(DataClass.RUN_ARTIFACT, Layout.FLAT, cool_after=30, cold_after=90)


DNS_ZONES = {"api": "privatelink.api.azureml.ms", "notebooks": "privatelink.notebooks.azure.net"}
RuleName = Annotated[Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
StoreName = Annotated[Text, Field(pattern=r"^[a-z0-9_]{1,255}$")]


class ManagedNetwork(str, Enum):
    """What the workspace's compute may reach, by Azure's own names."""

    ALLOW_INTERNET_OUTBOUND = "AllowInternetOutbound"
    ALLOW_ONLY_APPROVED_OUTBOUND = "AllowOnlyApprovedOutbound"
    """Only what outbound rules name; rules by domain name run a firewall that is paid by the hour."""
    DISABLED = "Disabled"


class WorkspaceKeyArgs(TypedDict):
    """A key of yours, which the workspace's identity may use (Key Vault Crypto User)."""

    key_vault_id: Input[str]
    """ARM id of its vault."""
    key_identifier: Input[str]
    """Its URL, with or without a version: `https://kv-keys.vault.azure.net/keys/ml`."""


class MlWorkspaceArgs(TypedDict):
    """What a team decides about a workspace. What is adopted by id is neither created, nor changed, nor granted on."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    friendly_name: NotRequired[str]
    """Name shown in the studio. Default: the component's name."""
    storage_account_id: NotRequired[Input[str]]
    """Adopt this account as default storage: flat (no hierarchical namespace), as Azure ML needs it."""
    key_vault_id: NotRequired[Input[str]]
    """Adopt this key vault."""
    container_registry_id: NotRequired[Input[str]]
    """Adopt this container registry."""
    application_insights_id: NotRequired[Input[str]]
    """Adopt this Application Insights component."""
    identity_id: NotRequired[Input[str]]
    """Adopt this user-assigned identity; its roles are then yours to grant."""
    managed_network: NotRequired[ManagedNetwork]
    """Default AllowInternetOutbound; Disabled weakens rule SE06."""
    image_build_compute: NotRequired[str]
    """Name of the cluster that builds images, as the private registry's own tasks cannot reach it."""
    telemetry_sampling_percent: NotRequired[float]
    """Share of telemetry that is kept, above 0 to 100; above 50 weakens rule MO05. Default 50."""
    outbound_rules: NotRequired[dict[str, OutboundRuleArgs]]
    """What its compute may reach in addition, made one after the other."""
    datastores: NotRequired[dict[str, DatastoreArgs]]
    """Containers that jobs read and write, by identity."""
    connections: NotRequired[dict[str, ConnectionArgs]]
    """Other services that jobs and flows call, by identity."""
    feature_store: NotRequired[FeatureStoreArgs]
    """Makes it a feature store: features are defined once, and materialised where this says."""
    monthly_budget: NotRequired[BudgetArgs]
    """Budget of the workspace and of what was created for it, clusters and endpoints included."""
    customer_managed_key: NotRequired[WorkspaceKeyArgs]
    """A key of yours that encrypts what Azure ML keeps. Default: Microsoft's."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags for every resource."""
    lock: NotRequired[Lock]
    """Lock on the storage account, vault and registry that are created. Not on the workspace: clusters in it, which
    other components replace, would be locked with it."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the workspace."""
    private_endpoints: NotRequired[dict[str, PrivateEndpointArgs]]
    """Ways in: there is no public one. Zones: privatelink.api.azureml.ms and privatelink.notebooks.azure.net."""
    dns_virtual_network_ids: NotRequired[dict[str, Input[str]]]
    """ARM ids of virtual networks, by a name that stays: both zones are made in the landing's resource group and linked
    to them, for endpoints that name no zones. A resource group holds one zone of a name. Default: zones are yours."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Logs and metrics of the workspace and its vault. Default: all logs and metrics to the landing's log workspace."""


class MlWorkspace(pulumi.ComponentResource):
    """An Azure ML workspace, private, reached by identity, with everything it stands on in the landing's region.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the workspace."""
    resource_name: Output[str]
    """Name of the workspace."""
    principal_id: Output[Optional[str]]
    """Object id of the identity that this component created; nothing where one was adopted."""
    identity_id: Output[str]
    """ARM id of the user-assigned identity, for clusters and jobs."""
    storage_account_id: Output[str]
    """ARM id of the default storage account."""
    key_vault_id: Output[str]
    """ARM id of the key vault."""
    container_registry_id: Output[str]
    """ARM id of the container registry."""
    application_insights_id: Output[str]
    """ARM id of the Application Insights component."""

    def __init__(self, name: str, args: MlWorkspaceArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _MlWorkspace)
        super().__init__(resource_type(MlWorkspace), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        self._tags = tags.merged(spec.landing.tags, spec.tags)

        self._principal: Output[str] | None = None
        if spec.identity_id is None:
            identity = self._identity(name, spec.landing, child)
            self.identity_id, self._principal = identity.id, identity.principal_id
            self._client_id = identity.client_id
        else:
            self.identity_id = Output.from_input(spec.identity_id)
        self.principal_id = Output.from_input(self._principal)

        granted = [
            *self._default_storage(name, spec, child),
            *self._vault(name, spec, child),
            *self._registry(name, spec, child),
            *self._insights(name, spec, child),
        ]
        workspace = self._workspace(name, spec, ResourceOptions(parent=self, depends_on=granted))

        self.resource_id, self.resource_name = workspace.id, workspace.name
        self._enter(name, workspace, spec, child)
        group = spec.landing.resource_group_name
        reach(name, spec.outbound_rules, workspace, group, child)
        know_data(name, spec.datastores, workspace, group, self._principal, child)
        know_services(name, spec.connections, workspace, group, child)
        if spec.feature_store is not None and self._principal is not None:
            acting = Acting(self.identity_id, self._client_id, self._principal)
            materialise(name, spec.feature_store, workspace, group, acting, child)
        if spec.monthly_budget is not None:
            self._budget(name, spec.monthly_budget, workspace, spec.landing, child)
        diagnose(name, workspace.id, spec.diagnostic_settings, spec.landing, child)
        grant_all(name, workspace.id, spec.role_assignments, child)
        self._warn(spec)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "identity_id": self.identity_id,
                "storage_account_id": self.storage_account_id,
                "key_vault_id": self.key_vault_id,
                "container_registry_id": self.container_registry_id,
                "application_insights_id": self.application_insights_id,
            }
        )

    def _budget(self, name: str, asked: Budget, workspace: ml.Workspace, site: Site, child: ResourceOptions) -> None:
        """Of the resource group's costs those of the workspace, which its clusters and endpoints are billed with."""
        kept = ResourceOptions.merge(child, ResourceOptions(ignore_changes=["input"]))
        first_month = pulumi.Stash(f"{name}-budget-month", input=this_month(), opts=kept).output
        scope = workspace.id.apply(lambda own: own.partition("/providers/")[0])
        stands_on = (workspace.id, self.storage_account_id, self.key_vault_id, self.container_registry_id)
        monthly_budget(f"{name}-budget", scope, asked, first_month, site.name_suffix, child, resource_ids=stands_on)

    def _enter(self, name: str, workspace: ml.Workspace, spec: "_MlWorkspace", child: ResourceOptions) -> None:
        """Private endpoints, in the zones that they name or else in those that are made here."""
        networks, site = spec.dns_virtual_network_ids, spec.landing
        zones = tuple(
            private_zone(f"{name}-{key}-dns", zone, networks, site, self._tags, child)
            for key, zone in DNS_ZONES.items()
            if networks
        )
        endpoints = {
            key: asked if asked.private_dns_zone_ids else asked.model_copy(update={"private_dns_zone_ids": zones})
            for key, asked in spec.private_endpoints.items()
        }
        connect(name, workspace.id, "amlworkspace", endpoints, site, self._tags, child)

    def _identity(self, name: str, site: Site, child: ResourceOptions) -> managedidentity.UserAssignedIdentity:
        return managedidentity.UserAssignedIdentity(
            name,
            resource_group_name=site.resource_group_name,
            location=site.location,
            tags=self._tags,
            opts=ResourceOptions.merge(child, named(physical_name(Kind.IDENTITY, name, site.name_suffix))),
        )

    def _default_storage(self, name: str, spec: "_MlWorkspace", child: ResourceOptions) -> list[pulumi.Resource]:
        if spec.storage_account_id is not None:
            self.storage_account_id = Output.from_input(spec.storage_account_id)
            return []
        labels = {**self._tags, "data-class": DEFAULT_STORAGE.data_class.value}
        held = account(name, DEFAULT_STORAGE.layout, spec.landing, labels, child)
        service = blob_service(name, held, DEFAULT_STORAGE.layout, [DEFAULT_STORAGE], spec.landing, child)
        after_service = ResourceOptions(parent=self, depends_on=[service])
        policy = lifecycle(name, held, lifecycle_rules(DEFAULT_STORAGE, ["azureml"]), spec.landing, after_service)
        self.storage_account_id = held.id
        granted = self._grant_identity(name, "storage", held.id, child)
        lock(f"{name}-storage", held.id, spec.lock, [service, policy, *granted], child)
        return granted

    def _vault(self, name: str, spec: "_MlWorkspace", child: ResourceOptions) -> list[pulumi.Resource]:
        if spec.key_vault_id is not None:
            self.key_vault_id = Output.from_input(spec.key_vault_id)
            return []
        client = authorization.get_client_config_output(opts=pulumi.InvokeOutputOptions(parent=self))
        vault = keyvault.Vault(
            name,
            vault_name=physical_name(Kind.KEY_VAULT, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            properties={
                "tenant_id": client.tenant_id,
                "sku": {"family": "A", "name": "standard"},
                "enable_rbac_authorization": True,
                "enable_soft_delete": True,
                "enable_purge_protection": True,
                "soft_delete_retention_in_days": 7,
                "public_network_access": "Disabled",
                "network_acls": {"bypass": "AzureServices", "default_action": "Deny"},
            },
            tags=self._tags,
            opts=child,
        )
        self.key_vault_id = vault.id
        diagnosed = diagnose(f"{name}-vault", vault.id, spec.diagnostic_settings, spec.landing, child)
        granted = self._grant_identity(name, "vault", vault.id, child)
        lock(f"{name}-vault", vault.id, spec.lock, [*diagnosed, *granted], child)
        return granted

    def _registry(self, name: str, spec: "_MlWorkspace", child: ResourceOptions) -> list[pulumi.Resource]:
        if spec.container_registry_id is not None:
            self.container_registry_id = Output.from_input(spec.container_registry_id)
            return []
        retention = {"days": guardrails.REGISTRY_RETENTION_DAYS_MAX.value, "status": "enabled"}
        registry = containerregistry.Registry(
            name,
            registry_name=physical_name(Kind.CONTAINER_REGISTRY, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            sku={"name": "Premium"},  # the only one with private access and with retention of untagged images
            admin_user_enabled=False,
            anonymous_pull_enabled=False,
            public_network_access="Disabled",
            network_rule_bypass_options="AzureServices",
            policies={"retention_policy": retention},
            tags=self._tags,
            opts=child,
        )
        self.container_registry_id = registry.id
        granted = self._grant_identity(name, "registry", registry.id, child)
        lock(f"{name}-registry", registry.id, spec.lock, granted, child)
        return granted

    def _insights(self, name: str, spec: "_MlWorkspace", child: ResourceOptions) -> list[pulumi.Resource]:
        if spec.application_insights_id is not None:
            self.application_insights_id = Output.from_input(spec.application_insights_id)
            return []
        sealed = ResourceOptions(additional_secret_outputs=["connectionString", "instrumentationKey"])
        physical = named(physical_name(Kind.APPLICATION_INSIGHTS, name, spec.landing.name_suffix))
        insights = applicationinsights.Component(
            name,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            kind="web",
            application_type="web",
            ingestion_mode="LogAnalytics",
            workspace_resource_id=spec.landing.log_workspace_id,
            sampling_percentage=spec.telemetry_sampling_percent,
            tags=self._tags,
            opts=ResourceOptions.merge(ResourceOptions.merge(child, sealed), physical),
        )
        self.application_insights_id = insights.id
        return self._grant_identity(name, "insights", insights.id, child)

    def _grant_identity(
        self, name: str, target: str, scope: Output[str], child: ResourceOptions
    ) -> list[pulumi.Resource]:
        """What the identity may do on one resource; an adopted identity brings its own grants."""
        if self._principal is None:
            return []
        return [
            grant(f"{name}-{target}-{word}", scope, role, self._principal, PrincipalType.SERVICE_PRINCIPAL, child)
            for word, role in IDENTITY_ROLES[target].items()
        ]

    def _workspace(self, name: str, spec: "_MlWorkspace", opts: ResourceOptions) -> ml.Workspace:
        return ml.Workspace(
            name,
            workspace_name=physical_name(Kind.ML_WORKSPACE, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            kind="Default" if spec.feature_store is None else "FeatureStore",
            feature_store_settings=None if spec.feature_store is None else spec.feature_store.settings,
            sku={"name": "Basic", "tier": "Basic"},
            friendly_name=spec.friendly_name or name,
            identity={"type": "UserAssigned", "user_assigned_identities": [self.identity_id]},
            primary_user_assigned_identity=self.identity_id,
            storage_account=self.storage_account_id,
            key_vault=self.key_vault_id,
            container_registry=self.container_registry_id,
            application_insights=self.application_insights_id,
            system_datastores_auth_mode="Identity",
            public_network_access="Disabled",
            managed_network={"isolation_mode": spec.managed_network.value},
            image_build_compute=spec.image_build_compute,
            v1_legacy_mode=False,
            encryption=self._encryption(spec.customer_managed_key),
            # Else a database, a search service and an account of the workspace's own would run in your subscription.
            enable_service_side_cmk_encryption=True if spec.customer_managed_key else None,
            tags=self._tags,
            opts=opts,
        )

    def _encryption(self, key: "_WorkspaceKey | None") -> ml.EncryptionPropertyArgs | None:
        if key is None:
            return None
        return ml.EncryptionPropertyArgs(
            status="Enabled",
            identity=ml.IdentityForCmkArgs(user_assigned_identity=self.identity_id),
            key_vault_properties=ml.KeyVaultPropertiesArgs(
                key_identifier=key.key_identifier, key_vault_arm_id=key.key_vault_id
            ),
        )

    def _warn(self, spec: "_MlWorkspace") -> None:
        if any(rule.fqdn for rule in spec.outbound_rules.values()):
            told = "Rules by domain name start a firewall that runs and is paid by the hour; service tags need none."
            pulumi.log.warn(told, self)
        sampling = guardrails.TELEMETRY_SAMPLING_PERCENT_MAX
        if spec.managed_network is ManagedNetwork.DISABLED:
            weakened(self, "managed_network is Disabled: compute reaches the workspace from anywhere.", "SE06")
        if spec.telemetry_sampling_percent > sampling.value:
            kept = f"{spec.telemetry_sampling_percent:g} % of telemetry is kept; the limit is {sampling.value:g}."
            weakened(self, kept, sampling.rule)


class _WorkspaceKey(Record):
    key_vault_id: TextLeaf
    key_identifier: TextLeaf


class _MlWorkspace(Record):
    landing: Site
    friendly_name: Text | None = None
    storage_account_id: TextLeaf | None = None
    key_vault_id: TextLeaf | None = None
    container_registry_id: TextLeaf | None = None
    application_insights_id: TextLeaf | None = None
    identity_id: TextLeaf | None = None
    managed_network: ManagedNetwork = ManagedNetwork.ALLOW_INTERNET_OUTBOUND
    image_build_compute: Text | None = None
    outbound_rules: Mapping[RuleName, OutboundRule] = {}
    datastores: Mapping[StoreName, Datastore] = {}
    connections: Mapping[RuleName, Connection] = {}
    feature_store: FeatureStore | None = None
    monthly_budget: Budget | None = None
    customer_managed_key: _WorkspaceKey | None = None
    telemetry_sampling_percent: Annotated[Number, Field(gt=0, le=100)] = guardrails.TELEMETRY_SAMPLING_PERCENT_MAX.value
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}
    private_endpoints: Mapping[str, PrivateEndpoint] = {}
    dns_virtual_network_ids: Mapping[Text, TextLeaf] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_MlWorkspace":
        created = {
            Kind.STORAGE_ACCOUNT: self.storage_account_id,
            Kind.KEY_VAULT: self.key_vault_id,
            Kind.CONTAINER_REGISTRY: self.container_registry_id,
        }
        check_name(
            component_name(info), Kind.ML_WORKSPACE, *(kind for kind, adopted in created.items() if adopted is None)
        )
        if self.outbound_rules and self.managed_network is ManagedNetwork.DISABLED:
            refuse("outbound_rules", self.outbound_rules, "none without a managed network", "take managed_network out")
        if self.dns_virtual_network_ids and not self.private_endpoints:
            allowed = "nothing without private_endpoints, whose names the zones resolve"
            refuse("dns_virtual_network_ids", self.dns_virtual_network_ids, allowed, "add an endpoint, or take it out")
        if self.feature_store is not None and self.identity_id is not None:
            fix = "remove identity_id: the store's own identity gets what it needs on the container"
            refuse("identity_id", self.identity_id, "nothing for a feature store", fix)
        if self.application_insights_id is None and self.landing.log_workspace_id is None:
            fix = "pass landing.ref, or adopt a component with application_insights_id"
            refuse("landing.log_workspace_id", None, "the log workspace that telemetry goes to", fix)
        if self.application_insights_id is not None and "telemetry_sampling_percent" in self.model_fields_set:
            allowed = "nothing when application_insights_id adopts a component"
            refuse("telemetry_sampling_percent", self.telemetry_sampling_percent, allowed, "remove it")
        return self
