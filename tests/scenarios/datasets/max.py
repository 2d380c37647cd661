"""Every argument: a source of your own, an open dataset whose terms somebody read, and filtered copies of both."""

import json

from pulumi import Output
from verdazure import AssetType, DataClass, Environment, Landing, MlWorkspace, PublicDataset, TieredStorage

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
lake = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.DATASET: {}}})
datasets = Output.concat("abfss://dataset@", lake.account_names["lake"], ".dfs.core.windows.net/")

leaves = PublicDataset(
    "leaves",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "source": {
            "title": "Photographs of leaves",
            "uri": "https://data.example.org/leaves/2026-11.zip",
            "asset_type": AssetType.URI_FILE,
            "format": "jpeg zip",
            "attribution": "Botanical Garden of Example",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "size_bytes": 12_500_000_000,
            "region": "westeurope",
        },
        "licence": "CC-BY-4.0",
        "licence_evidence": "https://data.example.org/leaves/LICENSE",
        "version": "2026-11",
        "tags": {"cost-center": "4711"},
    },
)
taxi = PublicDataset(
    "taxi",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "open_dataset": "nyc-taxi-yellow",
        "licence": "LicenseRef-NYC-terms-of-use",
        "licence_evidence": "https://www1.nyc.gov/home/terms-of-use.page",
        "allowed_licences": ["CC0-1.0", "LicenseRef-NYC-terms-of-use"],
        "filtered_copy": {
            "to": Output.concat(datasets, "taxi/"),
            "specification": json.dumps(
                {
                    "columns": {"tripDistance": {"type": "number"}, "fareAmount": {"type": "number"}},
                    "keep": {"tripDistance": {"least": 0, "most": 100}},
                    "sample": {"share": 0.01, "by": ["tripDistance", "fareAmount"]},
                }
            ),
            "sha256": "unknown",
        },
    },
)
