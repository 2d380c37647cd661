"""`verdazure drift`: how far what a model is asked has moved from what it was trained on."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from verdazure.cli.azure import one_clear_error
from verdazure.cli.facts import AsJson


def drift(
    model: Annotated[str, typer.Argument(help="Name of the model, as RetrainingPolicy has it.")],
    reference: Annotated[Path, typer.Argument(help="What it was trained on: Parquet or CSV.")],
    recent: Annotated[Path, typer.Argument(help="What it was asked of late: Parquet or CSV.")],
    accuracy: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share that was right, where it is known.")
    ] = None,
    endpoint: Annotated[str | None, typer.Option(help="Where to send it: `ingestion_endpoint` of Monitoring.")] = None,
    rule: Annotated[str | None, typer.Option(help="By which rule: `rule_immutable_id` of Monitoring.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare two samples, column by column, and send what was found to VerdazureDrift_CL.

    Run it by a job, once a window: the carbon controller trains a model again that has drifted for several.
    """
    from verdazure.drifting import NotComparable, compare, read, send

    if (endpoint is None) is not (rule is None):
        raise typer.BadParameter("give both --endpoint and --rule, or neither")
    with one_clear_error(NotComparable):
        found = compare(read(reference), read(recent))
        rows = [each.row(model, datetime.now(UTC), accuracy) for each in found.drifts]
        if endpoint is not None and rule is not None:
            from azure.identity import DefaultAzureCredential

            send(DefaultAzureCredential(), endpoint, rule, rows)
    if as_json:
        print(json.dumps({"rows": rows, "left_out": list(found.left_out)}, indent=2))
        return
    for each in found.drifts:
        print(f"{each.column:<24} psi {each.psi:8.4f}   p {each.ks_p:.2g}")
    if found.left_out:
        print(f"not compared: {', '.join(found.left_out)}")
