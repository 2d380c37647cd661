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
        answer["secondaryLocation"] = _paired_region(request.location)
        answer["statusOfSecondary"] = "available"
    if sku.split("_")[-1].startswith("RA"):
        answer["secondaryEndpoints"] = _endpoints(f"{request.name}-secondary", kind)
    return answer


def _paired_region(region: str) -> str | None:
    from verdazure import facts  # late: reading the table would double the time that a start takes

    row = facts.regions().get(region)
    return row.paired_region if row else None


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
        "type": request.echo.get("type", "Block"),
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


# Machines and their addresses


def _public_address(request: Request) -> Answer:
    asked = request.echo
    label = asked.get("dnsSettings", {}).get("domainNameLabel")
    fixed = asked.get("publicIPAllocationMethod") == "Static"
    return {
        "resourceGuid": request.guid("resource"),
        "publicIPAddressVersion": asked.get("publicIPAddressVersion", "IPv4"),
        "publicIPAllocationMethod": asked.get("publicIPAllocationMethod", "Dynamic"),
        "idleTimeoutInMinutes": asked.get("idleTimeoutInMinutes", 4),
        "sku": _with_defaults(asked.get("sku"), name="Standard", tier="Regional"),
        # A dynamic address comes with the first use: `functions` tells it then.
        **({"ipAddress": identity.public_address(request.id)} if fixed else {}),
        **({"dnsSettings": {"fqdn": f"{label}.{request.location}.cloudapp.azure.com"}} if label else {}),
    }


def _network_interface(request: Request) -> Answer:
    configurations = request.echo.get("ipConfigurations", [])
    return {
        "resourceGuid": request.guid("resource"),
        "macAddress": identity.mac_address(request.id),
        "ipConfigurations": [
            _with_defaults(
                asked,
                id=f"{request.id}/ipConfigurations/{asked.get('name')}",
                primary=index == 0,
                privateIPAddress=_private_address(request, index, asked),
                privateIPAllocationMethod="Dynamic",
                privateIPAddressVersion="IPv4",
                provisioningState="Succeeded",
            )
            for index, asked in enumerate(configurations)
        ],
        "enableAcceleratedNetworking": request.echo.get("enableAcceleratedNetworking", False),
        "enableIPForwarding": request.echo.get("enableIPForwarding", False),
    }


def _firewall(request: Request) -> Answer:
    # The private address is what routes name as their next hop.
    return {
        "ipConfigurations": [
            _with_defaults(asked, privateIPAddress=_private_address(request, index, asked))
            for index, asked in enumerate(request.echo.get("ipConfigurations", []))
        ],
        "threatIntelMode": request.echo.get("threatIntelMode", "Alert"),
    }


def _private_address(request: Request, index: int, asked: Mapping[str, Any]) -> str | None:
    subnet = request.held.get(str(asked.get("subnet", {}).get("id")))
    known = subnet.outputs if subnet else {}
    prefix = known.get("addressPrefix") or next(iter(known.get("addressPrefixes", [])), None)
    return identity.private_address(prefix, request.id, str(index)) if prefix else None


def _virtual_machine(request: Request) -> Answer:
    return {"vmId": request.guid("machine"), "timeCreated": request.created}


def _container_group(request: Request) -> Answer:
    asked = request.echo.get("ipAddress")
    answer: Answer = {"instanceView": {"events": [], "state": "Running"}}
    if isinstance(asked, dict):
        label = asked.get("dnsNameLabel")
        answer["ipAddress"] = {"ip": asked.get("ip") or identity.public_address(request.id)}
        if label:
            answer["ipAddress"]["fqdn"] = f"{label}.{request.location}.azurecontainer.io"
    return answer


def _zone(request: Request) -> Answer:
    # Which set of four name servers a zone gets, Azure decides.
    which = 1 + int(request.guid("servers")[:2], 16) % 40
    servers = [f"ns{order}-{which:02}.azure-dns.{top}." for order, top in enumerate(("com", "net", "org", "info"), 1)]
    return {"nameServers": servers, "maxNumberOfRecordSets": 10000, "numberOfRecordSets": 2}


