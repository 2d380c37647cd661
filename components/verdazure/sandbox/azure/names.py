"""What a resource may be called: Azure's rules per type.

Source, unless a rule says otherwise: Azure Resource Manager, "Naming rules and restrictions for Azure resources".
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

Inputs = Mapping[str, Any]


class NameRule(NamedTuple):
    """Length and characters of a name. `words` says the characters as a person reads them."""

    shortest: int
    longest: int
    pattern: str
    words: str

    def problem(self, name: str) -> str | None:
        """Why Azure would refuse the name, or nothing."""
        span = str(self.longest) if self.shortest == self.longest else f"{self.shortest} to {self.longest}"
        if not self.shortest <= len(name) <= self.longest:
            return f"'{name}' has {len(name)} characters; Azure asks for {span}: {self.words}"
        if not re.fullmatch(self.pattern, name):
            return f"'{name}' is not a name that Azure accepts here; it asks for {span} characters: {self.words}"
        return None


def _letters_digits_dashes(shortest: int, longest: int) -> NameRule:
    pattern = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
    return NameRule(shortest, longest, pattern, "letters, digits and dashes, no dash at either end")


def _network(shortest: int, longest: int) -> NameRule:
    pattern = r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?"
    words = (
        "letters, digits, underscores, dots and dashes; starts with a letter or digit, ends with one or an underscore"
    )
    return NameRule(shortest, longest, pattern, words)


def _anything_but(forbidden: str) -> NameRule:
    escaped = re.escape(forbidden)
    pattern = rf"[^{escaped}\x00-\x1f]*[^{escaped}\x00-\x1f .]"
    return NameRule(1, 260, pattern, f"anything but {' '.join(forbidden)}, no space or dot at the end")


_GUID = NameRule(36, 36, r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a GUID")
_GROUP = NameRule(
    1, 90, r"[\w().-]*[\w()-]", "letters, digits, underscores, parentheses, dashes and dots, no dot at the end"
)
_LOCK = NameRule(
    1,
    90,
    r"[A-Za-z0-9_().-]*[A-Za-z0-9_()-]",
    "letters, digits, dots, underscores, dashes and parentheses, no dot at the end",
)
_VAULT = NameRule(
    3,
    24,
    r"[A-Za-z](?!.*--)[A-Za-z0-9-]*[A-Za-z0-9]",
    "letters, digits and single dashes; starts with a letter, ends with a letter or digit",
)
_IDENTITY = NameRule(
    3, 128, r"[A-Za-z0-9][A-Za-z0-9_-]*", "letters, digits, dashes and underscores; starts with a letter or digit"
)
_ZONE_LABEL = r"[A-Za-z0-9_-]{1,63}"
_ZONE = NameRule(
    3,
    253,
    rf"{_ZONE_LABEL}(\.{_ZONE_LABEL}){{1,33}}",
    "2 to 34 labels of letters, digits, underscores and dashes, separated by dots",
)
_CONTAINER = NameRule(
    3,
    63,
    r"\$root|\$web|[a-z0-9](?!.*--)[a-z0-9-]*[a-z0-9]",
    "lower-case letters, digits and single dashes, no dash at either end",
)
# azure-rest-api-specs, Microsoft.MachineLearningServices, pattern of `workspaceName`.
_ML_WORKSPACE = NameRule(
    3, 33, r"[A-Za-z0-9][A-Za-z0-9_-]*", "letters, digits, dashes and underscores; starts with a letter or digit"
)
# azure-rest-api-specs, Microsoft.MachineLearningServices, pattern of `endpointName`.
_ENDPOINT = NameRule(
    3, 32, r"[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?", "letters, digits and dashes; starts with a letter, ends with no dash"
)

_PROVISIONING = _letters_digits_dashes(3, 64)
# azure-rest-api-specs, Microsoft.IoTOperations and Microsoft.DeviceRegistry, pattern of all names.
_IOT_OPERATIONS = NameRule(
    3, 63, r"[a-z0-9][a-z0-9-]*[a-z0-9]", "lower-case letters, digits and dashes, no dash at either end"
)

_RULES: Mapping[str, NameRule] = {
    "applicationinsights:Component": _anything_but("%&\\?/"),
    "authorization:ManagementLockAtResourceGroupLevel": _LOCK,
    "authorization:ManagementLockAtResourceLevel": _LOCK,
    "authorization:ManagementLockByScope": _LOCK,
    "authorization:RoleAssignment": _GUID,
    "consumption:Budget": NameRule(1, 63, r"[A-Za-z0-9_-]+", "letters, digits, underscores and dashes"),
    "containerregistry:Registry": NameRule(5, 50, r"[A-Za-z0-9]+", "letters and digits"),
    "deviceprovisioningservices:IotDpsResource": _PROVISIONING,
    "iothub:IotHubResource": _letters_digits_dashes(3, 50),
    "deviceregistry:SchemaRegistry": _IOT_OPERATIONS,
    # azure-rest-api-specs, Microsoft.ExtendedLocation, pattern of `resourceName`.
    "extendedlocation:CustomLocation": NameRule(
        1,
        63,
        r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?",
        "letters, digits, dashes and underscores, none of the latter two at either end",
    ),
    "iotoperations:Broker": _IOT_OPERATIONS,
    "iotoperations:BrokerAuthentication": _IOT_OPERATIONS,
    "iotoperations:BrokerAuthorization": _IOT_OPERATIONS,
    "iotoperations:BrokerListener": _IOT_OPERATIONS,
    "iotoperations:Dataflow": _IOT_OPERATIONS,
    "iotoperations:DataflowEndpoint": _IOT_OPERATIONS,
    "iotoperations:DataflowGraph": _IOT_OPERATIONS,
    "iotoperations:DataflowProfile": _IOT_OPERATIONS,
    "iotoperations:Instance": _IOT_OPERATIONS,
    "iotoperations:RegistryEndpoint": _IOT_OPERATIONS,
    "keyvault:Secret": NameRule(1, 127, r"[A-Za-z0-9-]+", "letters, digits and dashes"),
    "keyvault:Vault": _VAULT,
    "machinelearningservices:BatchEndpoint": _ENDPOINT,
    "machinelearningservices:Datastore": NameRule(1, 255, r"[a-z0-9_]+", "lower-case letters, digits and underscores"),
    "machinelearningservices:OnlineEndpoint": _ENDPOINT,
    "machinelearningservices:Workspace": _ML_WORKSPACE,
    "managedidentity:UserAssignedIdentity": _IDENTITY,
    "monitor:ActionGroup": _anything_but(":<>+/&%\\?"),
    "monitor:MetricAlert": _anything_but("*#&+:<>?@%{}\\/"),
    "monitor:ScheduledQueryRule": _anything_but("*<>%{}&:\\?/#"),
    "network:NetworkInterface": _network(1, 80),
    "network:NetworkSecurityGroup": _network(1, 80),
    "network:PrivateDnsZoneGroup": _network(1, 80),
    "network:PrivateEndpoint": _network(2, 64),
    "network:PublicIPAddress": _network(1, 80),
    "network:RouteTable": _network(1, 80),
    "network:SecurityRule": _network(1, 80),
    "network:Subnet": _network(1, 80),
    "network:VirtualNetwork": _network(2, 64),
    "operationalinsights:Workspace": _letters_digits_dashes(4, 63),
    "privatedns:PrivateZone": _ZONE,
    "privatedns:VirtualNetworkLink": _network(1, 80),
    "resources:Deployment": NameRule(1, 64, r"[\w().-]+", "letters, digits, underscores, parentheses, dashes and dots"),
    "resources:ResourceGroup": _GROUP,
    "storage:BlobContainer": _CONTAINER,
    "storage:StorageAccount": NameRule(3, 24, r"[a-z0-9]+", "lower-case letters and digits"),
}

# Names of what azure-native's generic resource makes, by the type that it is told.
_OF_TYPES: Mapping[str, NameRule] = {"microsoft.devices/provisioningservices": _PROVISIONING}

# What exists once in its parent has one name. Source: Azure Storage resource provider REST API, names of the services.
_FIXED: Mapping[str, str] = {
    "storage:BlobContainerImmutabilityPolicy": "default",
    "storage:BlobInventoryPolicy": "default",
    "storage:BlobServiceProperties": "default",
    "storage:FileServiceProperties": "default",
    "storage:ManagementPolicy": "default",
}

_COMPUTE = "machinelearningservices:Compute"
_GENERIC = "resources:Resource"

# A compute's name goes by its kind; kinds that are not here share the last rule. The pattern of an instance is what the
# service says when it refuses one: no dash before a number at the end.
_INSTANCE = NameRule(
    3,
    24,
    r"[A-Za-z](?!.*-\d+$)[A-Za-z0-9-]*",
    "letters, digits and dashes; starts with a letter, no '-<number>' at the end",
)
_COMPUTES: Mapping[str, NameRule] = {
    "AmlCompute": NameRule(3, 32, r"[A-Za-z0-9-]+", "letters, digits and dashes"),
    "ComputeInstance": _INSTANCE,
}
_OTHER_COMPUTE = NameRule(2, 16, r"[A-Za-z0-9-]+", "letters, digits and dashes")


def has_rule(token: str) -> bool:
    """Whether the names of a type have a rule here."""
    kind = token.partition(":")[2]
    return kind in _FIXED or kind in _RULES or kind in (_COMPUTE, _GENERIC)


def problem(token: str, name: str, inputs: Inputs) -> str | None:
    """Why Azure would refuse a name, as a sentence, or nothing. `inputs` are those of the resource."""
    kind = token.partition(":")[2]
    fixed = _FIXED.get(kind)
    if fixed:
        return None if name == fixed else f"'{name}' is not a name that Azure accepts here: it is always '{fixed}'"
    by_inputs = {_COMPUTE: _compute_rule, _GENERIC: _generic_rule}.get(kind)
    rule = by_inputs(inputs) if by_inputs else _RULES.get(kind)
    return rule.problem(name) if rule else None


def group_problem(name: str) -> str | None:
    """Why a name cannot be that of a resource group, or nothing."""
    return _GROUP.problem(name)


def _generic_rule(inputs: Inputs) -> NameRule | None:
    asked = "/".join(str(inputs.get(part)) for part in ("resourceProviderNamespace", "resourceType"))
    return _OF_TYPES.get(asked.lower())


def _compute_rule(inputs: Inputs) -> NameRule | None:
    properties = inputs.get("properties")
    kind = properties.get("computeType") if isinstance(properties, dict) else None
    return _COMPUTES.get(kind, _OTHER_COMPUTE) if isinstance(kind, str) else None
