"""Every argument that goes with a managed network."""

from verdazure import DevInstance, Environment, Landing, MlWorkspace

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
workstation = DevInstance(
    "ada",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "user_object_id": "11111111-1111-1111-1111-111111111111",
        "user_tenant_id": "22222222-2222-2222-2222-222222222222",
        "vm_size": "Standard_NC4as_T4_v3",
        "idle_minutes": 30,
        "stop_at": "18:30",
        "stop_on": "weekdays",
        "time_zone": "W. Europe Standard Time",
        "identity_id": workspace.identity_id,
        "tags": {"cost-center": "4711"},
    },
)
