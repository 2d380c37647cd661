"""Prints the REST bodies that azure-ai-ml makes of the files beside this one. Runs where azure-ai-ml is installed.

    python loaded.py WORKSPACE_ID COMPONENT=VERSION ...

The workspace and the versions are those of the deployed schedule: a version is the hash of what a component does.
"""

import json
import logging
import re
import sys
import tempfile
import warnings
from pathlib import Path

from azure.ai.ml import (
    load_batch_deployment,
    load_batch_endpoint,
    load_component,
    load_compute,
    load_environment,
    load_model,
    load_online_deployment,
    load_online_endpoint,
)
from azure.ai.ml.entities._load_functions import load_schedule

LOADERS = {
    "prepare": load_component,
    "tune": load_component,
    "train": load_component,
    "schedule": load_schedule,
    "cluster": load_compute,
    "instance": load_compute,
    "kubernetes": load_compute,
    "model": load_model,
    "environment": load_environment,
    "monitor": load_schedule,
    "online_endpoint": load_online_endpoint,
    "online_deployment": load_online_deployment,
    "batch_endpoint": load_batch_endpoint,
    "batch_deployment": load_batch_deployment,
}
# Endpoints and deployments have bodies of their own, which take the region.
LOCATED = {
    "online_endpoint": "_to_rest_online_endpoint",
    "online_deployment": "_to_rest_object",
    "batch_endpoint": "_to_rest_batch_endpoint",
    "batch_deployment": "_to_rest_object",
}
workspace, *deployed = sys.argv[1:]
versions = dict(each.split("=") for each in deployed)
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def component_id(found: re.Match[str]) -> str:
    return f"{workspace}/components/{found[1]}/versions/{versions[found[1]]}"


def body(name: str, file: Path) -> dict[str, object]:
    entity = LOADERS[name](file)
    made = getattr(entity, LOCATED[name])("swedencentral") if name in LOCATED else entity._to_rest_object()
    return made.as_dict()["properties"]


with tempfile.TemporaryDirectory() as folder:
    for source in Path(__file__).parent.glob("*.yml"):
        text = re.sub(r"COMPONENT\((\w+)\)", component_id, source.read_text()).replace("WORKSPACE", workspace)
        (Path(folder) / source.name).write_text(text)
    print(json.dumps({name: body(name, Path(folder) / f"{name}.yml") for name in LOADERS}))
