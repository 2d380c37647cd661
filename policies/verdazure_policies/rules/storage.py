"""Storage: data cools and goes by itself, and nothing stays on faster disks than it needs."""

import functools
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from verdazure import guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.rulebook import (
    HIGH,
    LOW,
    MEDIUM,
    Disagreement,
    Parameter,
    Params,
    Target,
    limit,
    rule,
    stack_rule,
)
from verdazure_policies.samples import (
    BLOB_SERVICE,
    DISK,
    LIFECYCLE,
    REGISTRY,
    SNAPSHOT,
    STORAGE_ACCOUNT,
    UNKNOWN,
    Sample,
)
from verdazure_policies.stack import Neighbour, Stack
from verdazure_policies.view import Claim, Finding, Resource, State, Value, View

ACTIONS = "definition.actions.baseBlob"
TIERS = ("tierToCool", "tierToCold", "tierToArchive", "delete")
CONDITIONS = ("daysAfterModificationGreaterThan", "daysAfterLastAccessTimeGreaterThan", "daysAfterCreationGreaterThan")
RULE = "policy.rules[0]"
COOL = f"{RULE}.{ACTIONS}.tierToCool"
COOL_DAYS = f"{COOL}.daysAfterModificationGreaterThan"
COLD_DAYS = f"{RULE}.{ACTIONS}.tierToCold.daysAfterModificationGreaterThan"
OLD_VERSIONS = f"{RULE}.definition.actions.version.delete"
POLICY = "storage:ManagementPolicy"
SELDOM_READ = STORAGE_ACCOUNT.having("tags.data-class", "backup")
OTHER_ACCOUNT = replace(STORAGE_ACCOUNT, name="other")
RETENTION = "policies.retentionPolicy"
LAST_ACCESS = "daysAfterLastAccessTimeGreaterThan"
TRACKING = "lastAccessTimeTrackingPolicy.enable"
TRACKED = BLOB_SERVICE.having(TRACKING, True).linked({"accountName": STORAGE_ACCOUNT.name})
BY_LAST_ACCESS = LIFECYCLE.having(COOL, {LAST_ACCESS: 30}).linked({"accountName": STORAGE_ACCOUNT.name})
REPLICATION = Sample("containerregistry:Replication", {"registryName": UNKNOWN}, links={"registryName": REGISTRY.name})
LINKED_SERVICE = "privateLinkServiceConnections[0].privateLinkServiceId"
ENDPOINT = Sample(
    "network:PrivateEndpoint",
    {"privateLinkServiceConnections": [{"privateLinkServiceId": UNKNOWN}]},
    links={"privateLinkServiceConnections": REGISTRY.name},
)
OPEN_REGISTRY = REGISTRY.without("publicNetworkAccess")
VERSIONED = BLOB_SERVICE.having("isVersioningEnabled", True).linked({"accountName": STORAGE_ACCOUNT.name})


