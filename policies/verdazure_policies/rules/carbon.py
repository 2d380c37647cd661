"""Carbon and region: where resources run, whose grid feeds them, and whether that can be accounted for."""

import functools
import operator
from collections.abc import Iterator

from verdazure import facts, guardrails
from verdazure.carbon.regions import cleanest, residencies

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.kept import kilograms, text
from verdazure_policies.machines import GPU_HOSTS, is_gpu, vm_sizes
from verdazure_policies.rulebook import (
    CRITICAL,
    EVERY_RESOURCE,
    HIGH,
    MEDIUM,
    Disagreement,
    Parameter,
    Params,
    limit,
    rule,
    stack_rule,
)
from verdazure_policies.samples import (
    AML_CLUSTER,
    AML_WORKSPACE,
    BLOB_CONTAINER,
    DATASTORE,
    HOSTED_MODEL,
    KEY_VAULT,
    KUBERNETES,
    RESOURCE_GROUP,
    STORAGE_ACCOUNT,
    TAGS,
    UNKNOWN,
    VIRTUAL_MACHINE,
)
from verdazure_policies.stack import Neighbour, Stack
from verdazure_policies.taggable import is_taggable
from verdazure_policies.view import Claim, Finding, Resource, State, Value

DATA_ZONES = ("eu", "eea", "us")
"""Residency areas that a data zone of Azure keeps to."""

CLUSTER_LOCATION = "properties.computeLocation"


@rule(
    id="CR01",
    name="low-carbon-region",
    title="Resources run where the grid is clean",
    severity=HIGH,
    guide=Guide.CARBON_AWARE,
    gsf=(Pattern.CARBON_AWARE_SCHEDULING,),
    waf=(Recommendation.LOW_CARBON_REGIONS,),
    why="The same work emits up to thirty times more on a coal-fed grid than on a clean one.",
    types=[EVERY_RESOURCE],
    params={
        "max_intensity": limit(guardrails.REGION_INTENSITY_MAX, "Highest annual mean intensity of a region's grid")
    },
    related=(
        "PSRule Azure.Resource.AllowedRegions (a list, blind to carbon)",
        "Azure Policy e56962a6 (a list, blind to carbon)",
    ),
    passes=[
        RESOURCE_GROUP,
        RESOURCE_GROUP.having("location", "Sweden Central"),
        RESOURCE_GROUP.having("location", "global"),
    ],
    fails=[
        RESOURCE_GROUP.having("location", "westeurope"),
        STORAGE_ACCOUNT.having("location", "Poland Central"),
        VIRTUAL_MACHINE.having("location", "polandcentral"),
    ],
    unknown=[RESOURCE_GROUP.having("location", UNKNOWN), RESOURCE_GROUP.having("location", "mexicocentral")],
)
def low_carbon_region(resource: Resource, params: Params) -> Iterator[Finding]:
    location = resource["location"]
    if _is_regional(location):
        clean = _clean(location, params.max_intensity)
        yield from clean.otherwise(_cleaner_region(location), saves=_saved_by_moving(resource, location))


@rule(
    id="CR02",
    name="low-carbon-gpu-region",
    title="GPUs run where the grid is cleanest",
    severity=CRITICAL,
    guide=Guide.TRAINING_REGION,
    gsf=(Pattern.CARBON_AWARE_SCHEDULING,),
    waf=(Recommendation.LOW_CARBON_REGIONS,),
    why="Training draws most of a workload's energy, so its region decides most of the footprint.",
    types=GPU_HOSTS,
    params={
        "max_intensity": limit(guardrails.GPU_REGION_INTENSITY_MAX, "Highest annual mean intensity of a region's grid")
    },
    passes=[
        AML_CLUSTER,
        AML_CLUSTER.having("properties.properties.vmSize", "Standard_D4ads_v5").having("location", "westeurope"),
        VIRTUAL_MACHINE.having("location", "westeurope"),
    ],
    fails=[
        AML_CLUSTER.having("location", "uksouth"),
        AML_CLUSTER.having(CLUSTER_LOCATION, "uksouth"),
        KUBERNETES.having("location", "uksouth"),
    ],
    unknown=[
        AML_CLUSTER.having("location", UNKNOWN),
        AML_CLUSTER.having("properties.properties.vmSize", UNKNOWN).having("location", "uksouth"),
    ],
)
def low_carbon_gpu_region(resource: Resource, params: Params) -> Iterator[Finding]:
    location = _where_it_runs(resource)
    if not _is_regional(location):
        return
    sizes = [is_gpu(size) for size in vm_sizes(resource)]
    if sizes:
        clean = _clean(location, params.max_intensity).when(functools.reduce(operator.or_, sizes))
        yield from clean.otherwise(_cleaner_region(location), saves=_saved_by_moving(resource, location))


