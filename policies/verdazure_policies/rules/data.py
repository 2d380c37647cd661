"""Data: streams and indexes stay as small as their load, and Azure ML reaches data by identity, where it lies."""

from collections.abc import Iterator

from verdazure import guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.rulebook import HIGH, LOW, MEDIUM, Disagreement, Parameter, Params, Target, limit, rule
from verdazure_policies.samples import (
    AML_WORKSPACE,
    DATASTORE,
    EVENT_HUB,
    EVENT_HUB_NAMESPACE,
    IOT_HUB,
    SEARCH_SERVICE,
    STREAMING_JOB,
    UNKNOWN,
)
from verdazure_policies.view import Claim, Finding, Resource, State

AUTH_MODE = "systemDatastoresAuthMode"
CREDENTIALS = "properties.credentials.credentialsType"
RETENTION = "retentionDescription.retentionTimeInHours"
CLEANUP = "retentionDescription.cleanupPolicy"
DEVICE_RETENTION = "properties.eventHubEndpoints.events.retentionTimeInDays"
STREAMING_UNITS = "transformation.streamingUnits"


@rule(
    id="DA01",
    name="eventhub-retention",
    title="Streams keep events for a weekend, not for ever",
    severity=LOW,
    guide=Guide.STORAGE,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.RELEVANT_DATA,),
    why="Events that every reader has passed stay on powered disks in several copies; an archive holds them for less.",
    types=["eventhub:EventHub", "iothub:IotHubResource"],
    params={"max_hours": limit(guardrails.EVENT_HOURS_MAX, "Longest time that events are kept")},
    passes=[
        EVENT_HUB,
        EVENT_HUB.without("retentionDescription"),
        EVENT_HUB.without("retentionDescription").having("messageRetentionInDays", 3),
        EVENT_HUB.having(RETENTION, 2000).having(CLEANUP, "Compact"),
        IOT_HUB,
        IOT_HUB.without("properties"),
    ],
    fails=[
        EVENT_HUB.having(RETENTION, 73),
        EVENT_HUB.without("retentionDescription").having("messageRetentionInDays", 7),
        IOT_HUB.having(DEVICE_RETENTION, 4),
    ],
    unknown=[EVENT_HUB.having("retentionDescription", UNKNOWN), IOT_HUB.having(DEVICE_RETENTION, UNKNOWN)],
)
def eventhub_retention(stream: Resource, params: Params) -> Iterator[Finding]:
    kept = _device_events(stream, params) if stream.type == "iothub:IotHubResource" else _hub_events(stream, params)
    yield from kept.otherwise("keep events for less time, and capture to storage what has to stay")


def _device_events(hub: Resource, params: Params) -> Claim:
    return hub[DEVICE_RETENTION].defaulting_to(1).at_most(params.max_hours / 24, "days")  # Azure docs, IoT Hub: 1 day


def _hub_events(hub: Resource, params: Params) -> Claim:
    hours = hub[RETENTION]
    if hours.state is not State.MISSING:
        return hours.at_most(params.max_hours, "hours").unless(hub[CLEANUP].equals("Compact"))
    # Azure docs, Features of Event Hubs: the default is the shortest, a day at most.
    return hub["messageRetentionInDays"].defaulting_to(1).at_most(params.max_hours / 24, "days")


@rule(
    id="DA02",
    name="eventhub-autoinflate",
    title="An event hub namespace starts small and grows when it must",
    severity=LOW,
    guide=Guide.SCALING,
    gsf=(Pattern.SCALED_WITH_LOAD,),
    waf=(Recommendation.AUTOSCALING,),
    why="Throughput that is held for the peak runs all day. Azure grows it for the peak, but never shrinks it.",
    types=[Target("eventhub:Namespace", "sku.name", ("Standard",))],
    params={"max_units": Parameter(1, "Most throughput units to start with")},
    related=("PSRule Azure.EventHub.Usage (asks whether a namespace is used at all)",),
    passes=[
        EVENT_HUB_NAMESPACE,
        EVENT_HUB_NAMESPACE.without("sku.capacity"),
        EVENT_HUB_NAMESPACE.having("sku.name", "Premium").without("isAutoInflateEnabled"),
    ],
    fails=[
        EVENT_HUB_NAMESPACE.without("isAutoInflateEnabled"),
        EVENT_HUB_NAMESPACE.having("isAutoInflateEnabled", False),
        EVENT_HUB_NAMESPACE.having("sku.capacity", 2),
    ],
    unknown=[EVENT_HUB_NAMESPACE.having("sku.capacity", UNKNOWN)],
)
def eventhub_autoinflate(namespace: Resource, params: Params) -> Iterator[Finding]:
    grows = namespace["isAutoInflateEnabled"].equals(True)
    yield from grows.otherwise("set isAutoInflateEnabled to true and maximumThroughputUnits to what the peak needs")
    units = namespace["sku.capacity"].defaulting_to(1).at_most(params.max_units, "throughput units")
    yield from units.otherwise(f"set sku.capacity to {params.max_units}")


