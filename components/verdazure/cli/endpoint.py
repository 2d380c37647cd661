"""`verdazure endpoint`: how an online endpoint's requests are shared, where no controller does it."""

import re
from typing import Annotated

import typer

from verdazure.cli.azure import one_clear_error, resource_manager

app = typer.Typer(no_args_is_help=True, help="Share an online endpoint's requests.")
_SHARE = re.compile(r"([A-Za-z][A-Za-z0-9-]{2,31})=(\d{1,3})")


@app.callback()
def _group() -> None:
    """Share an online endpoint's requests."""


@app.command()
def traffic(
    endpoint: Annotated[str, typer.Argument(help="ARM id: `resource_id` of OnlineEndpoint.")],
    shares: Annotated[list[str], typer.Argument(help="blue=90 green=10: per cent, 100 in sum.")],
    mirror: Annotated[str | None, typer.Option(help="green=10: per cent that it gets copies of, up to 50.")] = None,
) -> None:
    """Say how requests are shared, once the deployments are there: Azure takes it no sooner."""
    from verdazure.controller.traffic import apply
    from verdazure.steering import TrafficPlan, fault_of

    try:
        plan = TrafficPlan(endpoint_id=endpoint, shares=_read(shares), mirror=_read([mirror] if mirror else []))
    except ValueError as error:
        raise typer.BadParameter(fault_of(error)) from None
    with one_clear_error():
        apply(resource_manager(), plan)
    print(", ".join(f"{name} {share} %" for name, share in plan.shares.items()))


def _read(texts: list[str]) -> dict[str, int]:
    found = [_SHARE.fullmatch(text) for text in texts]
    for text, match in zip(texts, found, strict=True):
        if match is None:
            raise typer.BadParameter(f"{text!r} is no share; write blue=90")
    return {match[1]: int(match[2]) for match in found if match}
