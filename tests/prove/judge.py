"""Judges the bodies of an ARM template by Microsoft's own management packages. Runs where those are installed.

    python judge.py TEMPLATE

prints, per ARM type, the package's model and what it finds wrong: unknown and missing properties, wrong types, values
outside of an enum, and the lengths, ranges and patterns that the models carry. The packages come in three kinds: typed
dictionaries (`types.py`), models with `rest_field`s, and msrest models with `_attribute_map` and `_validation`.
"""

import enum
import json
import re
import sys
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NamedTuple

from msrest import Serializer
from msrest.exceptions import ValidationError
from typing_extensions import is_typeddict

MODELS = {
    "Microsoft.AlertsManagement/actionRules": "azure.mgmt.alertsmanagement.models:AlertProcessingRule",
    "Microsoft.ApiManagement/service": "azure.mgmt.apimanagement.models:ApiManagementServiceResource",
    "Microsoft.ApiManagement/service/apis": "azure.mgmt.apimanagement.models:ApiCreateOrUpdateParameter",
    "Microsoft.ApiManagement/service/apis/policies": "azure.mgmt.apimanagement.models:PolicyContract",
    "Microsoft.ApiManagement/service/backends": "azure.mgmt.apimanagement.models:BackendContract",
    "Microsoft.ApiManagement/service/caches": "azure.mgmt.apimanagement.models:CacheContract",
    "Microsoft.App/jobs": "azure.mgmt.appcontainers.models:Job",
    "Microsoft.App/managedEnvironments": "azure.mgmt.appcontainers.models:ManagedEnvironment",
    "Microsoft.Authorization/locks": "azure.mgmt.resource.locks.models:ManagementLockObject",
    "Microsoft.Authorization/roleAssignments": (
        "azure.mgmt.authorization.v2022_04_01.models:RoleAssignmentCreateParameters"
    ),
    "Microsoft.Authorization/roleDefinitions": "azure.mgmt.authorization.v2022_04_01.models:RoleDefinition",
    "Microsoft.Cdn/profiles": "azure.mgmt.cdn.models:Profile",
    "Microsoft.Cdn/profiles/afdEndpoints": "azure.mgmt.cdn.models:AFDEndpoint",
    "Microsoft.Cdn/profiles/afdEndpoints/routes": "azure.mgmt.cdn.models:Route",
    "Microsoft.Cdn/profiles/originGroups": "azure.mgmt.cdn.models:AFDOriginGroup",
    "Microsoft.Cdn/profiles/originGroups/origins": "azure.mgmt.cdn.models:AFDOrigin",
    "Microsoft.Cache/redisEnterprise": "azure.mgmt.redisenterprise.models:Cluster",
    "Microsoft.Cache/redisEnterprise/databases": "azure.mgmt.redisenterprise.models:Database",
    "Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments": (
        "azure.mgmt.redisenterprise.models:AccessPolicyAssignment"
    ),
    "Microsoft.CognitiveServices/accounts": "azure.mgmt.cognitiveservices.models:Account",
    "Microsoft.CognitiveServices/accounts/deployments": "azure.mgmt.cognitiveservices.models:Deployment",
    "Microsoft.CognitiveServices/accounts/raiPolicies": "azure.mgmt.cognitiveservices.models:RaiPolicy",
    "Microsoft.Consumption/budgets": "azure.mgmt.consumption.types:Budget",
    "Microsoft.ContainerService/managedClusters": "azure.mgmt.containerservice.models:ManagedCluster",
    "Microsoft.Kubernetes/connectedClusters": "azure.mgmt.hybridkubernetes.models:ConnectedCluster",
    "Microsoft.KubernetesConfiguration/extensions": "azure.mgmt.kubernetesconfiguration.extensions.models:Extension",
    "Microsoft.ContainerRegistry/registries": "azure.mgmt.containerregistry.models:Registry",
    "Microsoft.DataFactory/factories": "azure.mgmt.datafactory.models:Factory",
    "Microsoft.DataFactory/factories/dataflows": "azure.mgmt.datafactory.models:DataFlowResource",
    "Microsoft.DataFactory/factories/datasets": "azure.mgmt.datafactory.models:DatasetResource",
    "Microsoft.DataFactory/factories/integrationRuntimes": "azure.mgmt.datafactory.models:IntegrationRuntimeResource",
    "Microsoft.DataFactory/factories/linkedservices": "azure.mgmt.datafactory.models:LinkedServiceResource",
    "Microsoft.DataFactory/factories/pipelines": "azure.mgmt.datafactory.models:PipelineResource",
    "Microsoft.DataFactory/factories/triggers": "azure.mgmt.datafactory.models:TriggerResource",
    "Microsoft.DataProtection/backupVaults": "azure.mgmt.dataprotection.models:BackupVaultResource",
    "Microsoft.DataProtection/backupVaults/backupInstances": "azure.mgmt.dataprotection.models:BackupInstanceResource",
    "Microsoft.DataProtection/backupVaults/backupPolicies": "azure.mgmt.dataprotection.models:BaseBackupPolicyResource",
    "Microsoft.DeviceUpdate/accounts": "azure.mgmt.deviceupdate.models:Account",
    "Microsoft.DeviceUpdate/accounts/instances": "azure.mgmt.deviceupdate.models:Instance",
    "Microsoft.Devices/IotHubs": "azure.mgmt.iothub.v2023_06_30.models:IotHubDescription",
    "Microsoft.Devices/provisioningServices": (
        "azure.mgmt.iothubprovisioningservices.models:ProvisioningServiceDescription"
    ),
    "Microsoft.DeviceRegistry/schemaRegistries": "azure.mgmt.deviceregistry.models:SchemaRegistry",
    "Microsoft.EventGrid/namespaces": "azure.mgmt.eventgrid.models:Namespace",
    "Microsoft.EventHub/namespaces": "azure.mgmt.eventhub.v2024_01_01.models:EHNamespace",
    "Microsoft.EventHub/namespaces/eventhubs": "azure.mgmt.eventhub.v2024_01_01.models:Eventhub",
    "Microsoft.ExtendedLocation/customLocations": "azure.mgmt.extendedlocation.models:CustomLocation",
    "Microsoft.Insights/actionGroups": "azure.mgmt.monitor.v2023_01_01.models:ActionGroupResource",
    "Microsoft.Insights/autoscaleSettings": "azure.mgmt.monitor.v2022_10_01.models:AutoscaleSettingResource",
    "Microsoft.Insights/dataCollectionEndpoints": (
        "azure.mgmt.monitor.v2022_06_01.models:DataCollectionEndpointResource"
    ),
    "Microsoft.Insights/dataCollectionRules": "azure.mgmt.monitor.v2022_06_01.models:DataCollectionRuleResource",
    "Microsoft.Insights/metricAlerts": "azure.mgmt.monitor.v2018_03_01.models:MetricAlertResource",
    "Microsoft.Insights/scheduledQueryRules": (
        "azure.mgmt.monitor.v2022_08_01_preview.models:ScheduledQueryRuleResource"
    ),
    "Microsoft.Insights/workbooks": "azure.mgmt.applicationinsights.v2022_04_01.models:Workbook",
    "Microsoft.Insights/components": "azure.mgmt.applicationinsights.v2020_02_02.models:ApplicationInsightsComponent",
    "Microsoft.Insights/diagnosticSettings": (
        "azure.mgmt.monitor.v2021_05_01_preview.models:DiagnosticSettingsResource"
    ),
    "Microsoft.IoTOperations/instances": "azure.mgmt.iotoperations.models:InstanceResource",
    "Microsoft.IoTOperations/instances/brokers": "azure.mgmt.iotoperations.models:BrokerResource",
    "Microsoft.IoTOperations/instances/brokers/authentications": (
        "azure.mgmt.iotoperations.models:BrokerAuthenticationResource"
    ),
    "Microsoft.IoTOperations/instances/brokers/authorizations": (
        "azure.mgmt.iotoperations.models:BrokerAuthorizationResource"
    ),
    "Microsoft.IoTOperations/instances/brokers/listeners": "azure.mgmt.iotoperations.models:BrokerListenerResource",
    "Microsoft.IoTOperations/instances/dataflowEndpoints": "azure.mgmt.iotoperations.models:DataflowEndpointResource",
    "Microsoft.IoTOperations/instances/dataflowProfiles": "azure.mgmt.iotoperations.models:DataflowProfileResource",
    "Microsoft.IoTOperations/instances/dataflowProfiles/dataflowGraphs": (
        "azure.mgmt.iotoperations.models:DataflowGraphResource"
    ),
    "Microsoft.IoTOperations/instances/dataflowProfiles/dataflows": (
        "azure.mgmt.iotoperations.models:DataflowResource"
    ),
    "Microsoft.IoTOperations/instances/registryEndpoints": "azure.mgmt.iotoperations.models:RegistryEndpointResource",
    "Microsoft.KeyVault/vaults": "azure.mgmt.keyvault.types:VaultCreateOrUpdateParameters",
    "Microsoft.KeyVault/vaults/keys": "azure.mgmt.keyvault.types:KeyCreateParameters",
    "Microsoft.MachineLearningServices/workspaces": "azure.ai.ml._restclient.arm_ml_service.models:Workspace",
    "Microsoft.MachineLearningServices/workspaces/batchEndpoints": (
        "azure.mgmt.machinelearningservices.models:BatchEndpoint"
    ),
    "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments": (
        "azure.mgmt.machinelearningservices.models:BatchDeployment"
    ),
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints": (
        "azure.mgmt.machinelearningservices.models:OnlineEndpoint"
    ),
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments": (
        "azure.mgmt.machinelearningservices.models:OnlineDeployment"
    ),
    "Microsoft.MachineLearningServices/workspaces/components": (
        "azure.mgmt.machinelearningservices.models:ComponentContainer"
    ),
    "Microsoft.MachineLearningServices/workspaces/components/versions": (
        "azure.mgmt.machinelearningservices.models:ComponentVersion"
    ),
    "Microsoft.MachineLearningServices/workspaces/computes": (
        "azure.ai.ml._restclient.arm_ml_service.models:ComputeResource"
    ),
    "Microsoft.MachineLearningServices/workspaces/data": "azure.mgmt.machinelearningservices.models:DataContainer",
    "Microsoft.MachineLearningServices/workspaces/data/versions": (
        "azure.mgmt.machinelearningservices.models:DataVersionBase"
    ),
    "Microsoft.MachineLearningServices/workspaces/connections": (
        "azure.ai.ml._restclient.arm_ml_service.models:WorkspaceConnectionPropertiesV2BasicResource"
    ),
    "Microsoft.MachineLearningServices/workspaces/datastores": (
        "azure.ai.ml._restclient.arm_ml_service.models:Datastore"
    ),
    "Microsoft.MachineLearningServices/workspaces/environments": (
        "azure.mgmt.machinelearningservices.models:EnvironmentContainer"
    ),
    "Microsoft.MachineLearningServices/workspaces/environments/versions": (
        "azure.mgmt.machinelearningservices.models:EnvironmentVersion"
    ),
    "Microsoft.MachineLearningServices/workspaces/schedules": "azure.ai.ml._restclient.arm_ml_service.models:Schedule",
    "Microsoft.MachineLearningServices/workspaces/models": "azure.mgmt.machinelearningservices.models:ModelContainer",
    "Microsoft.MachineLearningServices/workspaces/models/versions": (
        "azure.mgmt.machinelearningservices.models:ModelVersion"
    ),
    "Microsoft.MachineLearningServices/workspaces/outboundRules": (
        "azure.ai.ml._restclient.arm_ml_service.models:OutboundRuleBasicResource"
    ),
    "Microsoft.ManagedIdentity/userAssignedIdentities": "azure.mgmt.msi.v2024_11_30.models:Identity",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials": (
        "azure.mgmt.msi.v2024_11_30.models:FederatedIdentityCredential"
    ),
    "Microsoft.Network/privateDnsZones": "azure.mgmt.privatedns.types:PrivateZone",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "azure.mgmt.privatedns.types:VirtualNetworkLink",
    "Microsoft.Network/privateEndpoints": "azure.mgmt.network.types:PrivateEndpoint",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": "azure.mgmt.network.types:PrivateDnsZoneGroup",
    "Microsoft.Network/trafficManagerProfiles": "azure.mgmt.trafficmanager.models:Profile",
    "Microsoft.Network/trafficManagerProfiles/ExternalEndpoints": "azure.mgmt.trafficmanager.models:Endpoint",
    "Microsoft.Network/virtualNetworks": "azure.mgmt.network.types:VirtualNetwork",
    "Microsoft.Network/virtualNetworks/subnets": "azure.mgmt.network.types:Subnet",
    "Microsoft.OperationalInsights/workspaces": "azure.mgmt.loganalytics.models:Workspace",
    "Microsoft.OperationalInsights/workspaces/tables": "azure.mgmt.loganalytics.models:Table",
    "Microsoft.Resources/resourceGroups": "azure.mgmt.resource.resources.models:ResourceGroup",
    "Microsoft.Storage/storageAccounts": "azure.mgmt.storage.types:StorageAccountCreateParameters",
    "Microsoft.Storage/storageAccounts/blobServices": "azure.mgmt.storage.types:BlobServiceProperties",
    "Microsoft.Storage/storageAccounts/blobServices/containers": "azure.mgmt.storage.types:BlobContainer",
    "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies": (
        "azure.mgmt.storage.types:ImmutabilityPolicy"
    ),
    "Microsoft.Storage/storageAccounts/objectReplicationPolicies": "azure.mgmt.storage.types:ObjectReplicationPolicy",
    "Microsoft.Storage/storageAccounts/inventoryPolicies": "azure.mgmt.storage.types:BlobInventoryPolicy",
    "Microsoft.Storage/storageAccounts/managementPolicies": "azure.mgmt.storage.types:ManagementPolicy",
    "Microsoft.Storage/storageAccounts/queueServices/queues": "azure.mgmt.storage.types:StorageQueue",
    "Microsoft.Web/serverfarms": "azure.mgmt.web.models:AppServicePlan",
    "Microsoft.Web/sites": "azure.mgmt.web.models:Site",
}

