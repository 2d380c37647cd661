"""Compute: no node idles, none is larger or older than it needs to be, and spare capacity comes first."""

import re
from collections.abc import Iterator
from dataclasses import replace

from verdazure import facts, guardrails

from verdazure_policies.frameworks import Guide, Pattern, Recommendation
from verdazure_policies.kept import saved
from verdazure_policies.machines import AML_CLUSTERS, AML_INSTANCES, AML_NODES, ARM_HOSTS, VM_HOSTS, is_gpu, vm_sizes
from verdazure_policies.rulebook import (
    CRITICAL,
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
    AML_CLUSTER,
    AML_INSTANCE,
    CONTAINER_APP,
    DISK,
    EQUIPPED_MACHINE,
    INTEGRATION_RUNTIME,
    KUBERNETES,
    NETWORK_INTERFACE,
    PUBLIC_ADDRESS,
    SPARK_POOL,
    UNKNOWN,
    VIRTUAL_MACHINE,
    Sample,
    shutdown_of,
)
from verdazure_policies.stack import Neighbour, Stack
from verdazure_policies.view import Claim, Finding, Resource, State, Value

VM_SIZE = "properties.properties.vmSize"
PRIORITY = "properties.properties.vmPriority"
MIN_NODES = "properties.properties.scaleSettings.minNodeCount"
MAX_NODES = "properties.properties.scaleSettings.maxNodeCount"
IDLE_TIME = "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown"
SHUTDOWN = "properties.properties.idleTimeBeforeShutdown"
TIMERS = "properties.properties.schedules.computeStartStop"
POOL = "agentPoolProfiles[0]"
POOL_SIZE = f"{POOL}.vmSize"
DATA_FLOW = "properties.computeProperties.dataFlowProperties"
TIMER = "devtestlab:GlobalSchedule"
DEV_MACHINE = VIRTUAL_MACHINE.having("tags.environment", "dev")
INTERRUPTIBLE = VIRTUAL_MACHINE.having("tags.interruptible", "true")
MACHINE_SIZE = "hardwareProfile.vmSize"
X64_MACHINE = VIRTUAL_MACHINE.without("tags.architecture")
ARM_MACHINE = X64_MACHINE.having(MACHINE_SIZE, "Standard_D4pds_v6")
SCALE_SET_PRIORITY = "virtualMachineProfile.priority"
SCALE_SET = Sample(
    "compute:VirtualMachineScaleSet", {**INTERRUPTIBLE.properties, "sku": {"name": "Standard_D4ads_v5", "capacity": 2}}
).without("hardwareProfile")
CORES = f"{DATA_FLOW}.coreCount"
KEPT_WARM = (
    f"{DATA_FLOW}.timeToLive",
    "properties.computeProperties.copyComputeScaleProperties.timeToLive",
    "properties.computeProperties.pipelineExternalComputeScaleProperties.timeToLive",
)


@rule(
    id="CM01",
    name="aml-scale-to-zero",
    title="Training clusters scale to zero",
    severity=CRITICAL,
    guide=Guide.SCALING,
    gsf=(Pattern.ON_DEMAND,),
    waf=(Recommendation.AUTOSCALING,),
    why="A node that waits for work draws power and holds hardware all the same.",
    types=[AML_CLUSTERS],
    params={"max_min_nodes": limit(guardrails.CLUSTER_MIN_NODES, "Most nodes that may run without work")},
    related=("Checkov CKV_AZURE_150 (Terraform only)",),
    passes=[
        AML_CLUSTER,
        AML_CLUSTER.without(MIN_NODES),
        AML_CLUSTER.having("properties.computeType", "Kubernetes").having(MIN_NODES, 2),
    ],
    fails=[AML_CLUSTER.having(MIN_NODES, 2)],
    unknown=[AML_CLUSTER.having(MIN_NODES, UNKNOWN), AML_CLUSTER.having("properties.properties", UNKNOWN)],
)
def aml_scale_to_zero(cluster: Resource, params: Params) -> Iterator[Finding]:
    nodes = cluster[MIN_NODES].defaulting_to(0)
    yield from nodes.at_most(params.max_min_nodes).otherwise(
        "set min_nodes to 0 (minNodeCount: 0)",
        to=params.max_min_nodes,
        saves=saved(cluster[VM_SIZE], nodes, cluster["location"], params.max_min_nodes),
    )


