"""What each service answers beyond what it was asked: endpoints, ids, states, defaults.

One function per type, in `_ANSWERS`. Sources, unless a function says otherwise: the example responses of the Azure REST
API reference (azure-rest-api-specs) and the defaults that the SDK's documentation of a property states.
"""

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from verdazure.sandbox.azure import arm, identity
from verdazure.sandbox.azure.diff import plain_location
from verdazure.sandbox.azure.regions import PAIRS
from verdazure.sandbox.azure.schema import ResourceSchema
from verdazure.sandbox.azure.store import Held, StoredResource

Answer = dict[str, Any]


class Request(NamedTuple):
    """What an answer is made from. `echo` is the part of the inputs that the service answers with."""

    schema: ResourceSchema
    id: str
    echo: Mapping[str, Any]
    before: StoredResource | None
    held: Held
    now: datetime

    @property
    def name(self) -> str:
        """Name of the resource."""
        return arm.name(self.id)

    @property
    def location(self) -> str:
        """ARM name of the resource's region; that of what holds it where it has none of its own."""
        asked = self.echo.get("location")
        if isinstance(asked, str):
            return plain_location(asked)
        holder = self.held.get(arm.parent_id(self.id))
        return holder.location if holder else ""

    @property
    def created(self) -> str:
        """When the resource was created, ISO 8601."""
        return self.before.created_at if self.before else self.now.isoformat()

    def guid(self, purpose: str) -> str:
        """A GUID that belongs to this resource."""
        return identity.guid(self.id, purpose)


def answer(request: Request) -> Answer:
    """The outputs of a created or updated resource, in the SDK's shape."""
    specific = _ANSWERS.get(request.schema.token.partition(":")[2], _nothing_more)
    whole = _merged(_common(request), request.echo, identity.answered(request.echo, request.id, request.held))
    whole = _merged(whole, _placed(request), specific(request))
    return {name: value for name, value in whole.items() if name in request.schema.outputs}


def _merged(*answers: Mapping[str, Any]) -> Answer:
    """The answers in one; a later one wins, objects are merged."""
    merged: Answer = {}
    for each in answers:
        for key, value in each.items():
            both = isinstance(value, dict) and isinstance(merged.get(key), dict)
            merged[key] = _merged(merged[key], value) if both else value
    return merged


def _with_defaults(asked: Any, **defaults: Any) -> Answer:
    """What was asked, completed by what the service assumes."""
    return _merged(defaults, asked if isinstance(asked, dict) else {})


def _common(request: Request) -> Answer:
    return {
        "name": request.name,
        "type": arm.arm_type(request.id),
        "azureApiVersion": request.schema.api_version,
        "provisioningState": "Succeeded",
        "etag": _etag(request),
        "systemData": {
            "createdAt": request.created,
            "createdBy": identity.CALLER_CLIENT_ID,
            "createdByType": "Application",
            "lastModifiedAt": request.now.isoformat(),
            "lastModifiedBy": identity.CALLER_CLIENT_ID,
            "lastModifiedByType": "Application",
        },
    }


def _etag(request: Request) -> str:
    return f'W/"{identity.guid(request.id, request.now.isoformat())}"'


def _placed(request: Request) -> Answer:
    return {"location": plain_location(request.echo["location"])} if "location" in request.echo else {}


def _nothing_more(request: Request) -> Answer:
    return {}


# Resources and identity


def _resource_group(request: Request) -> Answer:
    return {"properties": {"provisioningState": "Succeeded"}}


def _user_assigned_identity(request: Request) -> Answer:
    return {
        "principalId": request.guid("principal"),
        "clientId": request.guid("client"),
        "tenantId": identity.TENANT_ID,
    }


def _role_assignment(request: Request) -> Answer:
    return {
        "scope": arm.parent_id(request.id),
        "principalType": request.echo.get("principalType", "User"),
        "createdOn": request.created,
        "createdBy": identity.CALLER_OBJECT_ID,
        "updatedOn": request.now.isoformat(),
        "updatedBy": identity.CALLER_OBJECT_ID,
    }


def _budget(request: Request) -> Answer:
    # "If not provided, we default this to 10 years from the start date": documentation of `timePeriod.endDate`.
    start = str(request.echo.get("timePeriod", {}).get("startDate", ""))
    end = f"{int(start[:4]) + 10}{start[4:]}" if start[:4].isdigit() else start
    return {
        "timePeriod": _with_defaults(request.echo.get("timePeriod"), endDate=end),
        "currentSpend": {"amount": 0, "unit": "USD"},
        "notifications": {
            name: _with_defaults(asked, thresholdType="Actual")
            for name, asked in request.echo.get("notifications", {}).items()
        },
    }


