"""What holds for every component: one set of keys, one way to be served to other languages, public names."""

import inspect
import json
from pathlib import Path

import pulumi
import pytest
import verdazure
from pulumi.provider.experimental.component import ComponentProvider
from verdazure import budgets, data_strategy, interfaces, justification, landing
from verdazure.args import Record
from verdazure.caching import component as caching
from verdazure.caching import gateway
from verdazure.catalogue import component as catalogue
from verdazure.compute import attach, cpu, dev, fleet, gpu
from verdazure.datasets import component as datasets
from verdazure.deduplication import component as deduplication
from verdazure.edge import broker, dataflows, site
from verdazure.edge.fleet import component as edge
from verdazure.edge.fleet import hub, updating
from verdazure.ingestion import component as ingestion
from verdazure.operations import controller, monitoring, monitors, retraining
from verdazure.pretrained import component as pretrained
from verdazure.recovery import component as recovery
from verdazure.serving import batch, online, scaling, traffic
from verdazure.storage import component as storage
from verdazure.training import component as training
from verdazure.training import finetuning, jobs, timing
from verdazure.workspace import component as workspace
from verdazure.workspace import features, knowing, reaching

SCHEMA = Path(__file__).parent / "schema.json"
COMPONENTS = {
    verdazure.Landing: (landing.LandingArgs, landing._Landing),
    verdazure.MlWorkspace: (workspace.MlWorkspaceArgs, workspace._MlWorkspace),
    verdazure.TieredStorage: (storage.TieredStorageArgs, storage._TieredStorage),
    verdazure.GpuCluster: (gpu.GpuClusterArgs, gpu._GpuCluster),
    verdazure.CpuCluster: (cpu.CpuClusterArgs, cpu._CpuCluster),
    verdazure.Clusters: (fleet.ClustersArgs, fleet._Clusters),
    verdazure.DevInstance: (dev.DevInstanceArgs, dev._DevInstance),
    verdazure.KubernetesCompute: (attach.KubernetesComputeArgs, attach._KubernetesCompute),
    verdazure.DeduplicationJob: (deduplication.DeduplicationJobArgs, deduplication._DeduplicationJob),
    verdazure.Recovery: (recovery.RecoveryArgs, recovery._Recovery),
    verdazure.BatchIngestion: (ingestion.BatchIngestionArgs, ingestion._BatchIngestion),
    verdazure.ModelDeployment: (catalogue.ModelDeploymentArgs, catalogue._ModelDeployment),
    verdazure.PretrainedModel: (pretrained.PretrainedModelArgs, pretrained._PretrainedModel),
    verdazure.TrainingSchedule: (training.TrainingScheduleArgs, training._TrainingSchedule),
    verdazure.FineTuning: (finetuning.FineTuningArgs, finetuning._FineTuning),
    verdazure.ResultCache: (caching.ResultCacheArgs, caching._ResultCache),
    verdazure.GatewayCache: (gateway.GatewayCacheArgs, gateway._GatewayCache),
    verdazure.OnlineEndpoint: (online.OnlineEndpointArgs, online._OnlineEndpoint),
    verdazure.BatchEndpoint: (batch.BatchEndpointArgs, batch._BatchEndpoint),
    verdazure.CarbonAwareTraffic: (traffic.CarbonAwareTrafficArgs, traffic._CarbonAwareTraffic),
    verdazure.Monitoring: (monitoring.MonitoringArgs, monitoring._Monitoring),
    verdazure.RetrainingPolicy: (retraining.RetrainingPolicyArgs, retraining._RetrainingPolicy),
    verdazure.CarbonController: (controller.CarbonControllerArgs, controller._CarbonController),
    verdazure.EdgeSite: (site.EdgeSiteArgs, site._EdgeSite),
    verdazure.PublicDataset: (datasets.PublicDatasetArgs, datasets._PublicDataset),
    verdazure.EdgeFleet: (edge.EdgeFleetArgs, edge._EdgeFleet),
}
NESTED = [
    (interfaces.LandingRef, interfaces.Site),
    (interfaces.RoleAssignmentArgs, interfaces.RoleAssignment),
    (interfaces.PrivateEndpointArgs, interfaces.PrivateEndpoint),
    (interfaces.DiagnosticSettingsArgs, interfaces.DiagnosticSettings),
    (budgets.BudgetArgs, budgets.Budget),
    (data_strategy.RegionalDataStrategyArgs, data_strategy.RegionalDataStrategy),
    (data_strategy.RegionWeightsArgs, data_strategy.RegionWeights),
    (data_strategy.TrainingHoursArgs, data_strategy.TrainingHours),
    (storage.RetentionArgs, storage._Retention),
    (storage.PortionArgs, storage._Portion),
    (storage.CustomerManagedKeyArgs, storage._CustomerManagedKey),
    (storage.StorageEndpointArgs, storage._StorageEndpoint),
    (recovery.ProtectedDataArgs, recovery._ProtectedData),
    (workspace.WorkspaceKeyArgs, workspace._WorkspaceKey),
    (reaching.OutboundRuleArgs, reaching.OutboundRule),
    (features.FeatureStoreArgs, features.FeatureStore),
    (knowing.DatastoreArgs, knowing.Datastore),
    (knowing.ConnectionArgs, knowing.Connection),
    (ingestion.DestinationArgs, ingestion._Destination),
    (ingestion.SourceArgs, ingestion._Source),
    (ingestion.FilesArgs, ingestion._Files),
    (ingestion.TableArgs, ingestion._Table),
    (catalogue.DeployedModelArgs, catalogue._DeployedModel),
    (catalogue.ModelNeedArgs, catalogue._ModelNeed),
    (catalogue.ContentFilterArgs, catalogue._ContentFilter),
    (justification.JustificationArgs, justification.Justification),
    (fleet.ClusterArgs, fleet._Cluster),
    (attach.InstanceTypeArgs, attach.InstanceType),
    (attach.InferenceArgs, attach.Inference),
    (broker.BrokerArgs, broker.Broker),
    (broker.BrokerClientArgs, broker.BrokerClient),
    (broker.ListenerArgs, broker.Listener),
    (dataflows.UpstreamArgs, dataflows.Upstream),
    (dataflows.ConditionArgs, dataflows.Condition),
    (dataflows.FieldArgs, dataflows.MappedField),
    (dataflows.DataflowArgs, dataflows.Dataflow),
    (site.TrustArgs, site._Trust),
    (site.EdgeInferenceArgs, site._EdgeInference),
    (jobs.StepArgs, jobs.Step),
    (jobs.JobInputArgs, jobs.JobInput),
    (jobs.JobOutputArgs, jobs.JobOutput),
    (jobs.LimitsArgs, jobs.Limits),
    (jobs.CheckpointsArgs, jobs.Checkpoints),
    (jobs.SweepArgs, jobs.Sweep),
    (jobs.ParameterArgs, jobs.Parameter),
    (jobs.EarlyTerminationArgs, jobs.EarlyTermination),
    (timing.TimingArgs, timing.Timing),
    (datasets.DatasetSourceArgs, datasets._DatasetSource),
    (datasets.FilteredCopyArgs, datasets._FilteredCopy),
    (online.OnlineDeploymentArgs, online._OnlineDeployment),
    (online.RolloutArgs, online._Rollout),
    (scaling.CapArgs, scaling.Cap),
    (scaling.QuietArgs, scaling.Quiet),
    (batch.BatchDeploymentArgs, batch._BatchDeployment),
    (traffic.OriginArgs, traffic._Origin),
    (monitors.ModelMonitorArgs, monitors.ModelMonitor),
    (hub.TelemetryArgs, hub.TelemetryPlan),
    (hub.HubSizeArgs, hub.ChosenSize),
    (hub.HubContainerArgs, hub.HubContainer),
    (hub.HubRouteArgs, hub.HubRoute),
    (updating.DeviceUpdateArgs, updating.DeviceUpdate),
    (controller.SecretKeysArgs, controller._SecretKeys),
    (controller.TrainingPlacesArgs, controller._TrainingPlaces),
    (controller.ClusterCapsArgs, controller._ClusterCaps),
]


