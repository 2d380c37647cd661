"""What a platform team hands over: a key vault with a key to encrypt by."""

from pulumi_azure_native import authorization, keyvault, monitor
from verdazure import LandingRef


class Keys:
    """A vault whose key the workspace's identity may use."""

    def __init__(self, landing: LandingRef) -> None:
        group, location, tags = landing["resource_group_name"], landing["location"], landing["tags"]
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