# Storage


def _storage_account(request: Request) -> Answer:
    sku = str(request.echo.get("sku", {}).get("name", ""))
    kind = str(request.echo.get("kind", ""))
    first = _blob_encryption(request.created)
    answer: Answer = {
        "sku": {"tier": sku.split("_")[0]},
        "creationTime": request.created,
        "keyCreationTime": {"key1": request.created, "key2": request.created},
        "primaryLocation": request.location,
        "statusOfPrimary": "available",
        "primaryEndpoints": _endpoints(request.name, kind),
        "privateEndpointConnections": [],
        "accessTier": request.echo.get("accessTier", "Hot" if sku.startswith("Standard") else "Premium"),
        "enableHttpsTrafficOnly": request.echo.get("enableHttpsTrafficOnly", True),
        "allowBlobPublicAccess": request.echo.get("allowBlobPublicAccess", False),
        "encryption": _with_defaults(request.echo.get("encryption"), keySource="Microsoft.Storage", services=first),
        "networkRuleSet": _with_defaults(
            request.echo.get("networkRuleSet"),
            bypass="AzureServices",
            defaultAction="Allow",
            ipRules=[],
            virtualNetworkRules=[],
        ),
    }
    if "GRS" in sku or "GZRS" in sku:
        answer["secondaryLocation"] = PAIRS.get(request.location)
        answer["statusOfSecondary"] = "available"
    if sku.split("_")[-1].startswith("RA"):
        answer["secondaryEndpoints"] = _endpoints(f"{request.name}-secondary", kind)
    return answer


def _blob_encryption(since: str) -> Answer:
    service = {"enabled": True, "keyType": "Account", "lastEnabledTime": since}
    return {"blob": dict(service), "file": dict(service)}


_SERVICES_OF_KIND = {
    "BlobStorage": ("blob", "dfs", "table"),
    "BlockBlobStorage": ("blob", "dfs", "web"),
    "FileStorage": ("file",),
}
_ALL_SERVICES = ("blob", "dfs", "file", "queue", "table", "web")


def _endpoints(name: str, kind: str) -> dict[str, str]:
    def host(service: str) -> str:
        # Static websites live behind a zone of the region; which one, Azure decides.
        zone = "z1." if service == "web" else ""
        return f"https://{name}.{zone}{service}.core.windows.net/"

    return {service: host(service) for service in _SERVICES_OF_KIND.get(kind, _ALL_SERVICES)}


def _blob_service(request: Request) -> Answer:
    account = request.held.get(arm.parent_id(request.id))
    return {
        "sku": account.outputs.get("sku", {}) if account else {},
        "cors": _with_defaults(request.echo.get("cors"), corsRules=[]),
        "deleteRetentionPolicy": _with_defaults(request.echo.get("deleteRetentionPolicy"), enabled=False),
    }


def _management_policy(request: Request) -> Answer:
    return {"name": "DefaultManagementPolicy", "lastModifiedTime": request.now.isoformat()}


def _blob_container(request: Request) -> Answer:
    return {
        "etag": f'"0x{hashlib.sha256(_etag(request).encode()).hexdigest()[:15].upper()}"',
        "lastModifiedTime": request.now.isoformat(),
        "leaseStatus": "Unlocked",
        "leaseState": "Available",
        "defaultEncryptionScope": request.echo.get("defaultEncryptionScope", "$account-encryption-key"),
        "denyEncryptionScopeOverride": request.echo.get("denyEncryptionScopeOverride", False),
        "publicAccess": request.echo.get("publicAccess", "None"),
        "hasImmutabilityPolicy": False,
        "hasLegalHold": False,
        "deleted": False,
        "remainingRetentionDays": 0,
    }


def _blob(request: Request) -> Answer:
    below = request.id.partition("/storageAccounts/")[2].split("/")
    account, container = below[0], below[4]
    return {
        "url": f"https://{account}.blob.core.windows.net/{container}/{request.name}",
        "nameInUrl": request.name,
    }


def _static_website(request: Request) -> Answer:
    return {"containerName": "$web"}


# Keys, registries, telemetry


def _vault(request: Request) -> Answer:
    asked = request.echo.get("properties", {})
    return {
        "properties": _with_defaults(
            asked,
            vaultUri=f"https://{request.name}.vault.azure.net/",
            provisioningState="Succeeded",
            accessPolicies=[],
            enableSoftDelete=True,
            softDeleteRetentionInDays=90,
            enableRbacAuthorization=False,
            publicNetworkAccess="Enabled",
        )
    }


