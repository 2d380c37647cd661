"""What services answer beyond what they were asked, type by type."""

import ipaddress

import pytest
from verdazure.sandbox.azure import identity

GROUP = {"resourceGroupName": "rg"}


def test_a_fixed_address_is_there_at_once_and_a_dynamic_one_when_used(engine):
    engine.group()
    label = {"dnsSettings": {"domainNameLabel": "verde"}}
    _, fixed = engine.create(
        "network:PublicIPAddress",
        {**GROUP, **label, "publicIpAddressName": "fixed", "publicIPAllocationMethod": "Static"},
    )
    dynamic_id, dynamic = engine.create(
        "network:PublicIPAddress", {**GROUP, "publicIpAddressName": "dynamic", "publicIPAllocationMethod": "Dynamic"}
    )
    assert fixed["ipAddress"] == identity.public_address(
        f"/subscriptions/{identity.SUBSCRIPTION_ID}/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/fixed"
    )
    assert fixed["dnsSettings"]["fqdn"] == "verde.swedencentral.cloudapp.azure.com"
    assert "ipAddress" not in dynamic

    asked = {**GROUP, "publicIpAddressName": "dynamic"}
    assert "ipAddress" not in engine.invoke("network:getPublicIPAddress", **asked)
    engine.create(
        "network:NetworkInterface",
        {**GROUP, "ipConfigurations": [{"name": "web", "publicIPAddress": {"id": dynamic_id}}]},
    )
    used = engine.invoke("network:getPublicIPAddress", **asked)
    assert used["ipAddress"] == identity.public_address(dynamic_id)


