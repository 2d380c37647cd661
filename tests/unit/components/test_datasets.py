"""PublicDataset: what it registers, what it refuses, when it warns."""

import json

import pulumi
import pytest
from pulumi_azure_native import machinelearningservices as ml
from verdazure import ArgumentError, AssetType, PublicDataset
from verdazure.datasets.licences import ALLOWED

from tests.unit.conftest import SITE, SUBSCRIPTION

WORKSPACE = f"{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.MachineLearningServices/workspaces/mlw-hub"
COMMON = {"landing": SITE, "workspace_id": WORKSPACE}
SEATTLE = {**COMMON, "open_dataset": "seattle-safety"}
SITE_TAGS = {"managed-by": "verdazure", "workload": "ml", "owner": "vision", "environment": "dev"}
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OWN = {
    "title": "Leaves",
    "uri": "https://data.example.org/leaves.parquet",
    "asset_type": AssetType.URI_FILE,
    "format": "parquet",
    "attribution": "Botanical Garden",
    "sha256": SHA.upper(),
    "size_bytes": 1234,
    "region": "swedencentral",
}
EVIDENCE = {"licence": "mit or gpl-3.0-only", "licence_evidence": "https://data.example.org/LICENSE"}
LEAVES = {**COMMON, "source": OWN, **EVIDENCE}
SPECIFICATION = '{"columns": {"category": {"type": "text"}}, "sample": {"share": 0.01, "by": ["category"]}}'
COPY = {"to": "abfss://dataset@stlake.dfs.core.windows.net/seattle/", "specification": SPECIFICATION}


def registered(deploy, args):
    return deploy(lambda: PublicDataset("calls", args) and {})


def version(deploy, args):
    return registered(deploy, args).of("machinelearningservices:DataVersion")["calls-version"]


def test_an_open_dataset_is_registered_where_it_lies_with_its_papers(deploy):
    made = registered(deploy, SEATTLE)
    assert made.of("machinelearningservices:DataContainer") == {
        "calls": {
            "name": "calls",
            "workspaceName": "mlw-hub",
            "resourceGroupName": "rg-hub",
            "properties": {
                "dataType": "uri_folder",
                "description": "Seattle Fire Department 911 dispatches",
                "tags": SITE_TAGS,
            },
        }
    }
    papers = {
        "licence": "CC0-1.0",
        "licence_evidence": "https://creativecommons.org/publicdomain/zero/1.0/legalcode",
        "attribution": "City of Seattle",
        "source": "wasbs://citydatacontainer@azureopendatastorage.blob.core.windows.net/Safety/Release/city=Seattle",
        "source_format": "parquet",
        "as_of": "2019",
        "sha256": "unknown",
        "size_bytes": "20000000",
    }
    assert made.of("machinelearningservices:DataVersion") == {
        "calls-version": {
            "name": "calls",
            "version": "1",
            "workspaceName": "mlw-hub",
            "resourceGroupName": "rg-hub",
            "properties": {
                "dataType": "uri_folder",
                "dataUri": papers["source"],
                "description": "Seattle Fire Department 911 dispatches",
                "isAnonymous": False,
                "isArchived": False,
                "properties": papers,
                "tags": {**SITE_TAGS, **papers},
            },
        }
    }


def test_a_source_of_your_own_carries_what_you_vouch_for(deploy):
    properties = version(deploy, {**LEAVES, "version": "2026-11"})["properties"]
    assert (properties["dataType"], properties["dataUri"]) == ("uri_file", OWN["uri"])
    assert properties["properties"] == {
        "licence": "MIT OR GPL-3.0-only",
        "licence_evidence": "https://data.example.org/LICENSE",
        "licence_duties": "MIT: keep its copyright notice",
        "attribution": "Botanical Garden",
        "source": "https://data.example.org/leaves.parquet",
        "source_format": "parquet",
        "sha256": SHA,
        "size_bytes": "1234",
    }


