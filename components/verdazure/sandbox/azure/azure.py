"""The simulated service: what Azure Resource Manager does with a request, over what it holds."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from verdazure.sandbox.azure import arm, behaviour, errors
from verdazure.sandbox.azure.schema import ResourceSchema
from verdazure.sandbox.azure.store import Held, SoftDeleted, Store, StoredResource


class Azure:
    """Creates, reads, updates and deletes. Refusals are `AzureError`s, with Azure's code and words."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, schema: ResourceSchema, resource_id: str, inputs: Mapping[str, Any]) -> StoredResource:
        """Create a resource and return it as the service answers."""
        with self._store.transaction() as held:
            _require_holder(held, resource_id)
            _require_free(held, resource_id)
            return self._write(held, schema, resource_id, inputs, None)

    def update(self, schema: ResourceSchema, resource_id: str, inputs: Mapping[str, Any]) -> StoredResource:
        """Update a resource in place. Azure's PUT creates what is missing, and so does this."""
        with self._store.transaction() as held:
            before = held.get(resource_id)
            if before is None:
                _require_holder(held, resource_id)
                _require_free(held, resource_id)
            return self._write(held, schema, resource_id, inputs, before)

    def read(self, resource_id: str) -> StoredResource | None:
        """A resource as it is now, or nothing."""
        return self._store.get(resource_id)

    def delete(self, resource_id: str) -> None:
        """Delete a resource with all that it holds. Deleting what is gone succeeds, as in Azure."""
        with self._store.transaction() as held:
            resource = held.get(resource_id)
            doomed = [*held.below(resource_id), *([resource] if resource else [])]
            for each in doomed:
                held.remove(each.id)
                if behaviour.is_soft_deleted(each):
                    held.keep_deleted(_soft_deleted(each))

    def location_of_group(self, subscription: str, name: str) -> str | None:
        """The region of a resource group, or nothing when there is no such group."""
        group = self._store.get(f"/subscriptions/{subscription}/resourceGroups/{name}")
        return group.location if group else None

    def _write(
        self,
        held: Held,
        schema: ResourceSchema,
        resource_id: str,
        inputs: Mapping[str, Any],
        before: StoredResource | None,
    ) -> StoredResource:
        outputs = behaviour.answer(schema, resource_id, inputs, before, held, datetime.now(UTC))
        resource = StoredResource(
            id=before.id if before else resource_id,
            token=schema.token,
            type=arm.arm_type(resource_id),
            name=arm.name(resource_id),
            location=str(outputs.get("location") or ""),
            inputs=dict(inputs),
            outputs=outputs,
        )
        held.put(resource)
        return resource


def _require_holder(held: Held, resource_id: str) -> None:
    """Refuses a resource whose group, parent or scope does not exist."""
    group = arm.resource_group(resource_id)
    if group:
        group_id = resource_id[: resource_id.lower().index("/resourcegroups/") + len("/resourcegroups/") + len(group)]
        if group_id != resource_id and not held.get(group_id):
            raise errors.resource_group_not_found(group)
    holder = arm.parent_id(resource_id)
    if not held.exists(holder):
        raise errors.parent_not_found(arm.relative(holder))


def _require_free(held: Held, resource_id: str) -> None:
    """Refuses a name that is taken: by this very resource, by anyone for global names, or by a soft-deleted one."""
    if held.get(resource_id):
        raise errors.already_managed(resource_id)
    arm_type, name = arm.arm_type(resource_id), arm.name(resource_id)
    if behaviour.is_globally_named(arm_type) and held.of_type(arm_type, name):
        raise behaviour.taken(arm_type, name)
    for deleted in held.soft_deleted():
        if deleted.type.lower() == arm_type.lower() and behaviour.is_blocked_by(deleted, resource_id):
            raise behaviour.blocked(deleted)


def _soft_deleted(resource: StoredResource) -> SoftDeleted:
    return SoftDeleted(
        id=resource.id,
        type=resource.type,
        name=resource.name,
        location=resource.location,
        deleted_at=datetime.now(UTC).isoformat(timespec="seconds"),
        purge_protected=behaviour.is_purge_protected(resource),
    )
