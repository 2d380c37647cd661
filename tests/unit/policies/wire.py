"""The pack as the engine talks to it: its servicer, fed with the messages that the engine sends."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, Policy
from verdazure_policies import pack, tokens
from verdazure_policies.rulebook import Rule, Scope
from verdazure_policies.samples import Sample
from verdazure_policies.serving import Analyzer

MANDATORY = analyzer_pb2.EnforcementLevel.MANDATORY


@dataclass(frozen=True)
class Answer:
    """What the pack answered, by policy name."""

    violations: dict[str, list[str]]
    """Messages as the user reads them: the policy's why, then the finding."""
    mandatory: frozenset[str]
    """Policies with a violation that blocks."""
    doubts: dict[str, list[str]]
    """Advisories about what cannot be verified before the deployment."""
    skipped: frozenset[str]
    """Policies that said: not applicable."""


@cache
def _pack() -> tuple[Policy, ...]:
    return tuple(pack.policies())


def policy_of(rule: Rule) -> Policy:
    return next(policy for policy in _pack() if policy.name == rule.name)


def judge_cases(rule: Rule, case: Sequence[Sample]) -> Answer:
    """The rule's answer to one of its cases, with the parameters that the cases ask for."""
    servicer = serve([policy_of(rule)], {rule.name: {**_defaults(rule), **rule.cases_with}})
    return analyse_stack(servicer, case) if rule.scope is Scope.STACK else analyse(servicer, case[0])


def serve(
    policies: Sequence[Policy], config: Mapping[str, Mapping[str, Any]] | None = None, kind: Any = Analyzer
) -> Any:
    """`kind` is the servicer's class: ours, or the SDK's own."""
    servicer = kind("verdazure", "0.0.1", list(policies), EnforcementLevel.ADVISORY)
    if config is not None:
        levels = {policy.name: policy.enforcement_level for policy in policies}
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, properties in config.items():
            request.policyConfig[name].enforcementLevel = servicer._map_enforcement_level(levels[name])
            request.policyConfig[name].properties.CopyFrom(_struct(properties))
        servicer.Configure(request, None)
    return servicer


def analyse(servicer: Any, sample: Sample, type_: str | None = None) -> Answer:
    return _answer(servicer.Analyze(resource_request(sample, type_), None))


def analyse_stack(servicer: Any, samples: Iterable[Sample]) -> Answer:
    return _answer(servicer.AnalyzeStack(stack_request(list(samples)), None))


def resource_request(sample: Sample, type_: str | None = None) -> Any:
    """What the engine asks about a resource that is registered."""
    return analyzer_pb2.AnalyzeRequest(
        type=type_ or token(sample), name=sample.name, urn=urn(sample), properties=_struct(sample.properties)
    )


def stack_request(samples: Sequence[Sample]) -> Any:
    """What the engine asks when all are registered."""
    by_name = {sample.name: sample for sample in samples}
    request = analyzer_pb2.AnalyzeStackRequest()
    for sample in samples:
        resource = request.resources.add(
            type=token(sample), name=sample.name, urn=urn(sample), properties=_struct(sample.properties)
        )
        for path, source in sample.links.items():
            if source in by_name:
                resource.propertyDependencies[path].urns.append(urn(by_name[source]))
                resource.dependencies.append(urn(by_name[source]))
    return request


def token(sample: Sample) -> str:
    return tokens.token(sample.type)


def urn(sample: Sample) -> str:
    return f"urn:pulumi:prod::shop::{token(sample)}::{sample.name}"


def _defaults(rule: Rule) -> dict[str, Any]:
    """What the engine fills a pack configuration with."""
    return {key: parameter.schema["default"] for key, parameter in rule.parameters.items()}


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.Parse(json.dumps(dict(properties)), struct_pb2.Struct())


def _answer(response: analyzer_pb2.AnalyzeResponse) -> Answer:
    violations: dict[str, list[str]] = {}
    doubts: dict[str, list[str]] = {}
    for found in response.diagnostics:
        doubtful = "so it cannot be verified" in found.message and found.enforcementLevel != MANDATORY
        heap = doubts if doubtful else violations
        heap.setdefault(found.policyName, []).append(found.message)
    blocking = {found.policyName for found in response.diagnostics if found.enforcementLevel == MANDATORY}
    skipped = frozenset(each.policy_name for each in response.not_applicable)
    return Answer(violations, frozenset(blocking), doubts, skipped)
