"""Which region a geo-redundant service replicates to.

Source: Azure documentation, "List of Azure regions" and "Azure region pairs and nonpaired regions". A region that is
not here has no pair.
"""

from collections.abc import Mapping

_TWO_WAY = {
    "australiaeast": "australiasoutheast",
    "canadacentral": "canadaeast",
    "centralindia": "southindia",
    "centralus": "eastus2",
    "eastasia": "southeastasia",
    "eastus": "westus",
    "francecentral": "francesouth",
    "germanywestcentral": "germanynorth",
    "japaneast": "japanwest",
    "koreacentral": "koreasouth",
    "northcentralus": "southcentralus",
    "northeurope": "westeurope",
    "norwayeast": "norwaywest",
    "southafricanorth": "southafricawest",
    "swedencentral": "swedensouth",
    "switzerlandnorth": "switzerlandwest",
    "uaenorth": "uaecentral",
    "uksouth": "ukwest",
    "westcentralus": "westus2",
}
_ONE_WAY = {"brazilsouth": "southcentralus", "westindia": "southindia", "westus3": "eastus"}

PAIRS: Mapping[str, str] = {**_TWO_WAY, **{second: first for first, second in _TWO_WAY.items()}, **_ONE_WAY}
