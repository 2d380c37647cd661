"""How azure-native's arguments differ from the bodies that Azure Resource Manager takes: facts for `export`.

azure-native lifts what ARM keeps under `properties` one level up and calls some things otherwise. Sources: the wire
names in the `azure-mgmt-*` packages' models (`_attribute_map`, `rest_field`), which carry azure-rest-api-specs'
`x-ms-client-name` and `x-ms-client-flatten`; Azure's template reference of each type.
"""

import re
from collections.abc import Mapping

# What stands beside `properties`, not in it. Source: Azure docs,
# "Understand the structure and syntax of ARM templates".
ENVELOPE = frozenset(
    {"location", "tags", "sku", "kind", "identity", "zones", "plan", "extendedLocation", "managedBy", "placement"}
)

# Stands for any type, at the version that its arguments name.
GENERIC = "resources:Resource"

# Types that differ: what they keep beside `properties` in addition, and what of the envelope is inside.
OUTSIDE: Mapping[str, frozenset[str]] = {"consumption:Budget": frozenset({"eTag"})}
INSIDE: Mapping[str, frozenset[str]] = {
    "deviceupdate:Account": frozenset({"sku"}),
    "operationalinsights:Table": frozenset({"plan"}),
    "operationalinsights:Workspace": frozenset({"sku"}),
}

# Types that keep something called `properties` in their `properties`; elsewhere an argument of that name is the latter.
PROPERTIES_INSIDE = frozenset({"apimanagement:Backend"})

# Reached through a service's own data endpoint; Azure Resource Manager knows no such type.
NOT_IN_ARM = frozenset({"storage:Blob", "storage:BlobContainerLegalHold", "storage:StorageAccountStaticWebsite"})

_KEY_VAULT_KEY = {"keyName": "keyname", "keyVersion": "keyversion", "keyVaultUri": "keyvaulturi"}

# Resource type, or module and nested type: the SDK's name -> ARM's name.
RENAMED: Mapping[str, Mapping[str, str]] = {
    "applicationinsights:Component": {
        "applicationType": "Application_Type",
        "disableIpMasking": "DisableIpMasking",
        "disableLocalAuth": "DisableLocalAuth",
        "flowType": "Flow_Type",
        "forceCustomerStorageForProfiler": "ForceCustomerStorageForProfiler",
        "hockeyAppId": "HockeyAppId",
        "immediatePurgeDataOn30Days": "ImmediatePurgeDataOn30Days",
        "ingestionMode": "IngestionMode",
        "requestSource": "Request_Source",
        "retentionInDays": "RetentionInDays",
        "samplingPercentage": "SamplingPercentage",
        "workspaceResourceId": "WorkspaceResourceId",
    },
    "containerregistry:IPRuleArgs": {"iPAddressOrRange": "value"},
    "monitor:MetricAlertMultipleResourceMultipleMetricCriteriaArgs": {"odataType": "odata.type"},
    "monitor:MetricAlertSingleResourceMultipleMetricCriteriaArgs": {"odataType": "odata.type"},
    "storage:EncryptionArgs": {"encryptionIdentity": "identity", "keyVaultProperties": "keyvaultproperties"},
    "storage:EncryptionIdentityArgs": {"encryptionUserAssignedIdentity": "userAssignedIdentity"},
    "storage:IPRuleArgs": {"iPAddressOrRange": "value"},
    "storage:KeyVaultPropertiesArgs": _KEY_VAULT_KEY,
    "storage:StorageAccount": {
        "enableHttpsTrafficOnly": "supportsHttpsTrafficOnly",
        "enableNfsV3": "isNfsV3Enabled",
        "networkRuleSet": "networkAcls",
    },
    "storage:VirtualNetworkRuleArgs": {"virtualNetworkResourceId": "id"},
}

_NAMED = frozenset({"id", "name", "type"})

# Nested types that ARM writes as resources of their own, with `properties`: what stands beside `properties`.
NESTED: Mapping[str, frozenset[str]] = {
    "network:ApplicationSecurityGroupArgs": _NAMED | ENVELOPE,
    "network:DelegationArgs": _NAMED,
    "network:NetworkInterfaceIPConfigurationArgs": _NAMED,
    "network:NetworkSecurityGroupArgs": _NAMED | ENVELOPE,
    "network:PrivateDnsZoneConfigArgs": _NAMED,
    "network:PrivateEndpointIPConfigurationArgs": _NAMED,
    "network:PrivateLinkServiceConnectionArgs": _NAMED,
    "network:PublicIPAddressArgs": _NAMED | ENVELOPE,
    "network:RouteArgs": _NAMED,
    "network:RouteTableArgs": _NAMED | ENVELOPE,
    "network:SecurityRuleArgs": _NAMED,
    "network:SubnetArgs": _NAMED,
    "network:VirtualNetworkPeeringArgs": _NAMED,
}

# Variants that ARM writes with `typeProperties`: what stands beside it, by module and what the variants' names end in.
_DOCUMENTED = frozenset({"annotations", "description", "type"})
TYPED: Mapping[re.Pattern[str], frozenset[str]] = {
    re.compile(r"datafactory:\w+ActivityArgs"): frozenset(
        {"dependsOn", "description", "linkedServiceName", "name", "onInactiveMarkAs", "policy", "state", "type"}
        | {"userProperties"}
    ),
    re.compile(r"datafactory:\w*(DataFlow|Flowlet)Args"): _DOCUMENTED | {"folder"},
    re.compile(r"datafactory:\w+DatasetArgs"): _DOCUMENTED
    | {"folder", "linkedServiceName", "parameters", "schema", "structure"},
    re.compile(r"datafactory:\w+IntegrationRuntimeArgs"): frozenset({"description", "managedVirtualNetwork", "type"}),
    re.compile(r"datafactory:\w+LinkedServiceArgs"): _DOCUMENTED | {"connectVia", "parameters", "version"},
    re.compile(r"datafactory:\w+TriggerArgs"): _DOCUMENTED | {"pipeline", "pipelines"},
}
