"""Prints the REST bodies that azure-ai-ml makes of the job files beside this one. Runs where azure-ai-ml is installed.

    python loaded.py WORKSPACE_ID COMPONENT=VERSION ...

The versions are those of the deployed components, as a version is the hash of what a component does.
"""

import json
import logging
import re
import sys
import tempfile
from pathlib import Path

from azure.ai.ml import load_component
from azure.ai.ml.entities._load_functions import load_schedule

workspace, *deployed = sys.argv[1:]
versions = dict(each.split("=") for each in deployed)
logging.disable(logging.CRITICAL)


def component_id(found: re.Match[str]) -> str:
    return f"{workspace}/components/{found[1]}/versions/{versions[found[1]]}"


with tempfile.TemporaryDirectory() as folder:
    for source in Path(__file__).parent.glob("*.yml"):
        text = re.sub(r"COMPONENT\((\w+)\)", component_id, source.read_text()).replace("WORKSPACE", workspace)
        (Path(folder) / source.name).write_text(text)
    components = [load_component(Path(folder) / f"{step}.yml") for step in ("prepare", "tune", "train")]
    bodies = {each.name: each._to_rest_object().as_dict()["properties"] for each in components}
    schedule = load_schedule(Path(folder) / "schedule.yml")._to_rest_object().as_dict()["properties"]
print(json.dumps({"components": bodies, "schedule": schedule}))
