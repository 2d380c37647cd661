"""What is priced, by the names that the Azure Retail Prices API gives it.

Sources. Fields and filters: Microsoft Learn, "Azure Retail Prices overview". Blob storage and Linux VMs: Infracost,
`internal/resources/azure/storage_account.go` and `linux_virtual_machine.go`. Bandwidth: public price scripts that
record the API's answers (product `Rtn Preference: MGN` is the default routing).

Not verified against the live service: that a price of `Standard Inter-Region Data Transfer` holds inside a continent
only (public notes say so), that every region has a meter of its own (Poland Central had none for egress in
2026-09), and whether the price list's GB is 10^9 or 2^30 bytes: it is taken for the 10^9 that is given.
"""

from dataclasses import dataclass

from verdazure import facts

BLOB_TIERS = ("Hot", "Cool", "Cold", "Archive")
_REDUNDANCIES = {"RAGRS": "RA-GRS", "RAGZRS": "RA-GZRS"}
"""As the price list writes what the facts table and Azure Resource Manager write in one word."""

# Infracost: hot LRS stands for some regions under the older product alone.
_BLOB_PRODUCTS = ("General Block Blob v2", "Blob Storage")
_DEFAULT_ROUTING = ("Rtn Preference: MGN",)
_NOT_LINUX = ("windows", "cloud services", "cloudservices")
"""Parts of product names that share an `armSkuName` with a Linux VM and are something else."""


@dataclass(frozen=True, slots=True)
class Meter:
    """One thing that is charged for, in every region."""

    what: str
    """For people: `Hot LRS storage`."""
    service: str
    unit: str
    """`unitOfMeasure`; a row with another one is another thing."""
    field: str
    """`meterName` or `armSkuName`, which must equal `value`."""
    value: str
    products: tuple[str, ...] = ()
    """`productName`, the preferred one first; empty: any that is a Linux VM."""
    spot: bool = False

    @property
    def filter(self) -> str:
        """OData `$filter` for all regions at once: one question and one file on disk, whichever regions compete."""
        clauses = [_equal("serviceName", self.service), _equal(self.field, self.value)]
        if self.products:
            clauses.append(f"({' or '.join(_equal('productName', product) for product in self.products)})")
        return " and ".join([*clauses, _equal("priceType", "Consumption")])

    def rank(self, *, product: str, sku: str, meter: str, arm_sku: str) -> int | None:
        """0 for the row that is meant, more for a stand-in, None for a row that is something else."""
        if self.value != (meter if self.field == "meterName" else arm_sku):
            return None
        if self.products:
            return self.products.index(product) if product in self.products else None
        other = any(word in product.lower() for word in _NOT_LINUX) or sku.endswith(" Low Priority")
        ended = meter.endswith((" Expired", " Free"))
        return None if other or ended or sku.endswith(" Spot") is not self.spot else 0


def blob_storage(tier: str, redundancy: str) -> Meter:
    """GB-months of block blobs in a flat account. Raises `ValueError`, `UnknownFact`."""
    if tier not in BLOB_TIERS:
        raise ValueError(f"tier: {tier!r} is not an access tier; allowed: {', '.join(BLOB_TIERS)}")
    copies = facts.replications.get(redundancy).name
    sku = f"{tier} {_REDUNDANCIES.get(copies, copies)}"
    return Meter(f"{sku} storage", "Storage", "1 GB/Month", "meterName", f"{sku} Data Stored", _BLOB_PRODUCTS)


def vm_hours(size: str, *, spot: bool) -> Meter:
    """Hours of a Linux VM; an Azure ML node costs no more. Raises `UnknownFact`.

    Low-priority nodes of Azure ML are Spot VMs since 2026-03-31 and are priced as such; the price varies, up to that of
    a dedicated node.
    """
    name = facts.vm_size(size).name
    what = f"{name} on Spot" if spot else name
    return Meter(what, "Virtual Machines", "1 Hour", "armSkuName", name, spot=spot)


def region_transfer() -> Meter:
    """GB sent from a region to another one of its continent."""
    return Meter("transfer between regions", *_BANDWIDTH, "Standard Inter-Region Data Transfer", _DEFAULT_ROUTING)


def internet_egress() -> Meter:
    """GB sent from a region to the internet; the first steps of its ladder are the free ones."""
    return Meter("transfer to the internet", *_BANDWIDTH, "Standard Data Transfer Out", _DEFAULT_ROUTING)


_BANDWIDTH = ("Bandwidth", "1 GB", "meterName")


def _equal(field: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"{field} eq '{quoted}'"
