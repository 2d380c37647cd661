"""What stands behind a gateway's cache: Redis that serves it, a model that makes embeddings, the gateway and an API."""

import network
from pulumi import Input, Output
from pulumi_azure_native import apimanagement, redisenterprise
from verdazure import Landing, ModelDeployment, ResultCache


class Behind:
    """All of it in the landing's resource group, reached from the hub alone."""

    def __init__(self, landing: Landing) -> None:
        group, hub = landing.ref["resource_group_name"], network.Hub(landing.ref)
        zone = hub.zone("privatelink.redis.azure.net")
        way_in = {"subnet_id": hub.subnet("endpoints", "10.20.1.0/24"), "private_dns_zone_ids": [zone]}
        prompts = ResultCache(
            "prompts", {"landing": landing.ref, "serves_gateway": True, "private_endpoints": {"hub": way_in}}
        )
        need = {"task": "embedding"}
        models = ModelDeployment(
            "assistant",
            {
                "landing": landing.ref,
                "deployments": {"search": {"model": "text-embedding-3-small", "need": need, "capacity": 50}},
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
        connection = Output.concat(address, ",password=", keys.primary_key, ",ssl=True,abortConnect=False")
        at = models.endpoint.apply(lambda url: url.rstrip("/"))
        self.args: dict[str, Input[str]] = {
            "service_id": gateway.id,
            "service_principal_id": gateway.identity.principal_id,
            "api_id": api.name,
            "cache_id": prompts.resource_id,
            "connection_string": connection,
            "embeddings_account_id": models.resource_id,
            "embeddings_url": Output.concat(at, "/openai/deployments/search/embeddings"),
        }
