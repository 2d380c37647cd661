"""Emissions: work that recurs runs while the grid is clean, and what a stack keeps up all day keeps to a budget."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verdazure.carbon.typical_hours import cleanest_hour, typical_day

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.kept import kilograms, number, text
from verdazure_policies.rulebook import HIGH, LOW, STACK_ROOT, Parameter, Params, Target, stack_rule
from verdazure_policies.samples import (
    AML_CLUSTER,
    AML_SCHEDULE,
    AML_WORKSPACE,
    KUBERNETES,
    ONLINE_DEPLOYMENT,
    STACK,
    UNKNOWN,
    VIRTUAL_MACHINE,
    shutdown_of,
)
from verdazure_policies.stack import Neighbour, Stack
from verdazure_policies.view import Claim, Finding, State, Value

TRIGGER = "properties.trigger"
CRON = f"{TRIGGER}.expression"
HOURS = f"{TRIGGER}.schedule.hours"
ZONE = f"{TRIGGER}.timeZone"
ACTION = "properties.action.actionType"
JOBS = Target("machinelearningservices:Schedule", ACTION, ("CreateJob", "InvokeBatchEndpoint"))
BY_DAY = AML_SCHEDULE.having(HOURS, [10])
BY_CRON = AML_SCHEDULE.having(TRIGGER, {"triggerType": "Cron", "expression": "30 2 * * *"})
FIELD = re.compile(r"(?P<first>\*|\d+)(?:-(?P<last>\d+))?(?:/(?P<step>\d+))?")
"""One part of a cron field: a number, all, a range, any of them in steps."""


@stack_rule(
    id="CR08",
    name="schedule-in-clean-hours",
    title="Work that recurs starts while the grid is clean",
    severity=LOW,
    guide=Guide.OPERATIONS,
    gsf=(Pattern.CARBON_AWARE_SCHEDULING,),
    waf=(Recommendation.BATCHES_IN_CLEAN_HOURS,),
    why="A job that nobody waits for emits less when it starts some hours earlier or later.",
    types=[JOBS],
    params={
        "max_percent": Parameter(
            100.0, "Highest intensity of the start hour on the grid's typical day, in percent of that day's mean"
        )
    },
    passes=[
        (AML_SCHEDULE, AML_WORKSPACE),
        (BY_DAY,),
        (BY_CRON, AML_WORKSPACE),
        (BY_CRON.having(CRON, "0 * * * *"), AML_WORKSPACE),
        (BY_DAY.having("properties.isEnabled", False), AML_WORKSPACE),
        (BY_DAY.having(f"{TRIGGER}.frequency", "Hour"), AML_WORKSPACE),
        (BY_DAY.having(ACTION, "CreateMonitor"), AML_WORKSPACE),
    ],
    fails=[
        (BY_DAY, AML_WORKSPACE),
        (BY_DAY.having(HOURS, [2, 10]), AML_WORKSPACE),
        (BY_DAY.without(f"{TRIGGER}.schedule"), AML_WORKSPACE),
        (BY_CRON.having(CRON, "0 1,9-17/4 * * *"), AML_WORKSPACE),
    ],
    unknown=[
        (BY_DAY.having(HOURS, UNKNOWN), AML_WORKSPACE),
        (BY_DAY.having(HOURS, [UNKNOWN]), AML_WORKSPACE),
        (AML_SCHEDULE.having(ZONE, "Pacific Standard Time"), AML_WORKSPACE),
        (AML_SCHEDULE, AML_WORKSPACE.having("location", UNKNOWN)),
        (AML_SCHEDULE, AML_WORKSPACE.having("location", "mexicocentral")),
        (BY_CRON.having(CRON, "at two"), AML_WORKSPACE),
    ],
)
def schedule_in_clean_hours(schedule: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    workspace = stack.named_by(schedule, "workspaceName", "machinelearningservices:Workspace")
    if workspace is None or schedule[f"{TRIGGER}.frequency"].one_of(("Minute", "Hour")).holds:
        return
    # Windows names of time zones, with their summer times, are not translated: the hour is known in UTC only.
    zone = schedule[ZONE].defaulting_to("UTC").satisfies(lambda name: True if name == "UTC" else None, "UTC")
    clean = _starts_clean(schedule, workspace["location"], params.max_percent) if zone.holds else zone
    awake = schedule["properties.isEnabled"].defaulting_to(True).equals(True)
    best = cleanest_hour(str(workspace["location"].content))
    yield from clean.when(awake).otherwise(f"start at {best} h UTC, or take a TrainingSchedule in mode typical")


def _starts_clean(schedule: Neighbour, location: Value, max_percent: float) -> Claim:
    said = schedule[CRON] if schedule[CRON].state is not State.MISSING else schedule[HOURS]
    want = f"hours with at most {max_percent:g} percent of the day's mean intensity"
    day = typical_day(str(location.content)) if location.state is State.KNOWN else None
    hours = _hours(schedule)
    if day is None:
        return Claim(None, location, want, f"{location.shown}, whose typical day is not known")
    if not hours:
        return Claim(None if hours is None else False, said, want)
    mean = sum(day) / len(day)
    worst = max(100 * day[hour % 24] / mean for hour in hours)
    every_hour = len(hours) == len(day)
    return Claim(every_hour or worst <= max_percent, said, want, f"up to {worst:.0f} percent")


def _hours(schedule: Neighbour) -> set[int] | None:
    """The hours at which it starts; none where it says none; None where nobody can tell."""
    if schedule[CRON].state is not State.MISSING:
        return _cron_hours(str(schedule[CRON].content))
    found = schedule.values(HOURS)
    if schedule[HOURS].state is State.UNKNOWN or any(not isinstance(each.content, int) for each in found):
        return None
    return {each.content for each in found}


def _cron_hours(expression: str) -> set[int] | None:
    fields = expression.split()
    parts = [FIELD.fullmatch(part) for part in fields[1].split(",")] if len(fields) == 5 else [None]
    hours: set[int] = set()
    for part in parts:
        if part is None:
            return None
        open_ended = part["first"] == "*" or (part["step"] and not part["last"])
        first = 0 if part["first"] == "*" else int(part["first"])
        last = 23 if open_ended else int(part["last"] or first)
        hours.update(range(first, last + 1, max(1, int(part["step"] or 1))))
    return hours


SERVING_SIZE = "properties.instanceType"
MIN_NODES = "properties.properties.scaleSettings.minNodeCount"
KEPT_CLUSTER = AML_CLUSTER.having(MIN_NODES, 2)
SERVING = ONLINE_DEPLOYMENT.having(SERVING_SIZE, "Standard_D4ads_v5")
ABROAD = VIRTUAL_MACHINE.having("location", "polandcentral")
KEPT_POOL = KUBERNETES.having("agentPoolProfiles[0].minCount", 2)


@stack_rule(
    id="CR10",
    name="stack-carbon-budget",
    title="What a stack keeps up all day keeps to its carbon budget",
    severity=HIGH,
    guide=Guide.MONITORING,
    waf=(Recommendation.EMISSIONS_TARGET,),
    why="A machine that is up emits at every hour of the month, used or not; one number says what a stack adds up to.",
    types=[STACK_ROOT],
    params={
        "max_kilograms": Parameter(
            0.0, "Most kgCO2e a month of the machines that are up at all hours, made and powered; 0: any"
        )
    },
    cases_with={"max_kilograms": 5.0},
    passes=[
        (STACK,),
        (STACK, AML_CLUSTER, KUBERNETES),
        (STACK, VIRTUAL_MACHINE, SERVING),
        (STACK, ABROAD, shutdown_of(ABROAD)),
    ],
    fails=[
        (STACK, ABROAD),
        (STACK, KEPT_CLUSTER.having("location", "polandcentral")),
        (STACK, KEPT_POOL.having("location", "uksouth")),
        (STACK, SERVING.having("sku.capacity", 10)),
    ],
    unknown=[
        (STACK, VIRTUAL_MACHINE.having("hardwareProfile.vmSize", UNKNOWN)),
        (STACK, VIRTUAL_MACHINE.having("hardwareProfile.vmSize", "Standard_Tomorrow_v9")),
        (STACK, VIRTUAL_MACHINE.having("location", "mexicocentral")),
        (STACK, SERVING.having("sku.capacity", UNKNOWN)),
    ],
)
def stack_carbon_budget(root: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    if params.max_kilograms <= 0:
        return
    kept = [each for resource in stack.resources for each in _kept_up(resource, stack)]
    weights = {each: each.kilograms() for each in kept}
    total = sum(weight for weight in weights.values() if weight is not None)
    unclear = [each.name for each, weight in weights.items() if weight is None]
    want = f"at most {params.max_kilograms:g} kgCO2e a month"
    said = Value("machines kept up", State.KNOWN, total)
    if total > params.max_kilograms:
        largest = max(kept, key=lambda each: weights[each] or 0)
        budget = Claim(False, said, want, f"{total:.0f} kgCO2e a month, most of it {largest.name}")
    else:
        missing = f"{total:.0f} kgCO2e a month and what {', '.join(unclear)} adds"
        budget = Claim(None if unclear else True, said, want, missing)
    yield from budget.otherwise("scale to zero what waits, take smaller sizes, or raise max_kilograms with a reason")


@dataclass(frozen=True)
class KeptUp:
    """Machines that run at all hours of a month; None is what nobody can tell before the deployment."""

    name: str
    size: str | None
    count: float | None
    region: str | None

    def kilograms(self) -> float | None:
        """kgCO2e a month, its making included."""
        return kilograms(self.size, self.count, self.region)


def _kept_up(resource: Neighbour, stack: Stack) -> Iterator[KeptUp]:
    """What of a resource is up without anybody asking for it: the floor that it scales down to."""
    name, region = resource.name, text(resource["location"])
    match resource.type:
        case "compute:VirtualMachine" if not stack.naming(resource, "targetResourceId", "devtestlab:GlobalSchedule"):
            yield KeptUp(name, text(resource["hardwareProfile.vmSize"]), 1, region)
        case "compute:VirtualMachineScaleSet":
            yield KeptUp(name, text(resource["sku.name"]), number(resource["sku.capacity"].defaulting_to(0)), region)
        case "containerservice:ManagedCluster":
            for pool in resource.each("agentPoolProfiles"):
                least = "minCount" if pool["enableAutoScaling"].equals(True).holds else "count"
                yield KeptUp(name, text(pool["vmSize"]), number(pool[least].defaulting_to(1)), region)
        case "machinelearningservices:Compute" if resource[MIN_NODES].state is not State.MISSING:
            size = text(resource["properties.properties.vmSize"])
            yield KeptUp(name, size, number(resource[MIN_NODES].defaulting_to(0)), region)
        case "machinelearningservices:OnlineDeployment" if resource[SERVING_SIZE].state is not State.MISSING:
            yield KeptUp(name, text(resource[SERVING_SIZE]), number(resource["sku.capacity"].defaulting_to(1)), region)
