"""BatchIngestion: what it registers, what it refuses, when it warns."""

import json

import pytest
from verdazure import ArgumentError, BatchIngestion, FileFormat, facts
from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.ingestion import parse_specification
from verdazure.ingestion.dataflow import Files, Table, data_flow

from tests.unit.conftest import SITE

STORAGE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts"
SPECIFICATION = json.dumps(
    {"columns": {"id": {"type": "integer"}}, "key": ["id"], "sample": {"share": 0.1, "by": ["id"]}}
)
PRICES = {
    "specification": SPECIFICATION,
    "files": {"account_id": f"{STORAGE}/stsource", "container": "raw", "prefix": "prices"},
}
ORDERS = {
    "specification": SPECIFICATION,
    "table": {"server": "sql.example.net", "database": "shop", "table": "sales.orders", "watermark": "changed_at"},
}
GOOD = {
    "landing": SITE,
    "destination": {"account_id": f"{STORAGE}/stlake", "container": "dataset"},
    "sources": {"prices": PRICES},
    "first_day": "2026-12-01",
}


def made(deploy, **args):
    return deploy(lambda: outputs(BatchIngestion("intake", {**GOOD, **args})))


def outputs(intake):
    return {"start_hour": intake.start_hour, "grants": intake.database_grants, "pipelines": intake.pipelines}


def test_the_factory_has_an_identity_and_compute_that_goes_when_it_is_done(deploy):
    found = made(deploy)
    factory = found.of("datafactory:Factory")["intake"]
    assert factory["factoryName"] == "adf-intake-abc123"
    assert (factory["identity"], factory["publicNetworkAccess"]) == ({"type": "SystemAssigned"}, "Disabled")
    assert found.of("datafactory:IntegrationRuntime")["intake-runtime"]["properties"] == {
        "type": "Managed",
        "computeProperties": {
            "location": "swedencentral",
            "dataFlowProperties": {"computeType": "General", "coreCount": 8, "timeToLive": 0, "cleanup": True},
        },
    }


