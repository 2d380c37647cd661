"""The functions that programs call for keys, connection strings and configurations."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

GROUP = {"resourceGroupName": "rg"}


def account(engine, kind: str) -> None:
    engine.group()
    engine.create(
        "cosmosdb:DatabaseAccount",
        {
            **GROUP,
            "accountName": "docs",
            "kind": kind,
            "databaseAccountOfferType": "Standard",
            "locations": [{"locationName": "swedencentral", "failoverPriority": 0}],
        },
    )


def strings(engine) -> list[dict]:
    return engine.invoke("cosmosdb:listDatabaseAccountConnectionStrings", **GROUP, accountName="docs")[
        "connectionStrings"
    ]


def test_a_document_account_has_a_string_for_each_key(engine):
    account(engine, "GlobalDocumentDB")
    keys = engine.invoke("cosmosdb:listDatabaseAccountKeys", **GROUP, accountName="docs")
    endpoint = "AccountEndpoint=https://docs.documents.azure.com:443/"
    assert [(each["keyKind"], each["connectionString"]) for each in strings(engine)] == [
        ("Primary", f"{endpoint};AccountKey={keys['primaryMasterKey']};"),
        ("Secondary", f"{endpoint};AccountKey={keys['secondaryMasterKey']};"),
        ("PrimaryReadonly", f"{endpoint};AccountKey={keys['primaryReadonlyMasterKey']};"),
        ("SecondaryReadonly", f"{endpoint};AccountKey={keys['secondaryReadonlyMasterKey']};"),
    ]
    assert len(set(keys.values())) == 4


def test_a_mongo_account_speaks_mongo(engine):
    account(engine, "MongoDB")
    first, second = strings(engine)
    assert first["connectionString"].startswith("mongodb://docs:")
    assert "@docs.mongo.cosmos.azure.com:10255/?ssl=true&replicaSet=globaldb" in first["connectionString"]
    assert (first["type"], second["keyKind"]) == ("MongoDB", "Secondary")


@pytest.mark.parametrize(
    ("token", "inside", "path"),
    [
        ("eventhub:listNamespaceKeys", {}, ""),
        ("eventhub:listEventHubKeys", {"eventHubName": "hub"}, ";EntityPath=hub"),
        ("servicebus:listQueueKeys", {"queueName": "q"}, ";EntityPath=q"),
        ("servicebus:listTopicKeys", {"topicName": "t"}, ";EntityPath=t"),
    ],
)
def test_message_strings_name_namespace_rule_and_path(engine, token, inside, path):
    keys = engine.invoke(token, **GROUP, namespaceName="ns", authorizationRuleName="send", **inside)
    assert keys["keyName"] == "send"
    assert keys["primaryConnectionString"] == (
        f"Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey={keys['primaryKey']}{path}"
    )
    assert keys["primaryKey"] != keys["secondaryKey"]


def test_a_signature_carries_what_was_asked(engine):
    token = engine.invoke(
        "storage:listStorageAccountServiceSAS",
        **GROUP,
        accountName="st",
        canonicalizedResource="/blob/st/code",
        resource="c",
        permissions="r",
        protocols="https",
        sharedAccessExpiryTime="2030-01-01",
    )["serviceSasToken"]
    fields = {name: values[0] for name, values in parse_qs(token).items()}
    signature = fields.pop("sig")
    assert fields == {"sv": "2015-04-05", "sr": "c", "spr": "https", "se": "2030-01-01", "sp": "r"}
    assert len(base64.b64decode(signature)) == 32


def test_a_kubeconfig_reaches_its_cluster(engine):
    engine.group()
    _, cluster = engine.create(
        "containerservice:ManagedCluster",
        {**GROUP, "resourceName": "aks", "dnsPrefix": "verde", "identity": {"type": "SystemAssigned"}},
    )
    answer = engine.invoke("containerservice:listManagedClusterUserCredentials", **GROUP, resourceName="aks")
    config = base64.b64decode(answer["kubeconfigs"][0]["value"]).decode()
    assert f"server: https://{cluster['fqdn']}:443\n" in config


def test_a_workflow_is_called_by_a_signed_address(engine):
    engine.group()
    engine.create("logic:Workflow", {**GROUP, "workflowName": "notify", "location": "westeurope", "definition": {}})
    asked = {**GROUP, "workflowName": "notify", "triggerName": "manual"}
    answer = engine.invoke("logic:listWorkflowTriggerCallbackUrl", **asked)
    assert answer["value"].startswith("https://prod-00.westeurope.logic.azure.com:443/workflows/")
    assert "/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&" in answer["value"]
    assert answer["queries"]["sig"] == parse_qs(urlsplit(answer["value"]).query)["sig"][0]
