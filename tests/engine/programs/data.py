"""Databases, analytics, queues and caches, with the keys that reach them kept in a vault."""

import base64

import pulumi
from pulumi_azure_native import (
    authorization,
    containerservice,
    cosmosdb,
    eventhub,
    keyvault,
    redis,
    resources,
    servicebus,
    sql,
    storage,
    synapse,
)

client = authorization.get_client_config()
group = resources.ResourceGroup("data", location="swedencentral")
documents = cosmosdb.DatabaseAccount(
    "documents",
    resource_group_name=group.name,
    database_account_offer_type="Standard",
    locations=[{"location_name": group.location, "failover_priority": 0}],
    consistency_policy={"default_consistency_level": "Session"},
)
strings = cosmosdb.list_database_account_connection_strings_output(
    resource_group_name=group.name, account_name=documents.name
)
document_keys = cosmosdb.list_database_account_keys_output(resource_group_name=group.name, account_name=documents.name)

server = sql.Server(
    "server",
    resource_group_name=group.name,
    administrator_login="grower",
    administrator_login_password=pulumi.Output.secret("Leaf-and-Root-7"),
    version="12.0",
)
database = sql.Database("shop", resource_group_name=group.name, server_name=server.name, sku={"name": "S0"})

lake = storage.StorageAccount(
    "lake", resource_group_name=group.name, kind="StorageV2", is_hns_enabled=True, sku={"name": "Standard_LRS"}
)
files = storage.BlobContainer("files", resource_group_name=group.name, account_name=lake.name)
analytics = synapse.Workspace(
    "analytics",
    resource_group_name=group.name,
    identity={"type": "SystemAssigned"},
    default_data_lake_storage={
        "account_url": lake.primary_endpoints.apply(lambda endpoints: endpoints.dfs),
        "filesystem": files.name,
    },
    sql_administrator_login="grower",
    sql_administrator_login_password=pulumi.Output.secret("Leaf-and-Root-7"),
)
synapse.IpFirewallRule(
    "everyone",
    resource_group_name=group.name,
    workspace_name=analytics.name,
    start_ip_address="0.0.0.0",  # noqa: S104 - the rule's range, nothing listens here
    end_ip_address="255.255.255.255",
)
pool = synapse.BigDataPool(
    "spark",
    resource_group_name=group.name,
    workspace_name=analytics.name,
    node_count=3,
    node_size="Small",
    node_size_family="MemoryOptimized",
    spark_version="3.4",
)
authorization.RoleAssignment(
    "reads-files",
    scope=lake.id,
    principal_id=analytics.identity.principal_id,
    principal_type="ServicePrincipal",
    role_definition_id=f"/subscriptions/{client.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/"
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
)

events = eventhub.Namespace("events", resource_group_name=group.name, sku={"name": "Standard", "tier": "Standard"})
hub = eventhub.EventHub("hub", resource_group_name=group.name, namespace_name=events.name, partition_count=2)
event_keys = eventhub.list_namespace_keys_output(
    resource_group_name=group.name, namespace_name=events.name, authorization_rule_name="RootManageSharedAccessKey"
)
bus = servicebus.Namespace("bus", resource_group_name=group.name, sku={"name": "Standard", "tier": "Standard"})
queue = servicebus.Queue("queue", resource_group_name=group.name, namespace_name=bus.name)
sender = servicebus.QueueAuthorizationRule(
    "sender", resource_group_name=group.name, namespace_name=bus.name, queue_name=queue.name, rights=["Send"]
)
queue_keys = servicebus.list_queue_keys_output(
    resource_group_name=group.name,
    namespace_name=bus.name,
    queue_name=queue.name,
    authorization_rule_name=sender.name,
)
cache = redis.Redis("cache", resource_group_name=group.name, sku={"name": "Basic", "family": "C", "capacity": 0})
cache_keys = redis.list_redis_keys_output(resource_group_name=group.name, name=cache.name)

cluster = containerservice.ManagedCluster(
    "cluster",
    resource_group_name=group.name,
    dns_prefix="verde",
    identity={"type": "SystemAssigned"},
    agent_pool_profiles=[
        {"name": "system", "mode": "System", "count": 1, "vm_size": "Standard_D2s_v5", "os_type": "Linux"}
    ],
)
credentials = containerservice.list_managed_cluster_user_credentials_output(
    resource_group_name=group.name, resource_name=cluster.name
)
kubeconfig = credentials.kubeconfigs[0].value.apply(lambda encoded: base64.b64decode(encoded).decode())

vault = keyvault.Vault(
    "vault",
    resource_group_name=group.name,
    properties={"tenant_id": client.tenant_id, "sku": {"family": "A", "name": "standard"}, "access_policies": []},
)
for who, object_id in {"caller": client.object_id, "pipeline": "11111111-2222-3333-4444-555555555555"}.items():
    keyvault.AccessPolicy(
        who,
        resource_group_name=group.name,
        vault_name=vault.name,
        policy={"object_id": object_id, "tenant_id": client.tenant_id, "permissions": {"secrets": ["get"]}},
    )
secret = keyvault.Secret(
    "cache-key",
    resource_group_name=group.name,
    vault_name=vault.name,
    properties={"value": pulumi.Output.secret(cache_keys.primary_key)},
)

pulumi.export("documents", documents.document_endpoint)
pulumi.export("document_string", strings.connection_strings[0].connection_string)
pulumi.export("document_key", document_keys.primary_master_key)
pulumi.export("server", server.fully_qualified_domain_name)
pulumi.export("database", database.status)
pulumi.export("analytics", analytics.connectivity_endpoints)
pulumi.export("event_string", event_keys.primary_connection_string)
pulumi.export("queue_string", queue_keys.primary_connection_string)
pulumi.export("cache", pulumi.Output.concat(cache.host_name, ":", cache.ssl_port.apply(str)))
pulumi.export("cluster", cluster.fqdn)
pulumi.export("kubeconfig", kubeconfig)
pulumi.export("secret", secret.properties.apply(lambda properties: properties.secret_uri))
