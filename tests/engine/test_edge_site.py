"""A site that changes under the real engine: Azure takes a broker's size only when it makes one."""

import json
import shutil
from pathlib import Path

SCENARIO = Path(__file__).parents[1] / "scenarios" / "site"
LARGER = '"broker": {"memory": "Medium", "log_level": "info"}, "landing": landing.ref,'


def test_a_larger_broker_is_a_new_one_and_takes_its_listeners_along(project, pulumi):
    small = (SCENARIO / "defaults.py").read_text()
    folder = project(small, name="site")
    shutil.copy(SCENARIO / "plant.py", folder)
    pulumi("up", "--yes", "--skip-preview", cwd=folder)

    (folder / "__main__.py").write_text(small.replace('"landing": landing.ref,', LARGER))
    done = pulumi("up", "--yes", "--skip-preview", "--json", cwd=folder)
    assert steps(done.stdout) == {
        ("iotoperations:Broker", "line"): "replace",
        ("iotoperations:BrokerAuthentication", "line-internal"): "replace",
        ("iotoperations:BrokerListener", "line-internal"): "replace",
        ("iotoperations:DataflowProfile", "line"): "update",
    }


def steps(events: str) -> dict[tuple[str, str], str]:
    """What the engine did to each resource of Azure that it touched."""
    found = {}
    for line in events.splitlines():
        done = json.loads(line).get("resourcePreEvent", {}).get("metadata", {})
        kind, _, name = done.get("urn", "").rpartition("::")
        if done.get("op") in ("replace", "update", "create", "delete") and "$azure-native:" in kind:
            found[kind.rpartition("azure-native:")[2], name] = done["op"]
    return found