def _record_set(request: Request) -> Answer:
    zone = arm.name(arm.parent_id(request.id))
    return {"fqdn": f"{zone}." if request.name == "@" else f"{request.name}.{zone}."}


def _cluster(request: Request) -> Answer:
    asked = request.echo
    group = arm.resource_group(request.id)
    prefix = asked.get("dnsPrefix", request.name)
    host = f"{prefix}-{request.guid('host')[:8]}"
    return {
        "fqdn": f"{host}.hcp.{request.location}.azmk8s.io",
        "azurePortalFQDN": f"{host}.portal.hcp.{request.location}.azmk8s.io",
        "nodeResourceGroup": asked.get("nodeResourceGroup", f"MC_{group}_{request.name}_{request.location}"),
        "powerState": {"code": "Running"},
        "maxAgentPools": 100,
        "resourceUID": uuid.UUID(request.guid("resource")).hex,
        **({"currentKubernetesVersion": asked["kubernetesVersion"]} if "kubernetesVersion" in asked else {}),
    }


# Web apps, container apps, content delivery


def _site(request: Request) -> Answer:
    site, marker, slot = request.id.rpartition("/sites/")[2].partition("/slots/")
    host = f"{site}-{slot}.azurewebsites.net" if marker else f"{site}.azurewebsites.net"
    outbound = ",".join(identity.public_address(request.id, str(number)) for number in range(4))
    return {
        "state": "Running",
        "availabilityState": "Normal",
        "usageState": "Normal",
        "defaultHostName": host.lower(),
        "hostNames": [host.lower()],
        "enabledHostNames": [host.lower(), host.lower().replace(".azure", ".scm.azure", 1)],
        "outboundIpAddresses": outbound,
        "possibleOutboundIpAddresses": outbound,
        "customDomainVerificationId": hashlib.sha256(request.id.split("/")[2].encode()).hexdigest().upper(),
        "repositorySiteName": site,
        "resourceGroup": arm.resource_group(request.id),
        "kind": request.echo.get("kind", "app"),
        "enabled": request.echo.get("enabled", True),
        "httpsOnly": request.echo.get("httpsOnly", False),
    }


def _static_site(request: Request) -> Answer:
    return {"defaultHostname": f"verde-{request.guid('host')[:8]}.azurestaticapps.net"}


def _plan(request: Request) -> Answer:
    return {
        "status": "Ready",
        "resourceGroup": arm.resource_group(request.id),
        "subscription": request.id.split("/")[2],
        "numberOfSites": 0,
        "kind": request.echo.get("kind", "app"),
    }


def _container_environment(request: Request) -> Answer:
    return {
        "defaultDomain": _domain_of_environment(request.id, request.location),
        "staticIp": identity.public_address(request.id),
    }


def _domain_of_environment(resource_id: str, location: str) -> str:
    return f"verde-{identity.guid(resource_id, 'domain')[:8]}.{location}.azurecontainerapps.io"


def _container_app(request: Request) -> Answer:
    revision = f"{request.name}--{request.guid(request.now.isoformat())[:7]}"
    answer: Answer = {
        "latestRevisionName": revision,
        "latestReadyRevisionName": revision,
        "runningStatus": "Running",
        "outboundIpAddresses": [identity.public_address(request.id)],
    }
    asked = request.echo.get("configuration", {}).get("ingress")
    environment_id = request.echo.get("managedEnvironmentId") or request.echo.get("environmentId")
    environment = request.held.get(str(environment_id))
    if isinstance(asked, dict) and environment:
        domain = environment.outputs.get("defaultDomain", "")
        domain = domain if asked.get("external") else f"internal.{domain}"
        answer["configuration"] = {"ingress": {"fqdn": f"{request.name}.{domain}"}}
        answer["latestRevisionFqdn"] = f"{revision}.{domain}"
    return answer


def _delivery_profile(request: Request) -> Answer:
    return {"resourceState": "Active", "frontDoorId": request.guid("door")}


