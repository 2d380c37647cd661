"""Every argument: an MLflow model of a publisher and under terms that somebody allowed by name."""

from verdazure import Environment, Landing, MlWorkspace, ModelType, PretrainedModel
from verified import LEAVES

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
leaves = PretrainedModel(
    "leaves",
    {
        "landing": landing.ref,
        "workspace_id": workspace.resource_id,
        "model_uri": "azureml://datastores/workspaceblobstore/paths/models/leaves/",
        "provenance": LEAVES,
        "model_type": ModelType.MLFLOW,
        "allowed_publishers": ["Botanical Garden of Example"],
        "allowed_licences": ["LicenseRef-Garden-terms"],
        "version": "2026-11",
        "tags": {"cost-center": "4711"},
    },
)
