"""What commands that ask Azure share: an identity, and one clear error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from verdazure.arm import Arm

# Azure's packages are imported where they are asked: `--help` and completion stay fast.


def resource_manager() -> "Arm":
    """Resource Manager, reached with the identity that azure-identity finds."""
    from azure.identity import DefaultAzureCredential

    from verdazure.arm import Arm

    return Arm(DefaultAzureCredential())


@contextmanager
def one_clear_error(*kinds: type[Exception]) -> Iterator[None]:
    """Ends the command with exit code 1 and one line for these errors and for whatever Azure refuses."""
    from azure.core.exceptions import AzureError

    try:
        yield
    except kinds as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except AzureError as error:
        print(f"error: Azure refused: {error.message.splitlines()[0]}", file=sys.stderr)
        raise typer.Exit(1) from None
