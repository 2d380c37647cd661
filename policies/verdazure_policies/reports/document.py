"""The report as JSON; its findings are what a baseline keeps."""

import json
from importlib.metadata import version
from typing import Any

from verdazure_policies.checking import Line, Report
from verdazure_policies.exemptions import Outcome
from verdazure_policies.reports.summary import asides, words


def render(report: Report) -> str:
    """One document: what was judged by what, and each finding with its parts."""
    document = {
        **_origin(report),
        "judged": report.judged,
        "blocks": report.blocks,
        "findings": [_finding(line) for line in report.lines],
        "notes": list(asides(report)),
    }
    return json.dumps(document, indent=2) + "\n"


def baseline(report: Report) -> str:
    """What a team begins with: the violations that are there now."""
    kept = (line for line in report.lines if line.outcome is Outcome.VIOLATION)
    findings = [
        {
            "id": line.judgement.id,
            "rule": line.judgement.rule.id,
            "urn": line.judgement.urn,
            "property": line.judgement.path,
        }
        for line in kept
    ]
    return json.dumps({**_origin(report), "findings": sorted(findings, key=lambda each: each["id"])}, indent=1) + "\n"


def _origin(report: Report) -> dict[str, str]:
    return {"verdazure": version("verdazure"), "profile": report.profile, "facts": report.facts, "kind": report.kind}


def _finding(line: Line) -> dict[str, Any]:
    judgement, finding = line.judgement, line.judgement.finding
    told: dict[str, Any] = {
        "id": judgement.id,
        "rule": judgement.rule.id,
        "name": judgement.rule.name,
        "severity": judgement.rule.severity.value,
        "outcome": line.outcome.value,
        "blocks": line.blocks,
        "urn": judgement.urn,
        "resource": judgement.name,
        "type": line.type,
        "message": words(line),
    }
    if finding:
        told |= {"property": finding.path, "found": finding.found, "wanted": finding.wanted, "fix": finding.fix}
        told["savesKgCo2eMonthly"] = finding.saves
    if judgement.change:
        told["change"] = {"property": judgement.change.path, "value": judgement.change.value}
    if line.location:
        told["location"] = {"file": line.location.file, "line": line.location.line}
    if line.assessed.exemption:
        told["exemption"] = line.assessed.exemption.model_dump(mode="json")
    return told
