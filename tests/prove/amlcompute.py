"""Prints the REST body that azure-ai-ml sends for the quick start's cluster. Runs where azure-ai-ml is installed."""

import json

from azure.ai.ml.entities import AmlCompute

cluster = AmlCompute(
    name="gpu",
    size="Standard_NC4as_T4_v3",
    tier="low_priority",
    min_instances=0,
    max_instances=4,
    idle_time_before_scale_down=300,
    location="swedencentral",
    ssh_public_access_enabled=False,
    enable_node_public_ip=False,
)
print(json.dumps(cluster._to_rest_object().as_dict()))
