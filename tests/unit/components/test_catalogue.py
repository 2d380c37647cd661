"""ModelDeployment: what it registers, what it tells, what it refuses."""

from datetime import date

import pytest
from pulumi.provider.experimental.component import ComponentProvider
from pulumi_azure_native import cognitiveservices
from verdazure import (
    AccountKind,
    ArgumentError,
    FilterLevel,
    Lock,
    ModelDeployment,
    PrincipalType,
    Sku,
    VersionUpgrade,
    facts,
)
from verdazure.catalogue.component import _ModelDeployment, retiring

from tests.unit.conftest import SITE, SUBSCRIPTION

ACCOUNT = f"{SUBSCRIPTION}/resourceGroups/rg-ai/providers/Microsoft.CognitiveServices/accounts/aif-hub"
LABELS = {"managed-by": "verdazure", "workload": "ml", "owner": "vision", "environment": "dev"}
CHAT = {"model": "Phi-4-mini-instruct", "need": {"task": "chat"}, "capacity": 1}
NANO = {"model": "gpt-5-nano", "need": {"task": "chat", "modalities": ["image", "text"]}, "capacity": 20}
WHY = {"reason": "Evaluated in run 12: the smaller one answers 4 of 10.", "expires": "2099-12-31"}
KINDS = "cognitiveservices"


def made(deploy, deployments=None, **args):
    def program():
        models = ModelDeployment(
            "assistant",
            {"landing": SITE, "deployments": {"chat": CHAT} if deployments is None else deployments, **args},
        )
        return {
            "id": models.resource_id,
            "name": models.resource_name,
            "principal": models.principal_id,
            "models": models.models,
            "explanation": models.explanation,
        }

    return deploy(program)


def refused(deploy, deployments=None, **args):
    with pytest.raises(ArgumentError) as error:
        made(deploy, deployments, **args)
    return str(error.value)


def test_an_account_without_keys_or_public_address(deploy):
    found = made(deploy)
    assert found.of(f"{KINDS}:Account") == {
        "assistant": {
            "accountName": "aif-assistant-abc123",
            "resourceGroupName": "rg-ml",
            "location": "swedencentral",
            "kind": "AIServices",
            "sku": {"name": "S0"},
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "customSubDomainName": "aif-assistant-abc123",
                "disableLocalAuth": True,
                "publicNetworkAccess": "Disabled",
                "networkAcls": {"defaultAction": "Deny"},
            },
            "tags": LABELS,
        }
    }
    assert found.of("monitor:DiagnosticSetting")["assistant-diagnostics"]["workspaceId"] == SITE["log_workspace_id"]
    assert (found.outputs["name"], found.outputs["principal"]) == ("aif-assistant-abc123", "principal of assistant")
    assert found.warnings == []


def test_a_deployment_has_a_ceiling_a_filter_and_new_versions(deploy):
    found = made(deploy)
    assert found.of(f"{KINDS}:Deployment") == {
        "assistant-model-chat": {
            "deploymentName": "chat",
            "accountName": "aif-assistant-abc123",
            "resourceGroupName": "rg-ml",
            "sku": {"name": "GlobalStandard", "capacity": 1},
            "properties": {
                "model": {"format": "Microsoft", "name": "Phi-4-mini-instruct", "version": "1"},
                "versionUpgradeOption": "OnceNewDefaultVersionAvailable",
                "raiPolicyName": "Microsoft.DefaultV2",
            },
            "tags": {**LABELS, "energy-class": "S", "need": "chat"},
        }
    }
    assert found.outputs["models"] == {"chat": "Phi-4-mini-instruct 1"}
    told = found.outputs["explanation"]["chat"].split("; ")
    assert told[0] == "Phi-4-mini-instruct (3,800 M parameters (S)) is taken"
    assert "Qwen2.5-0.5B-Instruct (490 M parameters (XS)) is not hosted by Azure" in told
    assert not any(each.startswith("resnet50") for each in told)


