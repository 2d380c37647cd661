"""The tables of sustainability: one list of columns for table, rule and whoever writes rows. Pure.

Types are those of Azure Monitor's custom tables; Microsoft Learn, Tables - Create Or Update and Structure of a data
collection rule, read 2026-11-24.
"""

from collections.abc import Mapping

TABLES: Mapping[str, Mapping[str, str]] = {
    "VerdazureDecisions_CL": {
        "TimeGenerated": "datetime",
        "DecisionId": "string",
        "Loop": "string",
        "Target": "string",
        "Action": "string",
        "Reason": "string",
        "Outcome": "string",
        "GramsSaved": "real",
        "Inputs": "dynamic",
    },
    "VerdazureDrift_CL": {
        "TimeGenerated": "datetime",
        "Model": "string",
        "Column": "string",
        "Psi": "real",
        "KsP": "real",
        "Accuracy": "real",
    },
    "VerdazureSustainability_CL": {
        "TimeGenerated": "datetime",
        "Workload": "string",
        "Kind": "string",
        "Run": "string",
        "Requests": "long",
        "LatencyMs": "real",
        "Kwh": "real",
        "Grams": "real",
        "Sci": "real",
        "FunctionalUnit": "string",
        "Method": "string",
        "Cost": "real",
    },
}
"""Columns and their types, by table. `Grams` are gCO2e, `Sci` gCO2e per functional unit, `Method` is measured or
estimated, `Kind` inference or training."""


def stream(table: str) -> str:
    """Name under which the Logs Ingestion API takes rows for a table."""
    return f"Custom-{table}"
