"""What is known of a model's drift: the rows of VerdazureDrift_CL, window by window.

Source: Microsoft Learn, Azure Monitor Logs, query API; read 2026-11-24.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError

from verdazure.carbon.drift import Observed

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

Signals = Callable[[str, str, datetime, datetime], Sequence[Observed]]
"""Of a Log Analytics workspace (its ARM id), a model, since and until a moment; oldest first. Raises azure-core's
`AzureError`."""

# The smallest p-value of many columns is small by chance: Bonferroni's correction.
_QUERY = """VerdazureDrift_CL
| where Model == "{model}"
| summarize Psi = max(Psi), KsP = min_of(1.0, min(KsP) * dcount(Column)), Accuracy = min(Accuracy) by TimeGenerated
| order by TimeGenerated asc"""


class LogSignals:
    """`Signals` from Log Analytics."""

    def __init__(self, credential: "TokenCredential", endpoint: str | None = None) -> None:
        """`endpoint` is that of the cloud, where it is another than the public one."""
        from azure.monitor.query import LogsQueryClient

        self._client: Any = LogsQueryClient(credential, **({"endpoint": endpoint} if endpoint else {}))

    def __call__(self, workspace: str, model: str, since: datetime, until: datetime) -> Sequence[Observed]:
        """The document checks a model's name: it can end no string of the query."""
        from azure.monitor.query import LogsQueryStatus

        span = (since, max(until, since + timedelta(minutes=1)))
        answered = self._client.query_resource(workspace, _QUERY.format(model=model), timespan=span)
        if answered.status is not LogsQueryStatus.SUCCESS:
            raise AzureError(f"Log Analytics gave a part of the answer: {answered.partial_error}")
        rows = [dict(zip(table.columns, row, strict=True)) for table in answered.tables for row in table.rows]
        return [
            Observed(row["TimeGenerated"], _number(row["Psi"]), _number(row["KsP"]), _number(row["Accuracy"]))
            for row in rows
        ]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
