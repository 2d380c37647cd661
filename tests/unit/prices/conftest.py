"""The Azure Retail Prices API on a local socket: rows in the shape that Microsoft documents, written by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from verdazure.prices import RetailPrices
from verdazure.prices.retail import PATH, SERVICE

from tests.unit.web.local_service import LocalService, _socket, cache, clock, service, wire_to

__all__ = ["_socket", "cache", "clock", "service", "wire_to"]


def row(region: str, price: float, **other: Any) -> dict[str, Any]:
    """One item of the price list: hot LRS storage unless told otherwise."""
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": region,
        "location": "SE Central",
        "effectiveStartDate": "2023-06-01T00:00:00Z",
        "meterId": "80aa9969-fd19-5d53-b441-83d4cc852415",
        "meterName": "Hot LRS Data Stored",
        "productId": "DZH318Z0BNZJ",
        "skuId": "DZH318Z0BNZJ/00CV",
        "productName": "General Block Blob v2",
        "skuName": "Hot LRS",
        "serviceName": "Storage",
        "serviceId": "DZH317F1HKN0",
        "serviceFamily": "Storage",
        "unitOfMeasure": "1 GB/Month",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": "",
        **other,
    }


def vm(region: str, price: float, sku: str = "NC4as T4 v3", **other: Any) -> dict[str, Any]:
    """An hour of a Linux VM."""
    size = "Standard_NC4as_T4_v3"
    named = {"meterName": sku, "skuName": sku, "productName": "Virtual Machines NCasT4v3 Series", "armSkuName": size}
    return row(region, price, **{**named, "unitOfMeasure": "1 Hour", "serviceName": "Virtual Machines", **other})


def page(*items: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    """One page of an answer."""
    return {
        "BillingCurrency": "USD",
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": list(items),
        "NextPageLink": following,
        "Count": len(items),
    }


@pytest.fixture
def listed(service: LocalService) -> Callable[..., None]:
    """`listed(*items)`: what the service answers, on one page, whatever it is asked."""
    return lambda *items: service.reply(PATH, page(*items))


@pytest.fixture
def prices(wire_to, cache) -> RetailPrices:
    return RetailPrices(wire=wire_to(SERVICE, cache=cache, attempts=1))
