"""A web app on a plan, a function app, a static website, a container app and a content delivery endpoint."""

import pulumi
from pulumi_azure_native import (
    app,
    applicationinsights,
    cdn,
    containerregistry,
    operationalinsights,
    resources,
    storage,
    web,
)

group = resources.ResourceGroup("sites", location="northeurope")
plan = web.AppServicePlan(
    "plan", resource_group_name=group.name, kind="Linux", reserved=True, sku={"name": "B1", "tier": "Basic"}
)
logs = operationalinsights.Workspace("logs", resource_group_name=group.name, sku={"name": "PerGB2018"})
insights = applicationinsights.Component(
    "insights",
    resource_group_name=group.name,
    kind="web",
    application_type="web",
    ingestion_mode="LogAnalytics",
    workspace_resource_id=logs.id,
)
site = web.WebApp(
    "site",
    resource_group_name=group.name,
    server_farm_id=plan.id,
    https_only=True,
    identity={"type": "SystemAssigned"},
    site_config={"linux_fx_version": "PYTHON|3.12"},
)
web.WebAppApplicationSettings(
    "settings",
    name=site.name,
    resource_group_name=group.name,
    properties={"APPLICATIONINSIGHTS_CONNECTION_STRING": insights.connection_string},
)
web.WebAppConnectionStrings(
    "strings",
    name=site.name,
    resource_group_name=group.name,
    properties={"db": {"type": "SQLAzure", "value": "Server=none"}},
)

account = storage.StorageAccount(
    "pages", resource_group_name=group.name, kind="StorageV2", sku={"name": "Standard_LRS"}
)
website = storage.StorageAccountStaticWebsite(
    "website",
    resource_group_name=group.name,
    account_name=account.name,
    index_document="index.html",
    error404_document="404.html",
)
page = storage.Blob(
    "index.html",
    resource_group_name=group.name,
    account_name=account.name,
    container_name=website.container_name,
    source=pulumi.StringAsset("<h1>Green</h1>"),
    content_type="text/html",
)
package = storage.BlobContainer("packages", resource_group_name=group.name, account_name=account.name)
code = storage.Blob(
    "code",
    blob_name="code.zip",
    resource_group_name=group.name,
    account_name=account.name,
    container_name=package.name,
    source=pulumi.AssetArchive({"main.py": pulumi.StringAsset("pass")}),
)
keys = storage.list_storage_account_keys_output(resource_group_name=group.name, account_name=account.name)
signature = storage.list_storage_account_service_sas_output(
    resource_group_name=group.name,
    account_name=account.name,
    canonicalized_resource=pulumi.Output.concat("/blob/", account.name, "/", package.name),
    resource="c",
    permissions="r",
    protocols="https",
    shared_access_start_time="2026-01-01",
    shared_access_expiry_time="2030-01-01",
).service_sas_token
function = web.WebApp(
    "function",
    resource_group_name=group.name,
    server_farm_id=plan.id,
    kind="functionapp",
    site_config={
        "app_settings": [{"name": "WEBSITE_RUN_FROM_PACKAGE", "value": pulumi.Output.concat(code.url, "?", signature)}]
    },
)
profile = cdn.Profile("profile", resource_group_name=group.name, location="global", sku={"name": "Standard_Microsoft"})
origin = account.primary_endpoints.apply(lambda endpoints: endpoints.web.split("/")[2])
endpoint = cdn.Endpoint(
    "endpoint",
    resource_group_name=group.name,
    profile_name=profile.name,
    location="global",
    origin_host_header=origin,
    origins=[{"name": "pages", "host_name": origin}],
)

registry = containerregistry.Registry(
    "registry", resource_group_name=group.name, sku={"name": "Basic"}, admin_user_enabled=True
)
login = containerregistry.list_registry_credentials_output(resource_group_name=group.name, registry_name=registry.name)
shared = operationalinsights.get_shared_keys_output(resource_group_name=group.name, workspace_name=logs.name)
environment = app.ManagedEnvironment(
    "environment",
    resource_group_name=group.name,
    app_logs_configuration={
        "destination": "log-analytics",
        "log_analytics_configuration": {"customer_id": logs.customer_id, "shared_key": shared.primary_shared_key},
    },
)
container = app.ContainerApp(
    "api",
    resource_group_name=group.name,
    managed_environment_id=environment.id,
    configuration={
        "ingress": {"external": True, "target_port": 80},
        "registries": [
            {"server": registry.login_server, "username": login.username, "password_secret_ref": "password"}
        ],
        "secrets": [{"name": "password", "value": login.passwords[0].value}],
    },
    template={"containers": [{"name": "api", "image": "nginx"}]},
)

pulumi.export("site", pulumi.Output.concat("https://", site.default_host_name))
pulumi.export("site_principal", site.identity.principal_id)
pulumi.export("outbound", site.outbound_ip_addresses)
pulumi.export("function", function.default_host_name)
pulumi.export("pages", account.primary_endpoints.web)
pulumi.export("page", page.url)
pulumi.export("signature", signature)
pulumi.export("key", keys.keys[0].value)
pulumi.export("endpoint", endpoint.host_name)
pulumi.export("insights", insights.connection_string)
pulumi.export("container", container.configuration.apply(lambda configuration: configuration.ingress.fqdn))
pulumi.export("revision", container.latest_revision_fqdn)
pulumi.export("domain", environment.default_domain)
