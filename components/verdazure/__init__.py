"""Verdazure: Pulumi components that make sustainable AI on Azure the default.

The public names are loaded when first asked for, so that `verdazure.facts` and `verdazure.carbon` stay usable without
Pulumi and a policy pack starts fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verdazure.args import ArgumentError as ArgumentError
    from verdazure.caching.component import CacheEviction as CacheEviction
    from verdazure.caching.component import CacheSize as CacheSize
    from verdazure.caching.component import ResultCache as ResultCache
    from verdazure.caching.component import ResultCacheArgs as ResultCacheArgs
    from verdazure.caching.gateway import GatewayCache as GatewayCache
    from verdazure.caching.gateway import GatewayCacheArgs as GatewayCacheArgs
    from verdazure.catalogue.component import AccountKind as AccountKind
    from verdazure.catalogue.component import FilterLevel as FilterLevel
    from verdazure.catalogue.component import ModelDeployment as ModelDeployment
    from verdazure.catalogue.component import ModelDeploymentArgs as ModelDeploymentArgs
    from verdazure.catalogue.component import VersionUpgrade as VersionUpgrade
    from verdazure.catalogue.skus import Sku as Sku
    from verdazure.compute.attach import KubernetesCompute as KubernetesCompute
    from verdazure.compute.attach import KubernetesComputeArgs as KubernetesComputeArgs
    from verdazure.compute.cpu import CpuCluster as CpuCluster
    from verdazure.compute.cpu import CpuClusterArgs as CpuClusterArgs
    from verdazure.compute.dev import DevInstance as DevInstance
    from verdazure.compute.dev import DevInstanceArgs as DevInstanceArgs
    from verdazure.compute.fleet import Clusters as Clusters
    from verdazure.compute.fleet import ClustersArgs as ClustersArgs
    from verdazure.compute.gpu import GpuCluster as GpuCluster
    from verdazure.compute.gpu import GpuClusterArgs as GpuClusterArgs
    from verdazure.compute.nodes import Eviction as Eviction
    from verdazure.compute.nodes import Priority as Priority
    from verdazure.data_strategy import RegionalDataStrategyArgs as RegionalDataStrategyArgs
    from verdazure.datasets.component import PublicDataset as PublicDataset
    from verdazure.datasets.component import PublicDatasetArgs as PublicDatasetArgs
    from verdazure.datasets.source import AssetType as AssetType
    from verdazure.deduplication.component import DeduplicationJob as DeduplicationJob
    from verdazure.deduplication.component import DeduplicationJobArgs as DeduplicationJobArgs
    from verdazure.edge.broker import BrokerMemory as BrokerMemory
    from verdazure.edge.broker import ListenerReach as ListenerReach
    from verdazure.edge.broker import LogLevel as LogLevel
    from verdazure.edge.dataflows import UpstreamKind as UpstreamKind
    from verdazure.edge.dataplane import AllocationPolicy as AllocationPolicy
    from verdazure.edge.dataplane import DeviceIdentity as DeviceIdentity
    from verdazure.edge.dataplane import DeviceIdentityArgs as DeviceIdentityArgs
    from verdazure.edge.dataplane import EdgeDeployment as EdgeDeployment
    from verdazure.edge.dataplane import EdgeDeploymentArgs as EdgeDeploymentArgs
    from verdazure.edge.dataplane import EdgeModuleArgs as EdgeModuleArgs
    from verdazure.edge.dataplane import EdgeRouteArgs as EdgeRouteArgs
    from verdazure.edge.dataplane import EdgeRuntimeArgs as EdgeRuntimeArgs
    from verdazure.edge.dataplane import EnrolmentGroup as EnrolmentGroup
    from verdazure.edge.dataplane import EnrolmentGroupArgs as EnrolmentGroupArgs
    from verdazure.edge.dataplane import TpmEnrolment as TpmEnrolment
    from verdazure.edge.dataplane import TpmEnrolmentArgs as TpmEnrolmentArgs
    from verdazure.edge.fleet import BlobEncoding as BlobEncoding
    from verdazure.edge.fleet import EdgeFleet as EdgeFleet
    from verdazure.edge.fleet import EdgeFleetArgs as EdgeFleetArgs
    from verdazure.edge.fleet import HubTier as HubTier
    from verdazure.edge.fleet import MessageSource as MessageSource
    from verdazure.edge.site import EdgeSite as EdgeSite
    from verdazure.edge.site import EdgeSiteArgs as EdgeSiteArgs
    from verdazure.edge.site import IssuerKind as IssuerKind
    from verdazure.ingestion.component import BatchIngestion as BatchIngestion
    from verdazure.ingestion.component import BatchIngestionArgs as BatchIngestionArgs
    from verdazure.ingestion.dataflow import FileFormat as FileFormat
    from verdazure.interfaces import LandingRef as LandingRef
    from verdazure.interfaces import Lock as Lock
    from verdazure.interfaces import PrincipalType as PrincipalType
    from verdazure.landing import Environment as Environment
    from verdazure.landing import Landing as Landing
    from verdazure.landing import LandingArgs as LandingArgs
    from verdazure.operations.controller import CarbonController as CarbonController
    from verdazure.operations.controller import CarbonControllerArgs as CarbonControllerArgs
    from verdazure.operations.monitoring import Monitoring as Monitoring
    from verdazure.operations.monitoring import MonitoringArgs as MonitoringArgs
    from verdazure.operations.monitors import Task as Task
    from verdazure.operations.retraining import ModelKind as ModelKind
    from verdazure.operations.retraining import RetrainingPolicy as RetrainingPolicy
    from verdazure.operations.retraining import RetrainingPolicyArgs as RetrainingPolicyArgs
    from verdazure.pretrained.component import ModelType as ModelType
    from verdazure.pretrained.component import PretrainedModel as PretrainedModel
    from verdazure.pretrained.component import PretrainedModelArgs as PretrainedModelArgs
    from verdazure.recovery import Loss as Loss
    from verdazure.recovery.component import Recovery as Recovery
    from verdazure.recovery.component import RecoveryArgs as RecoveryArgs
    from verdazure.serving.batch import BatchEndpoint as BatchEndpoint
    from verdazure.serving.batch import BatchEndpointArgs as BatchEndpointArgs
    from verdazure.serving.online import OnlineEndpoint as OnlineEndpoint
    from verdazure.serving.online import OnlineEndpointArgs as OnlineEndpointArgs
    from verdazure.serving.traffic import CarbonAwareTraffic as CarbonAwareTraffic
    from verdazure.serving.traffic import CarbonAwareTrafficArgs as CarbonAwareTrafficArgs
    from verdazure.serving.traffic import LoadBalancer as LoadBalancer
    from verdazure.storage import DataClass as DataClass
    from verdazure.storage import InventorySchedule as InventorySchedule
    from verdazure.storage import TieredStorage as TieredStorage
    from verdazure.storage import TieredStorageArgs as TieredStorageArgs
    from verdazure.training.component import TrainingSchedule as TrainingSchedule
    from verdazure.training.component import TrainingScheduleArgs as TrainingScheduleArgs
    from verdazure.training.finetuning import FineTuning as FineTuning
    from verdazure.training.finetuning import FineTuningArgs as FineTuningArgs
    from verdazure.training.finetuning import Method as Method
    from verdazure.training.timing import Every as Every
    from verdazure.training.timing import TimingMode as TimingMode
    from verdazure.training.timing import WeekDay as WeekDay
    from verdazure.workspace import ManagedNetwork as ManagedNetwork
    from verdazure.workspace import MlWorkspace as MlWorkspace
    from verdazure.workspace import MlWorkspaceArgs as MlWorkspaceArgs

_HOMES = {
    "AccountKind": "catalogue.component",
    "AllocationPolicy": "edge.dataplane",
    "ArgumentError": "args",
    "AssetType": "datasets.source",
    "BatchEndpoint": "serving.batch",
    "BatchEndpointArgs": "serving.batch",
    "BatchIngestion": "ingestion.component",
    "BatchIngestionArgs": "ingestion.component",
    "BlobEncoding": "edge.fleet",
    "BrokerMemory": "edge.broker",
    "CacheEviction": "caching.component",
    "CacheSize": "caching.component",
    "CarbonAwareTraffic": "serving.traffic",
    "CarbonAwareTrafficArgs": "serving.traffic",
    "CarbonController": "operations.controller",
    "CarbonControllerArgs": "operations.controller",
    "Clusters": "compute.fleet",
    "ClustersArgs": "compute.fleet",
    "CpuCluster": "compute.cpu",
    "CpuClusterArgs": "compute.cpu",
    "DataClass": "storage",
    "DeduplicationJob": "deduplication.component",
    "DeduplicationJobArgs": "deduplication.component",
    "DevInstance": "compute.dev",
    "DevInstanceArgs": "compute.dev",
    "DeviceIdentity": "edge.dataplane",
    "DeviceIdentityArgs": "edge.dataplane",
    "EdgeDeployment": "edge.dataplane",
    "EdgeDeploymentArgs": "edge.dataplane",
    "EdgeFleet": "edge.fleet",
    "EdgeFleetArgs": "edge.fleet",
    "EdgeModuleArgs": "edge.dataplane",
    "EdgeRouteArgs": "edge.dataplane",
    "EdgeRuntimeArgs": "edge.dataplane",
    "EdgeSite": "edge.site",
    "EdgeSiteArgs": "edge.site",
    "EnrolmentGroup": "edge.dataplane",
    "EnrolmentGroupArgs": "edge.dataplane",
    "Environment": "landing",
    "Every": "training.timing",
    "Eviction": "compute.nodes",
    "FileFormat": "ingestion.dataflow",
    "FilterLevel": "catalogue.component",
    "FineTuning": "training.finetuning",
    "FineTuningArgs": "training.finetuning",
    "GatewayCache": "caching.gateway",
    "GatewayCacheArgs": "caching.gateway",
    "GpuCluster": "compute.gpu",
    "GpuClusterArgs": "compute.gpu",
    "HubTier": "edge.fleet",
    "InventorySchedule": "storage",
    "IssuerKind": "edge.site",
    "KubernetesCompute": "compute.attach",
    "KubernetesComputeArgs": "compute.attach",
    "Landing": "landing",
    "LandingArgs": "landing",
    "LandingRef": "interfaces",
    "ListenerReach": "edge.broker",
    "LoadBalancer": "serving.traffic",
    "Lock": "interfaces",
    "LogLevel": "edge.broker",
    "Loss": "recovery",
    "ManagedNetwork": "workspace",
    "MessageSource": "edge.fleet",
    "Method": "training.finetuning",
    "MlWorkspace": "workspace",
    "MlWorkspaceArgs": "workspace",
    "ModelDeployment": "catalogue.component",
    "ModelDeploymentArgs": "catalogue.component",
    "ModelKind": "operations.retraining",
    "ModelType": "pretrained.component",
    "Monitoring": "operations.monitoring",
    "MonitoringArgs": "operations.monitoring",
    "OnlineEndpoint": "serving.online",
    "OnlineEndpointArgs": "serving.online",
    "PretrainedModel": "pretrained.component",
    "PretrainedModelArgs": "pretrained.component",
    "PrincipalType": "interfaces",
    "Priority": "compute.nodes",
    "PublicDataset": "datasets.component",
    "PublicDatasetArgs": "datasets.component",
    "Recovery": "recovery.component",
    "RecoveryArgs": "recovery.component",
    "RegionalDataStrategyArgs": "data_strategy",
    "ResultCache": "caching.component",
    "ResultCacheArgs": "caching.component",
    "RetrainingPolicy": "operations.retraining",
    "RetrainingPolicyArgs": "operations.retraining",
    "Sku": "catalogue",
    "Task": "operations.monitors",
    "TieredStorage": "storage",
    "TieredStorageArgs": "storage",
    "TimingMode": "training.timing",
    "TpmEnrolment": "edge.dataplane",
    "TpmEnrolmentArgs": "edge.dataplane",
    "TrainingSchedule": "training.component",
    "TrainingScheduleArgs": "training.component",
    "UpstreamKind": "edge.dataflows",
    "VersionUpgrade": "catalogue.component",
    "WeekDay": "training.timing",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'verdazure' has no attribute {name!r}")
    return getattr(import_module(f"verdazure.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