@rule(
    id="DA03",
    name="asa-su-cap",
    title="A streaming job has a ceiling",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.RIGHT_SIZED_COMPUTE,),
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="A streaming job holds its units day and night, whether events come or not.",
    types=["streamanalytics:StreamingJob"],
    params={
        "max_units": Parameter(
            10, "Most streaming units as the API counts them: one node is 10 of the V2 model or 6 of the old one"
        )
    },
    passes=[STREAMING_JOB, STREAMING_JOB.without("transformation"), STREAMING_JOB.having(STREAMING_UNITS, 10)],
    fails=[STREAMING_JOB.having(STREAMING_UNITS, 20)],
    unknown=[STREAMING_JOB.having(STREAMING_UNITS, UNKNOWN)],
)
def asa_su_cap(job: Resource, params: Params) -> Iterator[Finding]:
    units = job[STREAMING_UNITS].defaulting_to(0)  # a job without a query holds none yet
    yield from units.at_most(params.max_units, "streaming units").otherwise(
        f"set transformation.streamingUnits to {params.max_units} or less, or filter events before the job"
    )


@rule(
    id="DA04",
    name="search-right-size",
    title="A search service for development has one replica and one partition",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.MATCHED_OBJECTIVES,),
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="Each replica and partition is a machine that runs day and night; a test needs no uptime promise.",
    types=["search:Service"],
    params={
        "environments": Parameter(("dev", "test"), "Values of the tag environment whose services stay at one of each")
    },
    disagreement=Disagreement(
        with_rules=("PSRule Azure.Search.QuerySLA", "Checkov CKV_AZURE_208", "Checkov CKV_AZURE_209"),
        they_ask="A search service has two replicas or more, three for updates, as Azure's uptime promise asks.",
        because=(
            "Development and tests have no uptime to promise, and each replica runs whether somebody searches or not."
        ),
        they_are_right=(
            "In production, and in tests of failover. This rule judges only what the tag environment calls dev or test."
        ),
    ),
    passes=[
        SEARCH_SERVICE.having("tags.environment", "dev"),
        SEARCH_SERVICE.having("tags.environment", "dev").without("replicaCount").without("partitionCount"),
        SEARCH_SERVICE.having("replicaCount", 3),
    ],
    fails=[
        SEARCH_SERVICE.having("tags.environment", "dev").having("replicaCount", 2),
        SEARCH_SERVICE.having("tags.environment", "Test").having("partitionCount", 3),
    ],
    unknown=[
        SEARCH_SERVICE.having("tags.environment", "dev").having("replicaCount", UNKNOWN),
        SEARCH_SERVICE.having("tags.environment", UNKNOWN).having("replicaCount", 3),
    ],
)
def search_right_size(service: Resource, params: Params) -> Iterator[Finding]:
    small = service.tag("environment").one_of(params.environments)
    for count in ("replicaCount", "partitionCount"):
        one = service[count].defaulting_to(1).at_most(1)  # Azure AI Search API: 1 of each when not set
        yield from one.when(small).otherwise(f"set {count} to 1, or correct the tag environment")


@rule(
    id="DA05",
    name="identity-datastores",
    title="Datastores are reached by identity",
    severity=HIGH,
    guide=Guide.REGIONAL_DATA,
    why="With an identity the data is used where it lies; a key gets passed on, and copies follow it.",
    types=["machinelearningservices:Workspace", "machinelearningservices:Datastore"],
    passes=[AML_WORKSPACE, AML_WORKSPACE.having(AUTH_MODE, "identity"), DATASTORE],
    fails=[
        AML_WORKSPACE.without(AUTH_MODE),
        AML_WORKSPACE.having(AUTH_MODE, "AccessKey"),
        DATASTORE.having(CREDENTIALS, "AccountKey"),
    ],
    unknown=[AML_WORKSPACE.having(AUTH_MODE, UNKNOWN), DATASTORE.having("properties.credentials", UNKNOWN)],
)
def identity_datastores(resource: Resource, params: Params) -> Iterator[Finding]:
    if resource.type == "machinelearningservices:Workspace":
        yield from resource[AUTH_MODE].equals("Identity").otherwise("set systemDatastoresAuthMode to Identity")
    else:
        yield from resource[CREDENTIALS].equals("None").otherwise("use NoneDatastoreCredentials and an identity")
