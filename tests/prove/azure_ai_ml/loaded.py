"""Prints the REST bodies that azure-ai-ml makes of the files beside this one. Runs where azure-ai-ml is installed.

    python loaded.py WORKSPACE_ID COMPONENT=VERSION ...

The workspace and the versions are those of the deployed schedule: a version is the hash of what a component does.
"""

import json
import logging
import re
import sys
import tempfile
from pathlib import Path

from azure.ai.ml import load_component, load_compute, load_environment, load_model
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
}
workspace, *deployed = sys.argv[1:]
versions = dict(each.split("=") for each in deployed)
logging.disable(logging.CRITICAL)


def component_id(found: re.Match[str]) -> str:
    return f"{workspace}/components/{found[1]}/versions/{versions[found[1]]}"


with tempfile.TemporaryDirectory() as folder:
    for source in Path(__file__).parent.glob("*.yml"):
        text = re.sub(r"COMPONENT\((\w+)\)", component_id, source.read_text()).replace("WORKSPACE", workspace)
        (Path(folder) / source.name).write_text(text)
    bodies = {name: load(Path(folder) / f"{name}.yml")._to_rest_object().as_dict() for name, load in LOADERS.items()}
print(json.dumps({name: body["properties"] for name, body in bodies.items()}))
