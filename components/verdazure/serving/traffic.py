"""CarbonAwareTraffic: one address over endpoints in several regions, whose weights the controller moves."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import cdn, trafficmanager
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import facts, steering, tags
from verdazure.args import Count, Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    Site,
    diagnose,
    known_region,
)
from verdazure.naming import Kind, check_name, physical_name
from verdazure.serving.redundancy import regions_for

STANDBY_WEIGHT = 1
"""Of 100, and the least that Front Door takes: a standby is asked now and then, so that it is known to work."""
# Azure REST API, AFD Origin Groups: additionalLatencyInMilliseconds, at most 1,000. Within it weights decide.
WEIGHTS_DECIDE_MS = 1000


class LoadBalancer(str, Enum):
    """What stands before the endpoints."""

    FRONT_DOOR = "front_door"
    """Azure Front Door Standard: measures requests, latency and health itself, and ends TLS near the caller."""
    TRAFFIC_MANAGER = "traffic_manager"
    """Traffic Manager: answers names only. Light, but a change takes a name's time to live to arrive."""


class OriginArgs(TypedDict):
    """A way to serve requests in one region, under a name that stays with it."""

    host: Input[str]
    """Host name that answers HTTPS: `chat.swedencentral.example.com`."""
    region: str
    """Azure region that it runs in, for its power."""
    requests_per_second: float
    """That it can serve at its most instances."""
    joules_per_request: float
    """Measured, or estimated from its size and load."""
    latency_ms: NotRequired[float]
    """As its users see it: needed for Traffic Manager, which measures none, where `latency_ms` is a limit."""
    deployment_id: NotRequired[Input[str]]
    """ARM id of the online deployment that counts its requests: needed for Traffic Manager."""


class CarbonAwareTrafficArgs(TypedDict):
    """What a team decides about traffic over regions."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`. The load balancer itself is global."""
    origins: dict[str, OriginArgs]
    """Two or more, by name."""
    load_balancer: NotRequired[LoadBalancer]
    """Default Front Door."""
    residency: NotRequired[str]
    """Area that no request may leave: `eu`, `eea` or a country's code. An origin outside of it is refused."""
    latency_ms: NotRequired[int]
    """An origin that is slower gets no requests."""
    availability_percent: NotRequired[float]
    """Of the time that somebody answers. Up to what one region keeps (99.9), one serves and the others stand by at
    their least; above it, as many serve at once as the target takes. Default 99.9."""
    health_path: NotRequired[str]
    """Path that answers 200 while the origin is well. Default `/`."""
    step: NotRequired[int]
    """Points by which a weight moves in one round. Default 10."""
    worth_percent: NotRequired[float]
    """Of what is emitted: below this gain the weights stay still. Default 2, as a good region that is chosen once beats
    moving almost always."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Where Front Door's logs and metrics go. Default: all to the landing's workspace."""


