"""Key vaults."""

from collections.abc import Iterator

from verdazure.sandbox.azure.finding import Finding, Inputs, known

_SHORTEST, _LONGEST = 7, 90
_MOST_POLICIES = 1024


def _soft_delete(inputs: Inputs) -> Iterator[Finding]:
    # Azure Key Vault, "Azure Key Vault soft-delete overview": 7 to 90 days, and it cannot be switched off.
    days = known(inputs, "properties.softDeleteRetentionInDays")
    if days is not None and not _SHORTEST <= days <= _LONGEST:
        reason = f"{days:g} is out of range; it must be {_SHORTEST} to {_LONGEST}"
        yield Finding("properties.softDeleteRetentionInDays", reason)
    if known(inputs, "properties.enableSoftDelete") is False:
        yield Finding("properties.enableSoftDelete", "cannot be false: soft delete is on for every vault")


def _purge_protection(inputs: Inputs) -> Iterator[Finding]:
    # Vaults - Create Or Update: the property is true or not said; Azure refuses false, as it cannot be undone.
    if known(inputs, "properties.enablePurgeProtection") is False:
        reason = "cannot be set to false; leave it out, or set it to true, which is irreversible"
        yield Finding("properties.enablePurgeProtection", reason)


def _access_policies(inputs: Inputs) -> Iterator[Finding]:
    # Vaults - Create Or Update: 0 to 1024 identities.
    policies = known(inputs, "properties.accessPolicies") or ()
    if len(policies) > _MOST_POLICIES:
        reason = f"has {len(policies)} items; a vault has {_MOST_POLICIES} at most"
        yield Finding("properties.accessPolicies", reason)


RULES = {
    "keyvault:Vault": (_soft_delete, _purge_protection, _access_policies),
}
