"""The report as SARIF 2.1.0, for code scanning.

OASIS, Static Analysis Results Interchange Format 2.1.0: §3.27 `result`, §3.35 `suppression`, §3.34 `location`.
"""

import json
from importlib.metadata import version
from typing import Any

from pulumi_policy import Severity

from verdazure_policies.checking import Line, Report
from verdazure_policies.exemptions import Outcome
from verdazure_policies.reports.summary import asides, words
from verdazure_policies.rulebook import RULEBOOK, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
PROJECT = "PROJECT"
"""What locations are relative to: the folder of the project's Pulumi.yaml."""

# GitHub, "SARIF support for code scanning": over 9.0 is critical, 7.0 to 8.9 high, 4.0 to 6.9 medium; read 2026-11-29.
_SECURITY_SEVERITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}


def render(report: Report) -> str:
    """One run."""
    named = {line.judgement.rule.id for line in report.lines} | {rule.id for rule, _, _ in report.passed}
    rules = [rule for rule in RULEBOOK.values() if rule.id in named]
    index = {rule.id: position for position, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "Verdazure",
                "version": version("verdazure"),
                "semanticVersion": version("verdazure"),
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "originalUriBaseIds": {PROJECT: {"description": {"text": "The folder of Pulumi.yaml."}}},
        "results": [_result(line, index[line.judgement.rule.id]) for line in report.lines],
        "columnKind": "unicodeCodePoints",
        "properties": {"profile": report.profile, "facts": report.facts, "notes": list(asides(report))},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    level = "error" if rule.mandatory else "warning"
    properties: dict[str, Any] = {"tags": ["sustainability", rule.group], "problem.severity": level}
    if rule.group == "security":
        properties["security-severity"] = _SECURITY_SEVERITY[rule.severity]
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} `verdazure rules explain {rule.id}` shows what passes and what does not."},
        "defaultConfiguration": {"level": level},
        "properties": properties,
    }


def _result(line: Line, index: int) -> dict[str, Any]:
    judgement = line.judgement
    result: dict[str, Any] = {
        "ruleId": judgement.rule.id,
        "ruleIndex": index,
        **_verdict(line),
        "message": {"text": f"{judgement.name}: {words(line)}"},
        "locations": [_location(line)],
        "partialFingerprints": {"verdazureFinding/v1": judgement.id},
    }
    if justification := _suppressed(line):
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result


def _verdict(line: Line) -> dict[str, str]:
    if line.outcome is Outcome.UNVERIFIED:
        return {"kind": "open", "level": "none"}
    return {"kind": "fail", "level": "error" if line.blocks else "warning"}


def _suppressed(line: Line) -> str:
    """Why it is let through; empty where it is not."""
    reasons = {Outcome.EXEMPT: str(line.assessed.exemption), Outcome.BASELINE: "It is in the baseline."}
    return reasons.get(line.outcome, "")


def _location(line: Line) -> dict[str, Any]:
    logical = {"name": line.judgement.name, "fullyQualifiedName": line.judgement.urn, "kind": "resource"}
    location: dict[str, Any] = {"logicalLocations": [logical]}
    if line.location:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": line.location.file, "uriBaseId": PROJECT},
            "region": {"startLine": line.location.line},
        }
    return location