class CarbonAwareTraffic(pulumi.ComponentResource):
    """Front Door or Traffic Manager over endpoints in several regions, by weight.

    The first weights are decided here, from the regions' annual intensities and the availability target; from then on
    they are the controller's, and no `up` takes them back.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the load balancer."""
    resource_name: Output[str]
    """Name of the load balancer."""
    host: Output[str]
    """Host name that callers use."""
    weights: Output[dict[str, int]]
    """Per cent of the requests that each origin begins with."""
    explanation: Output[str]
    """Why so many serve at once."""
    steering: Output[str]
    """For CarbonController."""

    def __init__(self, name: str, args: CarbonAwareTrafficArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _CarbonAwareTraffic)
        super().__init__(resource_type(CarbonAwareTraffic), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        labels = tags.merged(spec.landing.tags, {}, spec.tags)

        make = self._front_door if spec.load_balancer is LoadBalancer.FRONT_DOOR else self._traffic_manager
        ids = make(name, spec, labels, child)
        diagnose(name, self.resource_id, spec.diagnostic_settings, spec.landing, child)
        self.weights = Output.from_input(spec.weights())
        self.explanation = Output.from_input(spec.explanation())
        counted = {key: each.deployment_id or "" for key, each in spec.origins.items()}
        self.steering = Output.all(Output.all(**ids), Output.all(**counted)).apply(
            lambda known: spec.document(name, *known).write()
        )
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "host": self.host,
                "weights": self.weights,
                "explanation": self.explanation,
                "steering": self.steering,
            }
        )

    def _front_door(
        self, name: str, spec: "_CarbonAwareTraffic", labels: Mapping[str, Input[str]], child: ResourceOptions
    ) -> dict[str, Output[str]]:
        group = spec.landing.resource_group_name
        profile = cdn.Profile(
            name,
            profile_name=physical_name(Kind.FRONT_DOOR, name, spec.landing.name_suffix),
            resource_group_name=group,
            location="Global",
            sku={"name": "Standard_AzureFrontDoor"},
            tags=labels,
            opts=child,
        )
        place: dict[str, Any] = {"profile_name": profile.name, "resource_group_name": group}
        endpoint = cdn.AFDEndpoint(
            name, endpoint_name=name, location="Global", enabled_state="Enabled", tags=labels, opts=child, **place
        )
        origins = cdn.AFDOriginGroup(
            name,
            origin_group_name=name,
            health_probe_settings={
                "probe_path": spec.health_path,
                "probe_protocol": "Https",
                "probe_request_type": "HEAD",
                "probe_interval_in_seconds": 60,
            },
            load_balancing_settings={
                "sample_size": 4,
                "successful_samples_required": 3,
                "additional_latency_in_milliseconds": WEIGHTS_DECIDE_MS,
            },
            session_affinity_state="Disabled",
            opts=child,
            **place,
        )
        theirs = ResourceOptions.merge(child, ResourceOptions(ignore_changes=["weight", "enabledState"]))
        made = {
            key: cdn.AFDOrigin(
                f"{name}-{key}",
                origin_name=key,
                origin_group_name=origins.name,
                host_name=asked.host,
                origin_host_header=asked.host,
                https_port=443,
                priority=1,
                weight=max(spec.weights()[key], STANDBY_WEIGHT),
                enabled_state="Enabled",
                enforce_certificate_name_check=True,
                opts=theirs,
                **place,
            )
            for key, asked in spec.origins.items()
        }
        cdn.Route(
            name,
            route_name=name,
            endpoint_name=endpoint.name,
            origin_group={"id": origins.id},
            patterns_to_match=["/*"],
            supported_protocols=["Https"],
            forwarding_protocol="HttpsOnly",
            https_redirect="Disabled",
            link_to_default_domain="Enabled",
            enabled_state="Enabled",
            opts=ResourceOptions.merge(child, ResourceOptions(depends_on=list(made.values()))),
            **place,
        )
        self.resource_id, self.resource_name, self.host = profile.id, profile.name, endpoint.host_name
        return {key: each.id for key, each in made.items()}

    def _traffic_manager(
        self, name: str, spec: "_CarbonAwareTraffic", labels: Mapping[str, Input[str]], child: ResourceOptions
    ) -> dict[str, Output[str]]:
        group = spec.landing.resource_group_name
        physical = physical_name(Kind.TRAFFIC_MANAGER, name, spec.landing.name_suffix)
        profile = trafficmanager.Profile(
            name,
            profile_name=physical,
            resource_group_name=group,
            location="global",
            traffic_routing_method="Weighted",
            profile_status="Enabled",
            dns_config={"relative_name": physical, "ttl": 60},
            monitor_config={"protocol": "HTTPS", "port": 443, "path": spec.health_path},
            tags=labels,
            opts=ResourceOptions.merge(child, ResourceOptions(ignore_changes=["endpoints"])),
        )
        theirs = ResourceOptions.merge(child, ResourceOptions(ignore_changes=["weight", "endpointStatus"]))
        made = {
            key: trafficmanager.Endpoint(
                f"{name}-{key}",
                endpoint_name=key,
                endpoint_type="ExternalEndpoints",
                profile_name=profile.name,
                resource_group_name=group,
                target=asked.host,
                weight=max(spec.weights()[key], STANDBY_WEIGHT),
                endpoint_status="Enabled",
                opts=theirs,
            )
            for key, asked in spec.origins.items()
        }
        self.resource_id, self.resource_name = profile.id, profile.name
        self.host = Output.concat(physical, ".trafficmanager.net")
        return {key: each.id for key, each in made.items()}


