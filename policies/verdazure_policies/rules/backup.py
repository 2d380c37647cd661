"""Backup: recovery points are there when they are needed, in the cheapest place, and go when nobody needs them."""

from collections.abc import Iterator
from dataclasses import replace

from verdazure import guardrails

from verdazure_policies.rulebook import MEDIUM, Params, limit, rule
from verdazure_policies.samples import BLOB_BACKUP_POLICY, UNKNOWN, VM_BACKUP_POLICY
from verdazure_policies.view import DAYS, Claim, Finding, Resource, State, Value, View

GUIDE = "Disaster recovery and backup"
RETENTION = "properties.retentionPolicy"
DAILY = f"{RETENTION}.dailySchedule.retentionDuration"
SCHEDULES = ("dailySchedule", "weeklySchedule", "monthlySchedule", "yearlySchedule")
RULES = "properties.policyRules"
DELETE_AFTER = f"{RULES}[0].lifecycles[0].deleteAfter.duration"
WORKLOAD = {
    "policyType": "Full",
    "retentionPolicy": {"weeklySchedule": {"retentionDuration": VM_BACKUP_POLICY.at(DAILY)}},
}
WORKLOAD_BACKUP_POLICY = VM_BACKUP_POLICY.having(
    "properties", {"backupManagementType": "AzureWorkload", "subProtectionPolicy": [WORKLOAD]}
)


@rule(
    id="BK01",
    name="backup-retention-bounds",
    title="Recovery points are kept long enough to recover, and no longer",
    severity=MEDIUM,
    guide=GUIDE,
    why="Each recovery point is a copy on powered disks: a week saves the day, years belong to named schedules only.",
    types=["recoveryservices:ProtectionPolicy", "dataprotection:BackupPolicy"],
    params={
        "min_days": limit(guardrails.BACKUP_RETENTION_DAYS_MIN, "Least time of a recovery point without a tag"),
        "max_days": limit(guardrails.BACKUP_RETENTION_DAYS_MAX, "Longest time of a recovery point without a tag"),
    },
    passes=[
        VM_BACKUP_POLICY,
        VM_BACKUP_POLICY.having(f"{DAILY}.durationType", "Weeks"),
        VM_BACKUP_POLICY.having(
            f"{RETENTION}.yearlySchedule", {"retentionDuration": {"count": 10, "durationType": "Years"}}
        ),
        WORKLOAD_BACKUP_POLICY,
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
    own = [policy.within(path) for path in (RETENTION, "properties.vaultRetentionPolicy.vaultRetention")]
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
