"""Storage accounts and what they hold."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, region_of, unsaid

_ZONAL = ("Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS", "Premium_ZRS")
_GEOGRAPHIC = ("Standard_GRS", "Standard_RAGRS", "Standard_GZRS", "Standard_RAGZRS")

# Azure Storage, "Storage account overview", table of account kinds and their redundancy.
_SKUS: Mapping[str, tuple[str, ...]] = {
    "Storage": ("Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Premium_LRS"),
    "BlobStorage": ("Standard_LRS", "Standard_GRS", "Standard_RAGRS"),
    "BlockBlobStorage": ("Premium_LRS", "Premium_ZRS"),
    "FileStorage": (
        "Premium_LRS",
        "Premium_ZRS",
        "StandardV2_LRS",
        "StandardV2_ZRS",
        "StandardV2_GRS",
        "StandardV2_GZRS",
        "PremiumV2_LRS",
        "PremiumV2_ZRS",
    ),
    "StorageV2": (
        "Standard_LRS",
        "Standard_ZRS",
        "Standard_GRS",
        "Standard_GZRS",
        "Standard_RAGRS",
        "Standard_RAGZRS",
        "Premium_LRS",
    ),
}


def _sku_of_kind(inputs: Inputs) -> Iterator[Finding]:
    kind, sku = known(inputs, "kind"), known(inputs, "sku.name")
    if kind in _SKUS and sku and sku not in _SKUS[kind]:
        yield Finding("sku.name", f"'{sku}' does not exist for kind {kind}; it has {', '.join(_SKUS[kind])}")


def _tier_of_kind(inputs: Inputs) -> Iterator[Finding]:
    # Azure Storage REST API, Storage Accounts - Create: accessTier is required for BlobStorage, Premium is that of
    # premium block blobs and cannot be changed.
    kind, tier = known(inputs, "kind"), known(inputs, "accessTier")
    if kind == "BlobStorage" and unsaid(inputs, "accessTier"):
        yield Finding("accessTier", "is required for kind BlobStorage; it is Hot or Cool")
    if tier == "Premium" and kind in ("StorageV2", "BlobStorage", "Storage"):
        yield Finding("accessTier", f"'Premium' is not a tier of kind {kind}; it is that of BlockBlobStorage")


def _redundancy_of_region(inputs: Inputs) -> Iterator[Finding]:
    # Azure Storage, "Azure Storage redundancy": zone redundancy needs zones, geo redundancy the paired region.
    from verdazure import facts

    region, sku = region_of(inputs), known(inputs, "sku.name")
    if region is None or sku is None:
        return
    if sku in _ZONAL and facts.region(region).availability_zones is False:
        yield Finding("sku.name", f"'{sku}' is not offered in {region}, which has no availability zones")
    if sku in _GEOGRAPHIC and facts.region(region).paired_region is None:
        yield Finding("sku.name", f"'{sku}' is not offered in {region}, which has no paired region")


def _hierarchical_namespace(inputs: Inputs) -> Iterator[Finding]:
    # Azure Storage, "Azure Data Lake Storage hierarchical namespace", "SFTP support", "NFS 3.0 support" (each needs
    # the namespace) and "Overview of immutable storage" (version-level policies do not go with it).
    hierarchical, kind = known(inputs, "isHnsEnabled"), known(inputs, "kind")
    if hierarchical and kind in ("Storage", "BlobStorage", "FileStorage"):
        yield Finding("isHnsEnabled", f"is not offered for kind {kind}; use StorageV2 or BlockBlobStorage")
    if hierarchical is not False and not unsaid(inputs, "isHnsEnabled"):
        return
    for feature in ("isSftpEnabled", "enableNfsV3"):
        if known(inputs, feature):
            yield Finding(feature, "needs a hierarchical namespace: set isHnsEnabled to true")


def _versions_beside_namespace(inputs: Inputs) -> Iterator[Finding]:
    if known(inputs, "isHnsEnabled") and known(inputs, "immutableStorageWithVersioning.enabled"):
        reason = "is not offered with a hierarchical namespace, which has no versions; set isHnsEnabled to false"
        yield Finding("immutableStorageWithVersioning.enabled", reason)


def _customer_key(inputs: Inputs) -> Iterator[Finding]:
    # Azure Storage, "Customer-managed keys for Azure Storage encryption".
    if known(inputs, "encryption.keySource") != "Microsoft.Keyvault":
        return
    if unsaid(inputs, "encryption.keyVaultProperties"):
        yield Finding("encryption.keyVaultProperties", "is required when keySource is Microsoft.Keyvault")
    if unsaid(inputs, "identity"):
        yield Finding("identity", "is required when keySource is Microsoft.Keyvault: the account reads its key by it")


# The blob service. Azure Storage, "Point-in-time restore for block blobs" and Blob Services - Set Service Properties.


def _retention_says_days(inputs: Inputs) -> Iterator[Finding]:
    for policy in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy", "restorePolicy"):
        if known(inputs, f"{policy}.enabled") and unsaid(inputs, f"{policy}.days"):
            yield Finding(f"{policy}.days", f"is required when {policy}.enabled is true")


def _restore_has_what_it_needs(inputs: Inputs) -> Iterator[Finding]:
    if not known(inputs, "restorePolicy.enabled"):
        return
    for needed in ("changeFeed.enabled", "isVersioningEnabled", "deleteRetentionPolicy.enabled"):
        if unsaid(inputs, needed) or known(inputs, needed) is False:
            yield Finding(needed, "must be true: point-in-time restore needs change feed, versions and soft delete")
    days, kept = known(inputs, "restorePolicy.days"), known(inputs, "deleteRetentionPolicy.days")
    if days and kept and days >= kept:
        yield Finding("restorePolicy.days", f"{days:g} must be less than deleteRetentionPolicy.days, {kept:g}")


def _tracking(inputs: Inputs) -> Iterator[Finding]:
    # Blob Services - Set Service Properties: both are read-only with one value.
    granularity = known(inputs, "lastAccessTimeTrackingPolicy.trackingGranularityInDays")
    if granularity not in (None, 1):
        path = "lastAccessTimeTrackingPolicy.trackingGranularityInDays"
        yield Finding(path, f"{granularity:g} is not a granularity that Azure has: it is always 1")


# Lifecycle. Azure Storage, "Azure Blob Storage lifecycle management overview" and Management Policies - Create Or
# Update; that a condition is one of three is how the Terraform provider's documentation words the service's refusal.

_CONDITIONS = ("daysAfterModificationGreaterThan", "daysAfterLastAccessTimeGreaterThan", "daysAfterCreationGreaterThan")
_TIERINGS = ("tierToCool", "tierToCold", "tierToArchive", "tierToHot")
_MOST_RULES, _MOST_PREFIXES, _MOST_TAGS, _MOST_DAYS = 100, 10, 10, 99999


def _lifecycle_rules(inputs: Inputs) -> Iterator[Finding]:
    rules = list(items(inputs, "policy.rules"))
    if not unsaid(inputs, "policy") and known(inputs, "policy.rules") == []:
        yield Finding("policy.rules", "is empty; a policy has at least one rule")
    if len(rules) > _MOST_RULES:
        yield Finding("policy.rules", f"has {len(rules)} rules; a policy has {_MOST_RULES} at most")
    names = Counter(known(rule, "name") for _, rule in rules)
    for where, rule in rules:
        name = known(rule, "name")
        if name and names[name] > 1:
            yield Finding(f"{where}.name", f"'{name}' is the name of two rules; each has its own")
        yield from _lifecycle_filters(f"{where}.definition.filters", rule)
        targets = [target for target in ("baseBlob", "snapshot", "version") if _acts(rule, target)]
        if not targets and known(rule, "definition.actions") is not None:
            yield Finding(f"{where}.definition.actions", "has no action; a rule has at least one")
        for target in targets:
            yield from _lifecycle_actions(f"{where}.definition.actions.{target}", rule, target)


def _acts(rule: Any, target: str) -> bool:
    path = f"definition.actions.{target}"
    return any(name in (known(rule, path) or {}) for name in (*_TIERINGS, "delete"))


def _lifecycle_filters(where: str, rule: Any) -> Iterator[Finding]:
    kinds = known(rule, "definition.filters.blobTypes")
    if kinds == []:
        yield Finding(f"{where}.blobTypes", "is empty; name blockBlob, appendBlob or both")
    for index, kind in enumerate(kinds or ()):
        if kind not in ("blockBlob", "appendBlob"):
            yield Finding(f"{where}.blobTypes[{index}]", f"'{kind}' is not allowed; allowed: blockBlob, appendBlob")
    for name, most in (("prefixMatch", _MOST_PREFIXES), ("blobIndexMatch", _MOST_TAGS)):
        given = known(rule, f"definition.filters.{name}") or ()
        if len(given) > most:
            yield Finding(f"{where}.{name}", f"has {len(given)} items; a rule has {most} at most")
    if "appendBlob" in (kinds or ()) and known(rule, "definition.filters.blobIndexMatch"):
        yield Finding(f"{where}.blobIndexMatch", "goes with blockBlob only; take appendBlob out of blobTypes")


def _lifecycle_actions(where: str, rule: Any, target: str) -> Iterator[Finding]:
    actions = known(rule, f"definition.actions.{target}") or {}
    appends = "appendBlob" in (known(rule, "definition.filters.blobTypes") or ())
    for name in (*_TIERINGS, "delete"):
        if actions.get(name) is None:
            continue
        if appends and name in _TIERINGS:
            yield Finding(f"{where}.{name}", "goes with blockBlob only: append blobs can be deleted, not tiered")
        yield from _lifecycle_condition(f"{where}.{name}", actions[name], name)
    if known(actions, "enableAutoTierToHotFromCool") and unsaid(
        actions, "tierToCool.daysAfterLastAccessTimeGreaterThan"
    ):
        reason = "needs tierToCool with daysAfterLastAccessTimeGreaterThan: it undoes that move"
        yield Finding(f"{where}.enableAutoTierToHotFromCool", reason)


def _lifecycle_condition(where: str, condition: Any, action: str) -> Iterator[Finding]:
    if not isinstance(condition, dict):  # still to come
        return
    given = [name for name in _CONDITIONS if not unsaid(condition, name)]
    if not given:
        yield Finding(where, f"has no condition; give one of {', '.join(_CONDITIONS)}")
    if len(given) > 1:
        yield Finding(where, f"has {len(given)} conditions, {' and '.join(given)}; give one")
    if action != "tierToArchive" and not unsaid(condition, "daysAfterLastTierChangeGreaterThan"):
        yield Finding(f"{where}.daysAfterLastTierChangeGreaterThan", "goes with tierToArchive only")
    for name in (*given, "daysAfterLastTierChangeGreaterThan"):
        days = known(condition, name)
        if isinstance(days, (int, float)) and (days != int(days) or days > _MOST_DAYS):
            yield Finding(f"{where}.{name}", f"{days:g} is not a whole number of days, 0 to {_MOST_DAYS}")


# Inventory. Blob Inventory Policies - Create Or Update, as pulumi-azure-native documents the properties.

_FIELDS_OF: Mapping[str, tuple[str, ...]] = {
    "includeBlobVersions": ("VersionId", "IsCurrentVersion"),
    "includeSnapshots": ("Snapshot",),
}


def _inventory(inputs: Inputs) -> Iterator[Finding]:
    for where, rule in items(inputs, "policy.rules"):
        kind = known(rule, "definition.objectType")
        filters = f"{where}.definition.filters.blobTypes"
        if kind == "Blob" and unsaid(rule, "definition.filters.blobTypes"):
            yield Finding(filters, "is required when objectType is Blob")
        if kind == "Container" and not unsaid(rule, "definition.filters.blobTypes"):
            yield Finding(filters, "does not go with objectType Container")
        fields = known(rule, "definition.schemaFields")
        if fields is not None:
            yield from _inventory_fields(f"{where}.definition.schemaFields", rule, fields)


def _inventory_fields(where: str, rule: Any, fields: list[Any]) -> Iterator[Finding]:
    if "Name" not in fields:
        yield Finding(where, "must hold 'Name'")
    for flag, needed in _FIELDS_OF.items():
        wanted = known(rule, f"definition.filters.{flag}")
        for field in needed:
            if wanted and field not in fields:
                yield Finding(where, f"must hold '{field}' because {flag} is true")
            if not wanted and unsaid(rule, f"definition.filters.{flag}") and field in fields:
                yield Finding(where, f"must not hold '{field}' unless {flag} is true")


def _one_kind_of_append(inputs: Inputs) -> Iterator[Finding]:
    # Blob Containers - Create Or Update Immutability Policy: the two are mutually exclusive.
    if known(inputs, "allowProtectedAppendWrites") and known(inputs, "allowProtectedAppendWritesAll"):
        yield Finding("allowProtectedAppendWritesAll", "and allowProtectedAppendWrites cannot both be true")


def _container_immutability_days(inputs: Inputs) -> Iterator[Finding]:
    # Azure Storage, "Time-based retention policies for immutable blob data": 1 day to 146,000 days (400 years).
    days = known(inputs, "immutabilityPeriodSinceCreationInDays")
    if days is not None and not 1 <= days <= 146_000:
        yield Finding("immutabilityPeriodSinceCreationInDays", f"{days:g} is out of range; it must be 1 to 146000")


RULES = {
    "storage:BlobContainerImmutabilityPolicy": (_one_kind_of_append, _container_immutability_days),
    "storage:BlobInventoryPolicy": (_inventory,),
    "storage:BlobServiceProperties": (_retention_says_days, _restore_has_what_it_needs, _tracking),
    "storage:ManagementPolicy": (_lifecycle_rules,),
    "storage:StorageAccount": (
        _sku_of_kind,
        _tier_of_kind,
        _redundancy_of_region,
        _hierarchical_namespace,
        _versions_beside_namespace,
        _customer_key,
    ),
}
