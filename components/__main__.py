"""Serves the components to programs in other languages: `pulumi package add ./components`."""

from importlib.metadata import version

from pulumi.provider.experimental import component_provider_host
from verdazure import (
    BatchEndpoint,
    BatchIngestion,
    CarbonAwareTraffic,
    CarbonController,
    Clusters,
    CpuCluster,
    DeduplicationJob,
    DevInstance,
    EdgeFleet,
    EdgeSite,
    FineTuning,
    GatewayCache,
    GpuCluster,
    KubernetesCompute,
    Landing,
    MlWorkspace,
    ModelDeployment,
    Monitoring,
    OnlineEndpoint,
    PretrainedModel,
    PublicDataset,
    Recovery,
    ResultCache,
    RetrainingPolicy,
    TieredStorage,
    TrainingSchedule,
)

if __name__ == "__main__":
    components = [
        Landing,
        MlWorkspace,
        TieredStorage,
        GpuCluster,
        CpuCluster,
        Clusters,
        DevInstance,
        KubernetesCompute,
        PublicDataset,
        BatchIngestion,
        DeduplicationJob,
        Recovery,
        ModelDeployment,
        PretrainedModel,
        TrainingSchedule,
        OnlineEndpoint,
        BatchEndpoint,
        CarbonAwareTraffic,
        Monitoring,
        RetrainingPolicy,
        CarbonController,
        FineTuning,
        ResultCache,
        GatewayCache,
        EdgeFleet,
        EdgeSite,
    ]
    component_provider_host(components, "verdazure", version=version("verdazure"))
