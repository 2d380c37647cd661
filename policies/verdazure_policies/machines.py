"""Where resources name their VM sizes, and which sizes carry a GPU."""

from verdazure import facts

from verdazure_policies.rulebook import Target
from verdazure_policies.view import Claim, Resource, State, Value

AML_CLUSTERS = Target("machinelearningservices:Compute", "properties.computeType", ("AmlCompute",))
AML_INSTANCES = Target("machinelearningservices:Compute", "properties.computeType", ("ComputeInstance",))
AML_NODES = Target("machinelearningservices:Compute", "properties.computeType", ("AmlCompute", "ComputeInstance"))

MANAGED_DEPLOYMENTS = Target("machinelearningservices:OnlineDeployment", "properties.endpointComputeType", ("Managed",))

GPU_HOSTS = (
    AML_NODES,
    Target("compute:VirtualMachine"),
    Target("compute:VirtualMachineScaleSet"),
    Target("containerservice:ManagedCluster"),
)
"""Resources with a location of their own that may run on GPUs."""

VM_HOSTS = (*GPU_HOSTS, Target("containerservice:AgentPool"), Target("batch:Pool"))
"""Resources that name a VM size."""

ARM_HOSTS = (
    Target("compute:VirtualMachine"),
    Target("compute:VirtualMachineScaleSet"),
    Target("containerservice:ManagedCluster"),
    Target("containerservice:AgentPool"),
)
"""Resources that Azure documents Arm sizes for. It names none for Azure ML, and says nothing of Batch."""

_PATHS = {
    "machinelearningservices:Compute": "properties.properties.vmSize",
    "compute:VirtualMachine": "hardwareProfile.vmSize",
    "compute:VirtualMachineScaleSet": "sku.name",
    "containerservice:AgentPool": "vmSize",
    "batch:Pool": "vmSize",
}


def vm_sizes(resource: Resource) -> list[Value]:
    """The VM sizes that the resource names; a Kubernetes cluster names one for each of its pools."""
    if resource.type == "containerservice:ManagedCluster":
        pools = resource["agentPoolProfiles"]
        unknown = [pools] if pools.state is State.UNKNOWN else []
        named = [*unknown, *(pool["vmSize"] for pool in resource.each("agentPoolProfiles"))]
    else:
        named = [resource[_PATHS[resource.type]]]
    return [size for size in named if size.state is not State.MISSING]


def is_gpu(size: Value) -> Claim:
    """Claims that the size has a GPU. Azure names GPU families N: that decides where the facts table has no row."""
    return size.satisfies(_has_gpu, "a GPU size")


def _has_gpu(name: object) -> bool:
    try:
        return facts.vm_size(str(name)).gpu is not None
    except facts.UnknownFact:
        return str(name).lower().startswith("standard_n")
