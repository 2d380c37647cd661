"""Platforms: the nodes that Azure keeps for apps, batches and queries go when nobody needs them."""

from collections.abc import Iterator

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.rulebook import HIGH, MEDIUM, Params, rule
from verdazure_policies.samples import APP_ENVIRONMENT, BATCH_POOL, DATA_EXPLORER, UNKNOWN
from verdazure_policies.view import Finding, Resource

LEAST = "workloadProfiles[1].minimumCount"
FORMULA = "scaleSettings.autoScale.formula"
FIXED_SCALE = "scaleSettings.fixedScale"
FIXED = BATCH_POOL.having("scaleSettings", {"fixedScale": {"targetDedicatedNodes": 0, "targetLowPriorityNodes": 0}})


@rule(
    id="CM14",
    name="containerapp-profile-zero",
    title="Nodes that are held for container apps go when no app runs",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.ON_DEMAND,),
    waf=(Recommendation.AUTOSCALING,),
    why="A dedicated profile keeps its least nodes up, boards included, when every app has scaled to zero.",
    types=["app:ManagedEnvironment"],
    passes=[
        APP_ENVIRONMENT,
        APP_ENVIRONMENT.without("workloadProfiles"),
        APP_ENVIRONMENT.without(LEAST),
        APP_ENVIRONMENT.having(LEAST, 3).having("tags.slo", "high"),
        APP_ENVIRONMENT.having(LEAST, 1).having("workloadProfiles[1].workloadProfileType", "Consumption-GPU-NC8as-T4"),
    ],
    fails=[APP_ENVIRONMENT.having(LEAST, 1)],
    unknown=[APP_ENVIRONMENT.having(LEAST, UNKNOWN), APP_ENVIRONMENT.having("workloadProfiles", UNKNOWN)],
)
def containerapp_profile_zero(environment: Resource, params: Params) -> Iterator[Finding]:
    fix = "set minimumCount to 0, or tag slo with high"
    held = environment.tag("slo").equals("high")
    profiles = environment["workloadProfiles"]
    yield from profiles.is_told("no node that is always up").otherwise(fix)
    for profile in environment.each("workloadProfiles"):
        shared = profile["workloadProfileType"].satisfies(_is_shared, "a Consumption profile")
        none = profile["minimumCount"].defaulting_to(0).at_most(0, "nodes")
        yield from none.unless(shared).unless(held).otherwise(fix, to=0)


def _is_shared(profile_type: object) -> bool:
    """Whether Azure charges by replica and keeps no node: Consumption, and its GPU types."""
    return str(profile_type).lower().startswith("consumption")


@rule(
    id="CM15",
    name="batch-autoscale",
    title="Batch pools grow with their tasks and shrink to nothing",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.ON_DEMAND,),
    waf=(Recommendation.AUTOSCALING,),
    why="A pool of a fixed size draws power until somebody resizes it, with tasks or without.",
    types=["batch:Pool"],
    passes=[BATCH_POOL, FIXED, BATCH_POOL.without("scaleSettings")],
    fails=[
        FIXED.having(f"{FIXED_SCALE}.targetDedicatedNodes", 2),
        FIXED.having(f"{FIXED_SCALE}.targetLowPriorityNodes", 2),
        FIXED.having(f"{FIXED_SCALE}.targetDedicatedNodes", 2).without(f"{FIXED_SCALE}.targetLowPriorityNodes"),
    ],
    unknown=[
        BATCH_POOL.having("scaleSettings", UNKNOWN),
        FIXED.having(f"{FIXED_SCALE}.targetDedicatedNodes", UNKNOWN),
    ],
)
def batch_autoscale(pool: Resource, params: Params) -> Iterator[Finding]:
    scaled = pool[FORMULA].satisfies(bool, "a formula")
    for kind in ("targetDedicatedNodes", "targetLowPriorityNodes"):
        # Its description in the API: without scale settings a pool has a fixed scale of 0 nodes.
        nodes = pool[f"{FIXED_SCALE}.{kind}"].defaulting_to(0)
        yield from (
            nodes.at_most(0, "nodes")
            .unless(scaled)
            .otherwise(
                "set scaleSettings.autoScale with a formula over the pending tasks",
            )
        )


@rule(
    id="CM17",
    name="adx-autostop",
    title="A Data Explorer cluster that nobody asks stops",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.SCALED_DOWN_APPLICATIONS,),
    waf=(Recommendation.BUSINESS_HOURS,),
    why="A cluster of an experiment that ended runs on until somebody remembers it.",
    types=["kusto:Cluster"],
    passes=[DATA_EXPLORER, DATA_EXPLORER.without("enableAutoStop")],
    fails=[DATA_EXPLORER.having("enableAutoStop", False)],
    unknown=[DATA_EXPLORER.having("enableAutoStop", UNKNOWN)],
)
def adx_autostop(cluster: Resource, params: Params) -> Iterator[Finding]:
    # Microsoft Learn, Automatic stop of inactive clusters: on by default, after five days.
    stops = cluster["enableAutoStop"].defaulting_to(True).equals(True)
    yield from stops.otherwise("set enableAutoStop to true", to=True)
