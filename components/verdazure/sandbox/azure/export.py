"""Everything that the simulated Azure holds as one ARM template.

`resources` is one flat list, as scanners read it, by resource id. The template is one for a resource group. Where it
holds more than one group, or something outside of any, each resource says in `comments` where it belongs. A resource
that is scoped to another one has its `scope`, relative to the group. A value is written as Azure holds it now; what a
service never shows, a password above all, is a parameter without a value.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from verdazure.sandbox.azure import arm, schema
from verdazure.sandbox.azure.export_shapes import (
    ENVELOPE,
    GENERIC,
    INSIDE,
    NESTED,
    NOT_IN_ARM,
    OUTSIDE,
    PROPERTIES_INSIDE,
    RENAMED,
    TYPED,
)
from verdazure.sandbox.azure.outputs import as_inputs
from verdazure.sandbox.azure.schema import ObjectType, ResourceSchema, Shape
from verdazure.sandbox.azure.store import Store, StoredResource

Template = dict[str, Any]

_TEMPLATE = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"

_SECRET = re.compile(
    r"(password|secret|secretValue|(account|shared|primary|secondary|access|private|instrumentation|api)Key|"
    r"connectionString|sasToken|accessToken|customData|userData|protectedSettings)$",
    re.IGNORECASE,
)
# Secrets whose property has a harmless name.
_SECRET_VALUES = {"keyvault:Secret": "value"}

# azure-native declares them as arguments, ARM knows them from the resource's place.
_FROM_THE_ID = frozenset({"id", "name", "type"})


def template(store: Store) -> Template:
    """All resources of a state as an ARM template, ready for JSON.

    What Azure Resource Manager has no type for (`NOT_IN_ARM`, data in a storage account) is left out and named under
    `metadata.leftOut`.
    """
    held = store.resources()
    exported = [each for each in held if _kind(each) not in NOT_IN_ARM]
    secrets = _Secrets()
    ids = {each.id.lower(): each.id for each in exported}
    places = len({arm.resource_group_id(each.id).lower() for each in exported})
    result: Template = {
        "$schema": _TEMPLATE,
        "contentVersion": "1.0.0.0",
        "parameters": secrets.parameters,
        "resources": [_resource(each, ids, secrets, say_where=places > 1) for each in exported],
    }
    if len(exported) < len(held):
        left_out = [each.id for each in held if _kind(each) in NOT_IN_ARM]
        result["metadata"] = {"leftOut": left_out}
    return result


def _kind(resource: StoredResource) -> str:
    return resource.token.partition(":")[2]


def _resource(resource: StoredResource, ids: Mapping[str, str], secrets: "_Secrets", say_where: bool) -> Template:
    declared = schema.resource(resource.token)
    body = body_of(resource, secrets)
    entry: Template = {
        "type": resource.type,
        "apiVersion": resource.inputs["apiVersion"] if _kind(resource) == GENERIC else declared.api_version,
        "name": _escaped(_full_name(resource.id)),
    }
    scope = _scope(resource.id)
    if scope:
        entry["scope"] = scope
    if say_where and arm.resource_group_id(resource.id) != resource.id:
        entry["comments"] = _place(resource.id)
    needs = sorted(ids[other] for other in _mentioned(resource, body) & ids.keys())
    if needs:
        entry["dependsOn"] = needs
    return {**entry, **body}


def _full_name(resource_id: str) -> str:
    """The names along an id after its last provider: `account/default/container`."""
    _, marker, after = resource_id.rpartition("/providers/")
    return "/".join(after.split("/")[2::2]) if marker else arm.name(resource_id)


def _scope(resource_id: str) -> str:
    """What an extension is scoped to, relative to the resource group: `Microsoft.Storage/storageAccounts/x`."""
    return arm.relative(arm.parent_id(resource_id)) if arm.is_extension(resource_id) else ""


def _place(resource_id: str) -> str:
    group = arm.resource_group(resource_id)
    return f"In resource group {group}." if group else f"At {resource_id.rpartition('/providers/')[0] or '/'}."


def _mentioned(resource: StoredResource, body: Template) -> set[str]:
    """Lower-case ids of what must exist first: the parent or scope, and whatever the body names."""
    found = {arm.parent_id(resource.id).lower(), *(text.lower() for text in _strings(body) if text.startswith("/"))}
    groups = {arm.resource_group_id(each) for each in found}
    return found - {resource.id.lower()} - groups


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, dict):
        yield from value  # a map may be keyed by id, as that of the identities is
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _strings(item)


# Bodies


def body_of(resource: StoredResource, secrets: "_Secrets") -> Template:
    """The body of a resource's PUT request, in Azure Resource Manager's shape."""
    declared = schema.resource(resource.token)
    kind = _kind(resource)
    shown = as_inputs(declared, resource.outputs)
    unshown = {name: value for name, value in resource.inputs.items() if name not in declared.outputs}
    values = secrets.hidden(resource, {**unshown, **shown})
    placed = _own(declared)
    values = {name: value for name, value in values.items() if name in placed}
    body = _Body(declared).object(kind, placed, values)
    if "properties" in placed and kind not in PROPERTIES_INSIDE:
        return body
    outside = (ENVELOPE | OUTSIDE.get(kind, frozenset())) - INSIDE.get(kind, frozenset())
    return _nested(body, outside)


def _own(declared: ResourceSchema) -> ObjectType:
    """The arguments that are neither the resource's name nor its place."""
    known = arm.path(declared)
    guessed = () if known.exact else declared.path_parameters  # in which a reading request's query may be too
    version = ("apiVersion",) if declared.token.endswith(f":{GENERIC}") else ()
    path = {*known.parameters, *guessed, *version, "resourceGroupName"}
    return {name: each for name, each in declared.inputs.items() if name not in path | _FROM_THE_ID}