@pytest.mark.parametrize(
    ("model", "residency", "offline", "sku"),
    [
        ("Phi-4-mini-instruct", None, False, "GlobalStandard"),
        ("gpt-5-nano", "eu", False, "DataZoneStandard"),
        ("gpt-5-nano", "us", False, "DataZoneStandard"),
        ("gpt-5.1", "se", False, "Standard"),
        ("gpt-5.4-mini", None, True, "GlobalBatch"),
        ("gpt-5.4-mini", "us", True, "DataZoneBatch"),
    ],
)
def test_the_type_follows_residency_and_patience(deploy, model, residency, offline, sku):
    within = {} if residency is None else {"residency": residency}
    one = {"model": model, "need": {"task": "chat"}, "capacity": 50, "offline": offline}
    found = made(deploy, {"one": one}, **within).of(f"{KINDS}:Deployment")["assistant-model-one"]
    assert found["sku"] == {"name": sku, "capacity": 50}
    assert found["tags"].get("latency") == ("offline" if offline else None)


def test_the_need_is_told_for_whoever_asks_why_no_smaller_model_serves(deploy):
    need = {"task": "chat", "modalities": ["text"], "context_tokens": 100_000}
    found = made(deploy, {"one": {**CHAT, "need": need}}).of(f"{KINDS}:Deployment")["assistant-model-one"]
    assert found["tags"]["need"] == "chat; text; 100000 tokens"


def test_a_ceiling_above_the_limit_warns(deploy):
    warned = made(deploy, {"one": {**CHAT, "capacity": 501}}).warnings
    said = "one: capacity is 501; the limit is 500. This weakens a sustainable default; rule MI03 guards it."
    assert warned == [said]
    batch = {"model": "gpt-5.4-mini", "need": {"task": "chat"}, "capacity": 501, "offline": True}
    assert made(deploy, {"one": batch}).warnings == []


def test_deployments_come_one_after_the_other_and_after_their_filter(deploy, monkeypatch):
    """Azure refuses a deployment while it is at another one of the same account."""
    waits_for, deployment = {}, cognitiveservices.Deployment

    def registered(name, *, opts, **inputs):
        waits_for[name] = [each._name for each in opts.depends_on]
        return deployment(name, opts=opts, **inputs)

    monkeypatch.setattr("verdazure.catalogue.component.cognitiveservices.Deployment", registered)
    made(deploy, {"one": CHAT, "two": CHAT, "three": CHAT}, content_filter={})
    assert waits_for == {
        "assistant-model-one": ["assistant-filter"],
        "assistant-model-two": ["assistant-filter", "assistant-model-one"],
        "assistant-model-three": ["assistant-filter", "assistant-model-two"],
    }


def test_a_larger_model_is_taken_with_a_justification_that_shows(deploy):
    larger = {**CHAT, "model": "Phi-4", "justification": WHY}
    found = made(deploy, {"chat": larger})
    assert found.of(f"{KINDS}:Deployment")["assistant-model-chat"]["tags"] == {
        **LABELS,
        "energy-class": "M",
        "need": "chat",
        "justification": WHY["reason"],
        "justified-until": "2099-12-31",
    }
    told = found.outputs["explanation"]["chat"]
    assert told.startswith("Phi-4 (14,700 M parameters (M)) is taken, justified until 2099-12-31: Evaluated in run 12")
    assert "Phi-4-mini-instruct (3,800 M parameters (S)) meets it" in told


def test_boards_of_its_own_are_held_only_with_a_justification_and_a_warning(deploy):
    held = {**NANO, "model": "gpt-5-mini", "sku": Sku.DATA_ZONE_PROVISIONED_MANAGED, "justification": WHY}
    found = made(deploy, {"chat": held}, residency="eu")
    assert found.of(f"{KINDS}:Deployment")["assistant-model-chat"]["sku"]["name"] == "DataZoneProvisionedManaged"
    (warning,) = [each for each in found.warnings if "boards" in each]
    assert warning == "chat: its boards draw power and cost the same while nobody asks anything."


