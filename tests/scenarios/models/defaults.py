"""A small embedding model that nobody had to train again: verified on a desk, copied beside the compute, registered."""

from pulumi import Output
from verdazure import DataClass, Environment, Landing, MlWorkspace, PretrainedModel, TieredStorage
from verified import MINILM

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
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
    },
)