def _nested(body: Template, outside: frozenset[str], under: str = "properties") -> Template:
    """The body with everything under that key that does not stand beside it."""
    inner = {name: value for name, value in body.items() if name not in outside}
    beside = {name: value for name, value in body.items() if name in outside}
    return {**beside, under: inner} if inner else beside


class _Body:
    """Casts values from the SDK's shape into ARM's, along the SDK's types."""

    def __init__(self, declared: ResourceSchema) -> None:
        self._types = declared.types
        self._enums = declared.enums
        self._module = declared.token.split(":")[1]

    def object(self, kind: str, properties: ObjectType, values: Mapping[str, Any]) -> Template:
        renamed = RENAMED.get(kind, {})
        body = {
            renamed.get(name, name): self._value(name, properties[name].shape, value) if name in properties else value
            for name, value in sorted(values.items())
        }
        if kind in NESTED:
            return _nested(body, NESTED[kind])
        beside = next((names for pattern, names in TYPED.items() if pattern.fullmatch(kind)), None)
        return body if beside is None else _nested(body, beside, "typeProperties")

    def _value(self, name: str, shape: Shape, value: Any) -> Any:
        if isinstance(value, str):
            known = self._enums[shape.ref] if shape.kind == "enum" else ()
            return _escaped(schema.in_its_case(value, known) or value)
        if name == "userAssignedIdentities" and isinstance(value, list):
            return {identity: {} for identity in sorted(value)}
        if isinstance(value, list):
            item = shape.of[0] if shape.kind == "array" else Shape("any")
            return [self._value("", item, each) for each in value]
        if not isinstance(value, dict):
            return int(value) if isinstance(value, float) and value.is_integer() else value
        return self._dict(shape, value)

    def _dict(self, shape: Shape, value: dict[str, Any]) -> Any:
        if shape.kind == "object":
            return self.object(f"{self._module}:{shape.ref}", self._types[shape.ref], value)
        if shape.kind == "union":
            found = schema.discriminated(shape, self._types)
            chosen = value.get(found.name, "") if found else ""
            if found and chosen in found.members:
                return self.object(f"{self._module}:{found.refs[chosen]}", found.members[chosen], value)
        item = shape.of[0] if shape.kind == "map" else Shape("any")
        return {key: self._value("", item, each) for key, each in sorted(value.items())}


def _escaped(text: str) -> str:
    """A text that begins with a bracket, so that a template does not take it for an expression."""
    return f"[{text}" if text.startswith("[") and not isinstance(text, _Expression) else text


# Secrets


class _Expression(str):
    """A text that a template does take for an expression."""

    __slots__ = ()


class _Secrets:
    """Puts a secure parameter in the place of each secret, and collects these parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, dict[str, str]] = {}

    def hidden(self, resource: StoredResource, values: Mapping[str, Any]) -> Template:
        """The values without their secrets."""
        by_value = _SECRET_VALUES.get(_kind(resource), "")
        return {name: self._value(resource.name, (name,), value, by_value) for name, value in values.items()}

    def _value(self, owner: str, path: tuple[str, ...], value: Any, by_value: str) -> Any:
        if isinstance(value, str) and (_SECRET.search(path[-1]) or (by_value and path[-1] == by_value)):
            name = re.sub(r"\W+", "_", "_".join((owner, *path)))
            self.parameters[name] = {"type": "securestring"}
            return _Expression(f"[parameters('{name}')]")
        if isinstance(value, dict):
            return {key: self._value(owner, (*path, key), item, by_value) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(owner, (*path, str(place)), item, by_value) for place, item in enumerate(value)]
        return value
