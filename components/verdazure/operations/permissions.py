"""What the controller may do in Azure, and the call that needs it: its role holds these actions and no other.

Names of actions: Microsoft Learn, Azure permissions (Monitor, AI and machine learning, Networking), read 2026-11-24.
"""

from collections.abc import Mapping

_ML = "Microsoft.MachineLearningServices/workspaces"

ACTIONS: Mapping[str, str] = {
    "Microsoft.Insights/Metrics/Read": "metrics of deployments and of Front Door: load, energy, latency, health",
    "Microsoft.Insights/AutoscaleSettings/Read": "scale: GET the profiles of a deployment",
    "Microsoft.Insights/AutoscaleSettings/Write": "scale: PUT the carbon profile beside them",
    f"{_ML}/computes/read": "scale: GET the most nodes of a cluster",
    f"{_ML}/computes/write": "scale: PATCH the most nodes of a cluster",
    f"{_ML}/schedules/read": "train, retrain: GET the live schedules and their plans",
    f"{_ML}/jobs/read": "train, retrain: GET the state of a run",
    f"{_ML}/jobs/write": "train: PUT a run or its next leg",
    f"{_ML}/jobs/cancel/action": "train: POST the pause of a leg",
    f"{_ML}/models/versions/read": "retrain: GET when the newest version was registered",
    f"{_ML}/onlineEndpoints/read": "rollout, traffic: GET how requests are shared",
    f"{_ML}/onlineEndpoints/write": "rollout, traffic: PUT how requests are shared",
    "Microsoft.Cdn/profiles/originGroups/origins/read": "route: GET the weight of an origin",
    "Microsoft.Cdn/profiles/originGroups/origins/write": "route: PATCH the weight of an origin",
    "Microsoft.Network/trafficManagerProfiles/azureEndpoints/read": "route: GET the weight of an endpoint",
    "Microsoft.Network/trafficManagerProfiles/azureEndpoints/write": "route: PATCH the weight of an endpoint",
    "Microsoft.Network/trafficManagerProfiles/externalEndpoints/read": "route: GET the weight of an endpoint",
    "Microsoft.Network/trafficManagerProfiles/externalEndpoints/write": "route: PATCH the weight of an endpoint",
}
"""Action, and the loop and call that need it."""

ROLES: Mapping[str, str] = {
    "Storage Blob Data Owner": "on its storage account: memory, leases, its own code; what Functions asks of its host",
    "Storage Queue Data Contributor": "on its storage account: the parts of a round go through a queue",
    "Monitoring Metrics Publisher": "on the data collection rule: Logs Ingestion API, a row a decision",
    "Log Analytics Reader": "on the log workspace: query API, the drift of models",
    "Key Vault Secrets User": "on the vault, where intensity services have keys: references of app settings",
}
"""Built-in role, and where and what for."""