@stack_rule(
    id="ST01",
    name="storage-lifecycle",
    title="Every storage account has a lifecycle policy",
    severity=HIGH,
    guide=Guide.STORAGE,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.RELEVANT_DATA,),
    why="Without a lifecycle policy data stays on hot disks, powered, for as long as the account lives.",
    types=[Target("storage:StorageAccount", "kind", ("StorageV2", "BlobStorage"))],
    passes=[
        (STORAGE_ACCOUNT, LIFECYCLE),
        (STORAGE_ACCOUNT.having("name", "data"), LIFECYCLE.linked({}).having("accountName", "Data")),
        (STORAGE_ACCOUNT.having("kind", "FileStorage"),),
    ],
    fails=[
        (STORAGE_ACCOUNT,),
        (STORAGE_ACCOUNT.having("name", "data"), LIFECYCLE.linked({}).having("accountName", "other")),
        (STORAGE_ACCOUNT, OTHER_ACCOUNT, LIFECYCLE.linked({"accountName": OTHER_ACCOUNT.name})),
    ],
    unknown=[
        (STORAGE_ACCOUNT, LIFECYCLE.linked({})),
        (STORAGE_ACCOUNT.having("name", UNKNOWN), LIFECYCLE.linked({}).having("accountName", "data")),
        (STORAGE_ACCOUNT.having("name", UNKNOWN), LIFECYCLE.linked({}).without("accountName")),
    ],
)
def storage_lifecycle(account: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    policy = stack.has_naming(account, "accountName", POLICY)
    yield from policy.otherwise("add a storage.ManagementPolicy for it, or use TieredStorage")


@rule(
    id="ST02",
    name="lifecycle-tiers",
    title="A lifecycle policy cools data early and in order",
    severity=HIGH,
    guide=Guide.STORAGE,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.BLOB_TIER,),
    why="A policy that acts late, or in an order that never happens, keeps data on the disks that draw most.",
    types=["storage:ManagementPolicy"],
    params={
        "cool_within": limit(guardrails.COOL_AFTER_DAYS_MAX, "Latest day of a rule's first step"),
        "cold_within": limit(guardrails.COLD_AFTER_DAYS_MAX, "Latest day to the cold tier"),
        "archive_within": limit(guardrails.ARCHIVE_AFTER_DAYS_MAX, "Latest day to the archive tier"),
    },
    passes=[
        LIFECYCLE,
        LIFECYCLE.having(f"{RULE}.enabled", False).having(COOL_DAYS, 400).having("policy.rules[1]", LIFECYCLE.at(RULE)),
        LIFECYCLE.having(COOL, {"daysAfterLastAccessTimeGreaterThan": 30}),
        LIFECYCLE.having(f"{RULE}.{ACTIONS}", {"delete": {"daysAfterCreationGreaterThan": 7}}),
        LIFECYCLE.having(f"{RULE}.definition.filters", {"blobTypes": ["blockBlob", "appendBlob"]}).having(
            f"{RULE}.{ACTIONS}", {"delete": {"daysAfterModificationGreaterThan": 90}}
        ),
    ],
    fails=[
        LIFECYCLE.having(COOL_DAYS, 31),
        LIFECYCLE.having(COLD_DAYS, 30),
        LIFECYCLE.having(COLD_DAYS, 91),
        LIFECYCLE.having(f"{RULE}.{ACTIONS}", {}),
        LIFECYCLE.having(f"{RULE}.enabled", False),
        LIFECYCLE.without("policy.rules"),
        LIFECYCLE.having(f"{RULE}.{ACTIONS}", {"delete": {"daysAfterModificationGreaterThan": 365}}),
    ],
    unknown=[
        LIFECYCLE.having(COOL_DAYS, UNKNOWN),
        LIFECYCLE.having("policy", UNKNOWN),
        LIFECYCLE.having(COOL_DAYS, 40).having(f"{RULE}.definition.filters", {"blobTypes": [UNKNOWN]}),
    ],
)
def lifecycle_tiers(policy: Resource, params: Params) -> Iterator[Finding]:
    rules = policy["policy.rules"]
    enabled = _enabled_rules(policy)
    working = Claim(None if rules.state is State.UNKNOWN else bool(enabled), rules, "at least one enabled rule")
    yield from working.otherwise("add an enabled rule that tiers or deletes")
    for each in enabled:
        yield from _lifecycle_rule(each, params)


