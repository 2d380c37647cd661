"""Cases of rules as files that Pulumi would write."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from verdazure_policies.plans import Plan, read
from verdazure_policies.samples import Sample

from tests.unit.policies.wire import token, urn


def state_of(samples: Iterable[Sample]) -> str:
    """What `pulumi stack export` would print of these resources."""
    there = list(samples)
    names = {sample.name: sample for sample in there}
    return json.dumps({"version": 3, "deployment": {"resources": [_held(each, names) for each in there]}})


def plan_of(case: Sequence[Sample]) -> Plan:
    return read(state_of(case))


def _held(sample: Sample, names: dict[str, Sample]) -> dict[str, Any]:
    links = {path: [urn(names[source])] for path, source in sample.links.items() if source in names}
    return {
        "urn": urn(sample),
        "type": token(sample),
        "inputs": dict(sample.properties),
        "outputs": dict(sample.properties),
        "dependencies": sorted({each for urns in links.values() for each in urns}),
        "propertyDependencies": links,
        "sourcePosition": "project:///__main__.py#7",
    }