@rule(
    id="CM02",
    name="aml-idle-timeout",
    title="Training clusters give idle nodes back soon",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.ON_DEMAND,),
    waf=(Recommendation.AUTOSCALING,),
    why="Every minute that a node stays up after its last job is energy without a result.",
    types=[AML_CLUSTERS],
    params={"max_idle_minutes": limit(guardrails.CLUSTER_IDLE_MINUTES_MAX, "Longest time that a node may idle")},
    passes=[AML_CLUSTER, AML_CLUSTER.having(IDLE_TIME, "PT120S")],
    fails=[AML_CLUSTER.having(IDLE_TIME, "PT1H"), AML_CLUSTER.without(IDLE_TIME), AML_CLUSTER.having(IDLE_TIME, "10")],
    unknown=[AML_CLUSTER.having(IDLE_TIME, UNKNOWN)],
)
def aml_idle_timeout(cluster: Resource, params: Params) -> Iterator[Finding]:
    minutes = params.max_idle_minutes
    fix = f"set idle_minutes to {minutes} or less (nodeIdleTimeBeforeScaleDown: PT{minutes}M)"
    yield from cluster[IDLE_TIME].lasts_at_most(minutes).otherwise(fix, to=f"PT{minutes}M")


@rule(
    id="CM03",
    name="instance-idle-shutdown",
    title="Workstations switch themselves off",
    severity=CRITICAL,
    guide=Guide.SCALING,
    gsf=(Pattern.SCALED_DOWN_APPLICATIONS,),
    waf=(Recommendation.BUSINESS_HOURS,),
    why="A workstation that nobody works on draws power through nights and weekends.",
    types=[AML_INSTANCES],
    params={
        "max_idle_minutes": limit(guardrails.DEV_INSTANCE_IDLE_MINUTES_MAX, "Longest time that a workstation may idle")
    },
    related=(
        "PSRule Azure.ML.ComputeIdleShutdown (whether one is set, not for how long)",
        "Azure Policy 679ddf89 (whether one is set, not for how long)",
    ),
    passes=[AML_INSTANCE, AML_INSTANCE.having(SHUTDOWN, "PT1H"), AML_CLUSTER],
    fails=[
        AML_INSTANCE.without(SHUTDOWN),
        AML_INSTANCE.having(SHUTDOWN, "PT61M"),
        AML_INSTANCE.having(SHUTDOWN, "P3D"),
    ],
    unknown=[AML_INSTANCE.having(SHUTDOWN, UNKNOWN), AML_INSTANCE.having("properties.properties", UNKNOWN)],
)
def instance_idle_shutdown(instance: Resource, params: Params) -> Iterator[Finding]:
    minutes = params.max_idle_minutes
    fix = f"set idle_minutes to {minutes} or less (idleTimeBeforeShutdown: PT{minutes}M)"
    yield from instance[SHUTDOWN].lasts_at_most(minutes).otherwise(fix, to=f"PT{minutes}M")


@rule(
    id="CM04",
    name="instance-stop-schedule",
    title="Workstations stop at the end of the day",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.SCALED_DOWN_APPLICATIONS,),
    waf=(Recommendation.BUSINESS_HOURS,),
    why="A notebook that somebody left running keeps a workstation awake that idles otherwise.",
    types=[AML_INSTANCES],
    passes=[AML_INSTANCE, AML_INSTANCE.without(f"{TIMERS}[0].status"), AML_CLUSTER],
    fails=[
        AML_INSTANCE.without(TIMERS),
        AML_INSTANCE.having(TIMERS, []),
        AML_INSTANCE.having(f"{TIMERS}[0].action", "Start"),
        AML_INSTANCE.having(f"{TIMERS}[0].status", "Disabled"),
    ],
    unknown=[AML_INSTANCE.having(TIMERS, UNKNOWN), AML_INSTANCE.having(f"{TIMERS}[0].action", UNKNOWN)],
)
def instance_stop_schedule(instance: Resource, params: Params) -> Iterator[Finding]:
    fix = "set stop_at (schedules.computeStartStop with action Stop, status Enabled)"
    yield from _stops(instance).otherwise(fix)


