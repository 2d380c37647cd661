"""Plans as Azure's lifecycle rules. Pure.

Where two rules meet on a blob, Azure takes the cheaper action: deletion before archive, archive before cold, cold
before cool (Azure Blob Storage, "Lifecycle management overview"). Page blobs are beyond lifecycle rules altogether.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from verdazure.storage.plans import Layout, Plan, Portion

LISTS_DELETED_AFTER_DAYS = 30
_TIERS = {"cool": "tier_to_cool", "cold": "tier_to_cold", "archive": "tier_to_archive"}


def lifecycle_rules(plan: Plan, prefixes: Sequence[str]) -> list[dict[str, Any]]:
    """The plan, which has at least one step, as lifecycle rules on blobs below `prefixes`."""
    moves, removal = _moves(plan), _removal(plan)
    expiry = _expiry(plan)
    if plan.appended and moves and removal:
        return [
            _rule(f"{plan.container}-tier", _filters(["blockBlob"], prefixes), {"base_blob": moves, **expiry}),
            _rule(f"{plan.container}-delete", _filters(["blockBlob", "appendBlob"], prefixes), {"base_blob": removal}),
        ]
    return [_rule(plan.container, _filters(["blockBlob"], prefixes), {"base_blob": {**moves, **removal}, **expiry})]


def portion_rule(portion: Portion) -> dict[str, Any]:
    """The steps of a portion; versions and snapshots are the class's matter."""
    filters = _filters(["blockBlob"], [f"{portion.plan.container}/{portion.prefix}"])
    if portion.index_tags:
        filters["blob_index_match"] = [{"name": name, "op": "==", "value": value} for name, value in portion.index_tags]
    actions = {"base_blob": {**_moves(portion.plan), **_removal(portion.plan)}}
    return _rule(f"{portion.plan.container}-{portion.name}", filters, actions)


def expiry_rule(container: str) -> dict[str, Any]:
    """For a container of lists that nobody needs once newer ones are there."""
    actions = {"base_blob": {"delete": {_since(False): LISTS_DELETED_AFTER_DAYS}}}
    return _rule(container, _filters(["blockBlob"], [f"{container}/"]), actions)


def _moves(plan: Plan) -> dict[str, Any]:
    moves: dict[str, Any] = {_TIERS[tier]: {_since(plan.by_last_access): days} for tier, days in plan.moves}
    if plan.by_last_access and plan.cool_after is not None:
        moves["enable_auto_tier_to_hot_from_cool"] = True
    return moves


def _removal(plan: Plan) -> dict[str, Any]:
    if plan.delete_after is None:
        return {}
    return {"delete": {_since(plan.by_last_access and not plan.goes_by_age): plan.delete_after}}


def _since(last_access: bool) -> str:
    return "days_after_last_access_time_greater_than" if last_access else "days_after_modification_greater_than"


def _expiry(plan: Plan) -> dict[str, Any]:
    """Versions and snapshots go wherever an account can have them; a lake has neither."""
    if plan.layout is Layout.LAKE:
        return {}
    expiry = {"delete": {"days_after_creation_greater_than": plan.versions_kept}}
    return {"version": expiry, "snapshot": expiry}


def _filters(blob_types: Sequence[str], prefixes: Sequence[str]) -> dict[str, Any]:
    return {"blob_types": list(blob_types), "prefix_match": list(prefixes)}


def _rule(name: str, filters: Mapping[str, Any], actions: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "type": "Lifecycle", "enabled": True, "definition": {"filters": filters, "actions": actions}}
