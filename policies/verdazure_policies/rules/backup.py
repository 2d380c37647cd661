"""Backup: recovery points are there when they are needed, in the cheapest place, and go when nobody needs them."""

from collections.abc import Iterator
from dataclasses import replace

from verdazure import guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.rulebook import FAIL, HIGH, LOW, MEDIUM, Disagreement, Parameter, Params, Target, limit, rule
from verdazure_policies.samples import BACKUP_VAULT, BLOB_BACKUP_POLICY, RECOVERY_VAULT, UNKNOWN, VM_BACKUP_POLICY
from verdazure_policies.view import DAYS, Claim, Finding, Resource, State, Value, View

RETENTION = "properties.retentionPolicy"
DAILY = f"{RETENTION}.dailySchedule.retentionDuration"
MONTHLY = f"{RETENTION}.monthlySchedule.retentionDuration"
A_YEAR = {"count": 1, "durationType": "Years"}
SCHEDULES = ("dailySchedule", "weeklySchedule", "monthlySchedule", "yearlySchedule")
MANAGEMENT = "properties.backupManagementType"
VM_POLICIES = Target("recoveryservices:ProtectionPolicy", MANAGEMENT, ("AzureIaasVM",))
INSTANT = "properties.instantRpRetentionRangeInDays"
FREQUENCY = "properties.schedulePolicy.scheduleRunFrequency"
TIERING = "properties.tieringPolicy.ArchivedRP.tieringMode"
KIND = "properties.subProtectionPolicy[0]"
RULES = "properties.policyRules"
DELETE_AFTER = f"{RULES}[0].lifecycles[0].deleteAfter.duration"
REDUNDANCY = "properties.redundancySettings.standardTierStorageRedundancy"
STORES = "properties.storageSettings"
IMMUTABILITY = "properties.securitySettings.immutabilitySettings"
SOFT_DELETE = "properties.securitySettings.softDeleteSettings"
SOFT_DELETE_STATES = {
    "recoveryservices:Vault": ("softDeleteState", ("Enabled", "AlwaysON")),
    "dataprotection:BackupVault": ("state", ("On", "AlwaysOn")),
}
WORKLOAD = {
    "policyType": "Full",
    "retentionPolicy": {"weeklySchedule": {"retentionDuration": VM_BACKUP_POLICY.at(DAILY)}},
}
WORKLOAD_BACKUP_POLICY = VM_BACKUP_POLICY.having(
    "properties", {"backupManagementType": "AzureWorkload", "subProtectionPolicy": [WORKLOAD]}
)
VAULTED = "properties.vaultRetentionPolicy.vaultRetention"
SHARE_BACKUP_POLICY = VM_BACKUP_POLICY.having("properties", {"backupManagementType": "AzureStorage"}).having(
    f"{VAULTED}.dailySchedule.retentionDuration", {"count": 30, "durationType": "Days"}
)