@rule(
    id="CM05",
    name="aml-spare-capacity",
    title="GPU clusters run on spare capacity",
    severity=HIGH,
    guide=Guide.SCALING,
    waf=(Recommendation.SPOT,),
    why="Spare capacity is hardware that already runs; dedicated nodes have more of it built and powered.",
    types=[AML_CLUSTERS],
    params={"priority": limit(guardrails.CLUSTER_PRIORITY, "Priority that GPU nodes run at")},
    passes=[
        AML_CLUSTER,
        AML_CLUSTER.having(PRIORITY, "Dedicated").having(VM_SIZE, "Standard_D4ads_v5"),
        AML_CLUSTER.having(PRIORITY, "Dedicated").having("tags.interruptible", "false"),
    ],
    fails=[AML_CLUSTER.having(PRIORITY, "Dedicated"), AML_CLUSTER.without(PRIORITY)],
    unknown=[AML_CLUSTER.having(PRIORITY, UNKNOWN), AML_CLUSTER.having(PRIORITY, "Dedicated").having(VM_SIZE, UNKNOWN)],
)
def aml_spare_capacity(cluster: Resource, params: Params) -> Iterator[Finding]:
    spare = cluster[PRIORITY].equals(params.priority)
    held = cluster.tag("interruptible").equals("false")
    fix = "set priority to LowPriority, or tag work that cannot restart with interruptible: false"
    yield from spare.when(is_gpu(cluster[VM_SIZE])).unless(held).otherwise(fix)


@rule(
    id="CM06",
    name="aml-max-nodes",
    title="Training clusters have a ceiling",
    severity=MEDIUM,
    guide=Guide.SCALING,
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="A ceiling bounds what a runaway sweep can burn before somebody notices.",
    types=[AML_CLUSTERS],
    params={"max_nodes": limit(guardrails.CLUSTER_NODES_MAX, "Most nodes of one cluster")},
    passes=[AML_CLUSTER, AML_CLUSTER.having(MAX_NODES, 16)],
    fails=[AML_CLUSTER.having(MAX_NODES, 17), AML_CLUSTER.without(MAX_NODES)],
    unknown=[AML_CLUSTER.having(MAX_NODES, UNKNOWN)],
)
def aml_max_nodes(cluster: Resource, params: Params) -> Iterator[Finding]:
    ceiling = cluster[MAX_NODES].at_most(params.max_nodes)
    yield from ceiling.otherwise(f"set max_nodes to {params.max_nodes} or less (maxNodeCount)", to=params.max_nodes)


@rule(
    id="CM07",
    name="current-vm-generation",
    title="Machines are of a current generation",
    severity=HIGH,
    guide=Guide.OPERATIONS,
    gsf=(Pattern.EFFICIENT_ACCELERATORS,),
    waf=(Recommendation.UPDATES,),
    why="An old generation needs more energy for the same result, and Azure retires it under the workload.",
    types=VM_HOSTS,
    related=(
        "PSRule Azure.VM.PromoSku",
        "PSRule Azure.VM.BasicSku",
        "Azure Policy cccc23c7 (a list of sizes)",
    ),
    passes=[AML_CLUSTER, VIRTUAL_MACHINE, KUBERNETES, AML_CLUSTER.having(VM_SIZE, "STANDARD_NC4AS_T4_V3")],
    fails=[
        AML_CLUSTER.having(VM_SIZE, "Standard_NC6s_v3"),
        VIRTUAL_MACHINE.having("hardwareProfile.vmSize", "Standard_DS2_v2"),
        KUBERNETES.having(POOL_SIZE, "Standard_NC6"),
    ],
    unknown=[
        AML_CLUSTER.having(VM_SIZE, UNKNOWN),
        AML_CLUSTER.having(VM_SIZE, "Standard_ZZ1"),
        KUBERNETES.having(POOL_SIZE, UNKNOWN),
    ],
)
def current_vm_generation(host: Resource, params: Params) -> Iterator[Finding]:
    for size in vm_sizes(host):
        yield from _is_current(size).otherwise(_replacement(size))