def _delivery_endpoint(request: Request) -> Answer:
    return {"hostName": f"{request.name}.azureedge.net", "resourceState": "Running"}


def _front_door_endpoint(request: Request) -> Answer:
    return {"hostName": f"{request.name}-{request.guid('host')[:8]}.z01.azurefd.net", "deploymentStatus": "NotStarted"}


# Databases, analytics, messages, caches


def _document_account(request: Request) -> Answer:
    places = [
        {
            **asked,
            "id": f"{request.name}-{plain_location(str(asked.get('locationName', '')))}",
            "documentEndpoint": (
                f"https://{request.name}-{plain_location(str(asked.get('locationName', '')))}.documents.azure.com:443/"
            ),
            "provisioningState": "Succeeded",
        }
        for asked in request.echo.get("locations", [])
    ]
    several = request.echo.get("enableMultipleWriteLocations") is True
    return {
        "documentEndpoint": f"https://{request.name}.documents.azure.com:443/",
        "instanceId": request.guid("instance"),
        "kind": request.echo.get("kind", "GlobalDocumentDB"),
        "locations": places,
        "readLocations": places,
        "writeLocations": places if several else [each for each in places if each.get("failoverPriority", 0) == 0],
    }


def _sql_server(request: Request) -> Answer:
    return {
        "fullyQualifiedDomainName": f"{request.name}.database.windows.net",
        "state": "Ready",
        "kind": "v12.0",
        "version": request.echo.get("version", "12.0"),
    }


def _sql_database(request: Request) -> Answer:
    return {
        "databaseId": request.guid("database"),
        "status": "Online",
        "creationDate": request.created,
        "collation": request.echo.get("collation", "SQL_Latin1_General_CP1_CI_AS"),
    }


def _synapse_workspace(request: Request) -> Answer:
    name = request.name
    return {
        "workspaceUID": request.guid("workspace"),
        "connectivityEndpoints": {
            "dev": f"https://{name}.dev.azuresynapse.net",
            "sql": f"{name}.sql.azuresynapse.net",
            "sqlOnDemand": f"{name}-ondemand.sql.azuresynapse.net",
            "web": f"https://web.azuresynapse.net?workspace={request.id.replace('/', '%2f')}",
        },
        "managedResourceGroupName": request.echo.get(
            "managedResourceGroupName", f"synapseworkspace-managedrg-{request.guid('group')}"
        ),
    }


def _spark_pool(request: Request) -> Answer:
    return {"creationDate": request.created}


def _message_namespace(request: Request) -> Answer:
    return {
        "serviceBusEndpoint": f"https://{request.name}.servicebus.windows.net:443/",
        "metricId": f"{request.id.split('/')[2]}:{request.name}",
        "status": "Active",
        "createdAt": request.created,
        "updatedAt": request.now.isoformat(),
    }


def _cache(request: Request) -> Answer:
    return {"hostName": f"{request.name}.redis.cache.windows.net", "port": 6379, "sslPort": 6380}


def _managed_cache(request: Request) -> Answer:
    return {"hostName": f"{request.name}.{request.location}.redis.azure.net", "resourceState": "Running"}


def _vault_secret(request: Request) -> Answer:
    uri, version = _in_vault(request, "secrets")
    return {"properties": {"secretUri": uri, "secretUriWithVersion": f"{uri}/{version}"}}


def _vault_key(request: Request) -> Answer:
    uri, version = _in_vault(request, "keys")
    return {"keyUri": uri, "keyUriWithVersion": f"{uri}/{version}"}


def _in_vault(request: Request, kind: str) -> tuple[str, str]:
    """Address and version of a key or a secret; each change of it makes a new version."""
    vault = arm.name(arm.parent_id(request.id))
    version = uuid.UUID(request.guid(f"version {request.now.isoformat()}")).hex
    return f"https://{vault}.vault.azure.net/{kind}/{request.name}", version


