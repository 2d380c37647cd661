"""EnrolmentGroup and TpmEnrolment: which devices a provisioning service lets in, and to which hub, without any key.

A TPM enrols one device, by its endorsement key; there are no groups of TPMs (Microsoft Learn, "Azure IoT Hub Device
Provisioning Service: TPM attestation"; from memory).
"""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, NotRequired, Optional, TypedDict

from pulumi import Input, ResourceOptions, dynamic
from pydantic import AfterValidator, Field, model_validator

from verdazure.args import TextLeaf, normalise
from verdazure.edge.dataplane.lifecycle import Lifecycle, Properties, without_none
from verdazure.edge.dataplane.service import PROVISIONING_SCOPE, named
from verdazure.edge.manifest.values import Desired
from verdazure.records import Flag, Record, Text, refuse


class AllocationPolicy(str, Enum):
    """To which of several hubs a device goes."""

    HASHED = "hashed"
    GEO_LATENCY = "geoLatency"
    """The one that answers it first, which is usually the nearest."""
    STATIC = "static"


class EnrolmentGroupArgs(TypedDict):
    """Devices whose certificates one authority signed."""

    provisioning_hostname: Input[str]
    """`NAME.azure-devices-provisioning.net`."""
    hub_hostnames: list[Input[str]]
    """Hubs that they may be assigned to."""
    certificate: NotRequired[Input[str]]
    """The signing certificate, PEM: public, never its key."""
    certificate_authority: NotRequired[Input[str]]
    """Instead: the name of a certificate that the provisioning service has verified."""
    edge: NotRequired[bool]
    """Whether they are IoT Edge devices. Default true."""
    tags: NotRequired[dict[str, Any]]
    """Tags of each new device's twin: what target conditions ask for."""
    desired: NotRequired[dict[str, Any]]
    """Desired properties of each new device's twin."""
    allocation_policy: NotRequired[AllocationPolicy]
    """Default hashed."""
    enabled: NotRequired[bool]
    """Default true."""
    enrolment_group_id: NotRequired[str]
    """Default: the resource's name."""


class TpmEnrolmentArgs(TypedDict):
    """One device that proves itself by its TPM."""

    provisioning_hostname: Input[str]
    """`NAME.azure-devices-provisioning.net`."""
    hub_hostnames: list[Input[str]]
    """Hubs that it may be assigned to."""
    endorsement_key: Input[str]
    """The public half of the TPM's endorsement key, base64."""
    device_id: NotRequired[str]
    """Default: the registration id."""
    edge: NotRequired[bool]
    """Whether it is an IoT Edge device. Default true."""
    tags: NotRequired[dict[str, Any]]
    """Tags of its twin."""
    desired: NotRequired[dict[str, Any]]
    """Desired properties of its twin."""
    allocation_policy: NotRequired[AllocationPolicy]
    """Default hashed."""
    enabled: NotRequired[bool]
    """Default true."""
    registration_id: NotRequired[str]
    """Default: the resource's name."""


_REGISTRATION = r"^[a-z0-9](?:[a-z0-9\-._:]{0,126}[a-z0-9])?$"
_Name = Annotated[Text, Field(pattern=_REGISTRATION)]


def _certificate(text: Any) -> Any:
    if isinstance(text, str) and "PRIVATE KEY" in text:
        refuse(
            "", "<a private key>", "a certificate alone", "leave the key where it is; only the certificate is needed"
        )
    return text


class _Enrolment(Record):
    provisioning_hostname: TextLeaf
    hub_hostnames: Annotated[list[TextLeaf], Field(min_length=1)]
    edge: Flag = True
    tags: Desired = Field(default_factory=dict)
    desired: Desired = Field(default_factory=dict)
    allocation_policy: AllocationPolicy = AllocationPolicy.HASHED
    enabled: Flag = True

    @model_validator(mode="after")
    def _static_is_one(self) -> "_Enrolment":
        if self.allocation_policy is AllocationPolicy.STATIC and len(self.hub_hostnames) != 1:
            fix = "name one, or choose hashed or geoLatency"
            refuse("hub_hostnames", f"{len(self.hub_hostnames)} hubs", "one hub with a static policy", fix)
        return self

    def properties(self) -> Properties:
        """What both kinds tell the service."""
        return {
            "provisioningHostname": self.provisioning_hostname,
            "iotHubs": list(self.hub_hostnames),
            "capabilities": {"iotEdge": self.edge},
            "initialTwin": {"tags": self.tags, "properties": {"desired": self.desired}},
            "allocationPolicy": self.allocation_policy.value,
            "provisioningStatus": "enabled" if self.enabled else "disabled",
            "etag": None,
        }


