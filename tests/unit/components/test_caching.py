"""ResultCache and GatewayCache: what they register, and what they refuse."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc
from verdazure import ArgumentError, CacheEviction, CacheSize, GatewayCache, Lock, PrincipalType, ResultCache
from verdazure.caching.policy import BODY, PATH, TENANT, semantic_cache_policy

from tests.unit.conftest import SITE, SUBSCRIPTION

RG = f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers"
SERVICE = f"{SUBSCRIPTION}/resourceGroups/rg-apim/providers/Microsoft.ApiManagement/service/apim-vision"
OBJECT_ID = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"
JUSTIFIED = {"reason": "8 GB of features were asked for daily: report of 2026-11-16.", "expires": "2099-12-31"}


def made(deploy, site=SITE, **args):
    def program():
        cache = ResultCache("answers", {"landing": site, **args})
        return {"environment": cache.environment, "port": cache.port}

    return deploy(program)


def test_the_default_is_small_without_a_disk_a_copy_or_a_key(deploy):
    found = made(deploy, users={"api": OBJECT_ID})
    assert found.of("redisenterprise:RedisEnterprise") == {
        "answers": {
            "clusterName": "amr-answers-abc123",
            "resourceGroupName": "rg-ml",
            "location": "swedencentral",
            "sku": {"name": "Balanced_B0"},
            "highAvailability": "Disabled",
            "minimumTlsVersion": "1.2",
            "publicNetworkAccess": "Disabled",
            "tags": {"managed-by": "verdazure", **SITE["tags"]},
        }
    }
    assert found.of("redisenterprise:Database") == {
        "answers": {
            "databaseName": "default",
            "clusterName": "answers",
            "resourceGroupName": "rg-ml",
            "port": 10000,
            "clientProtocol": "Encrypted",
            "clusteringPolicy": "EnterpriseCluster",
            "evictionPolicy": "AllKeysLFU",
            "modules": [],
            "accessKeysAuthentication": "Disabled",
            "persistence": {"aofEnabled": False, "rdbEnabled": False},
        }
    }
    assert found.of("redisenterprise:AccessPolicyAssignment") == {
        "answers-user-api": {
            "accessPolicyAssignmentName": "api",
            "accessPolicyName": "default",
            "clusterName": "answers",
            "databaseName": "answers",
            "resourceGroupName": "rg-ml",
            "user": {"objectId": OBJECT_ID},
        }
    }
    assert found.warnings == []


def test_a_service_is_told_where_the_cache_is_and_how_long_results_live(deploy):
    outputs = made(deploy, ttl_seconds=60.0).outputs
    assert outputs["port"] == 10000
    assert outputs["environment"]["VERDAZURE_CACHE_PORT"] == "10000"
    assert outputs["environment"]["VERDAZURE_CACHE_TTL_SECONDS"] == "60"
    assert set(outputs["environment"]) == {f"VERDAZURE_CACHE_{each}" for each in ("HOST", "PORT", "TTL_SECONDS")}


@pytest.mark.parametrize(
    ("stage", "asked", "expected"),
    [
        ("prod", {}, "Enabled"),
        ("test", {}, "Disabled"),
        ("prod", {"replicated": False}, "Disabled"),
        ("dev", {"replicated": True}, "Enabled"),
    ],
)
def test_a_copy_is_held_in_production_or_where_it_is_asked_for(deploy, stage, asked, expected):
    site = {**SITE, "tags": {**SITE["tags"], "environment": stage}}
    cluster = made(deploy, site, **asked).of("redisenterprise:RedisEnterprise")["answers"]
    assert cluster["highAvailability"] == expected


def test_a_large_cache_says_why_in_its_tags(deploy):
    cluster = made(deploy, size=CacheSize.BALANCED_B20, justification=JUSTIFIED, eviction=CacheEviction.LONGEST_UNUSED)
    found = cluster.of("redisenterprise:RedisEnterprise")["answers"]
    assert found["sku"] == {"name": "Balanced_B20"}
    assert (found["tags"]["justification"], found["tags"]["justified-until"]) == (JUSTIFIED["reason"], "2099-12-31")
    assert cluster.of("redisenterprise:Database")["answers"]["evictionPolicy"] == "AllKeysLRU"


def test_for_a_gateway_it_searches_and_does_not_evict_and_the_key_is_warned_of(deploy):
    found = made(deploy, serves_gateway=True)
    database = found.of("redisenterprise:Database")["answers"]
    assert database["modules"] == [{"name": "RediSearch"}]
    assert (database["evictionPolicy"], database["clusteringPolicy"]) == ("NoEviction", "EnterpriseCluster")
    assert database["accessKeysAuthentication"] == "Enabled"
    assert found.warnings == [
        "Whoever has an access key can use the cache: API Management has no other way in.",
    ]


def test_the_way_in_is_a_private_endpoint_with_a_zone(deploy):
    found = made(
        deploy,
        private_endpoints={"hub": {"subnet_id": "subnet", "private_dns_zone_ids": ["theirs"]}},
        dns_virtual_network_ids={"hub": "network"},
    )
    endpoint = found.of("network:PrivateEndpoint")["answers-endpoint-hub"]
    assert endpoint["privateLinkServiceConnections"] == [
        {
            "name": "redisEnterprise",
            "privateLinkServiceId": f"{RG}/redisenterprise:RedisEnterprise/answers",
            "groupIds": ["redisEnterprise"],
        }
    ]
    assert found.of("privatedns:PrivateZone")["answers-dns"]["privateZoneName"] == "privatelink.redis.azure.net"
    zones = found.of("network:PrivateDnsZoneGroup")["answers-endpoint-hub-dns"]["privateDnsZoneConfigs"]
    assert [zone["privateDnsZoneId"] for zone in zones] == ["theirs", f"{RG}/privatedns:PrivateZone/answers-dns"]


def test_connections_are_logged_by_the_database_and_metrics_by_the_cache(deploy):
    found = made(deploy).of("monitor:DiagnosticSetting")
    logs, metrics = found["answers-database-diagnostics"], found["answers-diagnostics"]
    assert logs["resourceUri"] == f"{RG}/redisenterprise:Database/answers"
    assert (logs["logs"], logs["metrics"]) == ([{"categoryGroup": "allLogs", "enabled": True}], [])
    assert metrics["resourceUri"] == f"{RG}/redisenterprise:RedisEnterprise/answers"
    assert (metrics["logs"], metrics["metrics"]) == ([], [{"category": "AllMetrics", "enabled": True}])


def test_a_setting_that_would_send_nothing_is_not_made(deploy):
    settings = made(deploy, diagnostic_settings={"log_category_groups": [], "metrics": False})
    assert settings.of("monitor:DiagnosticSetting") == {}


def test_it_is_locked_and_shared_like_every_component(deploy):
    who = {"principal_id": OBJECT_ID, "principal_type": PrincipalType.GROUP, "role": "Reader"}
    found = made(deploy, lock=Lock.CAN_NOT_DELETE, role_assignments={"operators": who}, tags={"cost-center": "4711"})
    cache = f"{RG}/redisenterprise:RedisEnterprise/answers"
    assert found.of("authorization:ManagementLockByScope")["answers-lock"]["scope"] == cache
    assert found.of("authorization:RoleAssignment")["answers-role-operators"]["scope"] == cache
    assert found.of("redisenterprise:RedisEnterprise")["answers"]["tags"]["cost-center"] == "4711"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"size": CacheSize.BALANCED_B10}, "size is 'Balanced_B10'. Allowed: Balanced_B0, Balanced_B1, Balanced_B3, B"),
        ({"size": "Balanced_B2"}, "size is 'Balanced_B2'"),
        ({"justification": {"reason": "why", "expires": "2020-01-01"}}, "Allowed: a day that is not past"),
        ({"ttl_seconds": 0}, "ttl_seconds is 0. Allowed: greater than or equal to 1"),
        ({"ttl_seconds": 2592001}, "ttl_seconds is 2592001. Allowed: less than or equal to 2592000"),
        ({"serves_gateway": True, "eviction": CacheEviction.LONGEST_UNUSED}, "RediSearch allows no eviction"),
        ({"users": {"my-api": OBJECT_ID}}, "users is 'my-api'. Allowed: names of 1 to 60 letters and digits"),
        ({"dns_virtual_network_ids": {"hub": "network"}}, "Allowed: nothing without private_endpoints"),
        ({"evicts": True}, "unknown key 'evicts'"),
    ],
)
def test_what_is_refused(deploy, args, message):
    with pytest.raises(ArgumentError) as refused:
        made(deploy, **args)
    assert str(refused.value).startswith("ResultCache 'answers': ")
    assert message in str(refused.value)


# The gateway

GOOD = {
    "service_id": SERVICE,
    "service_principal_id": OBJECT_ID,
    "api_id": "chat",
    "cache_id": f"{RG}/Microsoft.Cache/redisEnterprise/amr-prompts",
    "connection_string": "amr-prompts.swedencentral.redis.azure.net:10000,password=x,ssl=True,abortConnect=False",
    "embeddings_account_id": f"{RG}/Microsoft.CognitiveServices/accounts/aif-assistant",
    "embeddings_url": "https://aif-assistant.openai.azure.com/openai/deployments/search/embeddings",
}


def gateway(deploy, name="chat", **args):
    return deploy(lambda: {"backend": GatewayCache(name, {**GOOD, **args}).resource_name})


def test_the_gateway_asks_the_cache_and_makes_embeddings_with_its_own_identity(deploy):
    found = gateway(deploy)
    cache = found.of("apimanagement:Cache")["chat"]
    sealed = cache.pop("connectionString")
    assert sealed[rpc._special_sig_key] == rpc._special_secret_sig
    assert sealed["value"] == GOOD["connection_string"]
    assert cache == {
        "cacheId": "default",
        "useFromLocation": "default",
        "serviceName": "apim-vision",
        "resourceGroupName": "rg-apim",
        "resourceId": f"https://management.azure.com{GOOD['cache_id']}",
        "description": "Answers of models, by what the prompt means",
    }
    backend = found.of("apimanagement:Backend")["chat-embeddings"]
    assert (backend["backendId"], backend["url"]) == ("chat-embeddings", GOOD["embeddings_url"])
    assert backend["tls"] == {"validateCertificateChain": True, "validateCertificateName": True}
    assert "credentials" not in backend
    role = found.of("authorization:RoleAssignment")["chat-embeddings"]
    assert (role["principalId"], role["scope"]) == (OBJECT_ID, GOOD["embeddings_account_id"])
    assert role["roleDefinitionId"].endswith("/5e0bd9bd-7b93-4f28-af87-19fc36ad61bd")


def test_the_policy_of_the_api_is_the_caches(deploy):
    policy = gateway(deploy, score_threshold=0.03, ttl_seconds=600, most_messages=4).of("apimanagement:ApiPolicy")[
        "chat"
    ]
    assert {key: value for key, value in policy.items() if key != "value"} == {
        "policyId": "policy",
        "apiId": "chat",
        "serviceName": "apim-vision",
        "resourceGroupName": "rg-apim",
        "format": "xml",
    }
    assert policy["value"] == semantic_cache_policy("chat-embeddings", 0.03, 600, 4, ())


def test_the_policy_is_microsofts_with_base_in_each_section():
    document = ElementTree.fromstring(semantic_cache_policy("e", 0.05, 60, 10, ()))  # noqa: S314
    assert [section.tag for section in document] == ["inbound", "backend", "outbound", "on-error"]
    assert all(section[0].tag == "base" for section in document)
    (lookup,), (store,) = (
        document.findall("*/llm-semantic-cache-lookup"),
        document.findall("*/llm-semantic-cache-store"),
    )
    assert lookup.attrib == {
        "score-threshold": "0.05",
        "embeddings-backend-id": "e",
        "embeddings-backend-auth": "system-assigned",
        "ignore-system-messages": "false",
        "max-message-count": "10",
    }
    assert store.attrib == {"duration": "60"}
    assert lookup in document.find("inbound")
    assert store in document.find("outbound")


@given(st.lists(st.text("abc<>&\"'@(){}?. ", min_size=1), max_size=4))
def test_answers_are_always_kept_apart_by_subscription_whatever_else_is_asked_for(more):
    document = ElementTree.fromstring(semantic_cache_policy("e", 0.05, 60, 10, more))  # noqa: S314
    kept_apart_by = [each.text for each in document.findall("inbound/llm-semantic-cache-lookup/vary-by")]
    assert kept_apart_by == [TENANT, PATH, BODY, *more]
    assert "context.Subscription?.Id ?? context.RequestId" in kept_apart_by[0]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"score_threshold": 0.3}, "score_threshold is 0.3. Allowed: less than or equal to 0.2"),
        ({"score_threshold": 0}, "Allowed: greater than 0"),
        ({"ttl_seconds": 0}, "ttl_seconds is 0"),
        ({"most_messages": 0}, "most_messages is 0"),
        ({"vary_by": ["tenant"]}, "vary_by is 'tenant'. Allowed: policy expressions"),
        ({"embeddings_url": "http://insecure"}, "Allowed: an address that starts with https://"),
        ({"name": "c" * 70}, "name is 'ccc"),
    ],
)
def test_what_the_gateway_refuses(deploy, args, message):
    with pytest.raises(ArgumentError) as refused:
        gateway(deploy, **args)
    assert message in str(refused.value)
