"""PretrainedModel: what it registers, and what it refuses before anything is registered."""

import json

import pulumi
import pytest
from pulumi_azure_native import machinelearningservices as ml
from verdazure import ArgumentError, PretrainedModel
from verdazure.datasets.licences import ALLOWED
from verdazure.pretrained.provenance import publishers, read

from tests.scenarios.models.verified import LEAVES, MINILM
from tests.unit.conftest import SITE, SUBSCRIPTION

WORKSPACE = f"{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.MachineLearningServices/workspaces/mlw-hub"
URI = "https://stdata.blob.core.windows.net/model/minilm/"
ARGS = {"landing": SITE, "workspace_id": WORKSPACE, "model_uri": URI, "provenance": MINILM}
SITE_TAGS = {"managed-by": "verdazure", "workload": "ml", "owner": "vision", "environment": "dev"}
TITLE = "sentence-transformers: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"
PAPERS = {
    "origin": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    "publisher": "sentence-transformers",
    "licence": "Apache-2.0",
    "licence_duties": "Apache-2.0: keep its copyright notice",
    "provenance_sha256": "00c48808bb79ff9a587b624150fcad80ee60ff9c36b5fb00c8dd159c6c58ac2a",
    "files": "2",
    "formats": "json safetensors",
    "size_bytes": "90868988",
    "scan": "clean, by picklescan 1.0.5",
    "verified_by": "vision@example.com",
    "verified_on": "2026-11-24T08:00:00Z",
}


def registered(deploy, args):
    return deploy(lambda: PretrainedModel("minilm", args) and {})


def version(deploy, args):
    return registered(deploy, args).of("machinelearningservices:ModelVersion")["minilm-version"]


def document(**changes) -> str:
    """The document with other values in its predicate."""
    told = json.loads(MINILM)
    told["predicate"].update(changes)
    return json.dumps(told)


def test_a_verified_model_is_registered_with_its_papers(deploy):
    made = registered(deploy, ARGS)
    common = {"workspaceName": "mlw-hub", "resourceGroupName": "rg-hub", "name": "minilm"}
    assert made.of("machinelearningservices:ModelContainer") == {
        "minilm": {**common, "properties": {"description": TITLE, "tags": SITE_TAGS}}
    }
    assert made.of("machinelearningservices:ModelVersion") == {
        "minilm-version": {
            **common,
            "version": "1",
            "properties": {
                "description": TITLE,
                "modelType": "custom_model",
                "modelUri": URI,
                "properties": PAPERS,
                "tags": {**SITE_TAGS, **PAPERS},
            },
        }
    }


def test_terms_and_a_publisher_of_your_own_come_in_by_name(deploy):
    lists = {"allowed_publishers": ["Botanical Garden of Example"], "allowed_licences": ["LicenseRef-Garden-terms"]}
    made = version(deploy, {**ARGS, **lists, "provenance": LEAVES, "model_type": "mlflow_model", "version": "7"})
    properties = made["properties"]
    assert (made["version"], properties["modelType"]) == ("7", "mlflow_model")
    assert (properties["properties"]["licence"], "licence_duties" in properties["properties"]) == (
        "LicenseRef-Garden-terms",
        False,
    )


def test_outputs_say_how_to_ask_for_it(deploy):
    names = ("resource_name", "asset_uri", "publisher", "licence", "provenance_digest")

    def program():
        model = PretrainedModel("minilm", {**ARGS, "version": "7"})
        return {name: getattr(model, name) for name in names}

    assert deploy(program).outputs == {
        "resource_name": "minilm",
        "asset_uri": "azureml:minilm:7",
        "publisher": "sentence-transformers",
        "licence": "Apache-2.0",
        "provenance_digest": read(MINILM).digest,
    }


def test_no_tag_of_the_caller_takes_the_place_of_a_paper(deploy):
    made = version(deploy, {**ARGS, "tags": {"owner": "platform", "publisher": "somebody else"}})["properties"]
    assert (made["tags"]["owner"], made["tags"]["publisher"]) == ("platform", "sentence-transformers")


def test_an_address_that_is_known_later_passes(deploy):
    made = version(deploy, {**ARGS, "model_uri": pulumi.Output.concat("https://", "later")})
    assert made["properties"]["modelUri"] == "https://later"


def test_a_version_stays_when_the_next_one_comes(deploy, monkeypatch):
    """Deployments point to a version: Pulumi lets go of it without deleting it."""
    seen: dict[str, bool | None] = {}

    def watched(kind):
        def make(logical: str, /, *, opts: pulumi.ResourceOptions, **inputs):
            seen[logical] = opts.retain_on_delete
            return kind(logical, opts=opts, **inputs)

        return make

    monkeypatch.setattr(ml, "ModelVersion", watched(ml.ModelVersion))
    monkeypatch.setattr(ml, "ModelContainer", watched(ml.ModelContainer))
    registered(deploy, ARGS)
    assert seen == {"minilm": None, "minilm-version": True}


