"""Run in the judges' environment: Microsoft's own client of IoT Hub makes what we make, and reads what we made."""

import json
import sys

from azure.identity import DefaultAzureCredential
from azure.iot.hub import IoTHubConfigurationManager, IoTHubRegistryManager
from azure.iot.hub.models import Configuration, ConfigurationContent, ConfigurationMetrics, Twin


def main() -> None:
    asked = json.load(sys.stdin)
    credential = DefaultAzureCredential()
    hub = IoTHubConfigurationManager.from_token_credential(asked["host"], credential)
    registry = IoTHubRegistryManager.from_token_credential(asked["host"], credential)
    wanted = asked["deployment"]
    hub.create_configuration(
        Configuration(
            id="theirs",
            schema_version="1.0",
            content=ConfigurationContent(modules_content=wanted["content"]["modulesContent"]),
            target_condition=wanted["targetCondition"],
            priority=wanted["priority"],
            labels=wanted["labels"],
            metrics=ConfigurationMetrics(queries=wanted["metrics"]),
        )
    )
    registry.create_device_with_certificate_authority("theirs", "enabled", True)
    registry.create_device_with_x509("theirs-too", "AB12", "CD34", "enabled", True)
    registry.update_twin("theirs", Twin(tags={"site": "malmo"}), "*")
    ours = hub.get_configuration(asked["ours"])
    device = registry.get_device("gw")
    print(
        json.dumps(
            {
                "content": {"modulesContent": ours.content.modules_content},
                "targetCondition": ours.target_condition,
                "priority": ours.priority,
                "labels": ours.labels,
                "metrics": ours.metrics.queries,
                "etag": ours.etag,
                "device": [device.device_id, device.status, device.capabilities.iot_edge, device.device_scope],
            }
        )
    )
    hub.delete_configuration("theirs", ours.etag.replace("1", "9"))


if __name__ == "__main__":
    main()
