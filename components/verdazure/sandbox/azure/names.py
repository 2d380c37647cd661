"""What a resource may be called: Azure's rules per type.

Source, unless a rule says otherwise: Azure Resource Manager, "Naming rules and restrictions for Azure resources".
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

Inputs = Mapping[str, Any]


class NameRule(NamedTuple):
    """Length and characters of a name. `words` is the rule as a person reads it."""

    shortest: int
    longest: int
    pattern: str
    words: str


_ALPHANUMERIC_DASH = "letters, digits and dashes; starts and ends with a letter or digit"
_DASH_INSIDE = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_NETWORK = NameRule(
    *(1, 80, r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?"),
    "letters, digits, underscores, dots and dashes; starts with a letter or digit, ends with one or an underscore",
)
_FREE = NameRule(1, 260, r"[^%&?/]*[^%&?/. ]", "any characters but % & ? /; does not end with a dot or a space")

_RULES: Mapping[str, NameRule] = {
    "applicationinsights:Component": NameRule(
        *(1, 255, r"[^%&\\?/]*[^%&\\?/ .]"), "any characters but % & \\ ? /; does not end with a space or a dot"
    ),
    "authorization:ManagementLockAtResourceGroupLevel": NameRule(
        *(1, 90, r"[\w().-]*[\w()-]"),
        "letters, digits, dots, underscores, dashes and parentheses; does not end with a dot",
    ),
    "authorization:RoleAssignment": NameRule(
        *(36, 36, r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), "a GUID"
    ),
    "consumption:Budget": NameRule(1, 63, r"[A-Za-z0-9_-]+", "letters, digits, underscores and dashes"),
    "containerregistry:Registry": NameRule(5, 50, r"[A-Za-z0-9]+", "letters and digits"),
    "keyvault:Vault": NameRule(
        *(3, 24, r"[A-Za-z](?!.*--)[A-Za-z0-9-]*[A-Za-z0-9]"),
        "letters, digits and single dashes; starts with a letter, ends with a letter or digit",
    ),
    # azure-rest-api-specs, Microsoft.MachineLearningServices, workspaceName and the ML data-plane resources' names.
    "machinelearningservices:Workspace": NameRule(
        *(3, 33, r"[A-Za-z0-9][A-Za-z0-9_-]+"), "letters, digits, dashes and underscores; starts with a letter or digit"
    ),
    "machinelearningservices:Datastore": NameRule(*(1, 255, r"[A-Za-z0-9_]+"), "letters, digits and underscores"),
    "machinelearningservices:OnlineEndpoint": NameRule(
        *(3, 32, r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"),
        "letters, digits and dashes; starts with a letter, ends with one or a digit",
    ),
    "managedidentity:UserAssignedIdentity": NameRule(
        *(3, 128, r"[A-Za-z0-9][A-Za-z0-9_-]+"),
        "letters, digits, dashes and underscores; starts with a letter or digit",
    ),
    "network:NetworkSecurityGroup": _NETWORK,
    "network:PrivateEndpoint": NameRule(2, 64, _NETWORK.pattern, _NETWORK.words),
    "network:PublicIPAddress": _NETWORK,
    "network:Subnet": _NETWORK,
    "network:VirtualNetwork": NameRule(2, 64, _NETWORK.pattern, _NETWORK.words),
    "operationalinsights:Workspace": NameRule(4, 63, _DASH_INSIDE, _ALPHANUMERIC_DASH),
    "privatedns:PrivateZone": NameRule(
        *(1, 253, r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63}){1,33}"),
        "2 to 34 labels of letters, digits, underscores and dashes, separated by dots",
    ),
    "resources:ResourceGroup": NameRule(
        *(1, 90, r"[\w().-]*[\w()-]"),
        "letters, digits, underscores, parentheses, dashes and dots; does not end with a dot",
    ),
    # Azure Monitor, "Diagnostic settings in Azure Monitor".
    "monitor:DiagnosticSetting": _FREE,
    "storage:BlobContainer": NameRule(
        *(3, 63, r"(\$root|\$web|[a-z0-9](?!.*--)[a-z0-9-]*[a-z0-9])"),
        "lower-case letters, digits and single dashes; starts and ends with a letter or digit",
    ),
    "storage:StorageAccount": NameRule(3, 24, r"[a-z0-9]+", "lower-case letters and digits"),
}

# Azure ML accepts one name only for what exists once per storage account.
_FIXED = {
    "storage:BlobServiceProperties": ("default",),
    "storage:FileServiceProperties": ("default",),
    "storage:ManagementPolicy": ("default",),
}

# Azure ML names computes by kind: a kind that is not here goes by the strictest rule.
_COMPUTE_RULES = {
    "ComputeInstance": NameRule(
        3, 24, r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]", "letters, digits and dashes; starts with a letter"
    ),
    "AmlCompute": NameRule(
        2, 32, r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]", "letters, digits and dashes; starts with a letter"
    ),
    "Kubernetes": NameRule(
        2, 16, r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]", "letters, digits and dashes; starts with a letter"
    ),
}


def problem(token: str, name: str, inputs: Inputs) -> str | None:
    """Why Azure would refuse a name, as a sentence, or nothing. `inputs` are those of the resource."""
    kind = token.partition(":")[2]
    fixed = _FIXED.get(kind)
    if fixed and name not in fixed:
        return f"'{name}' is not a name that Azure accepts: it must be '{fixed[0]}'"
    rule = _special(kind, inputs) or _RULES.get(kind)
    if rule is None:
        return None
    if not rule.shortest <= len(name) <= rule.longest:
        span = f"{rule.shortest} to {rule.longest}" if rule.shortest < rule.longest else str(rule.longest)
        return f"'{name}' has {len(name)} characters, but Azure asks for {span}: {rule.words}"
    if not re.fullmatch(rule.pattern, name):
        return f"'{name}' is not a name that Azure accepts: {rule.shortest} to {rule.longest} {rule.words}"
    return None


def _special(kind: str, inputs: Inputs) -> NameRule | None:
    if kind != "machinelearningservices:Compute":
        return None
    properties = inputs.get("properties")
    compute_type = properties.get("computeType") if isinstance(properties, dict) else None
    return _COMPUTE_RULES.get(compute_type) if isinstance(compute_type, str) else None