@rule(
    id="CR03",
    name="residency",
    title="Resources stay inside the residency area",
    severity=CRITICAL,
    guide=Guide.REGIONAL_DATA,
    why="A cleaner grid is no reason to move data out of the area that it has to stay in.",
    types=[EVERY_RESOURCE],
    params={
        "residency": Parameter(
            default="",
            description="Area that resources must stay in: eu, eea or a country code; empty: anywhere",
            choices=("", *residencies()),
        )
    },
    cases_with={"residency": "eu"},
    related=(
        "PSRule Azure.Resource.AllowedRegions",
        "Azure Policy e56962a6",
        "Azure Policy e765b5de (resource groups)",
    ),
    passes=[RESOURCE_GROUP, RESOURCE_GROUP.having("location", "global")],
    fails=[RESOURCE_GROUP.having("location", "norwayeast")],
    unknown=[RESOURCE_GROUP.having("location", UNKNOWN), RESOURCE_GROUP.having("location", "mooncentral")],
)
def residency(resource: Resource, params: Params) -> Iterator[Finding]:
    location = resource["location"]
    if not params.residency or not _is_regional(location):
        return
    inside = location.satisfies(lambda name: _within(name, params.residency), f"a region inside {params.residency}")
    best = next((region.name for region in cleanest(params.residency)), "a region in it")
    yield from inside.otherwise(f"deploy to {best}, the cleanest region inside {params.residency}")


