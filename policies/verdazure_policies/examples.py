"""Samples as programs: the Pulumi Python code that declares what a rule's case holds."""

import json
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verdazure_policies.samples import UNKNOWN, Sample
from verdazure_policies.tokens import EDGE_DEPLOYMENT, is_azure

WIDTH = 100
OUTSIDE_GROUPS = frozenset({"resources:ResourceGroup", "consumption:Budget", "monitor:DiagnosticSetting"})
"""Sampled types without `resourceGroupName` among their arguments."""

DISCRIMINATORS = {
    ("earlyTermination", "policyType"): "{}PolicyArgs",
    ("properties", "endpointComputeType"): "{}OnlineDeploymentArgs",
    ("properties", "jobType"): "{}JobArgs",
    ("action", "actionType"): "{}ActionArgs",
    ("criteria", "odataType"): "MetricAlert{}Args",
    ("samplingAlgorithm", "samplingAlgorithmType"): "{}SamplingAlgorithmArgs",
    ("schedulePolicy", "schedulePolicyType"): "{}Args",
}
"""A property, and the key in it whose value tells its class, with that class's name. The SDK reads a plain dict as the
first class that may stand there and leaves the keys of any other as they are, so a dict would reach Azure with Python's
names."""

NAMED_OTHERWISE = {"CreateJobActionArgs": "JobScheduleActionArgs"}
"""Classes that the SDK does not name by that value."""

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?:[A-Z]|$))[a-z])")  # publicIPs: public_ips
_ARGUMENT = re.compile(r"[a-z][A-Za-z0-9]*")


@dataclass(frozen=True)
class Expression:
    """Code that stands for a value: another resource's output, or a variable of the reader's."""

    code: str


@dataclass(frozen=True)
class Call:
    """An object that is made by a class of the SDK."""

    name: str
    arguments: Mapping[str, Any]


def program(case: Sequence[Sample]) -> str:
    """The case's resources as Python code, each after those that it refers to; empty if the case has none.

    `resource_group` and each value that only a deployment tells are variables of the reader's.
    """
    edge = [_edge_deployment(sample) for sample in case if sample.type == EDGE_DEPLOYMENT]
    if edge:
        return "\n\n".join(["from verdazure import EdgeDeployment", *edge])
    resources = {sample.name: sample for sample in case if is_azure(sample.type)}
    if not resources:
        return ""
    modules = sorted({sample.type.partition(":")[0] for sample in resources.values()})
    blocks = [_declaration(sample, resources) for sample in _in_order(resources)]
    return "\n\n".join([f"from pulumi_azure_native import {', '.join(modules)}", *blocks])


def argument(name: str) -> str:
    """The Python name of a camelCase property. A key that the user chose, such as a tag, stays as it is."""
    if not _ARGUMENT.fullmatch(name):
        return name
    word = _WORD_START.sub("_", name).lower()
    return f"{word}_" if keyword.iskeyword(word) else word


def _in_order(resources: Mapping[str, Sample]) -> list[Sample]:
    ordered: dict[str, Sample] = {}

    def place(sample: Sample) -> None:
        for source in sample.links.values():
            if source in resources and source not in ordered:
                place(resources[source])
        ordered.setdefault(sample.name, sample)

    for sample in resources.values():
        place(sample)
    return list(ordered.values())


def _edge_deployment(sample: Sample) -> str:
    """Its arguments are a team's decisions; the manifest that the engine sees is made from them."""
    agent = sample.properties["content"]["modulesContent"]["$edgeAgent"]["properties.desired"]["systemModules"]
    decided = {argument(key): value for key, value in sample.properties.items() if key != "content"}
    decided["runtime"] = {
        "agent_image": agent["edgeAgent"]["settings"]["image"],
        "hub_image": agent["edgeHub"]["settings"]["image"],
    }
    arguments = _literal(decided, 4).replace("\n", "\n    ")
    return "\n".join(["EdgeDeployment(", f'    "{sample.name}",', f"    {arguments},", ")"])


def _declaration(sample: Sample, resources: Mapping[str, Sample]) -> str:
    referred = any(sample.name in other.links.values() for other in resources.values())
    assigned = f"{_variable(sample.name)} = " if referred else ""
    lines = [f'    "{sample.name}",', *(f"    {line}" for line in _arguments(sample, resources))]
    return "\n".join([f"{assigned}{sample.type.replace(':', '.')}(", *lines, ")"])


def _arguments(sample: Sample, resources: Mapping[str, Sample]) -> Iterator[str]:
    if sample.type not in OUTSIDE_GROUPS:
        yield "resource_group_name=resource_group.name,"
    module = sample.type.partition(":")[0]
    for key, value in sample.properties.items():
        source = sample.links.get(key, "")
        linked = _variable(source) if source in resources else None
        given = UNKNOWN if linked and isinstance(value, str) else value
        shown = _literal(_resolved(given, key, linked, module), len(argument(key)) + 6)
        yield f"{argument(key)}={shown},".replace("\n", "\n    ")


def _resolved(value: Any, key: str, linked: str | None, module: str) -> Any:
    """The value with Python's names for its keys, and with code for what only a deployment tells."""
    if value == UNKNOWN:
        output = "name" if key.endswith("Name") else "id"
        return Expression(f"{linked}.{output}" if linked else argument(key))
    if isinstance(value, Mapping):
        named = {argument(inner): _resolved(each, inner, linked, module) for inner, each in value.items()}
        kinds = (each for each in DISCRIMINATORS if each[0] == key and each[1] in value)
        kind = next((DISCRIMINATORS[each].format(value[each[1]].rpartition(".")[2]) for each in kinds), None)
        kind = NAMED_OTHERWISE.get(kind or "", kind)
        return Call(f"{module}.{kind}", named) if kind else named
    return [_resolved(each, key, linked, module) for each in value] if isinstance(value, list) else value


def _literal(value: Any, column: int) -> str:
    """The value as Python source that starts at that column, on one line where it fits."""
    flat = _flat(value)
    if column + len(flat) <= WIDTH or not isinstance(value, dict | list | Call):
        return flat
    opening, members, closing = _parts(value)
    lines = [f"{label}{_literal(each, len(label) + 12)},".replace("\n", "\n    ") for label, each in members]
    return "\n".join([opening, *(f"    {line}" for line in lines), closing])


def _flat(value: Any) -> str:
    if isinstance(value, Expression):
        return value.code
    if isinstance(value, dict | list | Call):
        opening, members, closing = _parts(value)
        return opening + ", ".join(f"{label}{_flat(each)}" for label, each in members) + closing
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _parts(value: Any) -> tuple[str, list[tuple[str, Any]], str]:
    """How a collection opens, its members with what stands before each, how it closes."""
    if isinstance(value, Call):
        return f"{value.name}(", [(f"{key}=", each) for key, each in value.arguments.items()], ")"
    if isinstance(value, dict):
        return "{", [(f"{json.dumps(key)}: ", each) for key, each in value.items()], "}"
    return "[", [("", each) for each in value], "]"


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", name)
