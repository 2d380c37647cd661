"""Serving: instances follow the load, none is larger than its model needs, none waits for requests that never come."""

from collections.abc import Iterator
from dataclasses import replace

from verdazure import guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.kept import saved
from verdazure_policies.machines import MANAGED_DEPLOYMENTS, is_gpu
from verdazure_policies.reasons import FUTURE, given, justified
from verdazure_policies.rulebook import HIGH, LOW, MEDIUM, Parameter, Params, limit, rule, stack_rule
from verdazure_policies.samples import ONLINE_DEPLOYMENT, ONLINE_ENDPOINT, UNKNOWN, autoscale_of
from verdazure_policies.stack import Neighbour, Stack
from verdazure_policies.view import Claim, Finding, Resource, State

DEPLOYMENTS = "machinelearningservices:OnlineDeployment"
ENDPOINTS = "machinelearningservices:OnlineEndpoint"
SCALERS = "monitor:AutoscaleSetting"
INSTANCES = "sku.capacity"
SIZE = "properties.instanceType"
MINIMUM = "profiles[0].capacity.minimum"
GPU_SIZE = "Standard_NC4as_T4_v3"
BUSY = ONLINE_DEPLOYMENT.having(INSTANCES, 3)
SCALER = autoscale_of(BUSY)
ANSWERED = SCALER.having("properties", {"enabled": True, "profiles": SCALER.at("profiles")})
GREEN = ONLINE_DEPLOYMENT.having("deploymentName", "green")
AT_ONCE = "properties.requestSettings.maxConcurrentRequestsPerInstance"
ALONE = ONLINE_DEPLOYMENT.having(AT_ONCE, 1)


