"""What Azure asks for: list prices from the Azure Retail Prices API, kept on disk for a week.

`RetailPrices().ask(meters)` never raises for a price that cannot be had: it is `Unpriced` with a reason, never 0.

meters  what is priced, by the names that the price list uses
ladder  a price that falls with the quantity
retail  the client: pages, shelf life, one short patience for all that is asked
"""

from verdazure.prices.ladder import Ladder, Step, Unpriced
from verdazure.prices.meters import (
    BLOB_TIERS,
    Meter,
    blob_storage,
    internet_egress,
    region_transfer,
    vm_hours,
)
from verdazure.prices.retail import NOT_ASKED, PriceList, RetailPrices

__all__ = [
    "BLOB_TIERS",
    "NOT_ASKED",
    "Ladder",
    "Meter",
    "PriceList",
    "RetailPrices",
    "Step",
    "Unpriced",
    "blob_storage",
    "internet_egress",
    "region_transfer",
    "vm_hours",
]