@rule(
    id="CM08",
    name="gpu-right-size",
    title="Development takes no more boards than it learns with",
    severity=HIGH,
    guide=Guide.OPERATIONS,
    gsf=(Pattern.EFFICIENT_ACCELERATORS, Pattern.RIGHT_SIZED_COMPUTE),
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="A machine with eight boards draws the idle power of all of them while one line of code is tried.",
    types=[AML_NODES],
    params={"max_boards": Parameter(2, "Most boards of a machine in a development environment")},
    passes=[
        AML_CLUSTER,
        AML_INSTANCE,
        AML_CLUSTER.having("tags.environment", "dev"),
        AML_CLUSTER.having(VM_SIZE, "Standard_ND96isr_H100_v5"),
        AML_INSTANCE.having(VM_SIZE, "Standard_NC48ads_A100_v4").having("tags.environment", "dev"),
    ],
    fails=[AML_CLUSTER.having("tags.environment", "dev").having(VM_SIZE, "Standard_ND96isr_H100_v5")],
    unknown=[
        AML_CLUSTER.having("tags.environment", "dev").having(VM_SIZE, UNKNOWN),
        AML_CLUSTER.having("tags.environment", "dev").having(VM_SIZE, "Standard_ZZ1"),
        AML_CLUSTER.having("tags", UNKNOWN).having(VM_SIZE, "Standard_ND96isr_H100_v5"),
    ],
)
def gpu_right_size(machine: Resource, params: Params) -> Iterator[Finding]:
    developing = machine.tag("environment").equals("dev")
    few = machine[VM_SIZE].satisfies(
        lambda size: None if (held := _boards(size)) is None else held <= params.max_boards,
        f"a size with at most {params.max_boards} boards",
    )
    yield from few.when(developing).otherwise("take fewer: `verdazure size` says which size does the job")


@rule(
    id="CM09",
    name="arm-for-cpu",
    title="Machines without a GPU have Arm processors where the software allows",
    severity=LOW,
    guide=Guide.OPERATIONS,
    gsf=(Pattern.OTHER_CPUS,),
    waf=(Recommendation.ARM_PROCESSORS,),
    why="Arm processors need less power for the work of many services, and most software is built for them too.",
    types=ARM_HOSTS,
    passes=[
        ARM_MACHINE,
        VIRTUAL_MACHINE,
        X64_MACHINE.having(MACHINE_SIZE, "Standard_NC4as_T4_v3"),
        X64_MACHINE.having(MACHINE_SIZE, "Standard_D1_v2"),
        X64_MACHINE.having("osProfile", {"windowsConfiguration": {"provisionVMAgent": True}}),
        KUBERNETES,
        KUBERNETES.having(POOL_SIZE, "Standard_D4ads_v5").having(f"{POOL}.osType", "Windows"),
    ],
    fails=[
        X64_MACHINE,
        X64_MACHINE.having("tags.architecture", "arm64"),
        KUBERNETES.having(POOL_SIZE, "Standard_D8ads_v5"),
    ],
    unknown=[
        X64_MACHINE.having(MACHINE_SIZE, UNKNOWN),
        X64_MACHINE.having(MACHINE_SIZE, "Standard_ZZ1"),
        X64_MACHINE.having("tags", UNKNOWN),
        X64_MACHINE.having("osProfile", UNKNOWN),
        KUBERNETES.having("agentPoolProfiles", UNKNOWN),
    ],
)
def arm_for_cpu(host: Resource, params: Params) -> Iterator[Finding]:
    bound = host.tag("architecture").equals("x64")
    for size in vm_sizes(host):
        arm = _has_arm(size).unless(bound).unless(_runs_windows(host, size))
        yield from arm.otherwise(_arm_replacement(size))


