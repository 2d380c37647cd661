"""What a private workspace needs of a platform: a subnet, the two zones of Azure ML, and a key to encrypt by."""

from pulumi_azure_native import authorization, keyvault, monitor, network, privatedns
from verdazure import LandingRef

ZONES = ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net")


class Hub:
    """A virtual network in the landing's resource group, as a platform team would hand it over."""

    def __init__(self, landing: LandingRef) -> None:
        group, location, tags = landing["resource_group_name"], landing["location"], landing["tags"]
        hub = network.VirtualNetwork(
            "hub",
            resource_group_name=group,
            location=location,
            address_space={"address_prefixes": ["10.20.0.0/16"]},
            tags=tags,
        )
        subnet = network.Subnet(
            "endpoints",
            resource_group_name=group,
            virtual_network_name=hub.name,
            address_prefix="10.20.1.0/24",
        )
        self.subnet_id = subnet.id
        self.zone_ids = [
            privatedns.PrivateZone(
                zone, resource_group_name=group, private_zone_name=zone, location="global", tags=tags
            ).id
            for zone in ZONES
        ]
        vault = keyvault.Vault(
            "keys",
            resource_group_name=group,
            location=location,
            vault_name="kv-platform-keys",
            properties={
                "tenant_id": authorization.get_client_config_output().tenant_id,
                "sku": {"family": "A", "name": "standard"},
                "enable_rbac_authorization": True,
                "enable_soft_delete": True,
                "enable_purge_protection": True,
                "public_network_access": "Disabled",
                "network_acls": {"bypass": "AzureServices", "default_action": "Deny"},
            },
            tags=tags,
        )
        monitor.DiagnosticSetting(
            "keys",
            name="audit",
            resource_uri=vault.id,
            workspace_id=landing["log_workspace_id"],
            logs=[{"category_group": "audit", "enabled": True}],
        )
        key = keyvault.Key(
            "ml",
            resource_group_name=group,
            vault_name=vault.name,
            key_name="ml",
            properties={"kty": "RSA", "key_size": 3072},
            tags=tags,
        )
        self.vault_id, self.key_identifier = vault.id, key.key_uri
