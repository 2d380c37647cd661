"""Programs of azure-native alone, unchanged: up, up again, refresh, destroy, and the outputs that they read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from verdazure.sandbox.azure.store import Store

PROGRAMS = Path(__file__).parent / "programs"

# In what is expected, `#` stands for the eight random digits of a name, `%` for a key.
PLACEHOLDERS = {"\\#": "[0-9a-f]{8}", "%": "[A-Za-z0-9+/]+=*"}


@pytest.fixture
def lived(project, pulumi, sandbox_env):
    """`lived(program)` takes a program through its life and returns its outputs, secrets in the clear."""

    def live(program: str) -> dict[str, Any]:
        folder = project((PROGRAMS / f"{program}.py").read_text())
        azure = Store(Path(sandbox_env["VERDAZURE_SANDBOX_DIR"]) / "azure.db")
        shown = pulumi("up", "--yes", cwd=folder)
        assert "general shape" not in shown.stdout + shown.stderr
        outputs = json.loads(pulumi("stack", "output", "--json", "--show-secrets", cwd=folder).stdout)
        assert "Leaf-and-Root-7" not in json.dumps([resource.outputs for resource in azure.resources()])
        pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", cwd=folder)
        pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", cwd=folder)
        pulumi("destroy", "--yes", "--skip-preview", cwd=folder)
        assert azure.resources() == []
        return outputs

    return live


def assert_shaped(outputs: dict[str, Any], expected: dict[str, str]) -> None:
    unlike = {name: value for name, value in outputs.items() if not re.fullmatch(_pattern(expected[name]), value)}
    assert unlike == {}
    assert outputs.keys() == expected.keys()


def _pattern(text: str) -> str:
    pattern = re.escape(text)
    for placeholder, meaning in PLACEHOLDERS.items():
        pattern = pattern.replace(placeholder, meaning)
    return pattern


def test_machines_are_found_by_name_and_address(lived):
    outputs = lived("machines")
    fqdn, address = outputs.pop("containers")
    assert fqdn == "verde-aci.westeurope.azurecontainer.io"
    nobodys = r"198\.(18|19)\.\d+\.\d+"
    assert re.fullmatch(nobodys, address)
    assert re.fullmatch(nobodys, outputs.pop("address"))
    assert re.fullmatch(r"10\.20\.1\.\d+", outputs.pop("private"))
    servers = outputs.pop("name_servers")
    assert [re.sub(r"-\d\d\.", "-00.", server) for server in servers] == [
        "ns1-00.azure-dns.com.",
        "ns2-00.azure-dns.net.",
        "ns3-00.azure-dns.org.",
        "ns4-00.azure-dns.info.",
    ]
    assert outputs == {"alias": "hello.verde.example.", "fqdn": "verde-vm.westeurope.cloudapp.azure.com"}


def test_sites_answer_under_their_hosts(lived):
    outputs = lived("sites")
    assert len(outputs.pop("outbound").split(",")) == 4
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", outputs.pop("site_principal"))
    assert outputs.pop("insights").startswith("InstrumentationKey=")
    assert re.fullmatch(r"sv=2015-04-05&sr=c&spr=https&st=2026-01-01&se=2030-01-01&sp=r&sig=\S+", outputs["signature"])
    del outputs["signature"]
    domain = outputs.pop("domain")
    assert re.fullmatch(r"verde-[0-9a-f]{8}\.northeurope\.azurecontainerapps\.io", domain)
    assert re.fullmatch(rf"api[0-9a-f]{{8}}--[0-9a-f]{{7}}\.{re.escape(domain)}", outputs.pop("revision"))
    assert_shaped(
        outputs,
        {
            "container": f"api#.{domain}",
            "endpoint": "endpoint#.azureedge.net",
            "function": "function#.azurewebsites.net",
            "key": "%",
            "page": "https://pages#.blob.core.windows.net/$web/index.html",
            "pages": "https://pages#.z1.web.core.windows.net/",
            "site": "https://site#.azurewebsites.net",
        },
    )


def test_data_is_reached_with_its_endpoints_and_keys(lived):
    outputs = lived("data")
    config = outputs.pop("kubeconfig")
    assert config.startswith("apiVersion: v1\nkind: Config\n")
    assert f"server: https://{outputs['cluster']}:443\n" in config
    endpoints = outputs.pop("analytics")
    del endpoints["web"]
    assert_shaped(
        endpoints,
        {
            "dev": "https://analytics#.dev.azuresynapse.net",
            "sql": "analytics#.sql.azuresynapse.net",
            "sqlOnDemand": "analytics#-ondemand.sql.azuresynapse.net",
        },
    )
    assert outputs["document_string"].endswith(f"AccountKey={outputs.pop('document_key')};")
    signed = "servicebus.windows.net/;SharedAccessKeyName"
    assert_shaped(
        outputs,
        {
            "cache": "cache#.redis.cache.windows.net:6380",
            "cluster": "verde-#.hcp.swedencentral.azmk8s.io",
            "database": "Online",
            "document_string": "AccountEndpoint=https://documents#.documents.azure.com:443/;AccountKey=%;",
            "documents": "https://documents#.documents.azure.com:443/",
            "event_string": f"Endpoint=sb://events#.{signed}=RootManageSharedAccessKey;SharedAccessKey=%",
            "queue_string": f"Endpoint=sb://bus#.{signed}=sender;SharedAccessKey=%;EntityPath=queue",
            "secret": "https://vault#.vault.azure.net/secrets/cache-key",
            "server": "server#.database.windows.net",
        },
    )