@stack_rule(
    id="ST03",
    name="lifecycle-versions",
    title="Where versions are kept, old ones go",
    severity=MEDIUM,
    guide=Guide.STORAGE,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.RELEVANT_DATA,),
    why="Each overwrite leaves a whole copy behind, out of sight and powered for as long as the account lives.",
    types=["storage:BlobServiceProperties"],
    passes=[
        (VERSIONED, STORAGE_ACCOUNT, LIFECYCLE.having(OLD_VERSIONS, {"daysAfterCreationGreaterThan": 90})),
        (VERSIONED.having("isVersioningEnabled", False), STORAGE_ACCOUNT),
        (VERSIONED.without("isVersioningEnabled"), STORAGE_ACCOUNT),
        (VERSIONED.linked({}),),
    ],
    fails=[
        (VERSIONED, STORAGE_ACCOUNT),
        (VERSIONED, STORAGE_ACCOUNT, LIFECYCLE),
        (VERSIONED, STORAGE_ACCOUNT, LIFECYCLE.having(OLD_VERSIONS, {}).having(f"{RULE}.enabled", False)),
    ],
    unknown=[
        (VERSIONED, STORAGE_ACCOUNT, LIFECYCLE.having("policy", UNKNOWN)),
        (VERSIONED.having("isVersioningEnabled", UNKNOWN), STORAGE_ACCOUNT),
    ],
)
def lifecycle_versions(service: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    account = stack.named_by(service, "accountName", "storage:StorageAccount")
    if account is None:
        return
    policies = stack.naming(account, "accountName", POLICY)
    versioning = service["isVersioningEnabled"].defaulting_to(False)
    expiring = Claim(
        _has_action(policies, "version.delete"), versioning, "with a lifecycle rule that deletes old versions"
    )
    yield from expiring.when(versioning.equals(True)).otherwise(
        "add version.delete to a rule of the account's storage.ManagementPolicy, or turn versioning off"
    )


@stack_rule(
    id="ST04",
    name="cool-default",
    title="What is seldom read does not stay hot",
    severity=MEDIUM,
    guide=Guide.STORAGE,
    waf=(Recommendation.ACCESS_TIER, Recommendation.BLOB_TIER),
    why="The hot tier keeps raw data, archives and backups ready for readers who hardly ever come.",
    types=[Target("storage:StorageAccount", "kind", ("StorageV2", "BlobStorage"))],
    params={"classes": Parameter(("raw", "archive", "backup"), "Values of the tag data-class that mean: seldom read")},
    passes=[
        (SELDOM_READ.having("accessTier", "Cool"),),
        (SELDOM_READ.having("accessTier", "Cold"),),
        (SELDOM_READ, LIFECYCLE),
        (STORAGE_ACCOUNT,),
        (SELDOM_READ.having("tags.data-class", "raw dataset"),),
        (SELDOM_READ.having("tags.data-class", ""),),
    ],
    fails=[
        (SELDOM_READ,),
        (SELDOM_READ.having("tags.data-class", "raw backup").having("accessTier", "Hot"),),
        (SELDOM_READ, LIFECYCLE.having(f"{RULE}.{ACTIONS}", {"delete": {"daysAfterModificationGreaterThan": 30}})),
        (SELDOM_READ, OTHER_ACCOUNT, LIFECYCLE.linked({"accountName": OTHER_ACCOUNT.name})),
    ],
    unknown=[
        (SELDOM_READ.having("accessTier", UNKNOWN),),
        (SELDOM_READ, LIFECYCLE.linked({})),
        (SELDOM_READ, LIFECYCLE.having("policy", UNKNOWN)),
        (SELDOM_READ.having("tags", UNKNOWN),),
    ],
)
def cool_default(account: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    classes = account.tag("data-class")
    seldom = classes.satisfies(lambda text: set() < set(str(text).split()) <= set(params.classes), "seldom read")
    tier = account["accessTier"].defaulting_to("Hot")
    # Raw data is read again in its first days: a policy that cools it then does better than a cool account.
    cools = Claim(_is_cooled(account, stack), tier, "with a lifecycle policy that cools it")
    fix = "set accessTier to Cool, or add a tier to a rule of the account's storage.ManagementPolicy"
    yield from (tier.one_of(("Cool", "Cold")) | cools).when(seldom).otherwise(fix)


@rule(
    id="ST05",
    name="no-premium-by-default",
    title="Fast disks only where latency needs them",
    severity=MEDIUM,
    guide=Guide.STORAGE,
    waf=(Recommendation.ACCESS_TIER,),
    why="Premium storage keeps more flash powered for the same bytes.",
    types=["storage:StorageAccount", "compute:Disk"],
    related=("Azure Policy 7433c107 (a list of skus)",),
    passes=[
        STORAGE_ACCOUNT,
        STORAGE_ACCOUNT.having("sku.name", "Premium_LRS").having("tags.latency", "critical"),
        DISK,
        DISK.having("sku.name", "Premium_LRS"),
    ],
    fails=[
        STORAGE_ACCOUNT.having("sku.name", "Premium_LRS"),
        DISK.having("sku.name", "UltraSSD_LRS").having("tags.environment", "dev"),
    ],
    unknown=[STORAGE_ACCOUNT.having("sku.name", UNKNOWN)],
)
def no_premium_by_default(resource: Resource, params: Params) -> Iterator[Finding]:
    standard = resource["sku.name"].satisfies(
        lambda sku: not str(sku).startswith(("Premium", "Ultra")), "a standard sku"
    )
    claim = standard.unless(resource.tag("latency").equals("critical"))
    if resource.type == "compute:Disk":
        claim = claim.unless(resource.tag("environment").equals("prod"))
    yield from claim.otherwise("use a Standard sku, or tag what needs it with latency: critical")


@rule(
    id="ST06",
    name="soft-delete-bounds",
    title="Deleted data is kept long enough to regret it, and no longer",
    severity=MEDIUM,
    guide=Guide.STORAGE,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.RELEVANT_DATA,),
    why="Soft-deleted data is as powered as live data: a week saves the day, a year only keeps disks busy.",
    types=["storage:BlobServiceProperties"],
    params={
        "min_days": limit(guardrails.SOFT_DELETE_DAYS_MIN, "Least time"),
        "max_days": limit(guardrails.SOFT_DELETE_DAYS_MAX, "Longest time"),
    },
    related=(
        "PSRule Azure.Storage.SoftDelete (AZR-000197; no ceiling)",
        "PSRule Azure.Storage.ContainerSoftDelete (no ceiling)",
    ),
    passes=[BLOB_SERVICE, BLOB_SERVICE.having("deleteRetentionPolicy.days", 30)],
    fails=[
        BLOB_SERVICE.having("deleteRetentionPolicy.days", 365),
        BLOB_SERVICE.having("containerDeleteRetentionPolicy.days", 1),
        BLOB_SERVICE.without("deleteRetentionPolicy"),
    ],
    unknown=[BLOB_SERVICE.having("deleteRetentionPolicy.days", UNKNOWN)],
)
def soft_delete_bounds(service: Resource, params: Params) -> Iterator[Finding]:
    for policy in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
        yield from service[f"{policy}.enabled"].equals(True).otherwise(f"enable {policy}", to=True)
        days = service[f"{policy}.days"]
        least, most = params.min_days, params.max_days
        nearest = most if isinstance(days.content, int) and days.content > most else least
        yield from days.between(least, most, "days").otherwise(f"set {policy}.days to {least} to {most}", to=nearest)


@rule(
    id="ST07",
    name="change-feed-bounds",
    title="A change feed forgets",
    severity=LOW,
    guide=Guide.STORAGE,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.RELEVANT_DATA,),
    why="A change feed without an end keeps a record of every write for as long as the account lives.",
    types=["storage:BlobServiceProperties"],
    params={"max_days": limit(guardrails.CHANGE_FEED_DAYS_MAX, "Longest time that the change feed is kept")},
    passes=[
        BLOB_SERVICE,
        BLOB_SERVICE.having("changeFeed", {"enabled": False}),
        BLOB_SERVICE.having("changeFeed", {"enabled": True, "retentionInDays": 30}),
    ],
    fails=[
        BLOB_SERVICE.having("changeFeed", {"enabled": True}),
        BLOB_SERVICE.having("changeFeed", {"enabled": True, "retentionInDays": 31}),
    ],
    unknown=[BLOB_SERVICE.having("changeFeed", {"enabled": True, "retentionInDays": UNKNOWN})],
)
def change_feed_bounds(service: Resource, params: Params) -> Iterator[Finding]:
    bounded = service["changeFeed.retentionInDays"].at_most(params.max_days, "days")
    yield from bounded.when(service["changeFeed.enabled"].defaulting_to(False).equals(True)).otherwise(
        f"set changeFeed.retentionInDays to {params.max_days} or less", to=params.max_days
    )


