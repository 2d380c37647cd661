"""Serves the pack to the engine, each resource read once.

The SDK's servicer reads a resource's properties again for every policy, and a whole stack for every stack policy: with
a hundred rules that is most of the time of a preview. This one answers the same, which the tests hold it to, and says
advice as advice instead of as a policy that could not run.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pulumi_policy.policy as sdk
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import unknown_checking_proxy

from verdazure_policies.pack import Advice, policies
from verdazure_policies.rulebook import RULEBOOK
from verdazure_policies.settings import load
from verdazure_policies.tokens import canonical

NAME = "verdazure"
SETTINGS_VARIABLE = "VERDAZURE_SETTINGS"
"""Names the settings file of a pack that is run by its path from a checkout."""


def serve(settings: Path | None = None, profile: str | None = None) -> None:
    """Runs the pack until the engine ends it. Raises `SettingsError`."""
    told = os.environ.get(SETTINGS_VARIABLE)
    loaded = load(settings or (Path(told) if told else None), profile)
    sdk._PolicyAnalyzerServicer = Analyzer  # type: ignore[assignment,misc]  # PolicyPack serves whatever stands there
    PolicyPack(NAME, policies=policies(loaded.settings, loaded.baseline))


class Analyzer(sdk._PolicyAnalyzerServicer):
    """The SDK's servicer, with its two analyses over."""

    def __init__(self, name: str, version: str, policies: list[Policy], *rest: Any) -> None:
        super().__init__(name, version, policies, *rest)
        self._name, self._version, self._policies = name, version, policies
        self._tags: Mapping[str, str] = {}
        self._rules = {rule.name: rule for rule in RULEBOOK.values()}
        self._by_type: dict[str, tuple[list[tuple[Any, EnforcementLevel]], Any]] = {}

    def Configure(self, request: Any, context: Any) -> Any:
        self._by_type.clear()
        return super().Configure(request, context)  # type: ignore[no-untyped-call]

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        self._tags = dict(request.tags)
        return super().ConfigureStack(request, context)

    def Analyze(self, request: Any, context: Any) -> Any:
        """A resource, before it is made."""
        self._configure_runtime_settings()  # type: ignore[no-untyped-call]
        at_work, skipped = self._about(request.type)
        response = proto.AnalyzeResponse()
        response.CopyFrom(skipped)
        props, options = _properties(request), self._get_resource_options(request)
        named = (request.type, props, request.urn, request.name, options, self._get_provider_resource(request))
        for policy, level in at_work:
            args = ResourceValidationArgs(*named, self._get_policy_config(policy.name), self._tags)
            self._run(response, policy, level, args)
        return response

    def _about(self, type_: str) -> tuple[list[tuple[Any, EnforcementLevel]], Any]:
        """The policies that may judge a type, and an answer that has passed over all others; found once for each."""
        if type_ not in self._by_type:
            at_work, response = [], proto.AnalyzeResponse()
            for policy, level in self._at_work(ResourceValidationPolicy):
                rule = self._rules[policy.name]
                if rule.is_about(canonical(type_)):
                    at_work.append((policy, level))
                else:
                    self._skip(response, policy, f"{rule.id} does not judge this resource")
            self._by_type[type_] = at_work, response
        return self._by_type[type_]

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        """All resources, once they are registered."""
        self._configure_runtime_settings()  # type: ignore[no-untyped-call]
        response = proto.AnalyzeResponse()
        resources = self._linked(request.resources)
        for policy, level in self._at_work(StackValidationPolicy):
            args = StackValidationArgs(resources, self._get_policy_config(policy.name), self._tags)
            self._run(response, policy, level, args)
        return response

    def _at_work(self, kind: type[Policy]) -> Iterable[tuple[Any, EnforcementLevel]]:
        """The policies of that kind that are not switched off. What could not be remediated is mandatory."""
        for policy in self._policies:
            level = self._get_enforcement_level(policy)
            if isinstance(policy, kind) and level is not EnforcementLevel.DISABLED:
                yield policy, EnforcementLevel.MANDATORY if level is EnforcementLevel.REMEDIATE else level

    def _run(self, response: Any, policy: Any, level: EnforcementLevel, args: Any) -> None:
        try:
            policy.validate(args, self._reporting(response, policy, level))
        except Advice as advice:
            self._reporting(response, policy, EnforcementLevel.ADVISORY)(advice.message)
        except sdk._NotApplicableError as reason:
            self._skip(response, policy, reason.reason or "")

    def _reporting(self, response: Any, policy: Policy, level: EnforcementLevel) -> Callable[..., None]:
        report: Callable[..., None] = self._create_report_violation(
            response, policy.name, policy.description, level, policy.severity
        )
        return report

    @staticmethod
    def _skip(response: Any, policy: Policy, reason: str) -> None:
        response.not_applicable.append(proto.PolicyNotApplicable(policy_name=policy.name, reason=reason))

    def _linked(self, found: Iterable[Any]) -> list[PolicyResource]:
        """The resources, each with those that it depends on."""
        told = list(found)
        read = [
            PolicyResource(
                each.type, _properties(each), each.urn, each.name, self._get_resource_options(each),
                self._get_provider_resource(each), None, [], {},
            )
            for each in told
        ]  # fmt: skip
        there = {each.urn: each for each in read}
        for each, resource in zip(told, read, strict=True):
            resource.parent = there.get(each.parent)
            resource.dependencies += [there[urn] for urn in each.dependencies if urn in there]
            for path, links in each.propertyDependencies.items():
                resource.property_dependencies[path] = [there[urn] for urn in links.urns if urn in there]
        return read


def _properties(message: Any) -> Any:
    return unknown_checking_proxy(deserialize_properties(json_format.MessageToDict(message.properties)))
