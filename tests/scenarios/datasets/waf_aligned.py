"""Production: only what is in the public domain, as a filtered copy beside the compute, so that it travels once."""

import json

from pulumi import Output
from verdazure import DataClass, Environment, Landing, MlWorkspace, PublicDataset, TieredStorage

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
lake = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.DATASET: {}}})
calls = PublicDataset(
    "seattle-calls",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "open_dataset": "seattle-safety",
        "allowed_licences": ["CC0-1.0", "PDDL-1.0"],
        "filtered_copy": {
            "to": Output.concat("abfss://dataset@", lake.account_names["lake"], ".dfs.core.windows.net/seattle/"),
            "specification": json.dumps({"columns": {"category": {"type": "text"}, "dateTime": {"type": "timestamp"}}}),
        },
    },
)