def test_a_filter_of_your_own_blocks_at_both_ends(deploy):
    found = made(deploy, content_filter={"violence": FilterLevel.LOW})
    policy = found.of(f"{KINDS}:RaiPolicy")["assistant-filter"]
    assert (policy["raiPolicyName"], policy["accountName"]) == ("assistant", "aif-assistant-abc123")
    assert (policy["properties"]["basePolicyName"], policy["properties"]["mode"]) == ("Microsoft.DefaultV2", "Blocking")
    filters = policy["properties"]["contentFilters"]
    assert {(each["name"], each["source"]): each.get("severityThreshold") for each in filters} == {
        ("Hate", "Prompt"): "Medium",
        ("Hate", "Completion"): "Medium",
        ("Selfharm", "Prompt"): "Medium",
        ("Selfharm", "Completion"): "Medium",
        ("Sexual", "Prompt"): "Medium",
        ("Sexual", "Completion"): "Medium",
        ("Violence", "Prompt"): "Low",
        ("Violence", "Completion"): "Low",
        ("Jailbreak", "Prompt"): None,
        ("Protected Material Text", "Completion"): None,
    }
    assert all(each["blocking"] and each["enabled"] for each in filters)
    deployed = found.of(f"{KINDS}:Deployment")["assistant-model-chat"]
    assert deployed["properties"]["raiPolicyName"] == "assistant"


def test_an_account_of_yours_is_adopted(deploy):
    asked = {**NANO, "version_upgrade": VersionUpgrade.ON_EXPIRY, "rai_policy_name": "strict"}
    found = made(deploy, {"chat": asked}, account_id=ACCOUNT, residency="eu")
    assert found.of(f"{KINDS}:Account") == found.of("monitor:DiagnosticSetting") == {}
    deployed = found.of(f"{KINDS}:Deployment")["assistant-model-chat"]
    assert (deployed["accountName"], deployed["resourceGroupName"]) == ("aif-hub", "rg-ai")
    assert deployed["properties"]["versionUpgradeOption"] == "OnceCurrentVersionExpired"
    assert deployed["properties"]["raiPolicyName"] == "strict"
    assert (found.outputs["id"], found.outputs["principal"]) == (ACCOUNT, None)


def test_who_may_and_how_to_get_in(deploy):
    app = {
        "principal_id": "app",
        "principal_type": PrincipalType.SERVICE_PRINCIPAL,
        "role": "Cognitive Services OpenAI User",
    }
    subnet = f"{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/hub/subnets/endpoints"
    found = made(
        deploy,
        role_assignments={"app": app},
        private_endpoints={"hub": {"subnet_id": subnet}},
        lock=Lock.CAN_NOT_DELETE,
        kind=AccountKind.FOUNDRY,
        tags={"cost-center": "4711"},
    )
    role = found.of("authorization:RoleAssignment")["assistant-role-app"]
    assert role["roleDefinitionId"].endswith("/5e0bd9bd-7b93-4f28-af87-19fc36ad61bd")
    (connection,) = found.of("network:PrivateEndpoint")["assistant-endpoint-hub"]["privateLinkServiceConnections"]
    assert connection["groupIds"] == ["account"]
    assert found.of("authorization:ManagementLockByScope")["assistant-lock"]["level"] == "CanNotDelete"
    assert found.of(f"{KINDS}:Account")["assistant"]["tags"]["cost-center"] == "4711"


