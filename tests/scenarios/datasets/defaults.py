"""An Azure open dataset by reference: listed with its licence, nothing copied."""

from verdazure import Environment, Landing, MlWorkspace, PublicDataset

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
calls = PublicDataset(
    "seattle-calls",
    {"landing": landing.ref, "workspace_id": workspace.resource_id, "open_dataset": "seattle-safety"},
)