@stack_rule(
    id="MI05",
    name="online-autoscale",
    title="Instances that answer requests follow the load",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.SCALED_WITH_LOAD,),
    waf=(Recommendation.AUTOSCALING,),
    why="Instances that are counted for the busiest hour idle through all others.",
    types=[MANAGED_DEPLOYMENTS],
    params={"max_minimum": Parameter(1, "Most instances that an autoscale setting keeps without load")},
    passes=[
        (BUSY, SCALER),
        (ONLINE_DEPLOYMENT,),
        (ONLINE_DEPLOYMENT.without("sku"),),
        (BUSY.having("properties.endpointComputeType", "Kubernetes"),),
        (BUSY.having("tags.slo", "high"), SCALER.having(MINIMUM, "3")),
        (BUSY, ANSWERED),
    ],
    fails=[
        (BUSY,),
        (BUSY.having("tags.slo", "high"),),
        (BUSY, SCALER.without("enabled")),
        (BUSY, SCALER.having(MINIMUM, "2")),
        (BUSY, SCALER.having(MINIMUM, "many")),
        (BUSY, ANSWERED.having("properties.enabled", False)),
        (BUSY, ANSWERED.having(f"properties.{MINIMUM}", "2")),
    ],
    unknown=[
        (BUSY.having(INSTANCES, UNKNOWN),),
        (BUSY, SCALER.linked({})),
        (BUSY, SCALER.having(MINIMUM, UNKNOWN)),
        (BUSY, SCALER.having("profiles", UNKNOWN)),
    ],
)
def online_autoscale(deployment: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    working = stack.where(SCALERS, _is_on)
    # Without an autoscale setting the number of instances is what the sku says; a managed one cannot go below one.
    several = deployment[INSTANCES].defaulting_to(1).above(1, "instances")
    scaled = working.has_naming(deployment, "targetResourceUri", SCALERS)
    yield from scaled.when(several).otherwise("add a monitor.AutoscaleSetting with its id, enabled: true")
    held = deployment.tag("slo").equals("high")
    for setting in working.naming(deployment, "targetResourceUri", SCALERS):
        for least in _minimums(setting, params.max_minimum):
            yield from least.unless(held).otherwise(f"set minimum to {params.max_minimum}, or tag slo with high")


def _is_on(setting: Neighbour) -> bool | None:
    # Its description in the API: false where it is not set.
    return setting[_within(setting, "enabled")].defaulting_to(False).equals(True).holds


def _within(setting: Neighbour, name: str) -> str:
    """azure-native takes a setting's properties side by side, and answers with them below `properties`."""
    return f"properties.{name}" if setting["properties"].state is not State.MISSING else name


def _minimums(setting: Neighbour, most: int) -> Iterator[Claim]:
    """The least instances of each profile, which are texts in the API."""
    profiles = _within(setting, "profiles")
    yield setting[profiles].is_told(f"at most {most} instances")
    for profile in setting.each(profiles):
        yield profile["capacity.minimum"].satisfies(lambda least: _count(least) <= most, f"at most {most} instances")


def _count(text: object) -> float:
    """A text that is no number is more than any limit."""
    return int(str(text)) if str(text).isdecimal() else float("inf")


@rule(
    id="MI06",
    name="serving-right-size",
    title="Requests are answered by few and plain machines",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.EFFICIENT_ACCELERATORS, Pattern.RIGHT_SIZED_COMPUTE),
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="A GPU that serves draws power day and night, however few requests come; many models answer on a CPU.",
    types=[MANAGED_DEPLOYMENTS],
    params={"max_instances": limit(guardrails.ONLINE_INSTANCES_MAX, "Most instances of one deployment")},
    passes=[
        ONLINE_DEPLOYMENT,
        ONLINE_DEPLOYMENT.without("sku"),
        ONLINE_DEPLOYMENT.having(INSTANCES, 10),
        ONLINE_DEPLOYMENT.having(SIZE, GPU_SIZE).having("tags.need", "8 GB of weights, answers within 200 ms"),
    ],
    fails=[
        ONLINE_DEPLOYMENT.having(SIZE, GPU_SIZE),
        ONLINE_DEPLOYMENT.having(SIZE, GPU_SIZE).having("tags.need", " "),
        ONLINE_DEPLOYMENT.having(INSTANCES, 11),
    ],
    unknown=[
        ONLINE_DEPLOYMENT.having(SIZE, UNKNOWN),
        ONLINE_DEPLOYMENT.having(INSTANCES, UNKNOWN),
        ONLINE_DEPLOYMENT.having(SIZE, GPU_SIZE).having("tags", UNKNOWN),
    ],
)
def serving_right_size(deployment: Resource, params: Params) -> Iterator[Finding]:
    size = deployment[SIZE].defaulting_to("Standard_F4s_v2")  # description of instanceType in its API
    plain = replace(~is_gpu(size), want="a size without a GPU")
    yield from plain.unless(given(deployment, "need")).otherwise(
        "take a CPU size, or tag need with what asks for a GPU"
    )
    instances, most = deployment[INSTANCES].defaulting_to(1), params.max_instances
    yield from instances.at_most(most, "instances").otherwise(
        f"set sku.capacity to {most} or less", to=most, saves=saved(size, instances, deployment["location"], most)
    )


@rule(
    id="MI07",
    name="batch-not-online",
    title="What may wait is not served by machines that wait",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.QUEUED_REQUESTS,),
    waf=(Recommendation.ASYNC_ACCESS,),
    why="An online deployment keeps an instance up at all hours; a batch one borrows a cluster that scales to zero.",
    types=[MANAGED_DEPLOYMENTS],
    passes=[ONLINE_DEPLOYMENT, ONLINE_DEPLOYMENT.having("tags.latency", "interactive")],
    fails=[ONLINE_DEPLOYMENT.having("tags.latency", "offline")],
    unknown=[ONLINE_DEPLOYMENT.having("tags", UNKNOWN)],
)
def batch_not_online(deployment: Resource, params: Params) -> Iterator[Finding]:
    online = deployment.tag("latency").is_not("offline")
    yield from online.otherwise("deploy it as a machinelearningservices.BatchDeployment")


