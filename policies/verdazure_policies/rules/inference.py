"""Models and inference: none larger than its need, none that waits on boards of its own, no job without an end."""

from collections.abc import Iterator

from verdazure import facts, guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.reasons import FUTURE, given, justified
from verdazure_policies.rulebook import HIGH, LOW, MEDIUM, Parameter, Params, limit, rule
from verdazure_policies.samples import (
    AML_JOB,
    AML_SCHEDULE,
    AML_SWEEP,
    CONTENT_FILTER,
    HOSTED_MODEL,
    MODEL_ASSET,
    UNKNOWN,
)
from verdazure_policies.view import Claim, Finding, Resource, Value, View

MODEL = "properties.model.name"
SKU = "sku.name"
CAPACITY = "sku.capacity"
UPGRADE = "properties.versionUpgradeOption"
FILTER = "properties.contentFilters[0]"
HARMS = ("Hate", "Jailbreak", "Selfharm", "Sexual", "Violence")
"""What is filtered for its harm; other filters may only annotate (Microsoft Learn, Content filtering annotations)."""

REASON, UNTIL, NEED = "tags.justification", "tags.justified-until", "tags.need"
PAPERS = "properties.tags"
PRECISION = f"{PAPERS}.precision"
TIMEOUT = "properties.limits.timeout"
NODES = "properties.action.jobDefinition.jobs"
SAMPLING = "properties.samplingAlgorithm.samplingAlgorithmType"
LARGER = HOSTED_MODEL.having(MODEL, "gpt-5")
HELD = HOSTED_MODEL.having(SKU, "ProvisionedManaged")


@rule(
    id="MI01",
    name="small-model-first",
    title="A larger model says what it is needed for",
    severity=MEDIUM,
    guide=Guide.MODEL_SIZE,
    gsf=(Pattern.RIGHT_SIZED_MODELS,),
    why="A model with ten times the parameters draws about ten times the energy for each token.",
    types=["cognitiveservices:Deployment"],
    related=("Azure Policy aafe3651 (a list of models)", "Azure Policy 12e5dd16 (a list of models)"),
    passes=[
        HOSTED_MODEL,
        LARGER.having(NEED, "chat; image; 200000 tokens"),
        LARGER.having(REASON, "smaller ones failed our test set").having(UNTIL, FUTURE),
    ],
    fails=[
        LARGER,
        LARGER.having(NEED, ""),
        LARGER.having(REASON, "smaller ones failed our test set"),
        LARGER.having(REASON, "smaller ones failed our test set").having(UNTIL, "2026-01-31"),
    ],
    unknown=[
        HOSTED_MODEL.having(MODEL, UNKNOWN),
        HOSTED_MODEL.having(MODEL, "a-model-of-tomorrow"),
        LARGER.having("tags", UNKNOWN),
    ],
)
def small_model_first(deployment: Resource, params: Params) -> Iterator[Finding]:
    smallest = deployment[MODEL].satisfies(_has_no_smaller_sibling, "a model without a smaller one of its kind")
    said = given(deployment, "need") | justified(deployment)
    yield from smallest.unless(said).otherwise(f"take {_smaller(deployment)}, or tag need with what it cannot do")


@rule(
    id="MI02",
    name="no-idle-provisioned",
    title="No boards are held for a model without a reason",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.ON_DEMAND,),
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="Provisioned throughput keeps boards powered for one customer, also while nobody asks anything.",
    types=["cognitiveservices:Deployment"],
    passes=[HOSTED_MODEL, HELD.having(REASON, "latency contract 12").having(UNTIL, FUTURE)],
    fails=[HELD, HELD.having(SKU, "GlobalProvisionedManaged"), HELD.having(REASON, "latency contract 12")],
    unknown=[HOSTED_MODEL.having(SKU, UNKNOWN), HELD.having("tags", UNKNOWN)],
)
def no_idle_provisioned(deployment: Resource, params: Params) -> Iterator[Finding]:
    by_the_token = deployment[SKU].satisfies(lambda sku: "provisioned" not in str(sku).lower(), "paid by the token")
    fix = "take a Standard or Batch type, or tag justification and justified-until (a day to come)"
    yield from by_the_token.unless(justified(deployment)).otherwise(fix)


