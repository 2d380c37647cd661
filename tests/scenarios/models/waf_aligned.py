"""Production: one publisher and one licence, the files beside the compute, where nobody deletes them by mistake."""

from pulumi import Output
from verdazure import DataClass, Environment, Landing, MlWorkspace, PretrainedModel, TieredStorage
from verified import MINILM

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
lake = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.MODEL: {}}})
minilm = PretrainedModel(
    "minilm",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "model_uri": Output.concat("https://", lake.account_names["durable"], ".blob.core.windows.net/model/minilm/"),
        "provenance": MINILM,
        "tags": {"justification": "22 million parameters, 91 MB as published"},
        "allowed_publishers": ["sentence-transformers"],
        "allowed_licences": ["Apache-2.0"],
    },
)