def test_a_filtered_copy_carries_both_origins(deploy):
    made = version(deploy, {**SEATTLE, "filtered_copy": COPY, "version": "2"})
    properties = made["properties"]
    assert made["version"] == "2"
    assert (properties["dataType"], properties["dataUri"]) == ("uri_folder", COPY["to"])
    papers = properties["properties"]
    assert papers["source"].startswith("wasbs://citydatacontainer@")
    assert (papers["source_sha256"], papers["source_size_bytes"]) == ("unknown", "20000000")
    assert (papers["sha256"], "size_bytes" in papers) == ("unknown", False)
    assert json.loads(papers["filter"]) == json.loads(SPECIFICATION)
    hashed = version(deploy, {**SEATTLE, "filtered_copy": {**COPY, "sha256": SHA}})
    assert hashed["properties"]["properties"]["sha256"] == SHA


@pytest.mark.parametrize("asset_type", ["uri_folder", "mltable"])
def test_a_folder_may_have_no_hash_when_that_is_said(deploy, asset_type):
    folder = {**OWN, "asset_type": asset_type, "uri": "azureml://datastores/leaves/paths/all/", "sha256": "unknown"}
    properties = version(deploy, {**LEAVES, "source": folder})["properties"]
    assert (properties["dataType"], properties["properties"]["sha256"]) == (asset_type, "unknown")


def test_a_copy_of_a_file_is_a_folder(deploy):
    made = registered(deploy, {**LEAVES, "filtered_copy": COPY})
    (asset,) = made.of("machinelearningservices:DataContainer").values()
    (held,) = made.of("machinelearningservices:DataVersion").values()
    assert (asset["properties"]["dataType"], held["properties"]["dataType"]) == ("uri_folder", "uri_folder")
    assert held["properties"]["properties"]["source_sha256"] == SHA


def test_outputs_say_how_to_ask_for_it_and_what_to_copy(deploy):
    names = ("resource_name", "asset_uri", "source_uri", "licence", "copy_specification", "movement")

    def program():
        dataset = PublicDataset("calls", {**SEATTLE, "filtered_copy": COPY, "version": "7"})
        return {name: getattr(dataset, name) for name in names}

    outputs = deploy(program).outputs
    assert json.loads(outputs.pop("copy_specification")) == json.loads(SPECIFICATION)
    assert outputs == {
        "resource_name": "calls",
        "asset_uri": "azureml:calls:7",
        "source_uri": "wasbs://citydatacontainer@azureopendatastorage.blob.core.windows.net/Safety/Release/city=Seattle",
        "licence": "CC0-1.0",
        "movement": "once, while it is copied, at most: 0.02 GB from eastus to swedencentral, 2.37e-05 kWh and "
        "0.000555 to 0.0101 gCO2e",
    }


def test_no_tag_of_the_caller_takes_the_place_of_a_paper(deploy):
    made = version(deploy, {**SEATTLE, "tags": {"owner": "platform", "licence": "GPL-3.0-only"}})["properties"]
    assert (made["tags"]["owner"], made["tags"]["licence"]) == ("platform", "CC0-1.0")


def test_a_version_stays_when_the_next_one_comes(deploy, monkeypatch):
    """Azure ML jobs point to a version: Pulumi lets go of it without deleting it."""
    seen: dict[str, bool | None] = {}

    def watched(kind):
        def make(logical: str, /, *, opts: pulumi.ResourceOptions, **inputs):
            seen[logical] = opts.retain_on_delete
            return kind(logical, opts=opts, **inputs)

        return make

    monkeypatch.setattr(ml, "DataVersion", watched(ml.DataVersion))
    monkeypatch.setattr(ml, "DataContainer", watched(ml.DataContainer))
    registered(deploy, SEATTLE)
    assert seen == {"calls": None, "calls-version": True}


# What it moves


def movement(deploy, args):
    made = deploy(lambda: {"movement": PublicDataset("calls", args).movement})
    return made.outputs["movement"], made.warnings


def test_reading_from_another_region_warns_with_what_it_moves(deploy):
    told, warnings = movement(deploy, {**COMMON, "open_dataset": "tartanair"})
    moved = "3,000 GB from eastus to swedencentral, 3.56 kWh and 83.3 to 1,512 gCO2e"
    assert told == f"at each reading of all of it: {moved}"
    assert warnings == [
        f"Each reading of all of TartanAir: simulated flights for SLAM moves {moved}. A filtered copy in swedencentral "
        "moves it once: that much less from the second reading on."
    ]