@rule(
    id="CM10",
    name="vm-spot",
    title="Machines whose work can begin again run on spare capacity",
    severity=MEDIUM,
    guide=Guide.SCALING,
    waf=(Recommendation.SPOT,),
    why="Spare capacity is hardware that already runs; dedicated machines have more of it built and powered.",
    types=["compute:VirtualMachine", "compute:VirtualMachineScaleSet"],
    passes=[
        INTERRUPTIBLE.having("priority", "Spot"),
        VIRTUAL_MACHINE,
        VIRTUAL_MACHINE.having("tags.interruptible", "false"),
        SCALE_SET.having(SCALE_SET_PRIORITY, "Spot"),
    ],
    fails=[INTERRUPTIBLE, INTERRUPTIBLE.having("priority", "Regular"), SCALE_SET],
    unknown=[INTERRUPTIBLE.having("priority", UNKNOWN), VIRTUAL_MACHINE.having("tags", UNKNOWN)],
)
def vm_spot(machine: Resource, params: Params) -> Iterator[Finding]:
    path = SCALE_SET_PRIORITY if machine.type == SCALE_SET.type else "priority"
    interruptible = machine.tag("interruptible").equals("true")
    fix = "set it to Spot, or tag work that cannot restart with interruptible: false"
    yield from machine[path].equals("Spot").when(interruptible).otherwise(fix)


@stack_rule(
    id="CM11",
    name="vm-auto-shutdown",
    title="Virtual machines for development stop in the evening",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.SCALED_DOWN_APPLICATIONS,),
    waf=(Recommendation.BUSINESS_HOURS,),
    why="A virtual machine that nobody stopped runs through every night and weekend.",
    types=["compute:VirtualMachine"],
    passes=[
        (VIRTUAL_MACHINE,),
        (DEV_MACHINE, shutdown_of(DEV_MACHINE)),
        (DEV_MACHINE.having("priority", "Spot").having("tags.workload", "batch"), shutdown_of(DEV_MACHINE)),
    ],
    fails=[
        (DEV_MACHINE,),
        (DEV_MACHINE, shutdown_of(DEV_MACHINE).having("status", "Disabled")),
        (DEV_MACHINE, shutdown_of(DEV_MACHINE).having("taskType", "ComputeVmStartupTask")),
    ],
    unknown=[(DEV_MACHINE, shutdown_of(DEV_MACHINE).linked({}))],
)
def vm_auto_shutdown(machine: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    stopped = stack.where(TIMER, _is_on_and_stops).has_naming(machine, "targetResourceId", TIMER)
    developing = machine.tag("environment").equals("dev")
    fix = "add a devtestlab.GlobalSchedule with taskType ComputeVmShutdownTask, status Enabled and its id"
    yield from stopped.when(developing).otherwise(fix)


@rule(
    id="CM12",
    name="aks-autoscale-zero",
    title="Kubernetes pools for jobs scale to zero on spot nodes",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.SCALED_DOWN_KUBERNETES,),
    waf=(Recommendation.AUTOSCALING,),
    why="A pool of a fixed size draws power for pods that nobody scheduled.",
    types=["containerservice:ManagedCluster", "containerservice:AgentPool"],
    related=("PSRule Azure.AKS.AutoScaling",),
    disagreement=Disagreement(
        with_rules=("PSRule Azure.AKS.MinUserPoolNodes",),
        they_ask="They ask for at least three nodes in each user pool, so that an update or a lost node stops no pod.",
        because="Jobs begin again on another node; three nodes that wait for them draw power all day.",
        they_are_right="They are right where a pool serves requests: tag the cluster slo with high.",
    ),
    passes=[
        KUBERNETES,
        KUBERNETES.having(f"{POOL}.mode", "System").having(f"{POOL}.minCount", 1),
        KUBERNETES.having(POOL_SIZE, "Standard_D4ads_v5").without(f"{POOL}.scaleSetPriority"),
        KUBERNETES.having(f"{POOL}.minCount", 3).having("tags.slo", "high"),
    ],
    fails=[
        KUBERNETES.having(f"{POOL}.enableAutoScaling", False),
        KUBERNETES.without(f"{POOL}.minCount"),
        KUBERNETES.having(f"{POOL}.minCount", 1),
        KUBERNETES.without(f"{POOL}.scaleSetPriority"),
    ],
    unknown=[
        KUBERNETES.having("agentPoolProfiles", UNKNOWN),
        KUBERNETES.having(f"{POOL}.enableAutoScaling", UNKNOWN),
        KUBERNETES.having(f"{POOL}.minCount", UNKNOWN),
    ],
)
def aks_autoscale_zero(cluster: Resource, params: Params) -> Iterator[Finding]:
    held = cluster.tag("slo").equals("high")
    pools = [cluster.within("")] if cluster.type == "containerservice:AgentPool" else cluster.each("agentPoolProfiles")
    yield from cluster["agentPoolProfiles"].is_told("pools that scale").otherwise("scale them")
    for pool in pools:
        user = ~pool["mode"].equals("System")
        scales = pool["enableAutoScaling"].equals(True)
        yield from scales.unless(held).otherwise("set enableAutoScaling to true")
        empty = pool["minCount"].at_most(0, "nodes").when(user)
        kept = saved(pool["vmSize"], pool["minCount"], cluster["location"])
        yield from empty.unless(held).otherwise("set minCount to 0", to=0, saves=kept)
        spot = pool["scaleSetPriority"].equals("Spot").when(user).when(is_gpu(pool["vmSize"]))
        yield from spot.unless(held).otherwise("set scaleSetPriority to Spot")