@pytest.mark.parametrize(
    ("changed", "args", "words"),
    [
        (
            {"model": "Phi-4"},
            {},
            ["deployments.chat.model is 'Phi-4'", "Phi-4-mini-instruct is smaller", "justification"],
        ),
        (
            {"model": "gpt-5-nano"},
            {},
            ["its size is not published, and Phi-4-mini-instruct of known size meets the need"],
        ),
        ({}, {"residency": "eu"}, ["is not offered as DataZoneStandard:eu", "the smallest that does is gpt-5-nano"]),
        (
            {"model": "gpt-5-nano", "sku": Sku.GLOBAL_STANDARD},
            {"residency": "eu"},
            ["GlobalStandard processes in any Azure region, and residency is 'eu'"],
        ),
        ({"model": "gpt-4o"}, {}, ["is deprecated, so that it takes no new customers"]),
        ({"model": "Qwen2.5-0.5B-Instruct"}, {}, ["is not hosted by Azure"]),
        ({"model": "gpt-5-nanoo"}, {}, ["a row of the facts table models", "gpt-5-nano"]),
        ({"model": "gpt-5.1", "offline": True}, {"residency": "se"}, ["deployments.chat.offline", "not within 'se'"]),
        ({"sku": Sku.GLOBAL_BATCH}, {}, ["deployments.chat.sku", "answers at once, as offline is False"]),
        (
            {"model": "gpt-5-mini", "sku": Sku.GLOBAL_PROVISIONED_MANAGED},
            {},
            ["deployments.chat.sku is 'GlobalProvisionedManaged'", "paid by the token", "justification"],
        ),
        ({"model": "gpt-5.1", "sku": Sku.STANDARD}, {}, ["its size is not published"]),
        (
            {"model": "Phi-4", "justification": {**WHY, "expires": "2026-11-01"}},
            {},
            ["deployments.chat.justification.expires", "a day that is not past", "justified anew"],
        ),
        ({"justification": {**WHY, "expires": "soon"}}, {}, ["a day as 2027-06-30"]),
        ({"justification": {**WHY, "reason": "x" * 257}}, {}, ["deployments.chat.justification.reason"]),
        ({"capacity": 0}, {}, ["deployments.chat.capacity"]),
        ({"need": {"task": "poetry"}}, {}, ["Phi-4-mini-instruct is for chat", "none in the facts table"]),
        ({}, {"kind": AccountKind.OPENAI}, ["a model of OpenAI, as kind is 'OpenAI'"]),
        ({}, {"residency": "mars"}, ["residency is 'mars'"]),
        ({}, {"content_filter": {"selfharm": FilterLevel.LOW}}, ["did you mean 'self_harm'?"]),
        ({}, {"account_id": ACCOUNT, "lock": Lock.READ_ONLY}, ["lock is 'ReadOnly'", "that account is yours"]),
    ],
)
def test_what_is_refused(deploy, changed, args, words):
    message = refused(deploy, {"chat": {**CHAT, **changed}}, **args)
    assert [word for word in words if word not in message] == [], message


def test_names_that_azure_refuses(deploy):
    assert "2 to 64 letters" in refused(deploy, {"a chat": CHAT})
    assert "at least 1 item" in refused(deploy, {})


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2026, 11, 7), None),
        (date(2026, 11, 8), "Azure turns gpt-5-nano 2025-08-07 off on 2027-02-06: try its successor in time."),
        (date(2027, 3, 1), "Azure turns gpt-5-nano 2025-08-07 off on 2027-02-06: try its successor in time."),
    ],
)
def test_a_retirement_is_told_ninety_days_ahead(today, told):
    assert retiring(facts.models.get("gpt-5-nano"), today) == told


def test_what_retires_nowhere_is_never_told():
    assert retiring(facts.models.get("Phi-4"), date(2099, 1, 1)) is None


def test_every_argument_survives_the_component_host():
    """The host drops enums in lists and as values of mappings: what it hands over must be what was written."""
    host = ComponentProvider([ModelDeployment], "verdazure", version="0.0.0")
    chat = {"model": "gpt-5-nano", "need": {"task": "chat", "contextTokens": 100.0}, "capacity": 5.0}
    chat |= {"sku": "DataZoneStandard", "versionUpgrade": "OnceCurrentVersionExpired"}
    site = {"resourceGroupName": "rg-ml", "location": "swedencentral", "nameSuffix": "abc123"}
    asked = {"landing": site, "residency": "eu", "deployments": {"chat": chat}, "contentFilter": {"selfHarm": "Low"}}
    arrived = host.map_inputs(asked, host._component_defs["ModelDeployment"])
    spec = _ModelDeployment.model_validate(arrived, context={"name": "assistant"})
    one = spec.deployments["chat"]
    assert (one.sku, one.version_upgrade, one.capacity) == (Sku.DATA_ZONE_STANDARD, VersionUpgrade.ON_EXPIRY, 5)
    assert one.need.context_tokens == 100
    assert spec.content_filter.self_harm is FilterLevel.LOW
