"""Whether an input is one that the SDK's types and Azure accept. Pure: no state, no clock, no SDK import.

Every finding names the property's path and says what is wrong, what is allowed and, where there is one, the nearest
right spelling. What a preview does not know yet is never judged.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from verdazure.sandbox.azure import limits, names, relations
from verdazure.sandbox.azure.arm import ArmPath
from verdazure.sandbox.azure.finding import Finding
from verdazure.sandbox.azure.schema import ObjectType, ResourceSchema, Shape, discriminated, in_its_case
from verdazure.sandbox.azure.wire import UNKNOWN, is_asset

# What azure-native itself keeps among a resource's inputs.
OWN_PROPERTIES = frozenset({"azureApiVersion", "__createBeforeDelete"})

# Enums whose list in the SDK cannot be trusted: any string is taken. Of the sizes it lists a part, and says so; the
# name ConditionOperator is that of two services, and the values of log search alerts are lost. A data collection rule
# takes streams of your own: Microsoft Learn, Structure of a data collection rule.
_INCOMPLETE_ENUMS = frozenset(
    {
        "ConditionOperator",
        "ContainerServiceVMSizeTypes",
        "KnownDataFlowStreams",
        "VirtualMachineSizeTypes",
    }
)

_IN_GROUP = "resourceGroupName"

# Below this length a list of allowed values helps; above it, it hides the message.
_LONGEST_LIST = 24

_PLAIN_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def findings(schema: ResourceSchema, path: ArmPath, inputs: Mapping[str, Any]) -> list[Finding]:
    """Everything that is wrong with the inputs of a resource, in the order of the properties."""
    own = {name: value for name, value in inputs.items() if name not in OWN_PROPERTIES}
    by_type = list(_Checker(schema).object("", schema.inputs, own, schema.token.rpartition(":")[2]))
    return by_type or [*_values(schema, path, own), *relations.findings(schema.token, own)]


def _values(schema: ResourceSchema, path: ArmPath, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _names(schema, path, inputs)
    yield from _places(path, inputs)
    yield from _tags(inputs)


def _names(schema: ResourceSchema, path: ArmPath, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    for parameter in sorted(schema.path_parameters & inputs.keys()):
        value = inputs[parameter]
        if not isinstance(value, str):
            continue
        limit = limits.of(schema.token).get(("", parameter), {})
        if parameter == path.name_parameter and names.has_rule(schema.token):
            reason = names.problem(schema.token, value, inputs)
        else:
            reason = names.group_problem(value) if parameter == _IN_GROUP else limits.problem(limit, value)
        if reason:
            yield Finding(parameter, reason)


def _places(path: ArmPath, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    from verdazure import facts  # late: reading the table would double the time that a start takes

    location = inputs.get("location")
    # The location of a type that is simulated by its general shape may be something else than a region.
    if not path.exact or not isinstance(location, str) or location.lower() == "global":
        return
    try:
        facts.region(location)
    except facts.UnknownFact as unknown:
        yield Finding("location", str(unknown))


# Source: Azure Resource Manager, "Use tags to organize your Azure resources", limitations.
_MOST_TAGS, _LONGEST_TAG_NAME, _LONGEST_TAG_VALUE, _NOT_IN_TAG_NAMES = 50, 512, 256, "<>%&\\?/"


def _tags(inputs: Mapping[str, Any]) -> Iterator[Finding]:
    tags = inputs.get("tags")
    if not isinstance(tags, dict):
        return
    if len(tags) > _MOST_TAGS:
        yield Finding("tags", f"{len(tags)} tags are too many: a resource has {_MOST_TAGS} at most")
    for name, value in tags.items():
        if len(name) > _LONGEST_TAG_NAME or any(character in _NOT_IN_TAG_NAMES for character in name):
            allowed = f"at most {_LONGEST_TAG_NAME} characters, none of {' '.join(_NOT_IN_TAG_NAMES)}"
            yield Finding(f"tags.{name}", f"is not a tag name that Azure accepts: {allowed}")
        if isinstance(value, str) and len(value) > _LONGEST_TAG_VALUE:
            yield Finding(
                f"tags.{name}", f"has {len(value)} characters: a tag's value has {_LONGEST_TAG_VALUE} at most"
            )


# `network.SubnetArgs` gives these on its own, and programs use it where only a subnet's id is taken.
_FILLED_BY_SUBNET_ARGS = ("privateEndpointNetworkPolicies", "privateLinkServiceNetworkPolicies")


class _Checker:
    def __init__(self, schema: ResourceSchema) -> None:
        self._types = schema.types
        self._enums = schema.enums
        self._limits = limits.of(schema.token)

    def object(self, path: str, properties: ObjectType, value: Mapping[str, Any], kind: str) -> Iterator[Finding]:
        for name in value:
            if name not in properties and not (properties.keys() == {"id"} and name in _FILLED_BY_SUBNET_ARGS):
                yield Finding(_join(path, name), _unknown_property(name, properties))
        for name, declared in properties.items():
            where = _join(path, name)
            if name in value:
                yield from self._value(where, declared.shape, value[name])
                yield from self._limit(where, (kind.removesuffix("Args"), name), value[name])
                if declared.const and value[name] is not UNKNOWN and value[name] != declared.const:
                    yield Finding(where, f"{_shown(value[name])} is not allowed here: it must be '{declared.const}'")
            elif declared.required:
                yield Finding(where, f"missing required property '{where}'")

    def _limit(self, path: str, key: tuple[str, str], value: Any) -> Iterator[Finding]:
        reason = limits.problem(self._limits.get(key, {}), value)
        if reason:
            yield Finding(path, reason)

    def _value(self, path: str, shape: Shape, value: Any) -> Iterator[Finding]:
        if value is UNKNOWN or value is None or shape.kind == "any":
            return
        check = getattr(self, f"_{shape.kind}", None)
        if check is not None:
            yield from check(path, shape, value)
        elif not _is_plain(shape.kind, value):
            yield Finding(path, _wrong_type(shape.kind, value))

    def _array(self, path: str, shape: Shape, value: Any) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield Finding(path, _wrong_type("array", value))
            return
        for index, item in enumerate(value):
            yield from self._value(f"{path}[{index}]", shape.of[0], item)

    def _map(self, path: str, shape: Shape, value: Any) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield Finding(path, _wrong_type("map", value))
            return
        for key, item in value.items():
            yield from self._value(_join(path, key), shape.of[0], item)

    def _object(self, path: str, shape: Shape, value: Any) -> Iterator[Finding]:
        if isinstance(value, dict):
            yield from self.object(path, self._types[shape.ref], value, shape.ref)
        else:
            yield Finding(path, _wrong_type("object", value))

    def _enum(self, path: str, shape: Shape, value: Any) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield Finding(path, _wrong_type("string", value))
        elif shape.ref not in _INCOMPLETE_ENUMS and in_its_case(value, self._enums[shape.ref]) is None:
            yield Finding(path, _not_among(value, self._enums[shape.ref]))

    def _asset(self, path: str, shape: Shape, value: Any) -> Iterator[Finding]:
        if not is_asset(value):
            yield Finding(path, _wrong_type("file or archive", value))

    def _union(self, path: str, shape: Shape, value: Any) -> Iterator[Finding]:
        variants = discriminated(shape, self._types)
        if variants is None:
            if not any(not list(self._value(path, member, value)) for member in shape.of):
                yield Finding(path, _wrong_type(" or ".join(member.kind for member in shape.of), value))
            return
        if not isinstance(value, dict):
            yield Finding(path, _wrong_type("object", value))
            return
        where, chosen = _join(path, variants.name), value.get(variants.name)
        if chosen is UNKNOWN:
            return
        if chosen is None:
            if not any(self._fits_unsaid(path, variants.name, member, value) for member in variants.members.values()):
                yield Finding(where, f"missing required property '{where}'. {_allowed(variants.members)}")
        elif chosen not in variants.members:
            yield Finding(where, _not_among(chosen, variants.members))
        else:
            yield from self.object(path, variants.members[chosen], value, variants.refs[chosen])

    def _fits_unsaid(self, path: str, discriminator: str, member: ObjectType, value: Mapping[str, Any]) -> bool:
        return not member[discriminator].required and not list(self.object(path, member, value, ""))


# The words


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unknown_property(name: str, properties: ObjectType) -> str:
    near = _nearest(name, properties)
    return f"unknown property '{name}'. " + (f"Did you mean '{near}'?" if near else _allowed(properties))


def _not_among(value: Any, allowed: Iterable[str]) -> str:
    near = _nearest(str(value), allowed)
    hint = f"Did you mean '{near}'? " if near else ""
    return f"{_shown(value)} is not a value that Azure knows here. {hint}{_allowed(allowed)}"


def _nearest(word: str, known: Iterable[str]) -> str | None:
    plain = {re.sub(r"[_-]", "", each).lower(): each for each in known}
    near = difflib.get_close_matches(re.sub(r"[_-]", "", word).lower(), plain, n=1)
    return plain[near[0]] if near else None


def _allowed(values: Iterable[str]) -> str:
    listed = sorted(values)
    more = f" and {len(listed) - _LONGEST_LIST} more" if len(listed) > _LONGEST_LIST else ""
    return f"Allowed: {', '.join(listed[:_LONGEST_LIST])}{more}."


def _is_plain(kind: str, value: Any) -> bool:
    if isinstance(value, bool):  # a bool is an int to Python, not to Azure
        return kind == "boolean"
    return isinstance(value, _PLAIN_KINDS[kind])


def _wrong_type(wanted: str, value: Any) -> str:
    got = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}[type(value)]
    shown = f" {_shown(value)}" if isinstance(value, (bool, int, float, str)) else ""
    return f"must be of type {wanted}, but is the {got}{shown}"


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