def _postgres(request: Request) -> Answer:
    return {"fullyQualifiedDomainName": f"{request.name}.postgres.database.azure.com", "state": "Ready"}


def _mysql(request: Request) -> Answer:
    return {"fullyQualifiedDomainName": f"{request.name}.mysql.database.azure.com", "state": "Ready"}


def _ai_services(request: Request) -> Answer:
    own = request.echo.get("properties", {}).get("customSubDomainName")
    domain = "openai.azure.com" if request.echo.get("kind") == "OpenAI" else "cognitiveservices.azure.com"
    host = f"{own}.{domain}" if own else f"{request.location}.api.cognitive.microsoft.com"
    return {"properties": {"endpoint": f"https://{host}/", "provisioningState": "Succeeded"}}


def _event_topic(request: Request) -> Answer:
    return {"endpoint": f"https://{request.name}.{request.location}-1.eventgrid.azure.net/api/events"}


def _api_management(request: Request) -> Answer:
    return {"gatewayUrl": f"https://{request.name}.azure-api.net"}


def _collection_rule(request: Request) -> Answer:
    return {"immutableId": f"dcr-{request.guid('immutable').replace('-', '')}", "provisioningState": "Succeeded"}


def _collection_endpoint(request: Request) -> Answer:
    host = f"{request.name}-{request.guid('endpoint')[:4]}.{request.location}-1.ingest.monitor.azure.com"
    return {"logsIngestion": {"endpoint": f"https://{host}"}, "provisioningState": "Succeeded"}


def _online_endpoint(request: Request) -> Answer:
    uri = f"https://{request.name}.{request.location}.inference.ml.azure.com/score"
    return {"properties": {"scoringUri": uri, "provisioningState": "Succeeded"}}


def _iot_hub(request: Request) -> Answer:
    asked = request.echo.get("properties", {})
    events = asked.get("eventHubEndpoints", {}).get("events", {})
    made = {
        "endpoint": f"sb://iothub-ns-{request.name[:12]}-{request.guid('events')[:10]}.servicebus.windows.net/",
        "path": request.name,
        "partitionIds": [str(number) for number in range(int(events.get("partitionCount", 4)))],
    }
    return {
        "properties": {
            "hostName": f"{request.name}.azure-devices.net",
            "state": "Active",
            "provisioningState": "Succeeded",
            "locations": [{"location": request.location, "role": "primary"}],
            "eventHubEndpoints": {"events": {**events, **made}},
        }
    }


def _generic(request: Request) -> Answer:
    return _OF_TYPES.get(arm.arm_type(request.id).lower(), _nothing_more)(request)


def _provisioning_service(request: Request) -> Answer:
    links = [{**each, "name": each.get("hostName")} for each in request.echo.get("properties", {}).get("iotHubs", [])]
    return {
        "properties": {
            "serviceOperationsHostName": f"{request.name}.azure-devices-provisioning.net",
            "deviceProvisioningHostName": "global.azure-devices-provisioning.net",
            "idScope": f"0ne{int(request.guid('scope')[:8], 16):08X}"[:11],
            "state": "Active",
            "provisioningState": "Succeeded",
            "iotHubs": links,
        }
    }


def _device_updates(request: Request) -> Answer:
    return {
        "hostName": f"{request.name}.api.adu.microsoft.com",
        "locations": [{"name": request.location, "role": "Primary"}],
    }


_OF_TYPES: Mapping[str, Callable[[Request], Answer]] = {
    "microsoft.devices/provisioningservices": _provisioning_service,
}


def _schema_registry(request: Request) -> Answer:
    return {"uuid": request.guid("registry")}


def _extension(request: Request) -> Answer:
    pinned = request.echo.get("version")
    return {"currentVersion": pinned, "isSystemExtension": False} if pinned else {"isSystemExtension": False}


def _connected_cluster(request: Request) -> Answer:
    # Until its agents call, which in a simulation they never do.
    return {"connectivityStatus": "Connecting", "privateLinkState": "Disabled"}


def _at_the_edge(request: Request) -> Answer:
    return {"properties": {"provisioningState": "Succeeded"}}


