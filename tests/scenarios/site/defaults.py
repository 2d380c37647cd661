"""A site whose pods talk to each other, and that sends nothing to Azure yet."""

import plant
from verdazure import EdgeSite, Environment, Landing

landing = Landing("plant", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
site = EdgeSite(
    "line",
    {
        "landing": landing.ref,
        "cluster_id": plant.cluster(landing).id,
        "token_issuer": plant.ISSUER,
        "storage_account_id": plant.lake(landing).account_ids["lake"],
    },
)
