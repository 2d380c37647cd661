"""Who is who in the simulated tenant: the caller, and the principals of managed identities.

Ids are derived from resource ids, so a run is repeatable and a re-created identity keeps its principal.
"""

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
