"""Container registries. Source: Azure Container Registry, "service tiers: features and limits"."""

from collections.abc import Iterator, Mapping
from typing import Any

from verdazure.sandbox.azure.finding import Finding, Inputs, known, region_of, unsaid

# Property, the value that switches the feature on (None: any).
_PREMIUM: Mapping[str, Any] = {
    "dataEndpointEnabled": True,
    "encryption.status": "enabled",
    "networkRuleSet": None,
    "policies.exportPolicy.status": "disabled",
    "policies.retentionPolicy.status": "enabled",
    "policies.trustPolicy.status": "enabled",
    "publicNetworkAccess": "Disabled",
    "zoneRedundancy": "Enabled",
}
_LONGEST_RETENTION = 365


def _premium_features(inputs: Inputs) -> Iterator[Finding]:
    sku = known(inputs, "sku.name")
    if sku not in ("Basic", "Standard", "Classic"):
        return
    for path, on in _PREMIUM.items():
        value = known(inputs, path)
        if value is not None and (on is None or value == on):
            yield Finding(path, f"needs sku Premium; the registry's is {sku}")


def _anonymous_pull(inputs: Inputs) -> Iterator[Finding]:
    if known(inputs, "anonymousPullEnabled") and known(inputs, "sku.name") == "Basic":
        yield Finding("anonymousPullEnabled", "needs sku Standard or Premium; the registry's is Basic")


def _zones_of_region(inputs: Inputs) -> Iterator[Finding]:
    # Azure Container Registry, "Zone redundancy in Azure Container Registry".
    from verdazure import facts

    region = region_of(inputs)
    if region and known(inputs, "zoneRedundancy") == "Enabled" and facts.region(region).availability_zones is False:
        yield Finding("zoneRedundancy", f"is not offered in {region}, which has no availability zones")


def _retention_days(inputs: Inputs) -> Iterator[Finding]:
    # Azure Container Registry, "Set a retention policy for untagged manifests": 0 to 365 days.
    days = known(inputs, "policies.retentionPolicy.days")
    if days is not None and not 0 <= days <= _LONGEST_RETENTION:
        yield Finding(
            "policies.retentionPolicy.days", f"{days:g} is out of range; it must be 0 to {_LONGEST_RETENTION}"
        )


def _export_needs_a_closed_network(inputs: Inputs) -> Iterator[Finding]:
    # Azure Container Registry, "Prevent data loss by disabling artifact export": only behind a private endpoint.
    open_ = unsaid(inputs, "publicNetworkAccess") or known(inputs, "publicNetworkAccess") == "Enabled"
    if known(inputs, "policies.exportPolicy.status") == "disabled" and open_:
        yield Finding("policies.exportPolicy.status", "can be disabled only when publicNetworkAccess is Disabled")


RULES = {
    "containerregistry:Registry": (
        _premium_features,
        _anonymous_pull,
        _zones_of_region,
        _retention_days,
        _export_needs_a_closed_network,
    ),
}
