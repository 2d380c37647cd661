"""A workstation of one person: it stops after half an hour without work, and every evening."""

from verdazure import DevInstance, Environment, Landing, MlWorkspace

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
workstation = DevInstance(
    "ada",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "user_object_id": "11111111-1111-1111-1111-111111111111",
        "user_tenant_id": "22222222-2222-2222-2222-222222222222",
    },
)
