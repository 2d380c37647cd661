"""Who is who in the simulated tenant: the caller, the principals of managed identities, the addresses of machines.

All are derived from resource ids, so a run is repeatable and a re-created identity keeps its principal.
"""

import hashlib
import ipaddress
import uuid
from collections.abc import Mapping
from typing import Any

from verdazure.sandbox.azure.store import Held

_NAMESPACE = uuid.UUID("5f0c9f9c-8f0b-4d62-a8e5-7b1d3f6a2c40")


def guid(*parts: str) -> str:
    """A GUID that depends on these parts alone, without regard to case."""
    return str(uuid.uuid5(_NAMESPACE, "|".join(parts).lower()))


TENANT_ID = guid("tenant")
SUBSCRIPTION_ID = guid("subscription")
CALLER_OBJECT_ID = guid("caller", "object")
CALLER_CLIENT_ID = guid("caller", "client")


def answered(echo: Mapping[str, Any], resource_id: str, held: Held) -> dict[str, Any]:
    """The `identity` of an answer: the given one with the ids that the service adds; nothing where there is none."""
    asked = echo.get("identity")
    if not isinstance(asked, dict):
        return {}
    identity = dict(asked)
    if "SystemAssigned" in str(identity.get("type", "")):
        identity.update(principalId=guid(resource_id, "principal"), tenantId=TENANT_ID)
    users = identity.get("userAssignedIdentities")
    if isinstance(users, dict):
        identity["userAssignedIdentities"] = {user: _user(user, held) for user in users}
    return {"identity": identity}


def _user(user_id: str, held: Held) -> dict[str, str]:
    found = held.get(user_id)
    known = found.outputs if found else {}
    return {key: known[key] for key in ("clientId", "principalId") if key in known}


# Addresses

# RFC 2544 sets this range apart for benchmarks: a program that calls a made-up address reaches nobody.
_NOBODYS = ipaddress.IPv4Network("198.18.0.0/15")

# Azure keeps the first four addresses of a subnet and the last one: Azure Virtual Network, "FAQ".
_KEPT_AT_START, _KEPT_AT_END = 4, 1


def public_address(*parts: str) -> str:
    """A public IPv4 address that depends on these parts alone."""
    return str(_NOBODYS[1 + _number(*parts) % (_NOBODYS.num_addresses - 2)])


def private_address(prefix: str, *parts: str) -> str:
    """An address of a subnet, of those that Azure hands out, that depends on these parts alone."""
    subnet = ipaddress.ip_network(prefix, strict=False)
    free = subnet.num_addresses - _KEPT_AT_START - _KEPT_AT_END
    return str(subnet[_KEPT_AT_START + _number(*parts) % free])


def mac_address(*parts: str) -> str:
    """A MAC address as Azure writes one."""
    return "-".join(f"{byte:02X}" for byte in (0x00, 0x0D, 0x3A, *_number("mac", *parts).to_bytes(8, "big")[:3]))


def _number(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(parts).lower().encode()).digest()[:8], "big")
