"""The workbook that shows performance, cost and carbon side by side. Pure: its document, as Azure Monitor reads it.

Source: Azure Monitor workbooks, item types (1 text, 3 query, 9 parameters) and their content; Microsoft Learn, read
2026-11-24.
"""

import json
from collections.abc import Mapping
from typing import Any

_SPAN = "TimeRange"

_SIDE_BY_SIDE = """VerdazureSustainability_CL
| where TimeGenerated {TimeRange}
| summarize Requests = sum(Requests), LatencyMs = percentile(LatencyMs, 90), Kwh = sum(Kwh),
    Kilograms = sum(Grams) / 1000, Cost = sum(Cost), Estimated = countif(Method != "measured") by Workload
| extend GramsPer1000Requests = iff(Requests > 0, Kilograms * 1000000 / Requests, real(null))
| order by Kilograms desc"""

_BY_HOUR = """VerdazureSustainability_CL
| where TimeGenerated {TimeRange}
| summarize Kilograms = sum(Grams) / 1000, Cost = sum(Cost), Requests = sum(Requests) by bin(TimeGenerated, 1h)
| order by TimeGenerated asc"""

_TRAINING = """VerdazureSustainability_CL
| where TimeGenerated {TimeRange} and Kind == "training"
| summarize Kwh = sum(Kwh), Kilograms = sum(Grams) / 1000, Cost = sum(Cost) by Run, Workload, Method
| order by Kilograms desc"""

_DECISIONS = """VerdazureDecisions_CL
| where TimeGenerated {TimeRange}
| summarize Decisions = count(), Changed = countif(Outcome == "done"), Failed = countif(Outcome == "failed"),
    KilogramsSaved = sum(GramsSaved) / 1000 by Loop"""

_LAST = """VerdazureDecisions_CL
| where TimeGenerated {TimeRange} and Outcome != "unchanged"
| project TimeGenerated, Loop, Target, Action, Outcome, Reason, GramsSaved
| order by TimeGenerated desc
| take 200"""

_DRIFT = """VerdazureDrift_CL
| where TimeGenerated {TimeRange}
| summarize Psi = max(Psi), Accuracy = min(Accuracy) by Model, bin(TimeGenerated, 1d)
| order by TimeGenerated asc"""


def document(title: str, log_workspace_id: str) -> str:
    """As `serializedData`: the same for the same workspace."""
    parts = [
        {"type": 1, "name": "title", "content": {"json": f"## {title}"}},
        _parameters(),
        _query("workloads", "Performance, cost and carbon by workload", _SIDE_BY_SIDE, "table"),
        _query("hours", "Carbon and cost by hour", _BY_HOUR, "linechart"),
        _query("training", "Training runs", _TRAINING, "table"),
        _query("decisions", "What the controller decided, and what it saved", _DECISIONS, "table"),
        _query("last", "Its last decisions, and why", _LAST, "table"),
        _query("drift", "Drift of models", _DRIFT, "linechart"),
    ]
    return json.dumps(
        {"version": "Notebook/1.0", "items": parts, "fallbackResourceIds": [log_workspace_id]}, sort_keys=True
    )


def _parameters() -> Mapping[str, Any]:
    spans = [{"durationMs": hours * 3_600_000} for hours in (4, 24, 7 * 24, 30 * 24)]
    span = {
        "id": "7d3f5f3e-6f8b-4f7a-9a59-0a4f6f1f8c01",
        "version": "KqlParameterItem/1.0",
        "name": _SPAN,
        "type": 4,
        "isRequired": True,
        "value": {"durationMs": 7 * 24 * 3_600_000},
        "typeSettings": {"selectableValues": spans},
    }
    return {"type": 9, "name": "parameters", "content": {"version": "KqlParameterItem/1.0", "parameters": [span]}}


def _query(name: str, title: str, query: str, shown_as: str) -> Mapping[str, Any]:
    content = {
        "version": "KqlItem/1.0",
        "query": query,
        "size": 0,
        "title": title,
        "timeContextFromParameter": _SPAN,
        "queryType": 0,
        "resourceType": "microsoft.operationalinsights/workspaces",
        "visualization": shown_as,
    }
    return {"type": 3, "name": name, "content": content}
