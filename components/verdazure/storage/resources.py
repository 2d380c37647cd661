"""The resources of one account, shared with the workspace's default storage."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import storage

from verdazure.interfaces import Site
from verdazure.naming import Kind, physical_name
from verdazure.storage.plans import Layout, Plan

CLOSED: Mapping[str, Any] = MappingProxyType(
    {"public_network_access": "Disabled", "network_rule_set": {"bypass": "AzureServices", "default_action": "Deny"}}
)
INVENTORY = "inventory"
"""The container that receives the lists of blobs."""
_INVENTORY_FIELDS = (
    "Name",
    "Creation-Time",
    "Content-Length",
    "Content-MD5",
    "Content-Type",
    "Content-Encoding",
    "BlobType",
    "AccessTier",
    "Etag",
    "LeaseStatus",
    "ImmutabilityPolicyUntilDate",
    "LegalHold",
)


def account(
    name: str,
    layout: Layout,
    site: Site,
    labels: Mapping[str, Input[str]],
    opts: ResourceOptions,
    *,
    network: Mapping[str, Any] = CLOSED,
    encryption: Mapping[str, Any] | None = None,
    redundancy: str | None = None,
) -> storage.StorageAccount:
    """A storage account that is private, unless `network` lets somebody in, and takes no keys."""
    return storage.StorageAccount(
        name,
        account_name=physical_name(Kind.STORAGE_ACCOUNT, name, site.name_suffix),
        resource_group_name=site.resource_group_name,
        location=site.location,
        kind="StorageV2",
        sku={
            "name": Output.from_input(site.location).apply(
                lambda region: f"Standard_{redundancy or layout.redundancy(region)}"
            )
        },
        access_tier="Hot",
        is_hns_enabled=layout is Layout.LAKE,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        allow_shared_key_access=False,
        default_to_o_auth_authentication=True,
        enable_https_traffic_only=True,
        minimum_tls_version="TLS1_2",
        **network,
        **(encryption or {}),
        tags=labels,
        opts=opts,
    )


def blob_service(
    name: str,
    held: storage.StorageAccount,
    layout: Layout,
    plans: Sequence[Plan],
    site: Site,
    opts: ResourceOptions,
    *,
    change_feed_days: int | None = None,
) -> storage.BlobServiceProperties:
    """Soft delete and versions; last access is tracked when a lifecycle rule needs it, as each read then writes."""
    kept = {"enabled": True, "days": layout.soft_delete_days}
    tracking = {
        "enable": True,
        "name": "AccessTimeTracking",
        "tracking_granularity_in_days": 1,
        "blob_type": ["blockBlob"],
    }
    return storage.BlobServiceProperties(
        name,
        blob_services_name="default",
        account_name=held.name,
        resource_group_name=site.resource_group_name,
        delete_retention_policy=kept,
        container_delete_retention_policy=kept,
        is_versioning_enabled=layout is Layout.DURABLE,
        last_access_time_tracking_policy=tracking if any(plan.by_last_access for plan in plans) else None,
        change_feed={"enabled": True, "retention_in_days": change_feed_days} if change_feed_days else None,
        opts=opts,
    )


def lifecycle(
    name: str, held: storage.StorageAccount, rules: Sequence[Mapping[str, Any]], site: Site, opts: ResourceOptions
) -> storage.ManagementPolicy:
    """The account's one lifecycle policy, which Azure wants to be named `default`."""
    return storage.ManagementPolicy(
        name,
        management_policy_name="default",
        account_name=held.name,
        resource_group_name=site.resource_group_name,
        policy={"rules": list(rules)},
        opts=opts,
    )


def inventory(
    name: str, held: storage.StorageAccount, schedule: str, site: Site, opts: ResourceOptions
) -> list[pulumi.Resource]:
    """A list of all blobs, `Daily` or `Weekly`, as Parquet in a container of its own: what deduplication reads."""
    place = {"account_name": held.name, "resource_group_name": site.resource_group_name}
    container = storage.BlobContainer(
        f"{name}-{INVENTORY}", container_name=INVENTORY, public_access="None", opts=opts, **place
    )
    definition = {
        "object_type": "Blob",
        "format": "Parquet",
        "schedule": schedule,
        "schema_fields": list(_INVENTORY_FIELDS),
        "filters": {"blob_types": ["blockBlob", "appendBlob"]},
    }
    rule = {"name": "blobs", "enabled": True, "destination": container.name, "definition": definition}
    policy = storage.BlobInventoryPolicy(
        name,
        blob_inventory_policy_name="default",
        policy={"enabled": True, "type": "Inventory", "rules": [rule]},
        opts=opts,
        **place,
    )
    return [container, policy]


def immutability(
    name: str,
    container: storage.BlobContainer,
    held: storage.StorageAccount,
    plan: Plan,
    site: Site,
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    """What keeps a container from being changed. The policy stays unlocked: locking is for good, and done by hand."""
    place = {
        "account_name": held.name,
        "container_name": container.name,
        "resource_group_name": site.resource_group_name,
        "opts": opts,
    }
    made: list[pulumi.Resource] = []
    if plan.immutable_days is not None:
        policy = storage.BlobContainerImmutabilityPolicy(
            name,
            immutability_policy_name="default",
            immutability_period_since_creation_in_days=plan.immutable_days,
            allow_protected_append_writes=plan.appended,
            **place,
        )
        made.append(policy)
    if plan.legal_hold:
        made.append(storage.BlobContainerLegalHold(name, tags=list(plan.legal_hold), **place))
    return made
