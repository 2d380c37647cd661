"""A stack as a stack rule sees it: its resources, and which of them refer to one another.

What one rule looks up, the others find again: references are indexed once for a type and a property, so that a stack
costs what its resources cost, and not their square.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from pulumi_policy import PolicyCustomTimeouts, PolicyResource, PolicyResourceOptions
from pulumi_policy.proxy import unknown_checking_proxy

from verdazure_policies.tokens import canonical, is_azure
from verdazure_policies.view import Claim, Resource, State, Value


class Neighbour(Resource):
    """A resource of a stack with the resources that its properties were made from."""

    def __init__(self, policy_resource: PolicyResource) -> None:
        super().__init__(
            policy_resource.resource_type, policy_resource.name, policy_resource.urn, policy_resource.props
        )
        links: Mapping[str, Sequence[PolicyResource]] = policy_resource.property_dependencies
        self._sources = {key: _types(sources) for key, sources in links.items()}
        self.needs = _types(policy_resource.dependencies)
        """URN -> canonical type of what it waits for."""

    @property
    def used(self) -> set[str]:
        """URNs of what any property was made from, or what it waits for."""
        return {*self.needs, *(urn for linked in self._sources.values() for urn in linked)}

    def linked(self, path: str) -> Mapping[str, str]:
        """URN -> canonical type of what the program made the property from; none where that holds no Azure resource."""
        found = self._sources.get(re.split(r"[.\[]", path)[0], {})
        return found if any(is_azure(type_) for type_ in found.values()) else {}

    def refers_to(self, path: str, other: Resource) -> bool | None:
        """Whether the property names the other resource; None where nobody can tell.

        A stack rule is handed outputs: a parent's name is not among them, nor is any ARM id, and in a preview names are
        unknown. So what the program linked decides, and names are compared only where it linked no Azure resource.
        """
        if linked := self.linked(path):
            return other.urn in linked
        named = self[path]
        if named.state is State.KNOWN:
            name = _name_of(other)
            return None if name is None else _last(named) == name
        if other.urn in self.needs:
            return True
        return False if other.type in self.needs.values() else None


class Stack:
    """The resources of one stack, found by type."""

    def __init__(self, resources: Iterable[PolicyResource]) -> None:
        self._by_type: dict[str, list[Neighbour]] = defaultdict(list)
        for each in resources:
            neighbour = Neighbour(each)
            self._by_type[neighbour.type].append(neighbour)
        self._references: dict[tuple[str, str], _References] = {}
        self._parts: dict[tuple[str, Callable[[Neighbour], bool | None]], Stack] = {}

    def where(self, type_: str, test: Callable[[Neighbour], bool | None]) -> "Stack":
        """The same stack, of that type only the resources for which `test` may hold."""
        if (type_, test) not in self._parts:
            part = Stack(())
            part._by_type.update(self._by_type)
            part._by_type[type_] = [each for each in self.of(type_) if test(each) is not False]
            self._parts[type_, test] = part
        return self._parts[type_, test]

    @property
    def resources(self) -> list[Neighbour]:
        return [each for same_type in self._by_type.values() for each in same_type]

    @cached_property
    def used(self) -> frozenset[str]:
        """URNs of what any Azure resource was made from or waits for."""
        return frozenset(urn for each in self.resources if is_azure(each.type) for urn in each.used)

    def of(self, *types: str) -> list[Neighbour]:
        """The resources of these canonical types."""
        return [each for type_ in types for each in self._by_type.get(type_, ())]

    def named_by(self, source: Neighbour, path: str, type_: str) -> Neighbour | None:
        """The resource of that type that the property names, if it is in the stack."""
        linked = source.linked(path)
        if not linked and source[path].state is State.KNOWN:
            return self._names.get((type_, _last(source[path])))
        meant = (urn for urn, meant_type in (linked or source.needs).items() if meant_type == type_)
        return next((self._urns[urn] for urn in meant if urn in self._urns), None)

    def naming(self, other: Resource, path: str, type_: str) -> list[Neighbour]:
        """The resources of that type whose property names `other`."""
        return self._referring(type_, path).to(other)

    def has_naming(self, other: Resource, path: str, type_: str) -> Claim:
        """Claims that a resource of that type names `other`; undecided while one of them may."""
        references = self._referring(type_, path)
        want = f"one whose {path} names it"
        if references.to(other):
            return Claim(True, Value(type_, State.KNOWN), want)
        if references.may_be_to(other):
            return Claim(None, Value(type_, State.UNKNOWN), want, f"in the stack, its {path} not known")
        return absent(type_, want)

    def _referring(self, type_: str, path: str) -> "_References":
        if (type_, path) not in self._references:
            self._references[type_, path] = _References(self.of(type_), path)
        return self._references[type_, path]

    @cached_property
    def _urns(self) -> dict[str, Neighbour]:
        return {each.urn: each for each in self.resources}

    @cached_property
    def _names(self) -> dict[tuple[str, str], Neighbour]:
        named = ((each, _name_of(each)) for each in reversed(self.resources))
        return {(each.type, name): each for each, name in named if name is not None}


class _References:
    """Who names whom by one property: what `Neighbour.refers_to` says of each pair, found without asking each."""

    def __init__(self, resources: Iterable[Neighbour], path: str) -> None:
        self._path = path
        self._by_urn: dict[str, list[Neighbour]] = defaultdict(list)
        self._by_name: dict[str, list[Neighbour]] = defaultdict(list)
        self._waiting: list[Neighbour] = []
        """What refers to something by an unknown or missing value."""
        for each in resources:
            linked = each.linked(path)
            for urn in linked:
                self._by_urn[urn].append(each)
            if not linked and each[path].state is State.KNOWN:
                self._by_name[_last(each[path])].append(each)
            elif not linked:
                self._waiting.append(each)

    def to(self, other: Resource) -> list[Neighbour]:
        """Those that surely name `other`."""
        name = _name_of(other)
        by_name = [] if name is None else self._by_name.get(name, [])
        waiting = [each for each in self._waiting if other.urn in each.needs]
        return [*self._by_urn.get(other.urn, []), *by_name, *waiting]

    def may_be_to(self, other: Resource) -> bool:
        """Whether one of the others may."""
        if self._by_name and _name_of(other) is None:
            return True
        return any(each.refers_to(self._path, other) is None for each in self._waiting)


def handed_over(token: str, name: str, urn: str, properties: Mapping[str, Any]) -> PolicyResource:
    """A resource as the engine hands it to a stack rule, still without what it depends on."""
    options = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
    props = unknown_checking_proxy(dict(properties))
    return PolicyResource(token, props, urn, name, options, None, None, [], {})


def absent(type_: str, want: str) -> Claim:
    """The broken claim that the stack has such a resource."""
    return Claim(False, Value(type_, State.MISSING), want, "not in the stack")


def _types(resources: Iterable[PolicyResource]) -> dict[str, str]:
    """URN -> canonical type."""
    return {resource.urn: canonical(resource.resource_type) for resource in resources}


def _name_of(resource: Resource) -> str | None:
    """The resource's own name in lower case; None where it is not known."""
    name = resource["name"]
    return str(name.content).lower() if name.state is State.KNOWN else None


def _last(reference: Value) -> str:
    """What a text, a name or an ARM id in any case, ends in."""
    return str(reference.content).lower().rpartition("/")[2]