def _registry(request: Request) -> Answer:
    asked = request.echo
    return {
        "sku": {"tier": asked.get("sku", {}).get("name")},
        "loginServer": f"{request.name.lower()}.azurecr.io",
        "creationDate": request.created,
        "adminUserEnabled": asked.get("adminUserEnabled", False),
        "anonymousPullEnabled": asked.get("anonymousPullEnabled", False),
        "dataEndpointEnabled": asked.get("dataEndpointEnabled", False),
        "dataEndpointHostNames": [],
        "encryption": _with_defaults(asked.get("encryption"), status="disabled"),
        "networkRuleBypassOptions": asked.get("networkRuleBypassOptions", "AzureServices"),
        "publicNetworkAccess": asked.get("publicNetworkAccess", "Enabled"),
        "zoneRedundancy": asked.get("zoneRedundancy", "Disabled"),
        "privateEndpointConnections": [],
    }


def _log_workspace(request: Request) -> Answer:
    asked = request.echo
    return {
        "customerId": request.guid("customer"),
        "createdDate": request.created,
        "modifiedDate": request.now.isoformat(),
        "retentionInDays": asked.get("retentionInDays", 30),
        "sku": _with_defaults(asked.get("sku"), name="PerGB2018", lastSkuUpdate=request.created),
        "workspaceCapping": _with_defaults(
            asked.get("workspaceCapping"), dailyQuotaGb=-1, dataIngestionStatus="RespectQuota"
        ),
        "publicNetworkAccessForIngestion": asked.get("publicNetworkAccessForIngestion", "Enabled"),
        "publicNetworkAccessForQuery": asked.get("publicNetworkAccessForQuery", "Enabled"),
    }


def _application_insights(request: Request) -> Answer:
    # Azure and azure-native answer with the instrumentation key and the connection string in the clear: neither is
    # marked secret in the specification.
    key, application, region = request.guid("instrumentation"), request.guid("application"), request.location
    return {
        "appId": application,
        "applicationId": request.name,
        "instrumentationKey": key,
        "connectionString": (
            f"InstrumentationKey={key};IngestionEndpoint=https://{region}-1.in.applicationinsights.azure.com/;"
            f"LiveEndpoint=https://{region}.livediagnostics.monitor.azure.com/;ApplicationId={application}"
        ),
        "tenantId": request.id.split("/")[2],
        "creationDate": request.created,
        "retentionInDays": request.echo.get("retentionInDays", 90),
        "privateLinkScopedResources": [],
    }


# Machine learning


def _ml_workspace(request: Request) -> Answer:
    region, workspace = request.location, request.guid("workspace")
    asked = request.echo
    return {
        "workspaceId": workspace,
        "tenantId": identity.TENANT_ID,
        "friendlyName": asked.get("friendlyName", request.name),
        "kind": asked.get("kind", "Default"),
        "sku": _with_defaults(asked.get("sku"), name="Basic", tier="Basic"),
        "discoveryUrl": asked.get("discoveryUrl", f"https://{region}.api.azureml.ms/discovery"),
        "mlFlowTrackingUri": f"azureml://{region}.api.azureml.ms/mlflow/v1.0{request.id}",
        "notebookInfo": {
            "fqdn": f"ml-{request.name}-{region}-{workspace}.{region}.notebooks.azure.net",
            "isPrivateLinkEnabled": False,
            "resourceId": uuid.UUID(request.guid("notebook")).hex,
        },
        "hbiWorkspace": asked.get("hbiWorkspace", False),
        "publicNetworkAccess": asked.get("publicNetworkAccess", "Enabled"),
        "v1LegacyMode": asked.get("v1LegacyMode", False),
        "storageHnsEnabled": False,
        "privateLinkCount": 0,
        "privateEndpointConnections": [],
    }


def _compute(request: Request) -> Answer:
    asked = request.echo.get("properties", {})
    properties = _with_defaults(
        asked,
        computeLocation=request.location,
        provisioningState="Succeeded",
        createdOn=request.created,
        isAttachedCompute=False,
        disableLocalAuth=False,
    )
    properties["modifiedOn"] = request.now.isoformat()
    if asked.get("computeType") == "AmlCompute":
        properties["properties"] = _aml_cluster(request, asked.get("properties", {}))
    return {"properties": properties}


# Azure answers 200 to a change of these and keeps the old value: azure-rest-api-specs, issue 18889.
_KEPT_BY_CLUSTERS = ("vmSize", "vmPriority", "subnet")