@stack_rule(
    id="ST08",
    name="last-access-tracked",
    title="A rule on the last read can see reads",
    severity=MEDIUM,
    guide=Guide.STORAGE,
    waf=(Recommendation.BLOB_TIER,),
    why="A lifecycle rule on the last access does nothing in an account that does not track it: data stays hot.",
    types=["storage:ManagementPolicy"],
    passes=[
        (BY_LAST_ACCESS, STORAGE_ACCOUNT, TRACKED),
        (LIFECYCLE.linked({"accountName": STORAGE_ACCOUNT.name}), STORAGE_ACCOUNT),
        (BY_LAST_ACCESS.having(f"{RULE}.enabled", False), STORAGE_ACCOUNT),
        (BY_LAST_ACCESS.linked({}),),
    ],
    fails=[
        (BY_LAST_ACCESS, STORAGE_ACCOUNT),
        (BY_LAST_ACCESS, STORAGE_ACCOUNT, TRACKED.having(TRACKING, False)),
    ],
    unknown=[
        (BY_LAST_ACCESS, STORAGE_ACCOUNT, TRACKED.having(TRACKING, UNKNOWN)),
    ],
)
def last_access_tracked(policy: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    account = stack.named_by(policy, "accountName", "storage:StorageAccount")
    by_reads = [days for each in _enabled_rules(policy) for tier in TIERS if (days := _last_access(each, tier))]
    if account is None or not by_reads:
        return
    tracking = [each[TRACKING] for each in stack.naming(account, "accountName", "storage:BlobServiceProperties")]
    on = functools.reduce(
        operator.or_,
        (each.equals(True) for each in tracking),
        Claim(False, by_reads[0], "in an account that tracks last access"),
    )
    yield from on.otherwise("enable lastAccessTimeTrackingPolicy in the account's BlobServiceProperties")


@rule(
    id="ST09",
    name="incremental-snapshots",
    title="Snapshots hold what changed, on standard disks",
    severity=LOW,
    guide=Guide.STORAGE,
    waf=(Recommendation.RELEVANT_DATA,),
    why="A full snapshot copies the whole disk again, and a premium one keeps the copy on flash.",
    types=["compute:Snapshot"],
    passes=[SNAPSHOT, SNAPSHOT.without("sku")],
    fails=[
        SNAPSHOT.having("incremental", False),
        SNAPSHOT.without("incremental"),
        SNAPSHOT.having("sku.name", "Premium_LRS"),
    ],
    unknown=[SNAPSHOT.having("incremental", UNKNOWN), SNAPSHOT.having("sku.name", UNKNOWN)],
)
def incremental_snapshots(snapshot: Resource, params: Params) -> Iterator[Finding]:
    yield from snapshot["incremental"].equals(True).otherwise("set incremental to true")
    standard = snapshot["sku.name"].defaulting_to("Standard_LRS").one_of(("Standard_LRS", "Standard_ZRS"))
    yield from standard.otherwise("use Standard_LRS or Standard_ZRS")


@rule(
    id="ST10",
    name="registry-retention",
    title="A premium registry forgets untagged images",
    severity=MEDIUM,
    guide=Guide.STORAGE,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.RELEVANT_DATA,),
    why="Each rebuild leaves an untagged image of gigabytes behind that nothing pulls again.",
    types=[Target("containerregistry:Registry", "sku.name", ("Premium",))],
    params={"max_days": limit(guardrails.REGISTRY_RETENTION_DAYS_MAX, "Longest time that an untagged image is kept")},
    related=(
        "Checkov CKV_AZURE_167 (Terraform only)",
        "PSRule Azure.ACR.Retention",
    ),
    passes=[REGISTRY, REGISTRY.having("sku.name", "Basic").without("policies")],
    fails=[
        REGISTRY.having(f"{RETENTION}.days", 90),
        REGISTRY.without("policies"),
        REGISTRY.having(f"{RETENTION}.status", "disabled"),
    ],
    unknown=[REGISTRY.having(f"{RETENTION}.days", UNKNOWN)],
)
def registry_retention(registry: Resource, params: Params) -> Iterator[Finding]:
    fix = f"set policies.retentionPolicy to enabled with {params.max_days} days or less"
    yield from registry[f"{RETENTION}.status"].equals("enabled").otherwise(fix)
    yield from registry[f"{RETENTION}.days"].defaulting_to(7).at_most(params.max_days, "days").otherwise(fix)


