"""`verdazure workspace`: what Azure keeps of deleted workspaces, and how it is got rid of, or back."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from verdazure.cli.azure import one_clear_error, resource_manager
from verdazure.cli.facts import AsJson

app = typer.Typer(no_args_is_help=True, help="Purge a workspace, or recover what was deleted with one.")

Yes = Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would be done.")]


@app.command()
def deleted(
    subscription: Annotated[str, typer.Argument(help="Subscription id.")],
    as_json: AsJson = False,
) -> None:
    """The soft-deleted vaults of a subscription, whose names are taken. Deleted workspaces are listed in the portal."""
    from verdazure.workspace.deleted import deleted_vaults

    with one_clear_error():
        found = list(deleted_vaults(resource_manager(), subscription))
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        kept = "kept until then" if each.protected else "may be purged"
        print(f"{each.vault_id}  {each.location}  deleted {each.deleted}, forgotten {each.purged}, {kept}")
    if not found:
        print("Azure keeps no deleted vault.")


@app.command()
def purge(
    workspace: Annotated[str, typer.Argument(help="ARM id of a workspace that is there.")],
    yes: Yes = False,
) -> None:
    """Delete a workspace for good: runs, models and data assets cannot be recovered, and its name is free at once.

    What it stands on (storage, vault, registry) stays, and so does data. One that is soft-deleted already is purged in
    the Azure portal: under Azure Machine Learning, Recently deleted.
    """
    from verdazure.workspace.deleted import NotThere, inside
    from verdazure.workspace.deleted import purge as delete

    with one_clear_error(NotThere):
        arm = resource_manager()
        held = inside(arm, workspace)
        print(f"{'Purging' if yes else 'Would purge'} {workspace}")
        for each in held:
            print(f"  with {each}")
        if yes:
            delete(arm, workspace)
            print("Azure is at it; its name is free when it is done.")
        else:
            print("Nothing was done: add --yes.")


@app.command()
def recover(
    vault: Annotated[str, typer.Argument(help="ARM id that the vault had.")],
    yes: Yes = False,
) -> None:
    """Bring the vault of a deleted workspace back, with its keys and secrets; then recover the workspace in the portal.

    Azure recovers a workspace in its portal alone (Azure Machine Learning, Recently deleted), and needs the vault.
    """
    from verdazure.workspace.deleted import NotThere, deleted_vault, recover_vault

    with one_clear_error(NotThere):
        arm = resource_manager()
        found = deleted_vault(arm, vault)
        print(
            f"{'Recovering' if yes else 'Would recover'} {found.vault_id} in {found.location}, deleted {found.deleted}."
        )
        if yes:
            recover_vault(arm, found)
        else:
            print("Nothing was done: add --yes.")