@rule(
    id="MI03",
    name="hosted-model-capacity",
    title="A hosted model has a ceiling",
    severity=MEDIUM,
    guide=Guide.SCALING,
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="A ceiling bounds what a loop that asks too often can burn before somebody notices.",
    types=["cognitiveservices:Deployment"],
    params={"max_capacity": limit(guardrails.HOSTED_MODEL_CAPACITY_MAX, "Most capacity of a Standard deployment")},
    passes=[
        HOSTED_MODEL,
        HOSTED_MODEL.having(CAPACITY, 500),
        HOSTED_MODEL.having(CAPACITY, 5000).having(SKU, "GlobalBatch"),
    ],
    fails=[HOSTED_MODEL.having(CAPACITY, 501), HOSTED_MODEL.without(CAPACITY)],
    unknown=[HOSTED_MODEL.having(CAPACITY, UNKNOWN), HOSTED_MODEL.having(CAPACITY, 5000).having(SKU, UNKNOWN)],
)
def hosted_model_capacity(deployment: Resource, params: Params) -> Iterator[Finding]:
    standard = deployment[SKU].satisfies(lambda sku: str(sku).lower().endswith("standard"), "Standard")
    ceiling = deployment[CAPACITY].at_most(params.max_capacity, "thousands of tokens a minute")
    most = params.max_capacity
    yield from ceiling.when(standard).otherwise(f"set capacity to {most} or less", to=most)


@rule(
    id="MI04",
    name="offline-in-batches",
    title="What may wait a day is answered in batches",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.QUEUED_REQUESTS,),
    waf=(Recommendation.ASYNC_ACCESS,),
    why="Batches fill hours at which boards would idle; an answer at once needs boards that wait for the question.",
    types=["cognitiveservices:Deployment"],
    passes=[
        HOSTED_MODEL,
        HOSTED_MODEL.having("tags.latency", "offline").having(SKU, "GlobalBatch"),
        HOSTED_MODEL.having("tags.latency", "interactive"),
    ],
    fails=[HOSTED_MODEL.having("tags.latency", "offline")],
    unknown=[HOSTED_MODEL.having("tags", UNKNOWN), HOSTED_MODEL.having("tags.latency", "offline").having(SKU, UNKNOWN)],
)
def offline_in_batches(deployment: Resource, params: Params) -> Iterator[Finding]:
    batch = deployment[SKU].satisfies(lambda sku: str(sku).lower().endswith("batch"), "a Batch type")
    offline = deployment.tag("latency").equals("offline")
    yield from batch.when(offline).otherwise("set offline, or sku to DataZoneBatch or GlobalBatch")


@rule(
    id="MI13",
    name="hosted-model-upgrade",
    title="A hosted model outlives its version",
    severity=MEDIUM,
    guide=Guide.OPERATIONS,
    waf=(Recommendation.UPDATES,),
    why="Azure turns versions off: a deployment that stays behind stops answering, and its callers retry for nothing.",
    types=["cognitiveservices:Deployment"],
    passes=[
        HOSTED_MODEL.having(UPGRADE, "OnceCurrentVersionExpired"),
        HOSTED_MODEL,
        HOSTED_MODEL.having(UPGRADE, "OnceNewDefaultVersionAvailable"),
        HOSTED_MODEL.having(UPGRADE, "NoAutoUpgrade")
        .having(REASON, "the version that our test set was approved with")
        .having(UNTIL, FUTURE),
    ],
    fails=[HOSTED_MODEL.having(UPGRADE, "NoAutoUpgrade")],
    unknown=[
        HOSTED_MODEL.having(UPGRADE, UNKNOWN),
        HOSTED_MODEL.having(UPGRADE, "NoAutoUpgrade").having("tags", UNKNOWN),
    ],
)
def hosted_model_upgrade(deployment: Resource, params: Params) -> Iterator[Finding]:
    # Azure takes a missing one as OnceCurrentVersionExpired (Microsoft Learn, Working with models).
    upgraded = deployment[UPGRADE].is_not("NoAutoUpgrade")
    fix = "set it to OnceCurrentVersionExpired, or tag justification and justified-until (a day to come)"
    yield from upgraded.unless(justified(deployment)).otherwise(fix)


@rule(
    id="MI14",
    name="content-filter-blocks",
    title="A content filter blocks what it finds",
    severity=MEDIUM,
    guide=Guide.OPERATIONS,
    why="A filter that only notes what it finds spends the tokens and gives the harmful answer all the same.",
    types=["cognitiveservices:RaiPolicy"],
    passes=[
        CONTENT_FILTER,
        CONTENT_FILTER.without("properties.contentFilters"),
        CONTENT_FILTER.without("properties.mode"),
        CONTENT_FILTER.having(f"{FILTER}.severityThreshold", "Low"),
        CONTENT_FILTER.having(f"{FILTER}.blocking", False).having(f"{FILTER}.name", "Protected Material Code"),
        CONTENT_FILTER.having(f"{FILTER}.blocking", False)
        .having("tags.justification", "medical records describe injuries")
        .having("tags.justified-until", FUTURE),
    ],
    fails=[
        CONTENT_FILTER.having(f"{FILTER}.blocking", False),
        CONTENT_FILTER.having(f"{FILTER}.enabled", False),
        CONTENT_FILTER.without(f"{FILTER}.blocking"),
        CONTENT_FILTER.having(f"{FILTER}.severityThreshold", "High"),
    ],
    unknown=[
        CONTENT_FILTER.having("properties.contentFilters", UNKNOWN),
        CONTENT_FILTER.having(f"{FILTER}.enabled", UNKNOWN),
    ],
)
def content_filter_blocks(policy: Resource, params: Params) -> Iterator[Finding]:
    filters, excused = policy["properties.contentFilters"], justified(policy)
    yield from filters.is_told("filters that block").otherwise("set enabled and blocking of each to true")
    for each in policy.each("properties.contentFilters"):
        harm = each["name"].one_of(HARMS)
        for flag in ("enabled", "blocking"):
            yield from each[flag].equals(True).when(harm).unless(excused).otherwise(f"set {flag} to true", to=True)
        threshold = each["severityThreshold"].is_not("High").when(harm).unless(excused)
        yield from threshold.otherwise("set severityThreshold to Medium or Low", to="Medium")


