"""Azure Machine Learning: workspaces, computes, endpoints, deployments."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from verdazure.sandbox.azure import limits
from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, unsaid
from verdazure.sandbox.azure.relations.compute import retired_size

# Workspaces - Create Or Update: property, ARM type of what it names.
_PARTS: Mapping[str, str] = {
    "applicationInsights": "Microsoft.Insights/components",
    "containerRegistry": "Microsoft.ContainerRegistry/registries",
    "keyVault": "Microsoft.KeyVault/vaults",
    "storageAccount": "Microsoft.Storage/storageAccounts",
}


def _identity(inputs: Inputs) -> Iterator[Finding]:
    # Azure Machine Learning, "Set up authentication between Azure Machine Learning and other services": every
    # workspace has an identity; one with user-assigned identities only names the one that it works with.
    if unsaid(inputs, "identity"):
        yield Finding("identity", "is required: a workspace works with a managed identity")
    if known(inputs, "identity.type") == "UserAssigned" and unsaid(inputs, "primaryUserAssignedIdentity"):
        reason = "is required when the identity is UserAssigned only: it names the one that the workspace works with"
        yield Finding("primaryUserAssignedIdentity", reason)
    if "UserAssigned" in (known(inputs, "identity.type") or "") and unsaid(inputs, "identity.userAssignedIdentities"):
        reason = f"is required when the identity's type is {known(inputs, 'identity.type')}"
        yield Finding("identity.userAssignedIdentities", reason)


def _parts(inputs: Inputs) -> Iterator[Finding]:
    # Azure Machine Learning, "Manage workspaces using Azure Resource Manager template": storage and vault are
    # required, except by a project, which uses its hub's.
    kind = "Default" if unsaid(inputs, "kind") else known(inputs, "kind")
    if kind == "Default":
        for part in ("storageAccount", "keyVault"):
            if unsaid(inputs, part):
                yield Finding(part, f"is required: the resource id of a {_PARTS[part]}")
    if kind == "Project" and unsaid(inputs, "hubResourceId"):
        yield Finding("hubResourceId", "is required for kind Project")
    for part, arm_type in _PARTS.items():
        value = known(inputs, part)
        if value and f"/providers/{arm_type}/".lower() not in str(value).lower():
            yield Finding(part, f"'{value}' is not the resource id of a {arm_type}")


def _customer_key(inputs: Inputs) -> Iterator[Finding]:
    # KeyVaultProperties.keyIdentifier names a version of a key.
    key = known(inputs, "encryption.keyVaultProperties.keyIdentifier")
    if key and not re.match(r"https://[^/]+/keys/[^/]+", str(key)):
        yield Finding("encryption.keyVaultProperties.keyIdentifier", f"'{key}' is not the identifier of a vault's key")


# Computes

_VM_SIZE = r"(standard|basic)_[a-z0-9-]+(_[a-z0-9]+)*"
_SHORTEST_IDLE, _LONGEST_IDLE = timedelta(minutes=15), timedelta(days=3)


def _nodes(inputs: Inputs) -> Iterator[Finding]:
    # Azure Machine Learning, "Manage and optimize Azure Machine Learning costs" and ScaleSettings of Computes.
    scale = "properties.properties.scaleSettings"
    least, most = known(inputs, f"{scale}.minNodeCount"), known(inputs, f"{scale}.maxNodeCount")
    for name, value in (("minNodeCount", least), ("maxNodeCount", most)):
        if value is not None and value < 0:
            yield Finding(f"{scale}.{name}", f"{value:g} is out of range; it must be 0 or more")
    if least is not None and most is not None and least > most:
        yield Finding(f"{scale}.minNodeCount", f"{least:g} must not be more than maxNodeCount, {most:g}")


def _vm_size(inputs: Inputs) -> Iterator[Finding]:
    # Azure virtual machines, "Azure VM sizes naming conventions".
    size = known(inputs, "properties.properties.vmSize")
    sized = known(inputs, "properties.computeType") in ("AmlCompute", "ComputeInstance")
    yield from retired_size("properties.properties.vmSize", inputs)
    if size and sized and not re.fullmatch(_VM_SIZE, str(size), re.IGNORECASE):
        yield Finding("properties.properties.vmSize", f"'{size}' is not a VM size, such as Standard_NC4as_T4_v3")


def _idle_shutdown(inputs: Inputs) -> Iterator[Finding]:
    # Azure Machine Learning, "Create an Azure Machine Learning compute instance", idle shutdown: 15 minutes to 3 days.
    path = "properties.properties.idleTimeBeforeShutdown"
    idle = known(inputs, path)
    if idle is None or known(inputs, "properties.computeType") != "ComputeInstance":
        return
    length = limits.length_of(str(idle))
    if length is None:
        yield Finding(path, f"'{idle}' is not an ISO 8601 duration, such as PT60M for an hour")
    elif not _SHORTEST_IDLE <= length <= _LONGEST_IDLE:
        yield Finding(path, f"'{idle}' is out of range; it must be PT15M to P3D")


# Endpoints and deployments. Azure Machine Learning, "Safe rollout of new deployments": shares sum to 0 or 100.


_MOST_MIRRORED = 50


def _traffic(inputs: Inputs) -> Iterator[Finding]:
    path = "properties.traffic"
    yield from _shares(path, inputs, (0, 100), "the shares of all deployments must sum to 0 or 100")
    mirrored = sum(share for _, share in items(inputs, "properties.mirrorTraffic") if _is_number(share))
    if mirrored > _MOST_MIRRORED:
        reason = f"sums to {mirrored:g}; at most {_MOST_MIRRORED} percent can be mirrored"
        yield Finding("properties.mirrorTraffic", reason)


def _shares(path: str, inputs: Any, sums: tuple[int, ...], words: str) -> Iterator[Finding]:
    shares = known(inputs, path)
    if not isinstance(shares, dict) or not all(_is_number(share) for share in shares.values()):
        return
    for name, share in shares.items():
        if not 0 <= share <= 100:
            yield Finding(f"{path}.{name}", f"{share:g} is out of range; it must be 0 to 100")
    total = sum(shares.values())
    if shares and total not in sums:
        yield Finding(path, f"sums to {total:g}; {words}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _instances(inputs: Inputs) -> Iterator[Finding]:
    # Managed online deployments take a default scale; capacity is the number of instances.
    capacity = known(inputs, "sku.capacity")
    if capacity is not None and capacity < 1:
        yield Finding("sku.capacity", f"{capacity:g} is out of range; a deployment has 1 instance or more")


def _batches(inputs: Inputs) -> Iterator[Finding]:
    # BatchDeploymentProperties: -1 ignores all failures.
    for name, least in (("miniBatchSize", 1), ("maxConcurrencyPerInstance", 1), ("errorThreshold", -1)):
        value = known(inputs, f"properties.{name}")
        if value is not None and value < least:
            yield Finding(f"properties.{name}", f"{value:g} is out of range; it must be {least} or more")


RULES = {
    "machinelearningservices:BatchDeployment": (_batches,),
    "machinelearningservices:Compute": (_nodes, _vm_size, _idle_shutdown),
    "machinelearningservices:OnlineDeployment": (_instances,),
    "machinelearningservices:OnlineEndpoint": (_traffic,),
    "machinelearningservices:Workspace": (_identity, _parts, _customer_key),
}
