"""Every argument: a large cache with its reason, and one that a gateway asks for prompts that mean the same."""

import network
from pulumi import Output
from pulumi_azure_native import apimanagement, redisenterprise
from verdazure import (
    CacheEviction,
    CacheSize,
    Environment,
    GatewayCache,
    Landing,
    Lock,
    ModelDeployment,
    PrincipalType,
    ResultCache,
)

SERVICE = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"
OPERATORS = "3d1f6a52-8c0b-4b9e-bb6e-0f7d1c2a9e44"

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
hub = network.Hub(landing.ref)
endpoints = hub.subnet("endpoints", "10.20.1.0/24")
zone = hub.zone("privatelink.redis.azure.net")

results = ResultCache(
    "results",
    {
        "landing": landing.ref,
        "size": CacheSize.BALANCED_B10,
        "justification": {
            "reason": "8 GB of features were asked for daily: report of 2026-11-16.",
            "expires": "2099-12-31",
        },
        "ttl_seconds": 604800,
        "eviction": CacheEviction.LONGEST_UNUSED,
        "replicated": True,
        "users": {"api": SERVICE, "batch": OPERATORS},
        "private_endpoints": {"hub": {"subnet_id": endpoints, "private_dns_zone_ids": [zone]}},
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "operators": {"principal_id": OPERATORS, "principal_type": PrincipalType.GROUP, "role": "Reader"}
        },
        "diagnostic_settings": {"log_category_groups": ["audit"], "metrics": False},
    },
)

group = landing.ref["resource_group_name"]
prompts = ResultCache(
    "prompts",
    {
        "landing": landing.ref,
        "serves_gateway": True,
        "private_endpoints": {"hub": {"subnet_id": endpoints, "private_dns_zone_ids": [zone]}},
    },
)
models = ModelDeployment(
    "assistant",
    {
        "landing": landing.ref,
        "deployments": {"search": {"model": "text-embedding-3-small", "need": {"task": "embedding"}, "capacity": 50}},
    },
)
gateway = apimanagement.ApiManagementService(
    "gateway",
    service_name="apim-vision-4711",
    resource_group_name=group,
    location=landing.ref["location"],
    sku={"name": "StandardV2", "capacity": 1},
    virtual_network_type="External",  # so that it reaches the cache, which has no public way in
    virtual_network_configuration={
        "subnet_resource_id": hub.subnet("gateway", "10.20.2.0/24", "Microsoft.Web/serverFarms")
    },
    publisher_name="Vision",
    publisher_email="vision@example.com",
    identity={"type": "SystemAssigned"},
    tags=landing.ref["tags"],
)
api = apimanagement.Api(
    "chat",
    api_id="chat",
    service_name=gateway.name,
    resource_group_name=group,
    display_name="Chat",
    path="chat",
    protocols=["https"],
    subscription_required=True,
)
keys = redisenterprise.list_database_keys_output(
    cluster_name=prompts.resource_name, database_name="default", resource_group_name=group
)
address = Output.concat(prompts.host_name, ":", prompts.port.apply(lambda port: f"{port:.0f}"))
cached = GatewayCache(
    "chat",
    {
        "service_id": gateway.id,
        "service_principal_id": gateway.identity.principal_id,
        "api_id": api.name,
        "cache_id": prompts.resource_id,
        "connection_string": Output.concat(address, ",password=", keys.primary_key, ",ssl=True,abortConnect=False"),
        "embeddings_account_id": models.resource_id,
        "embeddings_url": models.endpoint.apply(lambda at: f"{at.rstrip('/')}/openai/deployments/search/embeddings"),
        "score_threshold": 0.03,
        "ttl_seconds": 600,
        "most_messages": 4,
        "vary_by": ['@(context.Request.Headers.GetValueOrDefault("X-Tenant",""))'],
    },
)