@rule(
    id="CM13",
    name="containerapp-zero",
    title="Container apps scale to zero",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.ON_DEMAND,),
    waf=(Recommendation.AUTOSCALING,),
    why="A replica that waits for requests holds cores and memory that somebody else could use.",
    types=["app:ContainerApp"],
    disagreement=Disagreement(
        with_rules=("PSRule Azure.ContainerApp.MinReplicas",),
        they_ask="They ask for at least two replicas, so that the loss of one stops nobody.",
        because="Most apps of a machine-learning team are asked a few times an hour, and start within seconds.",
        they_are_right="They are right where somebody waits for the first answer: tag the app slo with high.",
    ),
    passes=[
        CONTAINER_APP,
        CONTAINER_APP.without("template"),
        CONTAINER_APP.having("template.scale.minReplicas", 2).having("tags.slo", "high"),
    ],
    fails=[CONTAINER_APP.having("template.scale.minReplicas", 1)],
    unknown=[CONTAINER_APP.having("template.scale", UNKNOWN)],
)
def containerapp_zero(app: Resource, params: Params) -> Iterator[Finding]:
    replicas = app["template.scale.minReplicas"].defaulting_to(0)  # Microsoft Learn, Set scaling rules: 0
    held = app.tag("slo").equals("high")
    none = replicas.at_most(0, "replicas").unless(held)
    yield from none.otherwise("set minReplicas to 0, or tag slo with high", to=0)


@rule(
    id="CM16",
    name="spark-autopause",
    title="Spark pools pause and scale",
    severity=HIGH,
    guide=Guide.SCALING,
    gsf=(Pattern.ON_DEMAND,),
    waf=(Recommendation.AUTOSCALING,),
    why="A Spark session that nobody closed keeps three machines or more up until somebody looks.",
    types=["synapse:BigDataPool"],
    params={"max_idle_minutes": Parameter(15, "Longest time that a pool idles before it pauses, in minutes")},
    passes=[SPARK_POOL, SPARK_POOL.having("autoPause.delayInMinutes", 5)],
    fails=[
        SPARK_POOL.without("autoPause"),
        SPARK_POOL.having("autoPause.enabled", False),
        SPARK_POOL.having("autoPause.delayInMinutes", 30),
        SPARK_POOL.without("autoScale"),
        SPARK_POOL.having("autoScale.enabled", False),
    ],
    unknown=[SPARK_POOL.having("autoPause", UNKNOWN), SPARK_POOL.having("autoScale.enabled", UNKNOWN)],
)
def spark_autopause(pool: Resource, params: Params) -> Iterator[Finding]:
    minutes = params.max_idle_minutes
    yield from pool["autoPause.enabled"].equals(True).otherwise("set autoPause.enabled to true", to=True)
    pauses = pool["autoPause.delayInMinutes"].at_most(minutes, "minutes")
    yield from pauses.otherwise(f"set autoPause.delayInMinutes to {minutes} or less", to=minutes)
    yield from pool["autoScale.enabled"].equals(True).otherwise("set autoScale.enabled to true")