def test_a_filtered_copy_does_not_warn(deploy):
    assert movement(deploy, {**SEATTLE, "filtered_copy": COPY})[1] == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({}, "nothing, as it lies in swedencentral too"),
        ({"region": "Sweden Central"}, "nothing, as it lies in swedencentral too"),
        ({"region": None}, "not known, as the region of Leaves is not"),
        ({"size_bytes": None, "region": "eastus"}, "not known, as the size of Leaves is not"),
        (
            {"size_bytes": 2e9, "region": "uaenorth"},
            "2 GB from uaenorth to swedencentral; what that emits is not known: regions.csv has no intensity_g_per_kwh "
            "for 'uaenorth': no source that may be used gives one",
        ),
    ],
)
def test_what_is_not_known_is_said_and_not_guessed(deploy, source, told):
    given = {key: value for key, value in {**OWN, **source}.items() if value is not None}
    assert movement(deploy, {**LEAVES, "source": given}) == (told, [])


# Refusals


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            COMMON,
            "open_dataset is missing. Allowed: either open_dataset or source. Fix: give one of them.",
        ),
        (
            {**LEAVES, "open_dataset": "mnist"},
            "open_dataset is 'both'. Allowed: either open_dataset or source. Fix: give one of them.",
        ),
        (
            {**COMMON, "open_dataset": "seattle-safty"},
            "open_dataset is 'seattle-safty'. Allowed: a row of the facts table open_datasets. Fix: 'seattle-safty' is "
            "not in the facts table: no such open dataset is known; did you mean seattle-safety?",
        ),
        (
            {**COMMON, "open_dataset": "mnist"},
            "licence is missing. Allowed: an SPDX expression, as no known page states the licence of MNIST handwritten "
            "digits. Fix: read https://learn.microsoft.com/azure/open-datasets/dataset-mnist (size: its four files; "
            "region: its account's, from dataset-taxi-yellow), and give licence and licence_evidence.",
        ),
        (
            {**COMMON, "open_dataset": "nyc-taxi-yellow", "licence": "CC0-1.0"},
            "licence_evidence is missing. Allowed: the https:// address where the licence can be read, as no known "
            "page states the licence of NYC yellow taxi trips. Fix: read https://www1.nyc.gov/home/terms-of-use.page, "
            "and give licence and licence_evidence.",
        ),
        (
            {**SEATTLE, **EVIDENCE},
            "licence is 'mit or gpl-3.0-only'. Allowed: nothing, as seattle-safety comes under CC0-1.0. Fix: remove "
            "it.",
        ),
        (
            {**SEATTLE, "licence_evidence": "https://example.org"},
            "licence_evidence is 'https://example.org'. Allowed: nothing, as seattle-safety comes under CC0-1.0. "
            "Fix: remove it.",
        ),
        (
            {**LEAVES, "licence": "CC-BY-NC-4.0"},
            f"licence is 'CC-BY-NC-4.0'. Allowed: {', '.join(ALLOWED)}. Fix: CC-BY-NC-4.0 is not on the list of "
            "allowed licences; take other data, or have whoever answers for licences add it to allowed_licences.",
        ),
        (
            {**COMMON, "open_dataset": "public-holidays", "allowed_licences": ["CC0-1.0"]},
            "licence is 'CC-BY-SA-3.0'. Allowed: CC0-1.0. Fix: CC-BY-SA-3.0 is not on the list of allowed licences; "
            "take other data, or have whoever answers for licences add it to allowed_licences.",
        ),
        (
            {**LEAVES, "licence": "Creative Commons"},
            "licence is 'Creative Commons'. Allowed: an SPDX expression. Fix: 'Creative Commons' is no SPDX id; terms "
            "of their own are named LicenseRef-NAME.",
        ),
        (
            {**SEATTLE, "allowed_licences": ["CC0"]},
            "allowed_licences is 'CC0'. Allowed: SPDX ids. Fix: 'CC0' is no SPDX id; did you mean CC0-1.0?",
        ),
        (
            {**SEATTLE, "allowed_licences": []},
            "allowed_licences is empty. Allowed: at least 1 item. Fix: set 'allowed_licences' to at least 1 item.",
        ),
        (
            {**LEAVES, "source": {**OWN, "sha256": "unknown"}},
            "source.sha256 is 'unknown'. Allowed: 64 hexadecimal digits for a file. Fix: write what `sha256sum` prints "
            "for it.",
        ),
        (
            {**LEAVES, "source": {**OWN, "sha256": "abc"}},
            "source.sha256 is 'abc'. Allowed: 64 hexadecimal digits, or 'unknown' for a folder. Fix: write what "
            "`sha256sum` prints for it.",
        ),
        (
            {**LEAVES, "source": {key: OWN[key] for key in OWN if key != "sha256"}},
            "source.sha256 is required. Fix: add 'source.sha256' to the arguments.",
        ),
        (
            {**LEAVES, "source": {**OWN, "uri": "http://data.example.org/leaves.parquet"}},
            "source.uri is 'http://data.example.org/leaves.parquet'. Allowed: a URI that begins with https://, "
            "wasbs://, abfss://, azureml://. Fix: point to the data itself.",
        ),
        (
            {**LEAVES, "source": {**OWN, "uri": "https://data.example.org/leaves.parquet?sv=1&sig=hidden"}},
            "source.uri is 'https://data.example.org/leaves.parquet'. Allowed: a URI without a query or password, as a "
            "key in it would be written down with it. Fix: point to the data itself.",
        ),
        (
            {**LEAVES, "source": {**OWN, "region": "sweden"}},
            "source.region is 'sweden'. Allowed: the name of an Azure region in the facts table. Fix: 'sweden' is not "
            "in the facts table: no such Azure region is known; did you mean swedensouth?",
        ),
        (
            {**SEATTLE, "filtered_copy": {**COPY, "to": "https://stlake.blob.core.windows.net/dataset"}},
            "filtered_copy.to is 'https://stlake.blob.core.windows.net/dataset'. Allowed: a URI that begins with "
            "abfss://, azureml://. Fix: point to the data itself.",
        ),
        (
            {**SEATTLE, "filtered_copy": {**COPY, "specification": '{"columns": {}}'}},
            "filtered_copy.specification is '{\"columns\": {}}'. Allowed: a specification as JSON text, with the "
            "columns to take. Fix: columns: Dictionary should have at least 1 item after validation, not 0.",
        ),
        (
            {**SEATTLE, "workspace_id": "mlw-hub"},
            "workspace_id is 'mlw-hub'. Allowed: the ARM id of an Azure ML workspace. Fix: pass workspace.resource_id.",
        ),
        (
            {**SEATTLE, "version": "1/2"},
            "version is '1/2'. Allowed: string should match pattern '^[A-Za-z0-9._-]+$'. Fix: set 'version' to string "
            "should match pattern '^[A-Za-z0-9._-]+$'.",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_registered(deploy, args, message):
    refusals = []

    def program():
        with pytest.raises(ArgumentError) as refused:
            PublicDataset("calls", args)
        refusals.append(str(refused.value))

    assert deploy(program).inputs == {}
    assert refusals == [f"PublicDataset 'calls': {message}"]


def test_a_name_that_azure_would_refuse_is_refused(deploy):
    def program():
        with pytest.raises(ArgumentError, match=r"name is '311 calls'\. Allowed: 1 to 255 letters, digits, dashes"):
            PublicDataset("311 calls", SEATTLE)

    assert deploy(program).inputs == {}


def test_terms_that_forbid_something_come_in_only_by_name(deploy):
    mind = {**COMMON, "open_dataset": "mind"}
    with pytest.raises(ArgumentError, match="LicenseRef-Microsoft-Research-Data is not on the list"):
        registered(deploy, mind)
    allowed = {**mind, "allowed_licences": ["LicenseRef-Microsoft-Research-Data"]}
    assert version(deploy, allowed)["properties"]["properties"]["licence"] == "LicenseRef-Microsoft-Research-Data"