def test_the_publishers_of_the_facts_table_are_allowed(deploy):
    assert {"Google", "Hugging Face", "Microsoft", "Mistral AI", "OpenAI", "PyTorch", "Qwen"} <= set(publishers())
    for publisher in publishers():
        made = version(deploy, {**ARGS, "provenance": document(publisher=publisher)})
        assert made["properties"]["properties"]["publisher"] == publisher


READABLE = "the document that `verdazure model verify` writes, as JSON text"
SCAN = {"scanner": "picklescan", "version": "1.0.5", "verdict": "unsafe"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"provenance": "{}"},
            f"provenance is '{{}}'. Allowed: {READABLE}. Fix: _type: Field required.",
        ),
        (
            {"provenance": pulumi.Output.from_input(MINILM)},
            "provenance is of type Output. Allowed: a plain string. Fix: read the file that `verdazure model verify` "
            "wrote.",
        ),
        (
            {"provenance": document(scan=SCAN)},
            "provenance.scan.verdict is 'unsafe'. Allowed: clean. Fix: run `verdazure model verify` on its safetensors "
            "or ONNX files.",
        ),
        (
            {"provenance": document(publisher="Somebody")},
            f"provenance.publisher is 'Somebody'. Allowed: {', '.join(publishers())}. Fix: take a model of theirs, or "
            "have whoever answers for models add it to allowed_publishers.",
        ),
        (
            {"allowed_publishers": ["Microsoft"]},
            "provenance.publisher is 'sentence-transformers'. Allowed: Microsoft. Fix: take a model of theirs, or have "
            "whoever answers for models add it to allowed_publishers.",
        ),
        (
            {"allowed_publishers": []},
            "allowed_publishers is empty. Allowed: at least 1 item. Fix: set 'allowed_publishers' to at least 1 item.",
        ),
        (
            {"provenance": document(licence="CC-BY-NC-4.0")},
            f"provenance.licence is 'CC-BY-NC-4.0'. Allowed: {', '.join(ALLOWED)}. Fix: CC-BY-NC-4.0 is not on the "
            "list of allowed licences; take another model, or have whoever answers for licences add it to "
            "allowed_licences.",
        ),
        (
            {"allowed_licences": ["MIT"]},
            "provenance.licence is 'Apache-2.0'. Allowed: MIT. Fix: Apache-2.0 is not on the list of allowed licences; "
            "take another model, or have whoever answers for licences add it to allowed_licences.",
        ),
        (
            {"allowed_licences": ["Apache"]},
            "allowed_licences is 'Apache'. Allowed: SPDX ids. Fix: 'Apache' is no SPDX id; did you mean Apache-2.0?",
        ),
        (
            {"model_type": "mlflow_model"},
            "model_type is 'mlflow_model'. Allowed: a model with a file MLmodel at its top. Fix: verify the folder "
            "that MLmodel lies in, or take custom_model.",
        ),
        (
            {"model_uri": "http://models.example.org/minilm"},
            "model_uri is 'http://models.example.org/minilm'. Allowed: a URI that begins with azureml://, https://. "
            "Fix: point to the model's file or folder.",
        ),
        (
            {"model_uri": f"{URI}?sv=1&sig=hidden"},
            f"model_uri is '{URI}'. Allowed: a URI without a query or password, as a key in it would be written down "
            "with it. Fix: point to the model's file or folder.",
        ),
        (
            {"workspace_id": "mlw-hub"},
            "workspace_id is 'mlw-hub'. Allowed: the ARM id of an Azure ML workspace. Fix: pass workspace.resource_id.",
        ),
        (
            {"publisher": "Microsoft"},
            "unknown key 'publisher'. Allowed: allowed_licences, allowed_publishers, landing, model_type, model_uri, "
            "provenance, tags, version, workspace_id. Fix: did you mean 'allowed_publishers'?",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_registered(deploy, changes, message):
    refusals = []

    def program():
        with pytest.raises(ArgumentError) as refused:
            PretrainedModel("minilm", {**ARGS, **changes})
        refusals.append(str(refused.value))

    assert deploy(program).inputs == {}
    assert refusals == [f"PretrainedModel 'minilm': {message}"]


def test_without_a_document_nothing_is_registered(deploy):
    def program():
        with pytest.raises(ArgumentError, match=r"provenance is required\. Fix: add 'provenance' to the arguments"):
            PretrainedModel("minilm", {key: ARGS[key] for key in ARGS if key != "provenance"})

    assert deploy(program).inputs == {}


def test_a_name_that_azure_would_refuse_is_refused(deploy):
    def program():
        with pytest.raises(ArgumentError, match=r"name is 'mini lm'\. Allowed: 1 to 255 letters, digits, dashes"):
            PretrainedModel("mini lm", ARGS)

    assert deploy(program).inputs == {}
