"""Tags: who answers for a resource, what it serves and how its data may be treated."""

from collections.abc import Mapping

import pulumi

MANAGED_BY = {"managed-by": "verdazure"}


def merged(*layers: Mapping[str, pulumi.Input[str]]) -> dict[str, pulumi.Input[str]]:
    """The landing's tags, then the component's, then the caller's: the later wins, none is lost."""
    return {key: value for layer in (MANAGED_BY, *layers) for key, value in layer.items()}
