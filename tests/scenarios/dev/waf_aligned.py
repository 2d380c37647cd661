"""Production data is looked at as the workspace's identity, from a machine that is gone a quarter of an hour later."""

from verdazure import DevInstance, Environment, Landing, MlWorkspace

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "residency": "eu",
        "monthly_budget": {"amount": 5000, "contact_emails": ["vision@example.com"]},
    },
)
workspace = MlWorkspace("ml", {"landing": landing.ref})
workstation = DevInstance(
    "ada",
    {
        "landing": landing.ref,
        "workspace_name": workspace.resource_name,
        "user_object_id": "11111111-1111-1111-1111-111111111111",
        "user_tenant_id": "22222222-2222-2222-2222-222222222222",
        "identity_id": workspace.identity_id,
        "idle_minutes": 15,
    },
)