@rule(
    id="MI08",
    name="requests-at-once",
    title="An instance answers more than one request at a time",
    severity=LOW,
    guide=Guide.SCALING,
    gsf=(Pattern.MATCHED_UTILISATION,),
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="An instance that takes one request at a time lets its other cores wait, and load adds instances too early.",
    types=[MANAGED_DEPLOYMENTS],
    params={"min_requests": limit(guardrails.REQUESTS_AT_ONCE_MIN, "Least that an instance takes at once")},
    passes=[
        ONLINE_DEPLOYMENT,
        ALONE.having("tags.justification", "the model takes the whole GPU").having("tags.justified-until", FUTURE),
    ],
    fails=[ALONE, ONLINE_DEPLOYMENT.without("properties.requestSettings")],
    unknown=[ONLINE_DEPLOYMENT.having(AT_ONCE, UNKNOWN), ALONE.having("tags", UNKNOWN)],
)
def requests_at_once(deployment: Resource, params: Params) -> Iterator[Finding]:
    taken = deployment[AT_ONCE].defaulting_to(1).at_least(params.min_requests, "requests")  # its description in the API
    fix = f"set it to {params.min_requests} or more, or tag justification and justified-until (a day to come)"
    yield from taken.unless(justified(deployment)).otherwise(fix)


@stack_rule(
    id="MI11",
    name="zero-traffic",
    title="A deployment that no request reaches is removed",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.UNUSED_ASSETS,),
    waf=(Recommendation.ZOMBIES,),
    why="A version that no request reaches keeps its instances up all the same.",
    types=[MANAGED_DEPLOYMENTS],
    passes=[
        (ONLINE_DEPLOYMENT, ONLINE_ENDPOINT),
        (ONLINE_DEPLOYMENT,),
        (ONLINE_DEPLOYMENT, ONLINE_ENDPOINT.without("properties.traffic")),
        (GREEN, ONLINE_ENDPOINT.having("properties.mirrorTraffic", {"green": 10})),
        (GREEN, ONLINE_ENDPOINT.having("properties.traffic", UNKNOWN).having("tags.traffic", "controller")),
        (
            GREEN.having("tags.justification", "rollback of release 12").having("tags.justified-until", FUTURE),
            ONLINE_ENDPOINT,
        ),
    ],
    fails=[
        (GREEN, ONLINE_ENDPOINT),
        (GREEN, ONLINE_ENDPOINT.having("properties.traffic.green", 0)),
        (GREEN.having("tags.justification", "rollback of release 12"), ONLINE_ENDPOINT),
    ],
    unknown=[
        (GREEN, ONLINE_ENDPOINT.having("properties.traffic", UNKNOWN)),
        (GREEN, ONLINE_ENDPOINT.having("properties.mirrorTraffic", UNKNOWN)),
        (GREEN.having("deploymentName", UNKNOWN), ONLINE_ENDPOINT),
    ],
)
def zero_traffic(deployment: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    endpoint = stack.named_by(deployment, "endpointName", ENDPOINTS)
    # Where the endpoint says nothing of traffic, something else than this program directs it. In a preview what is not
    # said is not known either, and its tag tells.
    if endpoint is None or endpoint["properties.traffic"].state is State.MISSING:
        return
    if endpoint.tag("traffic").equals("controller").holds:
        return
    reached = _share(endpoint, "traffic", deployment) | _share(endpoint, "mirrorTraffic", deployment)
    yield from reached.unless(justified(deployment)).otherwise(
        "remove it, send it traffic, or tag justification and justified-until (a day to come)",
        saves=saved(deployment[SIZE], deployment[INSTANCES].defaulting_to(1), deployment["location"]),
    )


def _share(endpoint: Neighbour, kind: str, deployment: Neighbour) -> Claim:
    """Claims that the endpoint sends the deployment a share of its requests, or copies of them."""
    name, shares = deployment["deploymentName"], endpoint[f"properties.{kind}"]
    if State.UNKNOWN in (name.state, shares.state):
        return Claim(None, name if name.state is State.UNKNOWN else shares, "one with a share of the requests")
    return endpoint[f"properties.{kind}.{name.content}"].above(0, "percent of the requests")
