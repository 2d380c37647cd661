"""Inputs as outputs and outputs as inputs, in the SDK's shape.

A service answers with what it was sent as far as the type's outputs declare it, which leaves out passwords and other
write-only properties. A preview gets the same with `UNKNOWN` for what the service computes (azure-native's
`PreviewOutputs`). A refresh reads the other way: what of an answer a program could have asked for.
"""

import copy
from collections.abc import Mapping
from typing import Any

from verdazure.sandbox.azure.schema import ObjectType, ResourceSchema, Shape, discriminated
from verdazure.sandbox.azure.wire import UNKNOWN, is_asset

# Write-only properties that the SDK's answers leave untyped or declare all the same. Source: `x-ms-secret`,
# `x-ms-mutability` and the descriptions of azure-rest-api-specs ("secrets are not returned", "will never be returned").
_WRITE_ONLY: Mapping[str, tuple[str, ...]] = {
    "azure-native:app:ContainerApp": ("configuration.secrets.value",),
    "azure-native:app:ManagedEnvironment": ("appLogsConfiguration.logAnalyticsConfiguration.sharedKey",),
    "azure-native:compute:VirtualMachine": ("osProfile.adminPassword",),
    "azure-native:containerinstance:ContainerGroup": (
        "containers.environmentVariables.secureValue",
        "imageRegistryCredentials.password",
    ),
    "azure-native:containerservice:ManagedCluster": (
        "servicePrincipalProfile.secret",
        "windowsProfile.adminPassword",
    ),
    "azure-native:keyvault:Secret": ("properties.value",),
    "azure-native:machinelearningservices:Datastore": ("properties.credentials.secrets",),
    "azure-native:machinelearningservices:Compute": (
        "properties.properties.userAccountCredentials.adminUserPassword",
        "properties.properties.administratorAccount.password",
    ),
    "azure-native:machinelearningservices:WorkspaceConnection": ("properties.credentials",),
    "azure-native:sql:Server": ("administratorLoginPassword",),
    "azure-native:synapse:Workspace": ("sqlAdministratorLoginPassword",),
}


def predicted(schema: ResourceSchema, inputs: Mapping[str, Any], stable: Mapping[str, Any]) -> dict[str, Any]:
    """What a preview can say: the inputs, `UNKNOWN` for what the service computes, and `stable` as it is."""
    return {**_Answer(schema, preview=True).object(schema.outputs, _as_answered(schema, inputs)), **stable}


def echoed(schema: ResourceSchema, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the inputs that the service answers with."""
    answer = _Answer(schema, preview=False).object(schema.outputs, _as_answered(schema, inputs))
    hidden = _WRITE_ONLY.get(schema.token, ())
    answer = copy.deepcopy(answer) if hidden else answer  # an untyped answer is the input itself
    for path in hidden:
        _drop(answer, path.split("."))
    return answer


def as_inputs(schema: ResourceSchema, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an answer that a program could have asked for."""
    return _Question(schema).object(schema.inputs, {**outputs, **_below(schema, outputs)})


def _as_answered(schema: ResourceSchema, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Some types, such as autoscale settings, are asked for side by side and answered below `properties`."""
    answered = schema.outputs.get("properties")
    if answered is None or answered.shape.kind != "object" or "properties" in schema.inputs:
        return inputs
    below = schema.types[answered.shape.ref]
    return {**inputs, "properties": {name: inputs[name] for name in below if name in inputs}}


def _below(schema: ResourceSchema, outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an answer says below `properties` and a program asks for side by side."""
    below = outputs.get("properties")
    return below if isinstance(below, dict) and "properties" not in schema.inputs else {}


class _Answer:
    """Casts inputs into the shape of outputs. In a preview, what has no value becomes `UNKNOWN`."""

    def __init__(self, schema: ResourceSchema, preview: bool) -> None:
        self._types = schema.types
        self._preview = preview

    def object(self, properties: ObjectType, value: Mapping[str, Any]) -> dict[str, Any]:
        shaped = {}
        for name, declared in properties.items():
            if name in value:
                shaped[name] = self._value(declared.shape, value[name])
            elif declared.const:
                shaped[name] = declared.const
            elif self._preview:
                shaped[name] = UNKNOWN
        return shaped

    def _value(self, shape: Shape, value: Any) -> Any:
        if isinstance(value, list):
            return self._list(shape, value)
        if not isinstance(value, dict) or is_asset(value):
            return value
        if shape.kind == "object":
            return self.object(self._types[shape.ref], value)
        if shape.kind == "map":
            return {key: self._value(shape.of[0], item) for key, item in value.items()}
        return value

    def _list(self, shape: Shape, value: list[Any]) -> Any:
        if shape.kind == "array":
            return [self._value(shape.of[0], item) for item in value]
        if shape.kind != "map":
            return value
        # A set of ids, such as user-assigned identities, is a list to the SDK and a map to Azure, which fills it.
        return UNKNOWN if self._preview else {item: {} for item in value}


class _Question:
    """Casts outputs into the shape of inputs: read-only properties drop out."""

    def __init__(self, schema: ResourceSchema) -> None:
        self._types = schema.types

    def object(self, properties: ObjectType, value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: self._value(declared.shape, value[name])
            for name, declared in properties.items()
            if value.get(name) is not None
        }

    def _value(self, shape: Shape, value: Any) -> Any:
        if isinstance(value, list) and shape.kind == "array":
            return [self._value(shape.of[0], item) for item in value]
        if not isinstance(value, dict) or is_asset(value):
            return value
        if shape.kind == "array":  # a map to Azure, a list of its keys to the SDK
            return list(value)
        if shape.kind == "map":
            return {key: self._value(shape.of[0], item) for key, item in value.items()}
        if shape.kind == "object":
            return self.object(self._types[shape.ref], value)
        return self._variant(shape, value)

    def _variant(self, shape: Shape, value: dict[str, Any]) -> Any:
        variants = discriminated(shape, self._types)
        chosen = variants.members.get(value.get(variants.name, "")) if variants else None
        return value if chosen is None else self.object(chosen, value)


def _drop(value: Any, path: list[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _drop(item, path)
        return
    head, *rest = path
    if isinstance(value, dict) and head in value:
        if rest:
            _drop(value[head], rest)
        else:
            del value[head]