@stack_rule(
    id="CR04",
    name="data-compute-colocation",
    title="A workspace stands beside its data",
    severity=HIGH,
    guide=Guide.REGIONAL_DATA,
    gsf=(Pattern.LITTLE_DATA_SENT,),
    waf=(Recommendation.SAME_REGION,),
    why="Data that crosses regions for every run costs energy in the network and time at the GPU.",
    types=["machinelearningservices:Workspace"],
    related=("Azure Policy 0a914e76 (compares with the resource group only)",),
    passes=[
        (AML_WORKSPACE, STORAGE_ACCOUNT, KEY_VAULT),
        (AML_WORKSPACE,),
        (AML_WORKSPACE, STORAGE_ACCOUNT.having("location", "Sweden Central")),
    ],
    fails=[(AML_WORKSPACE, STORAGE_ACCOUNT.having("location", "norwayeast"), KEY_VAULT)],
    unknown=[(AML_WORKSPACE, STORAGE_ACCOUNT.having("location", UNKNOWN))],
)
def data_compute_colocation(workspace: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    for path, type_ in WORKSPACE_PARTS.items():
        part = stack.named_by(workspace, path, type_)
        if part is not None:
            together = _together(workspace["location"], part["location"], f"the region of its {path} {part.name}")
            yield from together.otherwise(f"create {part.name} and the workspace in one region")


WORKSPACE_PARTS = {
    "storageAccount": "storage:StorageAccount",
    "containerRegistry": "containerregistry:Registry",
    "keyVault": "keyvault:Vault",
    "applicationInsights": "applicationinsights:Component",
}


@stack_rule(
    id="CR05",
    name="cluster-near-data",
    title="A cluster stands beside its workspace and its data",
    severity=HIGH,
    guide=Guide.REGIONAL_DATA,
    gsf=(Pattern.LITTLE_DATA_SENT,),
    waf=(Recommendation.SAME_REGION,),
    why="A cluster far from its data waits for it, and a waiting GPU draws power for nothing.",
    types=["machinelearningservices:Compute"],
    passes=[(AML_CLUSTER, AML_WORKSPACE, DATASTORE, STORAGE_ACCOUNT), (AML_CLUSTER,)],
    fails=[
        (AML_CLUSTER.having("location", "norwayeast"), AML_WORKSPACE),
        (AML_CLUSTER.having(CLUSTER_LOCATION, "norwayeast"), AML_WORKSPACE),
        (AML_CLUSTER, AML_WORKSPACE, DATASTORE, STORAGE_ACCOUNT.having("location", "norwayeast")),
    ],
    unknown=[(AML_CLUSTER.having("location", UNKNOWN), AML_WORKSPACE)],
)
def cluster_near_data(cluster: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    workspace = stack.named_by(cluster, "workspaceName", "machinelearningservices:Workspace")
    if workspace is None:
        return
    datastores = stack.naming(workspace, "workspaceName", "machinelearningservices:Datastore")
    accounts = [stack.named_by(each, "properties.accountName", "storage:StorageAccount") for each in datastores]
    for place in [workspace, *(account for account in accounts if account is not None)]:
        together = _together(_where_it_runs(cluster), place["location"], f"the region of {place.name}")
        yield from together.otherwise(f"create {place.name} and the cluster in one region")


@rule(
    id="CR06",
    name="no-needless-geo-replication",
    title="What can be made again is not replicated to another region",
    severity=MEDIUM,
    guide=Guide.RECOVERY,
    gsf=(Pattern.MATCHED_OBJECTIVES,),
    why="A second copy in another region doubles disks and traffic for data that a rerun makes again.",
    types=["storage:StorageAccount"],
    params={
        "recreatable": Parameter(
            ("cache", "checkpoint", "log", "recreatable", "run_artifact", "scratch"),
            "Values of the tag data-class that mean: a rerun makes it again",
        )
    },
    disagreement=Disagreement(
        with_rules=(
            "PSRule Azure.Storage.UseReplication (AZR-000195)",
            "Checkov CKV_AZURE_206",
            "Azure Policy bf045164",
        ),
        they_ask="Every storage account copies its data to another region.",
        because=(
            "Checkpoints, caches and logs are made again by a rerun, so a second region keeps disks and traffic "
            "for nothing."
        ),
        they_are_right=(
            "For data that cannot be had again. This rule leaves it alone: it looks only at accounts whose tag "
            "data-class says otherwise."
        ),
    ),
    passes=[
        STORAGE_ACCOUNT.having("tags.data-class", "scratch"),
        STORAGE_ACCOUNT.having("sku.name", "Standard_GRS"),
        STORAGE_ACCOUNT.having("sku.name", "Standard_GZRS").having("tags.data-class", "raw scratch"),
    ],
    fails=[STORAGE_ACCOUNT.having("sku.name", "Standard_RAGRS").having("tags.data-class", "log scratch")],
    unknown=[STORAGE_ACCOUNT.having("sku.name", UNKNOWN).having("tags.data-class", "scratch")],
)
def no_needless_geo_replication(account: Resource, params: Params) -> Iterator[Finding]:
    recreatable = set(params.recreatable)
    classes = account.tag("data-class").satisfies(
        lambda tag: set(str(tag).split() or "?") <= recreatable, "recreatable"
    )
    local = account["sku.name"].satisfies(lambda sku: not _is_geo_replicated(sku), "a sku that stays in one region")
    yield from local.when(classes).otherwise("set sku.name to Standard_LRS, or correct the tag data-class")


@rule(
    id="CR07",
    name="opaque-global-sku",
    title="A hosted model answers inside the residency area",
    severity=HIGH,
    guide=Guide.REGIONAL_DATA,
    why="A global type answers in any Azure region: nobody can say whose grid fed it, nor where the prompt went.",
    types=["cognitiveservices:Deployment"],
    params={
        "residency": Parameter(
            default="",
            description="Area that prompts must stay in: eu, eea or a country code; empty: anywhere",
            choices=("", *residencies()),
        )
    },
    cases_with={"residency": "eu"},
    passes=[
        HOSTED_MODEL,
        HOSTED_MODEL.having("sku.name", "Standard"),
        HOSTED_MODEL.having("sku.name", "DataZoneBatch"),
    ],
    fails=[
        HOSTED_MODEL.having("sku.name", "GlobalStandard"),
        HOSTED_MODEL.having("sku.name", "GlobalBatch"),
        HOSTED_MODEL.having("sku.name", "DeveloperTier"),
    ],
    unknown=[HOSTED_MODEL.having("sku.name", UNKNOWN), HOSTED_MODEL.having("sku.name", "TypeOfTomorrow")],
)
def opaque_global_sku(deployment: Resource, params: Params) -> Iterator[Finding]:
    if not params.residency:
        return
    zonal = params.residency in DATA_ZONES
    inside = deployment["sku.name"].satisfies(
        lambda sku: _stays(str(sku).lower(), zonal), f"a type that processes inside {params.residency}"
    )
    yield from inside.otherwise(f"set sku.name to {'DataZoneStandard or DataZoneBatch' if zonal else 'Standard'}")


def _stays(sku: str, zonal: bool) -> bool | None:
    """Whether a deployment type processes where it is told to. Source: Microsoft Learn, Deployment types."""
    if sku.startswith(("global", "developer")):
        return False
    if sku.startswith("datazone"):
        return zonal
    return True if sku in ("standard", "provisionedmanaged") else None


@rule(
    id="CR09",
    name="accountability-tags",
    title="Resources say what they serve and who answers for them",
    severity=MEDIUM,
    guide=Guide.MONITORING,
    waf=(Recommendation.METRICS,),
    why="Energy and carbon can only be put down to a workload that a resource names.",
    types=[EVERY_RESOURCE],
    params={"required": limit(guardrails.REQUIRED_TAGS, "Tags that every resource carries")},
    related=(
        "PSRule Azure.Resource.UseTags",
        "PSRule Azure.Resource.RequiredTags",
        "Azure Policy 871b6d14",
    ),
    passes=[RESOURCE_GROUP, BLOB_CONTAINER, RESOURCE_GROUP.having("tags", {name.upper(): "x" for name in TAGS})],
    fails=[RESOURCE_GROUP.without("tags"), STORAGE_ACCOUNT.without("tags.owner"), KEY_VAULT.having("tags.owner", "")],
    unknown=[RESOURCE_GROUP.having("tags", UNKNOWN)],
)
def accountability_tags(resource: Resource, params: Params) -> Iterator[Finding]:
    if not is_taggable(resource):
        return
    for name in params.required:
        tag = resource.tag(name)
        # A tag with an unknown value is there; among tags that are unknown altogether it may be or not.
        present = tag.satisfies(bool, "a value") if resource["tags"].state is State.UNKNOWN else tag.is_set()
        yield from present.otherwise(f"add the tag {name}")


def _where_it_runs(resource: Resource) -> Value:
    """A training cluster may run elsewhere than its record in the workspace says."""
    if resource.type == "machinelearningservices:Compute":
        own = resource[CLUSTER_LOCATION]
        return resource["location"] if own.state is State.MISSING else own
    return resource["location"]


def _is_regional(location: Value) -> bool:
    return location.state is not State.MISSING and location.equals("global").holds is not True


def _clean(location: Value, limit: float) -> Claim:
    """Whether the region's grid is as clean as that; undecided where the facts do not know it."""
    want = f"at most {limit:g} {guardrails.REGION_INTENSITY_MAX.unit}"
    intensity = _intensity(location.content)
    if location.state is not State.KNOWN:
        return Claim(None, location, want)
    if intensity is None:
        return Claim(None, location, want, f"{location.shown}, whose grid intensity is not in the facts table")
    return Claim(
        intensity <= limit, location, want, f"{location.shown} ({intensity:.0f} {guardrails.REGION_INTENSITY_MAX.unit})"
    )


def _intensity(location: object) -> float | None:
    region = _region(location)
    return region.intensity_g_per_kwh if region else None


def _region(location: object) -> facts.Region | None:
    return facts.regions().get(facts.normal_region(location)) if isinstance(location, str) else None


def _within(location: object, area: str) -> bool | None:
    region = _region(location)
    return area in region.residencies if region else None


def _cleaner_region(location: Value) -> str:
    """The advice: the cleanest region that keeps the residency, and what it saves."""
    region = _region(location.content)
    if region is None:
        return "name a region of the facts table"
    best, area = _cleanest(region), _area(region)
    own = region.intensity_g_per_kwh
    if best is None or best.intensity_g_per_kwh is None:
        return f"no cleaner region inside {area} is known: choose another residency or ask for an exception"
    saved = f", {1 - best.intensity_g_per_kwh / own:.0%} less" if own else ""
    return f"deploy to {best.name} ({best.intensity_g_per_kwh:.0f} gCO2e/kWh{saved}), the cleanest region inside {area}"


def _area(region: facts.Region) -> str:
    """The residency that a move keeps."""
    return next((area for area in ("eu", "eea") if area in region.residencies), min(region.residencies))


def _cleanest(region: facts.Region) -> facts.Region | None:
    """The cleanest region that keeps the residency; None where that is the region itself, or none is known."""
    best = next(iter(cleanest(_area(region))), None)
    return None if best is None or best.name == region.name else best


def _saved_by_moving(resource: Resource, location: Value) -> float | None:
    """kgCO2e a month, for a machine that is up at all hours; of what comes and goes nobody knows how long it works."""
    region = _region(location.content)
    best = _cleanest(region) if region else None
    if region is None or best is None or resource.type != "compute:VirtualMachine":
        return None
    here, there = (kilograms(text(vm_sizes(resource)[0]), 1, each.name) for each in (region, best))
    return None if here is None or there is None else here - there


def _together(location: Value, other: Value, want: str) -> Claim:
    """Whether both are in one region; a location that is not set anywhere is not judged."""
    if State.MISSING in (location.state, other.state):
        return Claim(True, location, want)
    if other.state is State.UNKNOWN:
        return Claim(None, other, want)
    there = facts.normal_region(str(other.content))
    return location.satisfies(lambda here: facts.normal_region(str(here)) == there, f"{there}, {want}")


def _is_geo_replicated(sku: object) -> bool:
    return str(sku).upper().endswith(("GRS", "GZRS"))