# Parts of a template's entry that are not part of the body.
_TEMPLATE_ONLY = ("type", "apiVersion", "name", "scope", "comments", "dependsOn")


class Field(NamedTuple):
    """What a model says of a property; `kind` is a type, or the fields that stand in its place."""

    kind: Any
    required: bool = False
    rules: dict[str, Any] = {}


Fields = dict[str, Field]


def judged(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """ARM type -> its model and the sorted problems of all resources of the type."""
    found: dict[str, dict[str, Any]] = {}
    for resource in template["resources"]:
        model = MODELS.get(resource["type"])
        verdict = found.setdefault(resource["type"], {"model": model, "problems": set()})
        if model:
            body = {name: value for name, value in resource.items() if name not in _TEMPLATE_ONLY}
            verdict["problems"].update(problems(_load(model), body))
    return {kind: {**each, "problems": sorted(each["problems"])} for kind, each in sorted(found.items())}


def problems(kind: Any, value: Any, path: str = "") -> Iterator[str]:
    """What is wrong with a value of that kind."""
    if typing.get_origin(kind) in (typing.Union, UnionType):
        yield from _of_union(typing.get_args(kind), value, path)
    elif typing.get_origin(kind) in (list, dict):
        yield from _of_collection(kind, value, path)
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        if value not in [each.value for each in kind]:
            yield f"{path}: {value!r} is not in {kind.__name__}"
    elif kind in (str, int, float, bool):
        allowed = (int, float) if kind is float else kind
        if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
            yield f"{path}: {value!r} is not {kind.__name__}"
    elif isinstance(kind, dict) or _is_model(kind):
        yield from _of_object(kind, value, path)


def _of_union(members: tuple[Any, ...], value: Any, path: str) -> Iterator[str]:
    # An open enum, `Union[str, Enum]`, is closed: what is not in it was not known when the package was made.
    enums = tuple(each for each in members if isinstance(each, type) and issubclass(each, enum.Enum))
    tried = [list(problems(each, value, path)) for each in enums or members if each is not NoneType]
    if all(tried):
        yield from tried[0]


def _of_collection(kind: Any, value: Any, path: str) -> Iterator[str]:
    origin = typing.get_origin(kind)
    if not isinstance(value, origin):
        yield f"{path}: not a {origin.__name__}"
        return
    item = typing.get_args(kind)[-1]
    for each in value.values() if isinstance(value, dict) else value:
        yield from problems(item, each, f"{path}[]")


def _of_object(kind: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: not an object"
        return
    fields = kind if isinstance(kind, dict) else fields_of(_variant(kind, value))
    for name, each in value.items():
        where = f"{path}.{name}".lstrip(".")
        if name not in fields:
            yield f"{where}: unknown"
            continue
        yield from problems(fields[name].kind, each, where)
        try:
            Serializer.validate(each, name, **_unanchored(fields[name].rules))
        except ValidationError as error:
            yield f"{where}: {error}"
    yield from (
        f"{path}.{name}".lstrip(".") + ": missing"
        for name, each in fields.items()
        if each.required and name not in value
    )


# The three kinds of models


def _unanchored(rules: dict[str, Any]) -> dict[str, Any]:
    """A specification's pattern may match anywhere; msrest looks at the beginning alone."""
    pattern = str(rules.get("pattern", "^"))
    return rules if pattern.startswith("^") else {**rules, "pattern": f"(?s:.*?)(?:{pattern})"}


def _load(model: str) -> Any:
    module, _, name = model.partition(":")
    return getattr(import_module(module), name)


def _is_model(kind: Any) -> bool:
    return is_typeddict(kind) or hasattr(kind, "_attribute_map") or _has_rest_fields(kind)


def _has_rest_fields(kind: Any) -> bool:
    return any(base.__module__.endswith("model_base") for base in getattr(kind, "__mro__", ()))


def _variant(kind: Any, value: dict[str, Any]) -> Any:
    """The subtype that a model's discriminator chooses."""
    for attribute, members in getattr(kind, "_subtype_map", {}).items():
        chosen = members.get(value.get(_wire_name(kind._attribute_map[attribute]["key"])))
        if chosen:
            return getattr(sys.modules[kind.__module__], chosen)
    return _rest_variant(kind, value) or kind


def _wire_name(key: str) -> str:
    """msrest escapes the dots of a name, as others lead into a nested object."""
    return key.replace("\\.", ".")


def _rest_variant(kind: Any, value: dict[str, Any]) -> Any:
    """Of a model with rest fields: each level of subtypes knows the next one."""
    known = vars(kind).get("__mapping__", {})
    if not known:
        return None
    kind()  # the first instance of a model collects its fields
    (name,) = {each._rest_name for each in kind._attr_to_rest_field.values() if each._is_discriminator}
    return known.get(value.get(name)) or next(
        filter(None, (_rest_variant(each, value) for each in known.values())), None
    )


def fields_of(kind: Any) -> Fields:
    """The properties of a model by their names on the wire."""
    if is_typeddict(kind):
        return {name: Field(_plain(hint), "Required" in str(hint)) for name, hint in _hints(kind).items()}
    if hasattr(kind, "_attribute_map"):
        return _msrest_fields(kind)
    kind()  # the first instance of a model collects its fields
    hints = _hints(kind)
    return {
        each._rest_name: Field(hints[name], NoneType not in typing.get_args(hints[name]))
        for name, each in kind._attr_to_rest_field.items()
    }


def _hints(kind: Any) -> dict[str, Any]:
    module = sys.modules[kind.__module__]
    models = import_module(re.sub(r"\.(types|models\._models)$", ".models", kind.__module__))
    names = {**vars(models), **vars(module), "_models": models}
    return typing.get_type_hints(kind, names, include_extras=is_typeddict(kind))


def _plain(hint: Any) -> Any:
    return typing.get_args(hint)[0] if typing.get_origin(hint) in (typing.Required, typing.NotRequired) else hint


def _msrest_fields(kind: Any) -> Fields:
    fields: Fields = {}
    for attribute, mapped in kind._attribute_map.items():
        rules = dict(kind._validation.get(attribute, {}))
        rules.pop("readonly", None)
        *outer, name = map(_wire_name, re.split(r"(?<!\\)\.", mapped["key"]))
        holder = fields
        for part in outer:
            holder = holder.setdefault(part, Field({})).kind
        required = bool(rules.pop("required", False)) and not rules.pop("constant", False)
        holder[name] = Field(_msrest_type(kind, mapped["type"]), required, rules)
    return fields


def _msrest_type(kind: Any, text: str) -> Any:
    if text.startswith("["):
        return list[_msrest_type(kind, text[1:-1])]
    if text.startswith("{"):
        return dict[str, _msrest_type(kind, text[1:-1])]
    plain = {"str": str, "int": int, "long": int, "float": float, "bool": bool, "iso-8601": str, "duration": str}
    found = plain.get(text) or getattr(sys.modules[kind.__module__], text, None)
    return found or getattr(import_module(kind.__module__.rpartition(".")[0]), text, Any)


if __name__ == "__main__":
    print(json.dumps(judged(json.loads(Path(sys.argv[1]).read_text()))))