@pytest.mark.parametrize(("declared", "record"), [*COMPONENTS.values(), *NESTED])
def test_the_typed_dict_and_the_record_name_the_same_keys(declared: type, record: type[Record]):
    assert set(declared.__annotations__) == set(record.model_fields)
    assert declared.__required_keys__ == {name for name, field in record.model_fields.items() if field.is_required()}


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_output_is_registered(component: type[pulumi.ComponentResource]):
    registered = inspect.getsource(component.__init__).partition("register_outputs(")[2]
    declared = {name for name in component.__annotations__ if not name.startswith("_")}
    assert declared
    assert all(f'"{name}": self.{name}' in registered for name in declared)


def test_every_public_name_is_found_and_nothing_else():
    assert [name for name in verdazure.__all__ if getattr(verdazure, name).__name__ != name] == []
    with pytest.raises(AttributeError, match="module 'verdazure' has no attribute 'Nothing'"):
        verdazure.Nothing  # noqa: B018


def test_the_schema_for_other_languages_is_the_one_that_was_reviewed():
    """A change here is a change for users in every language: update the file on purpose, with a changelog line."""
    built = ComponentProvider(list(COMPONENTS), "verdazure", version="0.0.0").schema
    assert json.loads(built, object_hook=_unindented) == json.loads(SCHEMA.read_text(), object_hook=_unindented)


def _unindented(declared: dict[str, object]) -> dict[str, object]:
    """Python 3.13 and newer take the indentation out of docstrings."""
    return {key: " ".join(value.split()) if isinstance(value, str) else value for key, value in declared.items()}