def test_a_private_address_is_of_its_subnet(engine):
    engine.group()
    engine.create(
        "network:VirtualNetwork",
        {**GROUP, "virtualNetworkName": "net", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
    )
    subnet, _ = engine.create(
        "network:Subnet", {**GROUP, "virtualNetworkName": "net", "subnetName": "s", "addressPrefix": "10.0.3.0/29"}
    )
    _, nic = engine.create(
        "network:NetworkInterface", {**GROUP, "ipConfigurations": [{"name": "web", "subnet": {"id": subnet}}]}
    )
    (configuration,) = nic["ipConfigurations"]
    assert configuration["privateIPAddress"] in {"10.0.3.4", "10.0.3.5", "10.0.3.6"}
    assert configuration["primary"] is True
    _, firewall = engine.create(
        "network:AzureFirewall", {**GROUP, "ipConfigurations": [{"name": "hub", "subnet": {"id": subnet}}]}
    )
    assert firewall["ipConfigurations"][0]["privateIPAddress"] in {"10.0.3.4", "10.0.3.5", "10.0.3.6"}


def test_made_up_addresses_are_nobodys():
    assert ipaddress.ip_address(identity.public_address("any")) in ipaddress.ip_network("198.18.0.0/15")
    assert identity.public_address("any") == identity.public_address("ANY") != identity.public_address("other")


@pytest.mark.parametrize(
    ("external", "host"),
    [(True, "api.{domain}"), (False, "api.internal.{domain}")],
)
def test_a_container_app_is_reached_inside_its_environment(engine, external, host):
    engine.group()
    environment_id, environment = engine.create("app:ManagedEnvironment", {**GROUP, "environmentName": "env"})
    _, app = engine.create(
        "app:ContainerApp",
        {
            **GROUP,
            "containerAppName": "api",
            "managedEnvironmentId": environment_id,
            "configuration": {
                "ingress": {"external": external, "targetPort": 80},
                "secrets": [{"name": "password", "value": "hush"}],
            },
        },
    )
    assert app["configuration"]["ingress"]["fqdn"] == host.format(domain=environment["defaultDomain"])
    assert app["configuration"]["secrets"] == [{"name": "password"}]


def test_a_slot_has_a_host_of_its_own(engine):
    engine.group()
    engine.create("web:WebApp", {**GROUP, "name": "Shop"})
    _, slot = engine.create("web:WebAppSlot", {**GROUP, "name": "Shop", "slot": "green"})
    assert slot["defaultHostName"] == "shop-green.azurewebsites.net"


def test_settings_of_a_site_have_places_of_their_own(engine):
    engine.group()
    site, _ = engine.create("web:WebApp", {**GROUP, "name": "shop"})
    settings, _ = engine.create("web:WebAppApplicationSettings", {**GROUP, "name": "shop", "properties": {"A": "1"}})
    strings, _ = engine.create(
        "web:WebAppConnectionStrings",
        {**GROUP, "name": "shop", "properties": {"db": {"type": "SQLAzure", "value": "Server=none"}}},
    )
    assert (settings, strings) == (f"{site}/config/appsettings", f"{site}/config/connectionstrings")


def test_settings_need_their_site(engine, refused):
    engine.group()
    with pytest.raises(refused, match="sites/shop"):
        engine.create("web:WebAppApplicationSettings", {**GROUP, "name": "shop", "properties": {"A": "1"}})


@pytest.mark.parametrize(
    ("token", "inputs", "where", "answer"),
    [
        (
            "dbforpostgresql:Server",
            {"serverName": "pg", "administratorLogin": "a", "administratorLoginPassword": "Leaf-4711"},
            "fullyQualifiedDomainName",
            "pg.postgres.database.azure.com",
        ),
        ("dbformysql:Server", {"serverName": "my"}, "fullyQualifiedDomainName", "my.mysql.database.azure.com"),
        (
            "cognitiveservices:Account",
            {"accountName": "ai", "kind": "OpenAI", "properties": {"customSubDomainName": "oai"}},
            "properties.endpoint",
            "https://oai.openai.azure.com/",
        ),
        (
            "cognitiveservices:Account",
            {"accountName": "ai", "kind": "TextAnalytics"},
            "properties.endpoint",
            "https://swedencentral.api.cognitive.microsoft.com/",
        ),
        (
            "eventgrid:Topic",
            {"topicName": "news"},
            "endpoint",
            "https://news.swedencentral-1.eventgrid.azure.net/api/events",
        ),
        (
            "apimanagement:ApiManagementService",
            {
                "serviceName": "api",
                "publisherEmail": "a@example.org",
                "publisherName": "A",
                "sku": {"name": "Consumption", "capacity": 0},
            },
            "gatewayUrl",
            "https://api.azure-api.net",
        ),
        (
            "iothub:IotHubResource",
            {"resourceName": "iot-line", "sku": {"name": "S1", "capacity": 1}},
            "properties.hostName",
            "iot-line.azure-devices.net",
        ),
        (
            "resources:Resource",
            {
                "resourceName": "provs-line",
                "apiVersion": "2026-08-31",
                "resourceProviderNamespace": "Microsoft.Devices",
                "parentResourcePath": "",
                "resourceType": "provisioningServices",
            },
            "properties.serviceOperationsHostName",
            "provs-line.azure-devices-provisioning.net",
        ),
        (
            "deviceupdate:Account",
            {"accountName": "adu-line"},
            "hostName",
            "adu-line.api.adu.microsoft.com",
        ),
    ],
)
def test_a_service_is_reached_at_its_own_host(engine, token, inputs, where, answer):
    engine.group()
    _, found = engine.create(token, {**GROUP, "location": "swedencentral", **inputs})
    for step in where.split("."):
        found = found[step]
    assert found == answer


def test_a_key_has_an_address_and_a_version(engine):
    engine.group()
    access = {"tenantId": identity.TENANT_ID, "sku": {"family": "A", "name": "standard"}}
    vault = {**GROUP, "vaultName": "kv-keys", "location": "swedencentral", "properties": access}
    engine.create("keyvault:Vault", vault)
    key = {**GROUP, "vaultName": "kv-keys", "keyName": "ml", "properties": {"kty": "RSA"}}
    _, made = engine.create("keyvault:Key", key)
    address, _, version = made["keyUriWithVersion"].rpartition("/")
    assert address == made["keyUri"] == "https://kv-keys.vault.azure.net/keys/ml"
    assert len(version) == 32


def test_a_provisioning_service_is_read_back_whoever_made_it(engine):
    engine.group()
    generic = {
        "apiVersion": "2026-08-31",
        "resourceProviderNamespace": "Microsoft.Devices",
        "parentResourcePath": "",
        "resourceType": "provisioningServices",
        "properties": {"iotHubs": [{"hostName": "iot-line.azure-devices.net", "authenticationType": "SystemAssigned"}]},
    }
    made_id, _ = engine.create("resources:Resource", {**GROUP, "resourceName": "provs-line", **generic})
    assert made_id.endswith("/resourceGroups/rg/providers/Microsoft.Devices/provisioningServices/provs-line")
    found = engine.invoke("deviceprovisioningservices:getIotDpsResource", **GROUP, provisioningServiceName="provs-line")
    assert found["properties"]["idScope"].startswith("0ne")
    assert len(found["properties"]["idScope"]) == 11
    assert [each["name"] for each in found["properties"]["iotHubs"]] == ["iot-line.azure-devices.net"]