@rule(
    id="CM18",
    name="adf-ir-ttl",
    title="An integration runtime lets its cluster go soon",
    severity=MEDIUM,
    guide=Guide.SCALING,
    gsf=(Pattern.ON_DEMAND,),
    waf=(Recommendation.SCALABILITY_NEEDS,),
    why="A Spark cluster that is kept warm between two pipelines draws power for work that may never come.",
    types=[Target("datafactory:IntegrationRuntime", "properties.type", ("Managed",))],
    params={
        "max_idle_minutes": limit(
            guardrails.INTEGRATION_RUNTIME_IDLE_MINUTES_MAX, "Longest time that compute is kept warm"
        ),
        "max_cores": limit(guardrails.INTEGRATION_RUNTIME_CORES_MAX, "Most cores of a data flow's cluster"),
    },
    related=("Azure Policy 85bb39b5 (cores only)",),
    passes=[
        DISK,
        EQUIPPED_MACHINE,
        INTEGRATION_RUNTIME,
        INTEGRATION_RUNTIME.without("properties.computeProperties"),
        INTEGRATION_RUNTIME.having("properties.type", "SelfHosted").having(KEPT_WARM[0], 60),
    ],
    fails=[
        INTEGRATION_RUNTIME.having(KEPT_WARM[0], 11),
        INTEGRATION_RUNTIME.having(CORES, 32),
        INTEGRATION_RUNTIME.having(KEPT_WARM[1], 30),
        INTEGRATION_RUNTIME.having(KEPT_WARM[2], 30),
    ],
    unknown=[INTEGRATION_RUNTIME.having(CORES, UNKNOWN), INTEGRATION_RUNTIME.having(KEPT_WARM[0], UNKNOWN)],
)
def adf_ir_ttl(runtime: Resource, params: Params) -> Iterator[Finding]:
    minutes = params.max_idle_minutes
    for path in KEPT_WARM:
        warm = runtime[path].defaulting_to(0)  # Azure Data Factory blog: without one, each data flow gets a new cluster
        yield from warm.at_most(minutes, "minutes").otherwise(f"set timeToLive to {minutes} or less", to=minutes)
    cores = runtime[CORES].defaulting_to(8)  # the least that Azure offers (description of coreCount in its API)
    most = params.max_cores
    yield from cores.at_most(most, "cores").otherwise(f"set coreCount to {most} or less", to=most)


@stack_rule(
    id="CM19",
    name="no-orphans",
    title="Disks, addresses and network cards belong to something",
    severity=LOW,
    guide=Guide.SCALING,
    gsf=(Pattern.UNUSED_ASSETS,),
    waf=(Recommendation.ZOMBIES,),
    why="What outlived its machine keeps hardware reserved that nothing uses any more.",
    types=["compute:Disk", "network:PublicIPAddress", "network:NetworkInterface"],
    related=("PSRule Azure.VM.DiskAttached", "PSRule Azure.PublicIP.IsAttached", "PSRule Azure.NIC.Attached"),
    passes=[
        (DISK, NETWORK_INTERFACE, PUBLIC_ADDRESS, EQUIPPED_MACHINE),
        (PUBLIC_ADDRESS, NETWORK_INTERFACE, EQUIPPED_MACHINE),
    ],
    fails=[(DISK,), (DISK, VIRTUAL_MACHINE), (PUBLIC_ADDRESS,), (NETWORK_INTERFACE, PUBLIC_ADDRESS)],
    # The program itself says what it made from what: that is never unknown.
)
def no_orphans(resource: Neighbour, params: Params, stack: Stack) -> Iterator[Finding]:
    taken = Claim(
        resource.urn in stack.used,
        resource["name"],
        "one that something in the stack uses",
        "used by nothing in the stack",
    )
    yield from taken.otherwise("attach it to its machine, or remove it")