@stack_rule(
    id="ST11",
    name="acr-right-sku",
    title="A registry is Premium only for what Premium alone can do",
    severity=LOW,
    guide=Guide.STORAGE,
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="Premium holds more storage and throughput ready than Standard or Basic, used or not.",
    types=[Target("containerregistry:Registry", "sku.name", ("Premium",))],
    disagreement=Disagreement(
        with_rules=(
            "Checkov CKV_AZURE_139",
            "Checkov CKV_AZURE_163",
            "Checkov CKV_AZURE_166",
            "Checkov CKV_AZURE_233",
        ),
        they_ask=(
            "A registry is zone redundant, closed to the internet, and scans and quarantines images: Basic fails "
            "all four."
        ),
        because=(
            "A registry that development pulls from a few times a day uses none of it, and Premium holds the "
            "capacity all the same."
        ),
        they_are_right=(
            "In production. A registry that is closed, zone redundant or replicated passes this rule as Premium."
        ),
    ),
    passes=[
        (REGISTRY,),
        (OPEN_REGISTRY.having("sku.name", "Standard"),),
        (OPEN_REGISTRY, ENDPOINT),
        (OPEN_REGISTRY, REPLICATION),
        (OPEN_REGISTRY.having("zoneRedundancy", "Enabled"),),
        (OPEN_REGISTRY.having("encryption", {"status": "enabled"}),),
    ],
    fails=[(OPEN_REGISTRY,), (OPEN_REGISTRY.having("publicNetworkAccess", "Enabled"), STORAGE_ACCOUNT)],
    unknown=[(OPEN_REGISTRY.having("publicNetworkAccess", UNKNOWN),), (OPEN_REGISTRY, ENDPOINT.linked({}))],
)
def acr_right_sku(registry: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    needs = (
        registry["publicNetworkAccess"].equals("Disabled"),
        registry["zoneRedundancy"].equals("Enabled"),
        registry["encryption.status"].equals("enabled"),
        stack.has_naming(registry, "registryName", "containerregistry:Replication"),
        stack.has_naming(registry, LINKED_SERVICE, "network:PrivateEndpoint"),
    )
    needed = functools.reduce(operator.or_, needs)
    unused = Claim(False, registry["sku.name"], "Basic or Standard where nothing in the stack needs Premium")
    yield from (unused if needed.holds is False else needed).otherwise(
        "set sku.name to Standard, or keep Premium and close the registry to the internet"
    )


def _enabled_rules(policy: View) -> list[View]:
    return [rule for rule in policy.each("policy.rules") if rule["enabled"].equals(False).holds is not True]


def _is_cooled(account: Neighbour, stack: Stack) -> bool | None:
    """Whether a lifecycle policy of the account moves data to a cooler tier; None where that is not known."""
    policies = stack.where(POLICY, lambda each: each.refers_to("accountName", account)).of(POLICY)
    cools = _has_action(policies, *(f"baseBlob.{tier}" for tier in TIERS if tier != "delete"))
    return cools and stack.has_naming(account, "accountName", POLICY).holds


def _has_action(policies: Sequence[View], *actions: str) -> bool | None:
    """Whether one of the policies has a rule with one of the actions; None where their rules are not known."""
    rules = [rule for policy in policies for rule in _enabled_rules(policy)]
    if any(rule[f"definition.actions.{action}"].is_set().holds for rule in rules for action in actions):
        return True
    return None if any(policy["policy.rules"].state is State.UNKNOWN for policy in policies) else False


def _lifecycle_rule(rule: View, params: Params) -> Iterator[Finding]:
    steps = {tier: days for tier in TIERS if (days := _days(rule, tier)) is not None}
    yield from _acts(rule, steps).otherwise("add tierToCool or delete")
    for first in list(steps.values())[:1]:
        soon = first.at_most(params.cool_within, "days").unless(_holds_append_blobs(rule))
        yield from soon.otherwise("let the first step happen sooner")
    for tier, within in (("tierToCold", params.cold_within), ("tierToArchive", params.archive_within)):
        if tier in steps:
            yield from steps[tier].at_most(within, "days").otherwise(f"let {tier} happen sooner")
    for earlier, later in pairwise(steps.values()):
        if earlier.state is State.KNOWN and isinstance(earlier.content, int | float):
            in_order = later.above(earlier.content, f"days, as {earlier.path} is")
            yield from in_order.otherwise("let the steps follow each other")


def _acts(rule: View, steps: Mapping[str, Value]) -> Claim:
    others = any(rule[f"definition.actions.{kind}"].is_set().holds for kind in ("version", "snapshot"))
    return Claim(bool(steps) or others, rule[ACTIONS], "an action that tiers or deletes")


def _days(rule: View, tier: str) -> Value | None:
    """The day on which the step happens, by whichever of Azure's conditions the rule uses; None without the step."""
    if rule[f"{ACTIONS}.{tier}"].state is State.MISSING:
        return None
    given = _conditions(rule, tier)
    return next((days for days in given if days.state is not State.MISSING), given[0])


def _conditions(rule: View, tier: str) -> list[Value]:
    return [rule[f"{ACTIONS}.{tier}.{condition}"] for condition in CONDITIONS]


def _last_access(rule: View, tier: str) -> Value | None:
    """The condition on the last read, if the step has it. Before a deployment what is not given may read as unknown."""
    known = [days for days in _conditions(rule, tier) if days.state is State.KNOWN]
    return next((days for days in known if days.path.endswith(LAST_ACCESS)), None)


def _holds_append_blobs(rule: View) -> Claim:
    """Append blobs can be deleted by a rule, not tiered (Azure docs, Lifecycle management policy structure)."""
    path = "definition.filters.blobTypes"
    members = [kind.equals("appendBlob") for kind in rule.values(path)]
    return functools.reduce(operator.or_, members, rule[path].equals("appendBlob"))