def _aml_cluster(request: Request, asked: Mapping[str, Any]) -> Answer:
    smallest = asked.get("scaleSettings", {}).get("minNodeCount", 0)
    cluster = _with_defaults(
        asked,
        osType="Linux",
        vmPriority="Dedicated",
        enableNodePublicIp=True,
        isolatedNetwork=False,
        remoteLoginPortPublicAccess="NotSpecified",
        allocationState="Steady",
        allocationStateTransitionTime=request.created,
        currentNodeCount=smallest,
        targetNodeCount=smallest,
        nodeStateCounts={
            "idleNodeCount": smallest,
            "leavingNodeCount": 0,
            "preemptedNodeCount": 0,
            "preparingNodeCount": 0,
            "runningNodeCount": 0,
            "unusableNodeCount": 0,
        },
    )
    if "scaleSettings" in asked:
        cluster["scaleSettings"] = _with_defaults(
            asked["scaleSettings"], minNodeCount=0, nodeIdleTimeBeforeScaleDown="PT120S"
        )
    if request.before:
        old = request.before.outputs.get("properties", {}).get("properties", {})
        cluster.update({name: old[name] for name in _KEPT_BY_CLUSTERS if name in old})
    return cluster


def _datastore(request: Request) -> Answer:
    return {"properties": {"isDefault": False}}


# Network


def _private_endpoint(request: Request) -> Answer:
    group = arm.parent_id(request.id)
    approved = {"status": "Approved", "description": "Auto-approved", "actionsRequired": "None"}
    return {
        "networkInterfaces": [
            {"id": f"{group}/providers/Microsoft.Network/networkInterfaces/{request.name}.nic.{request.guid('nic')}"}
        ],
        "customDnsConfigs": request.echo.get("customDnsConfigs", []),
        "privateLinkServiceConnections": [
            _with_defaults(
                asked,
                id=f"{request.id}/privateLinkServiceConnections/{asked.get('name')}",
                type="Microsoft.Network/privateEndpoints/privateLinkServiceConnections",
                provisioningState="Succeeded",
                privateLinkServiceConnectionState=approved,
            )
            for asked in request.echo.get("privateLinkServiceConnections", [])
        ],
    }


def _virtual_network(request: Request) -> Answer:
    return {
        "resourceGuid": request.guid("resource"),
        "enableDdosProtection": request.echo.get("enableDdosProtection", False),
        "subnets": [
            _with_defaults(subnet, id=f"{request.id}/subnets/{subnet.get('name')}", provisioningState="Succeeded")
            for subnet in request.echo.get("subnets", [])
        ],
        "virtualNetworkPeerings": request.echo.get("virtualNetworkPeerings", []),
    }


def _subnet(request: Request) -> Answer:
    return {
        "privateEndpointNetworkPolicies": request.echo.get("privateEndpointNetworkPolicies", "Disabled"),
        "privateLinkServiceNetworkPolicies": request.echo.get("privateLinkServiceNetworkPolicies", "Enabled"),
    }


def _private_zone(request: Request) -> Answer:
    return {
        "internalId": base64.b64encode(request.guid("internal").encode()).decode(),
        "maxNumberOfRecordSets": 25000,
        "maxNumberOfVirtualNetworkLinks": 1000,
        "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
        "numberOfRecordSets": 1,
        "numberOfVirtualNetworkLinks": 0,
        "numberOfVirtualNetworkLinksWithRegistration": 0,
    }


_ANSWERS: Mapping[str, Callable[[Request], Answer]] = {
    "applicationinsights:Component": _application_insights,
    "authorization:RoleAssignment": _role_assignment,
    "consumption:Budget": _budget,
    "containerregistry:Registry": _registry,
    "keyvault:Vault": _vault,
    "machinelearningservices:Compute": _compute,
    "machinelearningservices:Datastore": _datastore,
    "machinelearningservices:Workspace": _ml_workspace,
    "managedidentity:UserAssignedIdentity": _user_assigned_identity,
    "network:PrivateEndpoint": _private_endpoint,
    "network:Subnet": _subnet,
    "network:VirtualNetwork": _virtual_network,
    "operationalinsights:Workspace": _log_workspace,
    "privatedns:PrivateZone": _private_zone,
    "resources:ResourceGroup": _resource_group,
    "storage:Blob": _blob,
    "storage:BlobContainer": _blob_container,
    "storage:BlobServiceProperties": _blob_service,
    "storage:ManagementPolicy": _management_policy,
    "storage:StorageAccount": _storage_account,
    "storage:StorageAccountStaticWebsite": _static_website,
}