def _is_on_and_stops(timer: Resource) -> bool | None:
    stops = timer["taskType"].equals("ComputeVmShutdownTask")
    # Its description in the API: Disabled where it is not set.
    enabled = timer["status"].defaulting_to("Disabled").equals("Enabled")
    return False if False in (stops.holds, enabled.holds) else stops.holds and enabled.holds


def _stops(instance: Resource) -> Claim:
    """Whether a timer stops it: one is enough, and one that nobody can read leaves it open."""
    timers = instance[TIMERS]
    found: list[bool | None] = [None] if timers.state is State.UNKNOWN else []
    for timer in instance.each(TIMERS):
        stops, off = timer["action"].equals("Stop").holds, timer["status"].equals("Disabled").holds
        found.append(None if None in (stops, off) else bool(stops) and not off)
    holds = True if True in found else None if None in found else False
    return Claim(holds, timers, "a timer with action Stop that is not Disabled")


def _is_current(size: Value) -> Claim:
    """Whether new work should start on the size; undecided where the facts table does not hold it."""
    row = _row(size)
    claim = size.satisfies(lambda _: row.deployable if row else None, "a size that Azure has not announced to retire")
    if size.state is not State.KNOWN:
        return claim
    return replace(claim, found=f"{size.shown}, {row.status if row else 'which the facts table does not hold'}")


def _replacement(size: Value) -> str:
    row = _row(size)
    return f"use {row.successor}" if row and row.successor else "use a size that the facts table lists as current"


def _has_arm(size: Value) -> Claim:
    """Whether there is nothing to gain; undecided where the facts table does not hold the size."""
    row = _row(size)
    return size.satisfies(lambda _: _arm_instead(row) is None if row else None, "a size with Arm processors")


def _arm_replacement(size: Value) -> str:
    row = _row(size)
    arm = _arm_instead(row) if row else None
    return f"use {arm or 'an Arm size'}, or tag what is built for x64 alone with architecture: x64"


def _arm_instead(size: facts.VmSize) -> str | None:
    """The Arm size with as many vCPUs and no less memory, for one that has other processors and no GPU."""
    if size.architecture == "arm64" or size.gpu is not None:
        return None
    plain = [each for each in facts.vm_sizes().values() if each.gpu is None and each.deployable]
    arms = [each for each in plain if each.architecture == "arm64" and each.vcpus == size.vcpus]
    enough = [each for each in arms if _memory(each) >= _memory(size)]
    return min(enough, key=_memory).name if enough else None


def _memory(size: facts.VmSize) -> float:
    return size.memory_gib or 0.0


def _runs_windows(host: Resource, size: Value) -> Claim:
    """Microsoft Learn names Linux and client editions of Windows for Arm sizes, and no Windows pools of them in AKS."""
    if host.type.startswith("compute:"):
        profile = "virtualMachineProfile.osProfile" if host.type == SCALE_SET.type else "osProfile"
        return host[f"{profile}.windowsConfiguration"].satisfies(lambda _: True, "a configuration")
    return host[re.sub(r"vmSize$", "osType", size.path)].equals("Windows")


def _boards(size: object) -> float | None:
    """None for a size that the facts table does not hold."""
    try:
        return facts.vm_size(str(size)).gpu_count
    except facts.UnknownFact:
        return None


def _row(size: Value) -> facts.VmSize | None:
    try:
        return facts.vm_size(str(size.content))
    except facts.UnknownFact:
        return None
