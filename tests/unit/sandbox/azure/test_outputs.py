"""What of the inputs a service answers with."""

import pytest
from verdazure.sandbox.azure import outputs, schema


@pytest.mark.parametrize(
    ("token", "sent", "answered"),
    [
        (
            "compute:VirtualMachine",
            {"osProfile": {"adminUsername": "grower", "adminPassword": "hush"}},
            {"osProfile": {"adminUsername": "grower"}},
        ),
        (
            "sql:Server",
            {"administratorLogin": "grower", "administratorLoginPassword": "hush"},
            {"administratorLogin": "grower"},
        ),
        (
            "synapse:Workspace",
            {"sqlAdministratorLogin": "grower", "sqlAdministratorLoginPassword": "hush"},
            {"sqlAdministratorLogin": "grower"},
        ),
        ("keyvault:Secret", {"properties": {"value": "hush"}}, {"properties": {}}),
        (
            "containerinstance:ContainerGroup",
            {"imageRegistryCredentials": [{"server": "one", "password": "hush"}, {"server": "two"}]},
            {"imageRegistryCredentials": [{"server": "one"}, {"server": "two"}]},
        ),
    ],
)
def test_what_is_write_only_is_never_answered(token, sent, answered):
    assert outputs.echoed(schema.resource(f"azure-native:{token}"), sent) == answered