@rule(
    id="MI15",
    name="model-provenance",
    title="A model says where it comes from and what may be done with it",
    severity=MEDIUM,
    guide=Guide.MODEL_REUSABILITY,
    gsf=(Pattern.PRETRAINED_MODELS,),
    why="A model that nobody can place is not used again: the next team trains or fetches it once more.",
    types=["machinelearningservices:ModelVersion"],
    params={"required": Parameter(("origin", "licence"), "Tags that every model asset carries")},
    passes=[MODEL_ASSET, MODEL_ASSET.having(f"{PAPERS}.origin", "trained by job 4711")],
    fails=[
        MODEL_ASSET.without(f"{PAPERS}.origin"),
        MODEL_ASSET.having(f"{PAPERS}.licence", " "),
        MODEL_ASSET.without(PAPERS),
    ],
    unknown=[MODEL_ASSET.having(PAPERS, UNKNOWN), MODEL_ASSET.having(f"{PAPERS}.origin", UNKNOWN)],
)
def model_provenance(asset: Resource, params: Params) -> Iterator[Finding]:
    for name in params.required:
        said = asset[f"{PAPERS}.{name}"].satisfies(lambda text: str(text).strip() != "", "a value")
        yield from said.otherwise(f"add the tag {name} to the version, or register it with PretrainedModel")


@rule(
    id="MI09",
    name="job-timeouts",
    title="Every job has an end",
    severity=HIGH,
    guide=Guide.OPERATIONS,
    why="A job that hangs holds its nodes until somebody looks; on a schedule it does so each time.",
    types=["machinelearningservices:Job", "machinelearningservices:Schedule"],
    passes=[
        AML_JOB,
        AML_SWEEP,
        AML_JOB.having("properties.jobType", "AutoML").without(TIMEOUT),
        AML_SCHEDULE,
        AML_SCHEDULE.having("properties.action", {"actionType": "InvokeBatchEndpoint"}),
    ],
    fails=[
        AML_JOB.without(TIMEOUT),
        AML_SWEEP.without("properties.limits.maxTotalTrials"),
        AML_SWEEP.without("properties.limits.trialTimeout"),
        AML_SCHEDULE.without(f"{NODES}.train.limits"),
        AML_SCHEDULE.without(f"{NODES}.tune.limits.trial_timeout"),
    ],
    unknown=[
        AML_JOB.having("properties.limits", UNKNOWN),
        AML_SCHEDULE.having(NODES, UNKNOWN),
        AML_SCHEDULE.having(f"{NODES}.train.limits", UNKNOWN),
    ],
)
def job_timeouts(job: Resource, params: Params) -> Iterator[Finding]:
    for claim in _ends(job):
        yield from claim.otherwise("set limits: a timeout, and for a sweep the trials and their timeout")


@rule(
    id="MI10",
    name="sweep-early-stop",
    title="A sweep stops the trials that lose",
    severity=MEDIUM,
    guide=Guide.OPERATIONS,
    why="Most trials of a sweep are seen to lose long before they end; what they train after that is thrown away.",
    types=["machinelearningservices:Job", "machinelearningservices:Schedule"],
    passes=[
        AML_SWEEP,
        AML_JOB,
        AML_SWEEP.having(SAMPLING, "Bayesian").without("properties.earlyTermination"),
        AML_SCHEDULE,
        AML_SCHEDULE.having(f"{NODES}.tune.sampling_algorithm", "bayesian").without(f"{NODES}.tune.early_termination"),
        AML_SCHEDULE.having("properties.action", {"actionType": "InvokeBatchEndpoint"}),
    ],
    fails=[
        AML_SWEEP.without("properties.earlyTermination"),
        AML_SWEEP.without("properties.earlyTermination").having(SAMPLING, "Grid"),
        AML_SCHEDULE.without(f"{NODES}.tune.early_termination"),
    ],
    unknown=[
        AML_SWEEP.having("properties.earlyTermination", UNKNOWN),
        AML_SWEEP.without("properties.earlyTermination").having("properties.samplingAlgorithm", UNKNOWN),
        AML_SCHEDULE.having(NODES, UNKNOWN),
        AML_SCHEDULE.having(f"{NODES}.tune.early_termination", UNKNOWN),
    ],
)
def sweep_early_stop(job: Resource, params: Params) -> Iterator[Finding]:
    for claim in _stops_losers(job):
        yield from claim.otherwise("set an early termination policy, such as MedianStopping or Bandit")