_ANSWERS: Mapping[str, Callable[[Request], Answer]] = {
    "apimanagement:ApiManagementService": _api_management,
    "cognitiveservices:Account": _ai_services,
    "dbformysql:Server": _mysql,
    "dbforpostgresql:Server": _postgres,
    "eventgrid:Topic": _event_topic,
    "app:ContainerApp": _container_app,
    "app:ManagedEnvironment": _container_environment,
    "applicationinsights:Component": _application_insights,
    "authorization:RoleAssignment": _role_assignment,
    "cdn:AFDEndpoint": _front_door_endpoint,
    "cdn:Endpoint": _delivery_endpoint,
    "cdn:Profile": _delivery_profile,
    "compute:VirtualMachine": _virtual_machine,
    "consumption:Budget": _budget,
    "deviceprovisioningservices:IotDpsResource": _provisioning_service,
    "deviceupdate:Account": _device_updates,
    "iothub:IotHubResource": _iot_hub,
    "containerinstance:ContainerGroup": _container_group,
    "containerregistry:Registry": _registry,
    "containerservice:ManagedCluster": _cluster,
    "cosmosdb:DatabaseAccount": _document_account,
    "deviceregistry:SchemaRegistry": _schema_registry,
    "dns:RecordSet": _record_set,
    "dns:Zone": _zone,
    "eventhub:Namespace": _message_namespace,
    "iotoperations:Broker": _at_the_edge,
    "iotoperations:BrokerAuthentication": _at_the_edge,
    "iotoperations:BrokerAuthorization": _at_the_edge,
    "iotoperations:BrokerListener": _at_the_edge,
    "iotoperations:Dataflow": _at_the_edge,
    "iotoperations:DataflowEndpoint": _at_the_edge,
    "iotoperations:DataflowGraph": _at_the_edge,
    "iotoperations:DataflowProfile": _at_the_edge,
    "iotoperations:Instance": _at_the_edge,
    "iotoperations:RegistryEndpoint": _at_the_edge,
    "keyvault:Key": _vault_key,
    "keyvault:Secret": _vault_secret,
    "keyvault:Vault": _vault,
    "kubernetes:ConnectedCluster": _connected_cluster,
    "kubernetesconfiguration:Extension": _extension,
    "machinelearningservices:Compute": _compute,
    "machinelearningservices:Datastore": _datastore,
    "machinelearningservices:Workspace": _ml_workspace,
    "machinelearningservices:OnlineEndpoint": _online_endpoint,
    "managedidentity:UserAssignedIdentity": _user_assigned_identity,
    "monitor:DataCollectionEndpoint": _collection_endpoint,
    "monitor:DataCollectionRule": _collection_rule,
    "network:AzureFirewall": _firewall,
    "network:NetworkInterface": _network_interface,
    "network:PrivateEndpoint": _private_endpoint,
    "network:PublicIPAddress": _public_address,
    "network:Subnet": _subnet,
    "network:VirtualNetwork": _virtual_network,
    "operationalinsights:Workspace": _log_workspace,
    "privatedns:PrivateZone": _private_zone,
    "redis:Redis": _cache,
    "redisenterprise:RedisEnterprise": _managed_cache,
    "resources:Resource": _generic,
    "resources:ResourceGroup": _resource_group,
    "servicebus:Namespace": _message_namespace,
    "sql:Database": _sql_database,
    "sql:Server": _sql_server,
    "storage:Blob": _blob,
    "storage:BlobContainer": _blob_container,
    "storage:BlobServiceProperties": _blob_service,
    "storage:ManagementPolicy": _management_policy,
    "storage:StorageAccount": _storage_account,
    "storage:StorageAccountStaticWebsite": _static_website,
    "synapse:BigDataPool": _spark_pool,
    "synapse:Workspace": _synapse_workspace,
    "web:AppServicePlan": _plan,
    "web:StaticSite": _static_site,
    "web:WebApp": _site,
    "web:WebAppSlot": _site,
}
