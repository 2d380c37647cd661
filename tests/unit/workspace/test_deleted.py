"""Workspaces are purged and vaults recovered on request only, in the words of Resource Manager's interface."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app
from verdazure.cli import workspace as command

from tests.unit.resource_manager import Answers, manager

GROUP = "/subscriptions/s/resourceGroups/rg/providers"
WORKSPACE = f"{GROUP}/Microsoft.MachineLearningServices/workspaces/mlw"
VAULT = f"{GROUP}/Microsoft.KeyVault/vaults/kv"
KEPT = {
    "vaultId": VAULT,
    "location": "swedencentral",
    "deletionDate": "2026-11-20T08:00:00Z",
    "scheduledPurgeDate": "2026-11-27T08:00:00Z",
    "purgeProtectionEnabled": True,
}


class Azure(Answers):
    def __init__(self, there=True, kept=(KEPT,)):
        super().__init__(self.told)
        self.there, self.kept, self.sent = there, kept, []

    def told(self, said, body):
        method, _, url = said.partition(" ")
        path = url.partition("?")[0]
        if method != "GET":
            self.sent.append((method, url, body))
            return 202, {}
        if path == WORKSPACE:
            return (200, {"name": "mlw"}) if self.there else (404, {"error": {"code": "NotFound"}})
        if path.endswith("/deletedVaults"):
            return 200, {"value": [{"properties": each} for each in self.kept]}
        if path == "/subscriptions/s":
            return 200, {"tenantId": "tenant"}
        return 200, {"value": [{"name": "gpu"}] if path.endswith("/computes") else []}


def run(monkeypatch, azure, *arguments):
    monkeypatch.setattr(command, "resource_manager", lambda: manager(azure))
    return CliRunner().invoke(app, ["workspace", *arguments])


def test_a_purge_says_what_goes_and_does_nothing_unasked(monkeypatch):
    azure = Azure()
    assert run(monkeypatch, azure, "purge", WORKSPACE).output == (
        f"Would purge {WORKSPACE}\n  with computes/gpu\nNothing was done: add --yes.\n"
    )
    assert azure.sent == []


def test_a_purge_leaves_nothing_to_recover(monkeypatch):
    azure = Azure()
    assert run(monkeypatch, azure, "purge", WORKSPACE, "--yes").exit_code == 0
    assert azure.sent == [("DELETE", f"{WORKSPACE}?api-version=2024-10-01&forceToPurge=true", None)]


def test_a_vault_comes_back_as_it_was(monkeypatch):
    azure = Azure()
    assert run(monkeypatch, azure, "recover", VAULT).output.endswith("Nothing was done: add --yes.\n")
    assert azure.sent == []
    done = run(monkeypatch, azure, "recover", VAULT.upper().replace("/SUBSCRIPTIONS/S", "/subscriptions/s"), "--yes")
    assert done.output == f"Recovering {VAULT} in swedencentral, deleted 2026-11-20T08:00:00Z.\n"
    properties = {"createMode": "recover", "tenantId": "tenant", "sku": {"family": "A", "name": "standard"}}
    assert azure.sent == [
        ("PUT", f"{VAULT}?api-version=2023-07-01", {"location": "swedencentral", "properties": properties})
    ]


def test_what_azure_keeps_is_listed(monkeypatch):
    assert run(monkeypatch, Azure(), "deleted", "s").output == (
        f"{VAULT}  swedencentral  deleted 2026-11-20T08:00:00Z, forgotten 2026-11-27T08:00:00Z, kept until then\n"
    )
    assert json.loads(run(monkeypatch, Azure(), "deleted", "s", "--json").output)[0]["protected"] is True
    assert run(monkeypatch, Azure(kept=()), "deleted", "s").output == "Azure keeps no deleted vault.\n"


@pytest.mark.parametrize(
    ("azure", "arguments", "said"),
    [
        (Azure(), ("purge", VAULT), "is no id of a Microsoft.MachineLearningServices/workspaces"),
        (Azure(there=False), ("purge", WORKSPACE, "--yes"), "one that is soft-deleted is purged in the Azure portal"),
        (Azure(), ("recover", WORKSPACE), "is no id of a Microsoft.KeyVault/vaults"),
        (Azure(kept=()), ("recover", VAULT, "--yes"), f"error: Azure keeps no deleted vault {VAULT}; `verdazure"),
    ],
)
def test_what_is_not_there_is_one_clear_error(monkeypatch, azure, arguments, said):
    done = run(monkeypatch, azure, *arguments)
    assert (done.exit_code, said in done.output, azure.sent) == (1, True, [])
