"""Serves the components to programs in other languages: `pulumi package add ./components`."""

from importlib.metadata import version

from pulumi.provider.experimental import component_provider_host
from verdazure import (
    BatchIngestion,
    DeduplicationJob,
    GpuCluster,
    Landing,
    MlWorkspace,
    ModelDeployment,
    PretrainedModel,
    PublicDataset,
    Recovery,
    TieredStorage,
)

if __name__ == "__main__":
    components = [
        Landing,
        MlWorkspace,
        TieredStorage,
        GpuCluster,
        PublicDataset,
        BatchIngestion,
        DeduplicationJob,
        Recovery,
        ModelDeployment,
        PretrainedModel,
    ]
    component_provider_host(components, "verdazure", version=version("verdazure"))