@rule(
    id="MI12",
    name="optimised-artifact",
    title="A model is registered in a form that is thrifty to run",
    severity=LOW,
    guide=Guide.FRAMEWORKS,
    gsf=(Pattern.COMPRESSED_MODELS, Pattern.EFFICIENT_RUNTIMES),
    why="The same weights at half the width move half the bytes for every token; a runtime's own format saves more.",
    types=["machinelearningservices:ModelVersion"],
    params={
        "formats": Parameter(
            ("gguf", "onnx", "openvino", "tensorrt"), "Formats of runtimes that optimise what they run"
        ),
        "precisions": Parameter(("bf16", "fp16", "fp8", "int4", "int8"), "Widths of weights that count as reduced"),
    },
    passes=[
        MODEL_ASSET,
        MODEL_ASSET.having(PRECISION, "FP16"),
        MODEL_ASSET.without(PRECISION).having(f"{PAPERS}.formats", "json onnx"),
        MODEL_ASSET.without(PRECISION).having(f"{PAPERS}.justification", "a tree of 2 MB"),
    ],
    fails=[
        MODEL_ASSET.without(PRECISION),
        MODEL_ASSET.having(PRECISION, "fp32"),
        MODEL_ASSET.without(PRECISION).having(f"{PAPERS}.formats", "safetensors"),
    ],
    unknown=[MODEL_ASSET.having(PRECISION, UNKNOWN), MODEL_ASSET.without("properties").having("properties", UNKNOWN)],
)
def optimised_artifact(model: Resource, params: Params) -> Iterator[Finding]:
    narrow = model[PRECISION].one_of(params.precisions)
    thrifty = model[f"{PAPERS}.formats"].satisfies(
        lambda said: bool(set(str(said).split()) & set(params.formats)), f"one of {', '.join(params.formats)}"
    )
    why = model[f"{PAPERS}.justification"].satisfies(lambda said: str(said).strip() != "", "a reason")
    fix = "register it quantised or as ONNX and tag precision or formats, or tag justification"
    yield from (narrow | thrifty).unless(why).otherwise(fix)


def _stops_losers(job: Resource) -> Iterator[Claim]:
    """Azure ML refuses such a policy where Bayesian sampling picks each trial by how the last ones ended."""
    if job.type == "machinelearningservices:Job":
        stopping = _set(job["properties.earlyTermination"], "a policy").unless(job[SAMPLING].equals("Bayesian"))
        yield stopping.when(job["properties.jobType"].equals("Sweep"))
        return
    yield job[NODES].is_told("an early termination policy for each sweep")
    for node in job.members(NODES):
        stopping = _set(node["early_termination"], "a policy").unless(node["sampling_algorithm"].equals("bayesian"))
        yield stopping.when(node["type"].equals("sweep"))


def _ends(job: Resource) -> Iterator[Claim]:
    if job.type == "machinelearningservices:Job":
        kind = "properties.jobType"
        yield _set(job["properties.limits.timeout"]).when(job[kind].equals("Command"))
        for last in ("maxTotalTrials", "trialTimeout"):
            yield _set(job[f"properties.limits.{last}"]).when(job[kind].equals("Sweep"))
        return
    yield job[NODES].is_told("limits for each step")
    for node in job.members(NODES):
        yield from _ends_of(node)


def _ends_of(node: View) -> Iterator[Claim]:
    """Within a pipeline the names are those of job files."""
    if node["type"].equals("sweep").holds:
        yield _set(node["limits.max_total_trials"])
        yield _set(node["limits.trial_timeout"])
    else:
        yield _set(node["limits.timeout"]).when(node["type"].equals("command"))


def _set(value: Value, want: str = "a limit") -> Claim:
    """Claims that there is a value; one that only the deployment tells cannot be verified."""
    return value.satisfies(lambda found: found not in ("", None), want)


def _has_no_smaller_sibling(name: object) -> bool | None:
    """None for a model that the facts table does not hold."""
    try:
        return facts.models.get(str(name)).smaller_sibling is None
    except facts.UnknownFact:
        return None


def _smaller(deployment: Resource) -> str:
    try:
        return facts.models.get(str(deployment[MODEL].content)).smaller_sibling or "a smaller one"
    except facts.UnknownFact:
        return "a smaller one"