@rule(
    id="BK01",
    name="backup-retention-bounds",
    title="Recovery points are kept long enough to recover, and no longer",
    severity=MEDIUM,
    guide=Guide.RECOVERY,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.BACKUP_POLICIES,),
    why="Each recovery point is a copy on powered disks: a week saves the day, years belong to named schedules only.",
    types=["recoveryservices:ProtectionPolicy", "dataprotection:BackupPolicy"],
    params={
        "min_days": limit(guardrails.BACKUP_RETENTION_DAYS_MIN, "Least time of an ordinary recovery point"),
        "max_days": limit(guardrails.BACKUP_RETENTION_DAYS_MAX, "Longest time of an ordinary recovery point"),
    },
    passes=[
        VM_BACKUP_POLICY,
        VM_BACKUP_POLICY.having(f"{DAILY}.durationType", "Weeks"),
        VM_BACKUP_POLICY.having(
            f"{RETENTION}.yearlySchedule", {"retentionDuration": {"count": 10, "durationType": "Years"}}
        ),
        WORKLOAD_BACKUP_POLICY,
        SHARE_BACKUP_POLICY,
        BLOB_BACKUP_POLICY,
        BLOB_BACKUP_POLICY.having(DELETE_AFTER, "P12M"),
        BLOB_BACKUP_POLICY.having(
            f"{RULES}[1]", {"objectType": "AzureRetentionRule", "name": "Yearly", "isDefault": False}
        ),
    ],
    fails=[
        VM_BACKUP_POLICY.having(f"{DAILY}.count", 6),
        VM_BACKUP_POLICY.having(f"{DAILY}.durationType", "Years"),
        VM_BACKUP_POLICY.having(f"{DAILY}.durationType", "Fortnights"),
        VM_BACKUP_POLICY.having(RETENTION, {"retentionDuration": {"count": 366, "durationType": "Days"}}),
        VM_BACKUP_POLICY.without(RETENTION),
        WORKLOAD_BACKUP_POLICY.having(
            "properties.subProtectionPolicy[0].retentionPolicy.weeklySchedule.retentionDuration.count", 5
        ),
        SHARE_BACKUP_POLICY.having(f"{VAULTED}.dailySchedule.retentionDuration.count", 400),
        BLOB_BACKUP_POLICY.having(DELETE_AFTER, "P2Y"),
        BLOB_BACKUP_POLICY.having(DELETE_AFTER, "P3D"),
        BLOB_BACKUP_POLICY.having(f"{RULES}[0].isDefault", False),
    ],
    unknown=[
        VM_BACKUP_POLICY.having(f"{DAILY}.count", UNKNOWN),
        VM_BACKUP_POLICY.having(RETENTION, UNKNOWN),
        BLOB_BACKUP_POLICY.having(DELETE_AFTER, UNKNOWN),
        BLOB_BACKUP_POLICY.having(RULES, UNKNOWN),
    ],
)
def backup_retention_bounds(policy: Resource, params: Params) -> Iterator[Finding]:
    low, high = params.min_days, params.max_days
    fix = f"keep it {low} to {high} days; what has to stay longer gets a monthly or yearly schedule of its own"
    if policy.type == "dataprotection:BackupPolicy":
        kept = [each for rule in policy.each(RULES) for each in _lifetimes(rule, low, high)]
        yield from _any(kept, policy[RULES], "a retention rule with isDefault").otherwise("add one")
    else:
        kept = [_lasts(_shortest(retention), low, high) for retention in _retentions(policy)]
        yield from _any(kept, policy[RETENTION], "a retention").otherwise(fix)
    for claim in kept:
        yield from claim.otherwise(fix)


@rule(
    id="BK02",
    name="instant-rp",
    title="Snapshots for instant restore go after two days",
    severity=LOW,
    guide=Guide.RECOVERY,
    gsf=(Pattern.EXPIRING_STORAGE,),
    waf=(Recommendation.RECOVERY_POINTS,),
    why="A snapshot for instant restore stays on the disk's own storage, beside the copy in the vault.",
    types=[VM_POLICIES],
    params={"max_days": Parameter(2, "Longest time that snapshots stay beside the disk, in days")},
    passes=[
        VM_BACKUP_POLICY,
        VM_BACKUP_POLICY.having("properties.policyType", "V1").without(INSTANT),
        VM_BACKUP_POLICY.having(INSTANT, 5).having(FREQUENCY, "Weekly"),
        WORKLOAD_BACKUP_POLICY,
    ],
    fails=[VM_BACKUP_POLICY.having(INSTANT, 7), VM_BACKUP_POLICY.without(INSTANT)],
    unknown=[VM_BACKUP_POLICY.having(INSTANT, UNKNOWN)],
)
def instant_rp(policy: Resource, params: Params) -> Iterator[Finding]:
    enhanced = policy["properties.policyType"].equals("V2").holds
    # Azure docs, Instant Restore: 2 days with the standard policy (V1) and 7 with the enhanced one (V2).
    days = policy[INSTANT].defaulting_to(7 if enhanced else 2).at_most(params.max_days, "days")
    weekly = policy[FREQUENCY].equals("Weekly")  # for which Azure takes 5 days only
    yield from days.unless(weekly).otherwise(
        f"set instantRpRetentionRangeInDays to {params.max_days} or less", to=params.max_days
    )


