"""Quotas of vCPUs by region, VM sizes and priority, as far as the sandbox was told any. Untold is unlimited: what a
subscription may use is between its owner and Azure, and no public table says it.

Azure Machine Learning refuses a compute whose quota cannot hold one node; Azure Compute refuses machines beyond the
sum of those that exist. Words: as seen in public issue trackers (Azure/mlops-v2 issue 81; hashicorp/terraform 10056).
"""

from collections.abc import Iterator
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from verdazure import facts
from verdazure.sandbox.azure import arm
from verdazure.sandbox.azure.errors import AzureError, ProviderError
from verdazure.sandbox.azure.finding import Inputs, known, unsaid
from verdazure.sandbox.azure.store import Held

_COMPUTE = "Microsoft.MachineLearningServices/workspaces/computes"
_MACHINE = "Microsoft.Compute/virtualMachines"


class Priority(StrEnum):
    """What Azure Machine Learning calls low priority is spot to Azure Compute: one quota."""

    DEDICATED = "dedicated"
    LOW_PRIORITY = "low_priority"


class Quota(BaseModel):
    """How many vCPUs may be used in a region. `sizes` is a glob of the VM sizes that share them, as those of a family
    do (`Standard_NC*as_T4_v3`); `*` is the total."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str
    sizes: str = "*"
    priority: Priority = Priority.DEDICATED
    vcpus: int = Field(ge=0)

    @property
    def key(self) -> tuple[str, str, Priority]:
        """What two quotas for the same thing have in common."""
        return facts.normal_region(self.region), self.sizes.lower(), self.priority

    def covers(self, demand: "_Demand") -> bool:
        """Whether a demand draws on this quota."""
        region, sizes, priority = self.key
        return (demand.region, demand.priority) == (region, priority) and fnmatchcase(demand.size.lower(), sizes)


class _Document(BaseModel):
    quotas: list[Quota] = []


class Quotas:
    """The quotas of the simulated Azure whose state is `state`, read anew at each request."""

    def __init__(self, state: Path) -> None:
        self._file = state.with_suffix(".quotas.json")

    def all(self) -> list[Quota]:
        """What was told, in the order it was told. Raises `ProviderError` for a file that is damaged."""
        try:
            return _Document.model_validate_json(self._file.read_bytes()).quotas
        except FileNotFoundError:
            return []
        except ValidationError as error:
            raise ProviderError(f"{self._file} does not hold quotas: {error}") from error

    def tell(self, quota: Quota) -> None:
        """Add a quota, in place of what was told for the same region, sizes and priority."""
        others = [each for each in self.all() if each.key != quota.key]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(_Document(quotas=[*others, quota]).model_dump_json(indent=2) + "\n")

    def forget(self) -> None:
        """Back to no limits."""
        self._file.unlink(missing_ok=True)


class _Demand(BaseModel):
    """One node or machine. `region` is the plain name."""

    region: str
    size: str
    priority: Priority
    vcpus: int


def require_quota(quotas: Quotas, held: Held, resource_id: str, inputs: Inputs) -> None:
    """Refuses a compute, a cluster or a machine for which there is not enough quota."""
    arm_type = arm.arm_type(resource_id)
    if arm_type == _COMPUTE and (node := _node(held, resource_id, inputs)):
        for quota in quotas.all():
            if quota.covers(node) and node.vcpus > quota.vcpus:
                raise _no_room_for_a_node(quota, node)
    elif arm_type == _MACHINE and (machine := _machine(inputs)):
        for quota in quotas.all():
            if quota.covers(machine):
                _require_sum(quota, machine, held, resource_id)


def _node(held: Held, resource_id: str, inputs: Inputs) -> _Demand | None:
    workspace = held.get(arm.parent_id(resource_id))
    region = known(inputs, "properties.computeLocation") or (workspace.location if workspace else "")
    low = known(inputs, "properties.properties.vmPriority") == "LowPriority"
    priority = Priority.LOW_PRIORITY if low else Priority.DEDICATED
    return _demand(region, known(inputs, "properties.properties.vmSize"), priority)


def _machine(inputs: Inputs) -> _Demand | None:
    regular = unsaid(inputs, "priority") or known(inputs, "priority") == "Regular"
    priority = Priority.DEDICATED if regular else Priority.LOW_PRIORITY
    return _demand(known(inputs, "location") or "", known(inputs, "hardwareProfile.vmSize"), priority)


def _demand(region: str, size: str | None, priority: Priority) -> _Demand | None:
    """The demand, or nothing for a size that the facts do not know: its vCPUs cannot be counted."""
    row = facts.vm_sizes().get(size or "")
    if row is None or size is None:
        return None
    return _Demand(region=facts.normal_region(region), size=size, priority=priority, vcpus=row.vcpus)


def _no_room_for_a_node(quota: Quota, node: _Demand) -> AzureError:
    kind = "low priority" if quota.priority is Priority.LOW_PRIORITY else "total" if quota.sizes == "*" else quota.sizes
    message = (
        f"The specified subscription has a {kind} vCPU quota of {quota.vcpus} and cannot accomodate for at least 1 "
        f"requested managed compute node which maps to {node.vcpus} vCPUs."
    )
    return AzureError(400, "BadRequest", message)


def _require_sum(quota: Quota, machine: _Demand, held: Held, resource_id: str) -> None:
    used = sum(other.vcpus for other in _others(held, resource_id) if quota.covers(other))
    if used + machine.vcpus <= quota.vcpus:
        return
    message = (
        f"Operation could not be completed as it results in exceeding approved {quota.sizes} Cores quota. Additional "
        f"details - Deployment Model: Resource Manager, Location: {quota.region}, Current Limit: {quota.vcpus}, "
        f"Current Usage: {used}, Additional Required: {machine.vcpus}, (Minimum) New Limit Required: "
        f"{used + machine.vcpus}."
    )
    raise AzureError(409, "OperationNotAllowed", message)


def _others(held: Held, resource_id: str) -> Iterator[_Demand]:
    for machine in held.of_type(_MACHINE):
        demand = _machine({**machine.inputs, "location": machine.location})
        if demand and machine.id.lower() != resource_id.lower():
            yield demand
