"""The life of what the data plane holds, once for all kinds: made, read, changed where it may be, taken away.

A provider is pickled into the stack's state: it has no fields, and asks for its token when it is called.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pulumi import dynamic
from pulumi.output import Unknown

from verdazure.edge.dataplane.service import Conflict, DataPlaneError, NotFound, Service, fail

Properties = dict[str, Any]


class Lifecycle(dynamic.ResourceProvider):
    """What a kind has to say of itself, and what follows from it."""

    serialize_as_secret_always = False  # nothing is captured
    SCOPE: ClassVar[str]
    HOST: ClassVar[str]
    """Property that names the service."""
    NAME: ClassVar[str]
    """Property that names it within the service."""
    FIXED: ClassVar[frozenset[str]]
    """Properties that the service never changes."""
    MANAGED: ClassVar[tuple[str, ...]]
    """Properties that are compared with what the service says."""

    def path(self, name: str) -> str:
        """Below the service."""
        raise NotImplementedError

    def body(self, properties: Properties) -> Properties:
        """What is sent."""
        raise NotImplementedError

    def said(self, answer: Mapping[str, Any], properties: Properties) -> Properties:
        """What the service answered, in our properties."""
        raise NotImplementedError

    def after(self, service: Service, properties: Properties) -> None:
        """What has to be said in a second call."""

    def look(self, service: Service, properties: Properties) -> Properties:
        """What is there now. Raises `NotFound`."""
        return self.said(service.get(self.path(properties[self.NAME])), properties)

    # Pulumi's side

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> dynamic.DiffResult:
        changed = {key for key in (self.HOST, self.NAME, *self.MANAGED) if _olds.get(key) != _news.get(key)}
        replaced = sorted(changed & {self.HOST, self.NAME, *self.FIXED})
        same_name = _olds.get(self.NAME) == _news.get(self.NAME) and self.HOST not in changed
        return dynamic.DiffResult(bool(changed), replaced, None, same_name)

    def create(self, props: Properties) -> dynamic.CreateResult:
        service, path = self._service(props), self.path(props[self.NAME])
        try:
            answer = service.put(path, self.body(props))
        except Conflict as conflict:
            answer = self._taken_up(service, props, conflict)
        self.after(service, props)
        return dynamic.CreateResult(props[self.NAME], {**props, **self.said(answer, props)})

    def _taken_up(self, service: Service, props: Properties, conflict: Conflict) -> Properties:
        """An earlier attempt may have got through without its answer: what is there as we want it, is ours."""
        there = service.get(self.path(props[self.NAME]))
        told = self.said(there, props)
        differing = [key for key in self.MANAGED if key in told and told[key] != props.get(key)]
        if differing:
            fail(DataPlaneError(f"{conflict}; what is there differs in {', '.join(differing)}: choose another name"))
        return there

    def read(self, id_: str, props: Properties) -> dynamic.ReadResult:
        try:
            told = self.look(self._service(props), props)
        except NotFound:
            return dynamic.ReadResult("", {})
        found = {**props, **told}
        inputs = {key: value for key, value in found.items() if key in (self.HOST, self.NAME, *self.MANAGED)}
        return dynamic.ReadResult(id_, found, inputs)

    def update(self, _id: str, _olds: Properties, _news: Properties) -> dynamic.UpdateResult:
        service = self._service(_news)
        answer = service.put(self.path(_news[self.NAME]), self.body(_news), _olds["etag"])
        self.after(service, _news)
        return dynamic.UpdateResult({**_news, **self.said(answer, _news)})

    def delete(self, _id: str, _props: Properties) -> None:
        try:
            self._service(_props).delete(self.path(_props[self.NAME]), _props["etag"])
        except NotFound:
            return

    def _service(self, props: Properties) -> Service:
        return Service(props[self.HOST], self.SCOPE)


def is_known(value: Any) -> bool:
    """Whether nothing of it is yet to come from another resource."""
    if isinstance(value, Mapping):
        return all(map(is_known, value.values()))
    if isinstance(value, list):
        return all(map(is_known, value))
    return not isinstance(value, Unknown)


def without_none(properties: Mapping[str, Any]) -> Properties:
    """For bodies: what is not said is left out."""
    return {key: value for key, value in properties.items() if value is not None}
