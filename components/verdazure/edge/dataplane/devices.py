"""DeviceIdentity: one device of a hub, known by its certificate, and what its twin is tagged with."""

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions, dynamic
from pydantic import Field, model_validator

from verdazure.args import TextLeaf, normalise
from verdazure.edge.dataplane.lifecycle import Lifecycle, Properties, without_none
from verdazure.edge.dataplane.service import HUB_SCOPE, Service, named
from verdazure.edge.manifest.values import Desired
from verdazure.records import Flag, Record, Text, refuse


class DeviceIdentityArgs(TypedDict):
    """One device. Fleets enrol themselves (EnrolmentGroup); this is for gateways and tests."""

    hub_hostname: Input[str]
    """`NAME.azure-devices.net`."""
    edge: NotRequired[bool]
    """Whether it is an IoT Edge device. Default true."""
    primary_thumbprint: NotRequired[Input[str]]
    """SHA-256 or SHA-1 thumbprint of its own certificate, hex; without it, a certificate that an authority signed."""
    secondary_thumbprint: NotRequired[Input[str]]
    """Of the next certificate, while one follows the other."""
    parent_scope: NotRequired[Input[str]]
    """`device_scope` of the edge device above it."""
    tags: NotRequired[dict[str, Any]]
    """Tags of its twin: what target conditions ask for."""
    enabled: NotRequired[bool]
    """Default true."""
    device_id: NotRequired[str]
    """Default: the resource's name."""


_DEVICE = r"^[A-Za-z0-9\-.+%_#*?!(),:=@$']{1,128}$"


class _DeviceIdentity(Record):
    hub_hostname: TextLeaf
    edge: Flag = True
    primary_thumbprint: TextLeaf | None = None
    secondary_thumbprint: TextLeaf | None = None
    parent_scope: TextLeaf | None = None
    tags: Desired = Field(default_factory=dict)
    enabled: Flag = True
    device_id: Annotated[Text, Field(pattern=_DEVICE)] | None = None

    @model_validator(mode="after")
    def _primary_comes_first(self) -> "_DeviceIdentity":
        if self.secondary_thumbprint is not None and self.primary_thumbprint is None:
            refuse("primary_thumbprint", None, "a thumbprint, beside the second", "give the one in use first")
        return self


class DeviceIdentityProvider(Lifecycle):
    """Whether it is an edge device stays as it was made; tags are merged into the twin by a second call."""

    SCOPE = HUB_SCOPE
    HOST = "hubHostname"
    NAME = "deviceId"
    FIXED = frozenset({"edge"})
    MANAGED = ("edge", "status", "primaryThumbprint", "secondaryThumbprint", "parentScope", "tags")

    def path(self, name: str) -> str:
        return named("devices", name)

    def body(self, properties: Properties) -> Properties:
        own = {
            "primaryThumbprint": properties.get("primaryThumbprint"),
            "secondaryThumbprint": properties.get("secondaryThumbprint"),
        }
        signed = properties.get("primaryThumbprint") is None
        proof = (
            {"type": "certificateAuthority"} if signed else {"type": "selfSigned", "x509Thumbprint": without_none(own)}
        )
        above = properties.get("parentScope")
        return {
            "deviceId": properties["deviceId"],
            "status": properties["status"],
            "capabilities": {"iotEdge": properties["edge"]},
            "authentication": proof,
            **({"parentScopes": [above]} if above else {}),
        }

    def said(self, answer: Mapping[str, Any], properties: Properties) -> Properties:
        thumbprints = (answer.get("authentication") or {}).get("x509Thumbprint") or {}
        return {
            "edge": (answer.get("capabilities") or {}).get("iotEdge", False),
            "status": answer.get("status"),
            "primaryThumbprint": thumbprints.get("primaryThumbprint"),
            "secondaryThumbprint": thumbprints.get("secondaryThumbprint"),
            "parentScope": next(iter(answer.get("parentScopes") or []), None),
            "deviceScope": answer.get("deviceScope"),
            "etag": answer.get("etag"),
        }

    def look(self, service: Service, properties: Properties) -> Properties:
        told = super().look(service, properties)
        twin = service.get(named("twins", properties["deviceId"]))
        mine = {key: (twin.get("tags") or {}).get(key) for key in properties.get("tags") or {}}
        return {**told, "tags": without_none(mine)}

    def after(self, service: Service, properties: Properties) -> None:
        if properties["tags"]:
            service.patch(named("twins", properties["deviceId"]), {"tags": properties["tags"]})


class DeviceIdentity(dynamic.Resource, module="verdazure", name="DeviceIdentity"):
    """A device that a hub knows by its certificate.

    Raises: `ArgumentError` before it is registered.
    """

    device_scope: Output[str]
    """What devices below it name as their parent."""

    def __init__(self, name: str, args: DeviceIdentityArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _DeviceIdentity)
        properties = {
            "hubHostname": spec.hub_hostname,
            "deviceId": spec.device_id or name,
            "edge": spec.edge,
            "status": "enabled" if spec.enabled else "disabled",
            "primaryThumbprint": spec.primary_thumbprint,
            "secondaryThumbprint": spec.secondary_thumbprint,
            "parentScope": spec.parent_scope,
            "tags": spec.tags,
            "deviceScope": None,
            "etag": None,
        }
        super().__init__(DeviceIdentityProvider(), name, properties, opts)
        self.device_scope = pulumi.get(self, "deviceScope")
