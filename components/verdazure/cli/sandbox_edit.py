"""What `verdazure sandbox edit` does: finds a resource of the simulated Azure and changes it outside Pulumi."""

import dataclasses
import difflib
from collections.abc import Sequence
from pathlib import Path

from verdazure.sandbox.azure.azure import Azure
from verdazure.sandbox.azure.edit import EditError, edited, setting
from verdazure.sandbox.azure.store import Store, StoredResource


def change(state: Path, name: str, settings: Sequence[str], removals: Sequence[str]) -> StoredResource:
    """Set and remove values of the resource of that id or name, and return it as it is now."""
    store = Store(state)
    found = find(store.resources(), name)
    outputs = edited(found.outputs, [setting(text) for text in settings], removals)
    with store.transaction() as held:
        held.put(dataclasses.replace(found, outputs=outputs))
    return dataclasses.replace(found, outputs=outputs)


def delete(state: Path, name: str) -> StoredResource:
    """Delete the resource of that id or name with all that it holds, as somebody in the portal would."""
    store = Store(state)
    found = find(store.resources(), name)
    Azure(store).delete(found.id)
    return found


def find(resources: Sequence[StoredResource], name: str) -> StoredResource:
    """The one resource whose id is `name`, or ends in it."""
    wanted = "/" + name.lower().strip("/")
    exact = [each for each in resources if each.id.lower() == wanted]
    fitting = exact or [each for each in resources if each.id.lower().endswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = "".join(f"\n  {each.id}" for each in fitting)
        raise EditError(f"{name!r} fits {len(fitting)} resources; name one by its id:{ids}")
    near = difflib.get_close_matches(name, [each.name for each in resources], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "; `verdazure sandbox status` lists what is there"
    raise EditError(f"the simulated Azure holds nothing named {name!r}{hint}")
