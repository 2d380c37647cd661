"""The simulated service: what Azure Resource Manager does with a request, over what it holds."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from verdazure.sandbox.azure import answers, arm, conditions, life, outputs, quota, references
from verdazure.sandbox.azure.schema import ResourceSchema
from verdazure.sandbox.azure.store import Held, SoftDeleted, Store, StoredResource


class Azure:
    """Creates, reads, updates and deletes. A refusal is an `AzureError`, with Azure's code and words."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._quotas = quota.Quotas(store.path)

    def create(self, schema: ResourceSchema, resource_id: str, inputs: Mapping[str, Any]) -> StoredResource:
        """Create a resource and return it as the service answers."""
        with self._store.transaction() as held:
            return self._create(held, schema, resource_id, inputs)

    def update(self, schema: ResourceSchema, resource_id: str, inputs: Mapping[str, Any]) -> StoredResource:
        """Update a resource in place. One that is gone is created, as a PUT does."""
        with self._store.transaction() as held:
            before = held.get(resource_id)
            if before is None:
                return self._create(held, schema, resource_id, inputs)
            life.require_unlocked(held, resource_id, "write")
            life.require_changeable(before, inputs)
            return self._write(held, schema, before.id, inputs, before)

    def read(self, resource_id: str) -> StoredResource | None:
        """A resource as it is now, or nothing."""
        return self._store.get(resource_id)

    def delete(self, resource_id: str) -> None:
        """Delete a resource with all that it holds. Deleting what is gone succeeds, as in Azure."""
        with self._store.transaction() as held:
            life.require_unlocked(held, resource_id, "delete")
            resource = held.get(resource_id)
            # What Azure makes unasked is reset by a deletion, and keeps what it holds.
            below = [] if arm.brought_by(resource_id) else held.below(resource_id)
            for each in [*below, *([resource] if resource else [])]:
                held.remove(each.id)
                if life.is_kept_after_deletion(each):
                    held.keep_deleted(_soft_deleted(each))

    def location_of_group(self, subscription: str, name: str) -> str | None:
        """The region of a resource group, or nothing when there is no such group."""
        group = self._store.get(f"/subscriptions/{subscription}/resourceGroups/{name}")
        return group.location if group else None

    def _create(
        self, held: Held, schema: ResourceSchema, resource_id: str, inputs: Mapping[str, Any]
    ) -> StoredResource:
        life.require_holder(held, resource_id, arm.path(schema).exact)
        life.require_unlocked(held, resource_id, "write")
        life.require_free(held, resource_id, inputs)
        return self._write(held, schema, resource_id, inputs, None)

    def _write(
        self,
        held: Held,
        schema: ResourceSchema,
        resource_id: str,
        inputs: Mapping[str, Any],
        before: StoredResource | None,
    ) -> StoredResource:
        kind = schema.token.partition(":")[2]
        references.require_referenced(held, kind, resource_id, inputs)
        conditions.require_allowed(held, kind, resource_id, inputs)
        quota.require_quota(self._quotas, held, resource_id, inputs)
        request = answers.Request(schema, resource_id, outputs.echoed(schema, inputs), before, held, datetime.now(UTC))
        answer = answers.answer(request)
        resource = StoredResource(
            id=resource_id,
            token=schema.token,
            type=arm.arm_type(resource_id),
            name=arm.name(resource_id),
            location=request.location,
            created_at=request.created,
            inputs=dict(inputs),
            outputs=answer,
        )
        held.put(resource)
        return resource


def _soft_deleted(resource: StoredResource) -> SoftDeleted:
    return SoftDeleted(
        id=resource.id,
        type=resource.type,
        name=resource.name,
        location=resource.location,
        deleted_at=datetime.now(UTC).isoformat(timespec="seconds"),
        purge_protected=life.is_purge_protected(resource),
    )
