"""A stack as a stack rule sees it: its resources, and which of them refer to one another."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from pulumi_policy import PolicyResource

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
        self._needs = _types(policy_resource.dependencies)

    def uses(self, other: Resource) -> bool:
        """Whether any property was made from the other resource, or waits for it."""
        return other.urn in self._needs or any(other.urn in linked for linked in self._sources.values())

    def refers_to(self, path: str, other: Resource) -> bool | None:
        """Whether the property names the other resource; None where nobody can tell.

        A stack rule is handed outputs: a parent's name is not among them, nor is any ARM id, and in a preview names are
        unknown. So what the program linked decides, and names are compared only where it linked no Azure resource.
        """
        linked = self._sources.get(re.split(r"[.\[]", path)[0], {})
        if any(is_azure(type_) for type_ in linked.values()):
            return other.urn in linked
        named = self[path]
        if named.state is State.KNOWN:
            return _is_name_of(str(named.content), other["name"])
        if other.urn in self._needs:
            return True
        return False if other.type in self._needs.values() else None


class Stack:
    """The resources of one stack, found by type."""

    def __init__(self, resources: Iterable[PolicyResource]) -> None:
        self._by_type: dict[str, list[Neighbour]] = defaultdict(list)
        for each in resources:
            neighbour = Neighbour(each)
            self._by_type[neighbour.type].append(neighbour)

    def where(self, type_: str, test: Callable[[Neighbour], bool | None]) -> "Stack":
        """The same stack, of that type only the resources for which `test` may hold."""
        part = Stack(())
        part._by_type.update(self._by_type)
        part._by_type[type_] = [each for each in self.of(type_) if test(each) is not False]
        return part

    @property
    def resources(self) -> list[Neighbour]:
        return [each for same_type in self._by_type.values() for each in same_type]

    def of(self, *types: str) -> list[Neighbour]:
        """The resources of these canonical types."""
        return [each for type_ in types for each in self._by_type.get(type_, ())]

    def named_by(self, source: Neighbour, path: str, type_: str) -> Neighbour | None:
        """The resource of that type that the property names, if it is in the stack."""
        return next((each for each in self.of(type_) if source.refers_to(path, each)), None)

    def naming(self, other: Resource, path: str, type_: str) -> list[Neighbour]:
        """The resources of that type whose property names `other`."""
        return [each for each in self.of(type_) if each.refers_to(path, other)]

    def has_naming(self, other: Resource, path: str, type_: str) -> Claim:
        """Claims that a resource of that type names `other`; undecided while one of them may."""
        answers = [each.refers_to(path, other) for each in self.of(type_)]
        want = f"one whose {path} names it"
        if any(answers):
            return Claim(True, Value(type_, State.KNOWN), want)
        if None in answers:
            return Claim(None, Value(type_, State.UNKNOWN), want, f"in the stack, its {path} not known")
        return absent(type_, want)


def absent(type_: str, want: str) -> Claim:
    """The broken claim that the stack has such a resource."""
    return Claim(False, Value(type_, State.MISSING), want, "not in the stack")


def _types(resources: Iterable[PolicyResource]) -> dict[str, str]:
    """URN -> canonical type."""
    return {resource.urn: canonical(resource.resource_type) for resource in resources}


def _is_name_of(text: str, name: Value) -> bool | None:
    """Whether a text, a name or an ARM id in any case, ends in that name; None where the name is not known."""
    if name.state is not State.KNOWN:
        return None
    return text.lower().rpartition("/")[2] == str(name.content).lower()