@rule(
    id="BK03",
    name="archive-tier",
    title="Old recovery points move to the archive",
    severity=LOW,
    guide=Guide.RECOVERY,
    waf=(Recommendation.BACKUP_POLICIES, Recommendation.ACCESS_TIER),
    why="Nobody reads an old recovery point until an audit asks; the archive tier keeps it without powered disks.",
    types=[Target("recoveryservices:ProtectionPolicy", MANAGEMENT, ("AzureIaasVM", "AzureWorkload"))],
    params={
        # Azure docs, Archive tier: a recovery point moves at three months' age, if it stays six months more.
        "long_term_days": Parameter(270, "Retention from which monthly and yearly points have to move, in days")
    },
    passes=[
        VM_BACKUP_POLICY,
        VM_BACKUP_POLICY.having(MONTHLY, {"count": 6, "durationType": "Months"}),
        VM_BACKUP_POLICY.having(MONTHLY, A_YEAR).having(TIERING, "TierRecommended"),
        VM_BACKUP_POLICY.having(MONTHLY, A_YEAR).having(TIERING, "TierAfter"),
        WORKLOAD_BACKUP_POLICY,
    ],
    fails=[
        VM_BACKUP_POLICY.having(MONTHLY, A_YEAR),
        VM_BACKUP_POLICY.having(MONTHLY, A_YEAR).having(TIERING, "DoNotTier"),
        WORKLOAD_BACKUP_POLICY.having(f"{KIND}.retentionPolicy.yearlySchedule", {"retentionDuration": A_YEAR}),
    ],
    unknown=[
        VM_BACKUP_POLICY.having(MONTHLY, A_YEAR).having(TIERING, UNKNOWN),
        VM_BACKUP_POLICY.having(MONTHLY, {"count": UNKNOWN, "durationType": "Months"}),
    ],
)
def archive_tier(policy: Resource, params: Params) -> Iterator[Finding]:
    for home in (policy.within("properties"), *policy.each("properties.subProtectionPolicy")):
        retention = home.within("retentionPolicy")
        moved = home["tieringPolicy.ArchivedRP.tieringMode"].one_of(("TierRecommended", "TierAfter"))
        for schedule in ("monthlySchedule", "yearlySchedule"):
            days = _days(_duration(retention, schedule))
            if days.state is not State.MISSING:
                stays = days.above(params.long_term_days, "days")
                yield from moved.when(stays).otherwise("set tieringPolicy.ArchivedRP.tieringMode to TierRecommended")


@rule(
    id="BK04",
    name="vault-redundancy",
    title="Backups stay in one region unless the data cannot be had again",
    severity=LOW,
    guide=Guide.RECOVERY,
    gsf=(Pattern.MATCHED_OBJECTIVES,),
    waf=(Recommendation.BACKUP_POLICIES,),
    why="Geo-redundancy keeps three more copies in another region of what is a copy already.",
    types=["recoveryservices:Vault", "dataprotection:BackupVault"],
    params={
        "irreplaceable": Parameter(
            ("raw", "model"), "Values of the tag data-class that mean: its backups may be copied to another region"
        )
    },
    disagreement=Disagreement(
        with_rules=("PSRule Azure.RSV.StorageType",),
        they_ask="A recovery services vault replicates to another region.",
        because="A backup is a copy already, and most of what an AI workload backs up is made again by a rerun.",
        they_are_right=(
            "For data that cannot be had again. Tag the vault with its data-class, raw or model, and this rule "
            "lets it replicate."
        ),
    ),
    passes=[
        RECOVERY_VAULT,
        BACKUP_VAULT,
        RECOVERY_VAULT.having(REDUNDANCY, "ZoneRedundant"),
        RECOVERY_VAULT.having(REDUNDANCY, "GeoRedundant").having("tags.data-class", "raw dataset"),
    ],
    fails=[
        RECOVERY_VAULT.having(REDUNDANCY, "GeoRedundant"),
        RECOVERY_VAULT.without(REDUNDANCY),
        BACKUP_VAULT.having(f"{STORES}[0].type", "GeoRedundant").having("tags.data-class", "log"),
        BACKUP_VAULT.without(STORES),
    ],
    unknown=[RECOVERY_VAULT.having(REDUNDANCY, UNKNOWN), BACKUP_VAULT.having(STORES, UNKNOWN)],
)
def vault_redundancy(vault: Resource, params: Params) -> Iterator[Finding]:
    irreplaceable = vault.tag("data-class").satisfies(
        lambda tag: not set(params.irreplaceable).isdisjoint(str(tag).split()), " or ".join(params.irreplaceable)
    )
    if vault.type == "dataprotection:BackupVault":
        chosen = [each["type"] for each in vault.each(STORES)] or [vault[STORES]]
    else:
        chosen = [
            vault[REDUNDANCY].defaulting_to("GeoRedundant")
        ]  # Azure docs: what a Recovery Services vault starts with
    for redundancy in chosen:
        local = redundancy.one_of(("LocallyRedundant", "ZoneRedundant")).unless(irreplaceable)
        yield from local.otherwise("choose LocallyRedundant, or tag what cannot be had again with data-class: raw")