def test_it_may_read_and_write_one_container_each(deploy):
    def role(inputs):
        return inputs["scope"].removeprefix(STORAGE), inputs["roleDefinitionId"].rsplit("/", 1)[-1]

    assert {name: role(inputs) for name, inputs in made(deploy).of("authorization:RoleAssignment").items()} == {
        "intake-lake": ("/stlake/blobServices/default/containers/dataset", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
        "intake-prices": ("/stsource/blobServices/default/containers/raw", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
    }


def test_no_link_carries_a_secret(deploy):
    links = made(deploy, sources={"prices": PRICES, "orders": ORDERS}).of("datafactory:LinkedService")
    assert {inputs["linkedServiceName"]: inputs["properties"] for inputs in links.values()} == {
        "lake": {"type": "AzureBlobFS", "url": "https://stlake.dfs.core.windows.net"},
        "prices": {
            "type": "AzureBlobStorage",
            "serviceEndpoint": "https://stsource.blob.core.windows.net",
            "accountKind": "StorageV2",
        },
        "orders": {
            "type": "AzureSqlDatabase",
            "version": "2.0",
            "server": "sql.example.net",
            "database": "shop",
            "authenticationType": "SystemAssignedManagedIdentity",
            "encrypt": "mandatory",
            "trustServerCertificate": False,
        },
    }


@pytest.mark.parametrize("sampled", [False, True])
def test_the_data_flow_is_the_specification_and_the_pipeline_carries_it_word_for_word(deploy, sampled):
    found = made(deploy, sources={"prices": PRICES, "orders": ORDERS}, sampled=sampled)
    specification = parse_specification(SPECIFICATION)
    for key, source in (
        ("prices", Files(FileFormat.CSV, "prices")),
        ("orders", Table("sales", "orders", "changed_at")),
    ):
        flow = found.of("datafactory:DataFlow")[f"intake-{key}-flow"]["properties"]
        assert tuple(flow["scriptLines"]) == data_flow(specification, source, sampled=sampled).script
        pipeline = found.of("datafactory:Pipeline")[f"intake-{key}-pipeline"]
        assert pipeline["parameters"]["specification"] == {"type": "String", "defaultValue": SPECIFICATION}
    assert found.of("datafactory:Dataset")["intake-staging-data"]["properties"]["compressionCodec"] == "snappy"


def test_a_sound_batch_lands_by_a_rename_and_a_broken_one_is_put_aside_and_fails(deploy):
    read, judge = made(deploy).of("datafactory:Pipeline")["intake-prices-pipeline"]["activities"]
    assert read["dataFlow"]["datasetParameters"]["staged"]["folder"]["value"] == (
        "@concat('_staging/prices/', pipeline().RunId)"
    )
    assert judge["on"]["value"] == "@activity('Read').output.runStatus.output.verdict.value[0].judgement"
    cases = {case["value"]: case["activities"] for case in judge["cases"]}
    assert {value: [step["name"] for step in steps] for value, steps in cases.items()} == {
        "sound": ["MakeRoom", "Land"],
        "broken": ["SetApart", "Quarantine", "Stop"],
    }
    land = cases["sound"][1]
    window = "formatDateTime(pipeline().parameters.since, 'yyyyMMddTHHmm')"
    assert land["url"]["value"] == (
        f"@concat('https://stlake.dfs.core.windows.net/dataset/', concat('prices/window=', {window}))"
    )
    assert land["headers"]["x-ms-rename-source"]["value"] == "@concat('/dataset/_staging/prices/', pipeline().RunId)"
    assert land["headers"]["If-None-Match"] == "*"
    assert land["authentication"] == {"type": "MSI", "resource": "https://storage.azure.com/"}
    assert cases["broken"][2]["type"] == "Fail"
    assert cases["broken"][2]["message"]["value"].endswith("verdict.value[0].breaches)")


def test_windows_begin_at_the_cleanest_hour_of_the_regions_day_or_at_the_one_that_is_given(deploy):
    found = made(deploy)
    hour = cleanest_hour("swedencentral")
    window = found.of("datafactory:Trigger")["intake-prices-trigger"]["properties"]
    assert found.outputs["start_hour"] == hour
    assert window["startTime"] == f"2026-12-01T{hour:02d}:00:00Z"
    assert (window["frequency"], window["interval"], window["maxConcurrency"]) == ("Hour", 24, 1)
    given = made(deploy, start_hour=3, every_hours=6).of("datafactory:Trigger")["intake-prices-trigger"]["properties"]
    assert (given["startTime"], given["interval"]) == ("2026-12-01T03:00:00Z", 6)


def test_the_cleanest_hour_is_the_lowest_of_the_year_and_unknown_without_a_profile(monkeypatch):
    day = [float(hour) for hour in range(24)]
    profile = facts.profile("DE")
    made_up = (tuple(reversed(day)), *(tuple(day) for _ in range(3)))
    monkeypatch.setattr(facts, "profile", lambda zone: type(profile)(zone, made_up, 2022, "", "", profile.read_on))
    assert cleanest_hour("germanywestcentral") == 0
    assert cleanest_hour("germanywestcentral", hours=24) == 0

    def unknown(zone):
        raise facts.UnknownFact(zone)

    monkeypatch.setattr(facts, "profile", unknown)
    assert cleanest_hour("germanywestcentral") is None


def test_the_databases_administrator_is_told_what_to_run(deploy):
    assert made(deploy, sources={"orders": ORDERS}).outputs["grants"] == {
        "orders": "CREATE USER [intake] FROM EXTERNAL PROVIDER; GRANT SELECT ON [sales].[orders] TO [intake];"
    }


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"cores": 32}, "cores is 32; the limit is 16. This weakens a sustainable default; rule CM18 guards it."),
        ({"idle_minutes": 11}, "idle_minutes is 11; the limit is 10. This weakens a sustainable default; rule CM18"),
    ],
)
def test_weakening_is_told(deploy, args, words):
    assert made(deploy).warnings == []
    (warning,) = made(deploy, **args).warnings
    assert warning.startswith(words)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"sources": {}}, "sources is empty. Allowed: at least 1 item"),
        ({"sources": {"Prices": PRICES}}, "string should match pattern '^[a-z][a-z0-9_]{0,59}$'"),
        ({"sources": {"lake": PRICES}}, "sources.lake is 'lake'. Allowed: another name: this one is the lake's own"),
        ({"sources": {"p": {"specification": SPECIFICATION}}}, "sources.p.files is missing. Allowed: files or table"),
        ({"sources": {"p": {**PRICES, **ORDERS}}}, "sources.p.files is 'given'. Allowed: files or table"),
        (
            {"sources": {"p": {**PRICES, "specification": '{"columns": {}}'}}},
            "sources.p.specification is '{\"columns\": {}}'. Allowed: what `verdazure data check` reads. "
            "Fix: mend it: columns: Dictionary should have at least 1 item",
        ),
        (
            {"sources": {"p": {**PRICES, "specification": '{"columns": {"a": {"type": "text"}}}'}}, "sampled": True},
            "Fix: mend it: there is no sample; add one",
        ),
        (
            {"sources": {"p": {**ORDERS, "table": {**ORDERS["table"], "table": "orders; drop"}}}},
            "sources.p.table.table is 'orders; drop'. Allowed: letters, digits and underscores",
        ),
        ({"first_day": "tomorrow"}, "first_day is 'tomorrow'. Allowed: a day such as '2026-12-01'"),
        ({"every_hours": 5}, "every_hours is 5. Allowed: 1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168. Fix: use 4"),
        ({"cores": 4}, "cores is 4. Allowed: 8, 16, 32, 48, 80, 144, 272. Fix: use 8"),
        ({"start_hour": 24}, "start_hour is 24. Allowed: less than or equal to 23"),
        ({"destination": {"account_id": "x", "container": "A"}}, "destination.container is 'A'"),
        ({"source": {}}, "unknown key 'source'"),
    ],
)
def test_what_is_refused(deploy, args, message):
    with pytest.raises(ArgumentError) as refused:
        made(deploy, **args)
    assert message in str(refused.value)
