"""What properties of one resource may not say together. Each rule is a function over the inputs, and names its source.

A rule judges what is known: a value that a preview does not know yet is neither wrong nor missing.
"""

from collections.abc import Callable, Iterator, Mapping

from verdazure.sandbox.azure.finding import Finding, Inputs
from verdazure.sandbox.azure.relations import (
    compute,
    containers,
    databases,
    edge,
    iot_operations,
    machine_learning,
    monitoring,
    networks,
    registries,
    storage,
    vaults,
)

Rule = Callable[[Inputs], Iterator[Finding]]

_RULES: Mapping[str, tuple[Rule, ...]] = {
    **compute.RULES,
    **containers.RULES,
    **databases.RULES,
    **edge.RULES,
    **iot_operations.RULES,
    **machine_learning.RULES,
    **monitoring.RULES,
    **networks.RULES,
    **registries.RULES,
    **storage.RULES,
    **vaults.RULES,
}


def findings(token: str, inputs: Inputs) -> Iterator[Finding]:
    """What contradicts itself in the inputs of a type such as `azure-native:storage:StorageAccount`."""
    for rule in _RULES.get(token.partition(":")[2], ()):
        yield from rule(inputs)