# The checked arguments


class _Origin(Record):
    host: TextLeaf
    region: Annotated[Text, AfterValidator(known_region)]
    requests_per_second: Annotated[Number, Field(gt=0)]
    joules_per_request: Annotated[Number, Field(gt=0)]
    latency_ms: Annotated[Number, Field(ge=0)] | None = None
    deployment_id: TextLeaf | None = None

    @property
    def grams_per_kwh(self) -> float:
        """Annual mean; the unknown comes last."""
        known = facts.region(self.region).intensity_g_per_kwh
        return float("inf") if known is None else known


OriginName = Annotated[Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,48}[A-Za-z0-9]$")]


class _CarbonAwareTraffic(Record):
    landing: Site
    origins: Annotated[Mapping[OriginName, _Origin], Field(min_length=2)]
    load_balancer: LoadBalancer = LoadBalancer.FRONT_DOOR
    residency: Text | None = None
    latency_ms: Annotated[Count, Field(ge=1)] | None = None
    availability_percent: Annotated[Number, Field(gt=0, lt=100)] = 99.9
    health_path: Annotated[Text, Field(pattern="^/")] = "/"
    step: Annotated[Count, Field(ge=1, le=100)] = 10
    worth_percent: Annotated[Number, Field(ge=0, lt=100)] = 2.0
    tags: Mapping[str, TextLeaf] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_CarbonAwareTraffic":
        check_name(component_name(info), Kind.FRONT_DOOR, Kind.TRAFFIC_MANAGER)
        for key, each in self.origins.items():
            if self.residency is not None and self.residency not in facts.region(each.region).residencies:
                allowed = f"a region inside residency {self.residency!r}"
                refuse(f"origins.{key}.region", each.region, allowed, "move it, or leave it out")
            if self.load_balancer is LoadBalancer.TRAFFIC_MANAGER and each.deployment_id is None:
                allowed = "the deployment that counts its requests, as Traffic Manager counts none"
                refuse(f"origins.{key}.deployment_id", None, allowed, "give it, or take Front Door")
        if self.serving > len(self.origins):
            allowed = f"at least {self.serving}, which {self.availability_percent:g} % takes"
            refuse("origins", len(self.origins), allowed, "add a region, or lower availability_percent")
        return self

    @property
    def serving(self) -> int:
        """Regions that serve at once."""
        return regions_for(self.availability_percent)

    def weights(self) -> dict[str, int]:
        """The cleanest serve; the others get a request now and then."""
        by_grams = sorted(self.origins, key=lambda key: (self.origins[key].grams_per_kwh, key))
        standby = by_grams[self.serving :]
        shared = 100 - STANDBY_WEIGHT * len(standby)
        each, rest = divmod(shared, self.serving)
        active = {key: each + (place < rest) for place, key in enumerate(by_grams[: self.serving])}
        return {key: active.get(key, STANDBY_WEIGHT) for key in self.origins}

    def explanation(self) -> str:
        """One sentence."""
        how = "one region keeps it, the others stand by" if self.serving == 1 else f"{self.serving} serve at once"
        return f"{self.availability_percent:g} % with 99.9 % a region: {how}; cleanest by annual mean first."

    def document(self, name: str, ids: Mapping[str, str], counted: Mapping[str, str]) -> steering.Steering:
        """For the controller."""
        origins = {
            key: steering.RouteOrigin(
                id=ids[key],
                region=each.region,
                requests_per_second=each.requests_per_second,
                joules_per_request=each.joules_per_request,
                latency_ms=each.latency_ms,
                residencies=tuple(sorted(facts.region(each.region).residencies)),
                deployment_id=counted[key] or None,
            )
            for key, each in self.origins.items()
        }
        plan = steering.RoutePlan(
            origins=origins,
            longest_latency_ms=self.latency_ms,
            residency=self.residency,
            floor=STANDBY_WEIGHT if self.serving == 1 else 100 // (2 * self.serving),
            step=self.step,
            worth=self.worth_percent / 100,
        )
        return steering.Steering(routes={name: plan})