class _EnrolmentGroup(_Enrolment):
    certificate: Annotated[TextLeaf, AfterValidator(_certificate)] | None = None
    certificate_authority: TextLeaf | None = None
    enrolment_group_id: _Name | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "_EnrolmentGroup":
        if (self.certificate is None) is (self.certificate_authority is None):
            told = None if self.certificate is None else "given beside certificate_authority"
            refuse("certificate", told, "certificate or certificate_authority", "give one of the two")
        return self


class _TpmEnrolment(_Enrolment):
    endorsement_key: TextLeaf
    device_id: Text | None = None
    registration_id: _Name | None = None


_COMMON = ("iotHubs", "capabilities", "initialTwin", "allocationPolicy", "provisioningStatus")


class _Enrolments(Lifecycle):
    SCOPE = PROVISIONING_SCOPE
    HOST = "provisioningHostname"

    def said(self, answer: Mapping[str, Any], properties: Properties) -> Properties:
        twin = answer.get("initialTwin") or {}
        return {
            "iotHubs": answer.get("iotHubs") or [],
            "capabilities": {"iotEdge": (answer.get("capabilities") or {}).get("iotEdge", False)},
            "initialTwin": {
                "tags": twin.get("tags") or {},
                "properties": {"desired": (twin.get("properties") or {}).get("desired") or {}},
            },
            "allocationPolicy": answer.get("allocationPolicy"),
            "provisioningStatus": answer.get("provisioningStatus"),
            "etag": answer.get("etag"),
        }

    def _common(self, properties: Properties) -> Properties:
        return {key: properties[key] for key in _COMMON}


class EnrolmentGroupProvider(_Enrolments):
    """Groups by certificate. The service does not give certificates back, so a changed one is seen in state alone."""

    NAME = "enrolmentGroupId"
    FIXED = frozenset()
    MANAGED = (*_COMMON, "certificate", "certificateAuthority")

    def path(self, name: str) -> str:
        return named("enrollmentGroups", name)

    def body(self, properties: Properties) -> Properties:
        if properties.get("certificateAuthority"):
            proof: Properties = {"caReferences": {"primary": properties["certificateAuthority"]}}
        else:
            proof = {"signingCertificates": {"primary": {"certificate": properties["certificate"]}}}
        return {
            "enrollmentGroupId": properties["enrolmentGroupId"],
            "attestation": {"type": "x509", "x509": proof},
            **self._common(properties),
        }

    def said(self, answer: Mapping[str, Any], properties: Properties) -> Properties:
        kept = {key: properties.get(key) for key in ("certificate", "certificateAuthority")}
        return {**kept, **super().said(answer, properties)}


class TpmEnrolmentProvider(_Enrolments):
    """One device by its TPM."""

    NAME = "registrationId"
    FIXED = frozenset({"endorsementKey", "deviceId"})
    MANAGED = (*_COMMON, "endorsementKey", "deviceId")

    def path(self, name: str) -> str:
        return named("enrollments", name)

    def body(self, properties: Properties) -> Properties:
        return {
            "registrationId": properties["registrationId"],
            **without_none({"deviceId": properties.get("deviceId")}),
            "attestation": {"type": "tpm", "tpm": {"endorsementKey": properties["endorsementKey"]}},
            **self._common(properties),
        }

    def said(self, answer: Mapping[str, Any], properties: Properties) -> Properties:
        told = (answer.get("attestation") or {}).get("tpm") or {}
        kept = {
            "endorsementKey": told.get("endorsementKey", properties.get("endorsementKey")),
            "deviceId": answer.get("deviceId"),
        }
        return {**kept, **super().said(answer, properties)}


class EnrolmentGroup(dynamic.Resource, module="verdazure", name="EnrolmentGroup"):
    """Devices that a provisioning service lets in by their X.509 certificates.

    Raises: `ArgumentError` before it is registered.
    """

    def __init__(self, name: str, args: EnrolmentGroupArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _EnrolmentGroup)
        properties = {
            **spec.properties(),
            "enrolmentGroupId": spec.enrolment_group_id or name.lower(),
            "certificate": spec.certificate,
            "certificateAuthority": spec.certificate_authority,
        }
        super().__init__(EnrolmentGroupProvider(), name, properties, opts)


class TpmEnrolment(dynamic.Resource, module="verdazure", name="TpmEnrolment"):
    """A device that a provisioning service lets in by its TPM.

    Raises: `ArgumentError` before it is registered.
    """

    def __init__(self, name: str, args: TpmEnrolmentArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _TpmEnrolment)
        properties = {
            **spec.properties(),
            "registrationId": spec.registration_id or name.lower(),
            "endorsementKey": spec.endorsement_key,
            "deviceId": spec.device_id,
        }
        super().__init__(TpmEnrolmentProvider(), name, properties, opts)
