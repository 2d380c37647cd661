"""What azure-native fills in before a resource is checked: its name, its location, its API version.

Source: pulumi-azure-native, `applyDefaults` in provider/pkg/provider/provider.go and `AutoNamer` in
provider/pkg/resources/resources.go.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from verdazure.sandbox.azure.arm import ArmPath
from verdazure.sandbox.azure.schema import ResourceSchema
from verdazure.sandbox.azure.wire import UNKNOWN, provider_pb2

# Marks, among the inputs, a name that nobody chose: a replacement may then stand beside the old resource.
CREATE_BEFORE_DELETE = "__createBeforeDelete"

_SUFFIX_LENGTH = 8
_MODES = provider_pb2.CheckRequest.AutonamingOptions

# Names that are random although the resource is a child: they become part of a host name.
_RANDOM_CHILDREN = frozenset({"endpointName", "customDomainName"})
_GUIDS = frozenset({"roleAssignmentName", "roleDefinitionId"})
_NO_DEFAULT_LOCATION = frozenset({"azure-native:resources:Deployment"})


class Places(NamedTuple):
    """Where a default location comes from: the provider's configuration, else the resource group's own region."""

    configured: str | None
    of_group: Callable[[str], str | None]


def with_defaults(
    schema: ResourceSchema,
    path: ArmPath,
    request: "provider_pb2.CheckRequest",
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    places: Places,
) -> dict[str, Any]:
    """The new inputs with what azure-native adds to them."""
    filled = dict(news)
    parameter = path.name_parameter
    if parameter in schema.inputs and filled.get(parameter) is None:
        filled.update(_name(path, parameter, request, olds))
    if "location" in schema.inputs and "location" not in filled and schema.token not in _NO_DEFAULT_LOCATION:
        location = _location(olds, filled, places)
        if location is not None:
            filled["location"] = location
    if schema.api_version:
        filled.setdefault("azureApiVersion", schema.api_version)
    return filled


def _name(
    path: ArmPath, parameter: str, request: "provider_pb2.CheckRequest", olds: Mapping[str, Any]
) -> dict[str, Any]:
    if parameter in olds:
        kept = {parameter: olds[parameter]}
        return {**kept, CREATE_BEFORE_DELETE: True} if olds.get(CREATE_BEFORE_DELETE) is True else kept
    strategy = _strategy(path, parameter)
    if request.HasField("autonaming"):
        if request.autonaming.mode == _MODES.DISABLE:
            return {}
        if request.autonaming.mode == _MODES.ENFORCE or strategy != "guid":
            return {parameter: request.autonaming.proposed_name, CREATE_BEFORE_DELETE: True}
    logical_name = request.name or request.urn.rpartition("::")[2]
    digits = hashlib.sha256(request.randomSeed or uuid.uuid4().bytes).hexdigest()
    if strategy == "guid":
        return {parameter: str(uuid.UUID(digits[:32])), CREATE_BEFORE_DELETE: True}
    if strategy == "random":
        return {parameter: logical_name + digits[:_SUFFIX_LENGTH], CREATE_BEFORE_DELETE: True}
    return {parameter: logical_name}


def _strategy(path: ArmPath, parameter: str) -> str:
    """guid, random (the logical name with a random suffix) or copy (the logical name)."""
    if parameter in _GUIDS:
        return "guid"
    last_provider = path.template.lower().rpartition("microsoft.")[2]
    if parameter in _RANDOM_CHILDREN or "microsoft." not in path.template.lower() or last_provider.count("{") == 1:
        return "random"
    return "copy"


def _location(olds: Mapping[str, Any], news: Mapping[str, Any], places: Places) -> Any:
    if "location" in olds:
        return olds["location"]
    if places.configured:
        return places.configured
    group = news.get("resourceGroupName")
    if group is UNKNOWN:
        return UNKNOWN
    return places.of_group(group) if isinstance(group, str) else None