@rule(
    id="BK05",
    name="vault-immutability",
    title="Nobody deletes a recovery point before its time",
    severity=HIGH,
    guide=Guide.RECOVERY,
    why="A short retention is safe only where neither a mistake nor an intruder can make it shorter.",
    types=["recoveryservices:Vault", "dataprotection:BackupVault"],
    when_unknown=FAIL,
    related=(
        "PSRule Azure.RSV.Immutable",
        "Azure Policy d6f6f560",
    ),
    passes=[
        RECOVERY_VAULT,
        BACKUP_VAULT,
        RECOVERY_VAULT.having(f"{IMMUTABILITY}.state", "Locked").without(SOFT_DELETE),
        RECOVERY_VAULT.having(f"{SOFT_DELETE}.softDeleteState", "AlwaysON"),
    ],
    fails=[
        RECOVERY_VAULT.without(IMMUTABILITY),
        RECOVERY_VAULT.having(f"{IMMUTABILITY}.state", "Disabled"),
        RECOVERY_VAULT.having(f"{SOFT_DELETE}.softDeleteState", "Disabled"),
        BACKUP_VAULT.having(f"{SOFT_DELETE}.state", "Off"),
        BACKUP_VAULT.without(IMMUTABILITY),
    ],
    unknown=[RECOVERY_VAULT.having(f"{IMMUTABILITY}.state", UNKNOWN), BACKUP_VAULT.having(SOFT_DELETE, UNKNOWN)],
)
def vault_immutability(vault: Resource, params: Params) -> Iterator[Finding]:
    state, on = SOFT_DELETE_STATES[vault.type]
    kept = vault[f"{SOFT_DELETE}.{state}"].defaulting_to(on[0])  # Azure docs: a new vault has soft delete on
    yield from kept.one_of(on).otherwise(f"set {SOFT_DELETE}.{state} to {on[0]}", to=on[0])
    fixed = vault[f"{IMMUTABILITY}.state"].one_of(("Unlocked", "Locked"))
    yield from fixed.otherwise(f"set {IMMUTABILITY}.state to Unlocked, and to Locked once the retention is right")


def _any(kept: list[Claim], where: Value, want: str) -> Claim:
    return Claim(None if where.state is State.UNKNOWN else bool(kept), where, want)


def _lifetimes(rule: View, low: float, high: float) -> list[Claim]:
    """Bounds on what a backup vault's default rule keeps, in each of its stores; none for a rule of another kind."""
    default = rule["isDefault"].equals(True)
    if default.holds is False:
        return []
    stores = [each["deleteAfter.duration"] for each in rule.each("lifecycles")] or [rule["lifecycles"]]
    return [duration.lasts_between(low, high).when(default) for duration in stores]


def _retentions(policy: View) -> list[View]:
    """Where a recovery services policy says how long: once, beside its snapshots, or per kind of database backup."""
    own = [policy.within(path) for path in (RETENTION, VAULTED)]
    kinds = [each.within("retentionPolicy") for each in policy.each("properties.subProtectionPolicy")]
    return [each for each in (*own, *kinds) if each.here.state is not State.MISSING]


def _shortest(retention: View) -> View:
    """How long a recovery point stays that no rarer schedule picks."""
    offered = [retention.within("retentionDuration"), *(_duration(retention, schedule) for schedule in SCHEDULES)]
    return next((each for each in offered if each.here.state is not State.MISSING), offered[0])


def _duration(retention: View, schedule: str) -> View:
    return retention.within(f"{schedule}.retentionDuration")


def _lasts(duration: View, low: float, high: float) -> Claim:
    days = _days(duration)
    claim = days.between(low, high, "days")
    return replace(claim, found=f"{days.shown} days") if isinstance(days.content, int | float) else claim


def _days(duration: View) -> Value:
    """The days of `{count: 2, durationType: Weeks}`; with a unit that Azure does not know, the text."""
    count, unit = duration["count"], duration["durationType"]
    if State.KNOWN is count.state is unit.state:
        days = DAYS.get(str(unit.content).lower())
        known = days is not None and type(count.content) in (int, float)
        return replace(duration.here, content=count.content * days if known else f"{count.shown} {unit.shown}")
    return count if unit.state is State.KNOWN else unit
