"""`verdazure data licence`: whether data may come in under a licence, and why."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from verdazure.cli.facts import AsJson


def licence(
    expression: Annotated[str, typer.Argument(help="SPDX expression: `CC-BY-4.0`, `MIT OR GPL-3.0-only`.")],
    allow: Annotated[
        list[str] | None, typer.Option(help="An allowed licence, in place of the default list; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the list of allowed licences lets an expression in, and why: exit code 1 if not.

    Without --allow the list is the default of `PublicDataset`: permissive licences of data and software, and ODbL-1.0.
    """
    from verdazure.datasets.licences import ALLOWED, LicenceError, judge

    listed = allow or list(ALLOWED)
    try:
        verdict = judge(expression, listed)
    except LicenceError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    if as_json:
        print(json.dumps(asdict(verdict), indent=2))
    else:
        print(f"{'allowed' if verdict.allowed else 'refused'}: {verdict.reason}")
        for duty in verdict.duties:
            print(f"duty: {duty}")
        if not verdict.allowed:
            print(f"list: {', '.join(listed)}")
    if not verdict.allowed:
        raise typer.Exit(1)
