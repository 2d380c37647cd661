"""A fleet of devices that judge pictures where they are taken: one base for all, three layers for some."""

import pulumi
from verdazure import DeviceIdentity, EdgeDeployment, EdgeFleet, EnrolmentGroup, Landing, PrincipalType

config = pulumi.Config()
registry, pinned = config.require("registry"), f"@sha256:{config.require('digest')}"
version = config.require("runtime")
microsoft = "mcr.microsoft.com/azureiotedge"

landing = Landing(
    "edge",
    {
        "team": config.require("team"),
        "environment": config.require("environment"),
        "residency": "eu",
        "region": config.require("region"),
    },
)


def given(role: str):
    """To whoever deploys, if the stack is to give it."""
    principal_id, kind = config.get("deployer"), PrincipalType.SERVICE_PRINCIPAL
    return {"deployer": {"principal_id": principal_id, "principal_type": kind, "role": role}} if principal_id else {}


fleet = EdgeFleet(
    "line",
    {
        "landing": landing.ref,
        "telemetry": {"devices": 500, "messages_per_day": 1440, "bytes_per_message": 1000},
        "routes": {"faults": {"condition": "$body.score > 0.8"}, "heat": {"condition": "$body.mean > 60"}},
        "addresses": {"plant": config.require("plant"), "pipeline": config.require("pipeline")},
        "contact_emails": [config.require("contact")],
        "role_assignments": given("IoT Hub Data Contributor"),
        "provisioning_role_assignments": given("Device Provisioning Service Data Contributor"),
    },
)
hub, there = fleet.hub_hostname, pulumi.ResourceOptions(depends_on=[fleet])

EnrolmentGroup(
    "line",
    {
        "provisioning_hostname": fleet.provisioning_hostname,
        "hub_hostnames": [hub],
        "certificate": config.require("certificate"),
        "tags": {"role": "vision"},
    },
    there,
)
gateway = DeviceIdentity("gateway-malmo", {"hub_hostname": hub, "tags": {"site": "malmo", "role": "gateway"}}, there)

base = EdgeDeployment(
    "vision",
    {
        "hub_hostname": hub,
        "target_condition": "tags.role = 'vision' OR tags.role = 'gateway'",
        "priority": 1,
        "runtime": {
            "agent_image": f"{microsoft}-agent:{version}@sha256:{config.require('agentDigest')}",
            "hub_image": f"{microsoft}-hub:{version}@sha256:{config.require('hubDigest')}",
            "hub_environment": {"OptimizeForPerformance": False},
        },
        "modules": {
            "camera": {"image": f"{registry}/edge/camera:3{pinned}", "memory_mb": 256, "cpus": 0.5},
            "judge": {"image": f"{registry}/edge/judge:2{pinned}", "memory_mb": 512, "cpus": 1.0, "startup_order": 1},
        },
        "routes": {
            "pictures": {
                "route": "FROM /messages/modules/camera/outputs/pictures "
                'INTO BrokeredEndpoint("/modules/judge/inputs/pictures")'
            },
            "faults": {"route": "FROM /messages/modules/judge/outputs/faults WHERE score > 0.8 INTO $upstream"},
        },
        "properties": {"camera": {"everySeconds": 5, "lens": {"zoom": 1}}},
        "metrics": {
            "running": "SELECT deviceId FROM devices.modules WHERE moduleId = '$edgeAgent' "
            "AND properties.reported.lastDesiredStatus.code = 200"
        },
    },
    there,
)
above = pulumi.ResourceOptions(depends_on=[base])

EdgeDeployment(
    "welding",
    {
        "hub_hostname": hub,
        "target_condition": "tags.role = 'vision' AND tags.work = 'welding'",
        "priority": 10,
        "properties": {"camera.lens": {"zoom": config.require_int("zoom")}},
    },
    above,
)
EdgeDeployment(
    "heat",
    {
        "hub_hostname": hub,
        "target_condition": "tags.site = 'malmo' AND NOT tags.role = 'gateway'",
        "priority": 20,
        "modules": {"heat": {"image": f"{registry}/edge/heat:1{pinned}", "memory_mb": 64, "cpus": 0.1}},
        "routes": {
            "heat": {
                "route": "FROM /messages/modules/heat/outputs/mean INTO $upstream",
                "priority": 9,
                "time_to_live_seconds": 600,
            }
        },
    },
    above,
)
EdgeDeployment(
    "night",
    {
        "hub_hostname": hub,
        "target_condition": "tags.shift = 'day'",
        "priority": 30,
        "properties": {"camera.rest": {"from": "20:00", "to": "06:00"}},
    },
    above,
)

pulumi.export("idScope", fleet.id_scope)
pulumi.export("base", base.deployment_id)
pulumi.export("gatewayScope", gateway.device_scope)
