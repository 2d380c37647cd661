"""The parts of a data factory: linked services by identity, datasets, data flows, pipelines and triggers."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import datafactory as adf

from verdazure.ingestion import pipeline
from verdazure.ingestion.dataflow import READ, SINCE, STAGED, UNTIL, VERDICT, DataFlow, FileFormat
from verdazure.interfaces import Site, name_of
from verdazure.naming import Kind, physical_name

RUNTIME, LAKE, STAGING = "batch", "lake", "staging"


class Factory:
    """One factory, and its parts by their names within it."""

    def __init__(self, name: str, site: Site, labels: Mapping[str, Input[str]], opts: ResourceOptions) -> None:
        self.resource = adf.Factory(
            name,
            factory_name=physical_name(Kind.DATA_FACTORY, name, site.name_suffix),
            resource_group_name=site.resource_group_name,
            location=site.location,
            identity={"type": "SystemAssigned"},
            public_network_access="Disabled",
            tags=labels,
            opts=opts,
        )
        self.principal_id = self.resource.identity.apply(lambda identity: identity.principal_id if identity else "")
        self._name, self._opts = name, opts
        self._place: dict[str, Any] = {
            "factory_name": self.resource.name,
            "resource_group_name": site.resource_group_name,
        }

    def runtime(self, region: Input[str], cores: int, idle_minutes: int) -> adf.IntegrationRuntime:
        """Compute in the region of the data, which is given back after `idle_minutes`."""
        flows = adf.IntegrationRuntimeDataFlowPropertiesArgs(
            compute_type="General", core_count=cores, time_to_live=idle_minutes, cleanup=idle_minutes == 0
        )
        properties = adf.ManagedIntegrationRuntimeArgs(
            type="Managed",
            compute_properties=adf.IntegrationRuntimeComputePropertiesArgs(location=region, data_flow_properties=flows),
        )
        return adf.IntegrationRuntime(
            f"{self._name}-runtime",
            integration_runtime_name=RUNTIME,
            properties=properties,
            opts=self._opts,
            **self._place,
        )

    def link_lake(self, account_id: Input[str]) -> adf.LinkedService:
        """The account that receives the batches, by the factory's identity."""
        properties = adf.AzureBlobFSLinkedServiceArgs(type="AzureBlobFS", url=endpoint(account_id, "dfs"))
        return self._link(LAKE, properties)

    def link_files(self, key: str, account_id: Input[str]) -> adf.LinkedService:
        """An account that files are read from. A data flow takes an identity only where the kind of account is told."""
        url = endpoint(account_id, "blob")
        properties = adf.AzureBlobStorageLinkedServiceArgs(
            type="AzureBlobStorage", service_endpoint=url, account_kind="StorageV2"
        )
        return self._link(key, properties)

    def link_database(self, key: str, server: Input[str], database: Input[str]) -> adf.LinkedService:
        """A database that rows are read from. Version 2.0 of the connector has no connection string, so no secret."""
        properties = adf.AzureSqlDatabaseLinkedServiceArgs(
            type="AzureSqlDatabase",
            version="2.0",
            server=server,
            database=database,
            authentication_type="SystemAssignedManagedIdentity",
            encrypt="mandatory",
            trust_server_certificate=False,
        )
        return self._link(key, properties)

    def staging(self, lake: adf.LinkedService, container: str) -> adf.Dataset:
        """A folder of the lake, as Parquet. Data Factory knows no zstd there, only none, gzip, snappy and lzo."""
        location = adf.AzureBlobFSLocationArgs(
            type="AzureBlobFSLocation",
            file_system=container,
            folder_path={"value": "@dataset().folder", "type": "Expression"},
        )
        properties = adf.ParquetDatasetArgs(
            type="Parquet",
            linked_service_name=_linked(lake),
            location=location,
            compression_codec="snappy",
            parameters={"folder": adf.ParameterSpecificationArgs(type="String")},
        )
        return self._dataset(STAGING, properties)

    def files(self, key: str, link: adf.LinkedService, container: str, file_format: FileFormat) -> adf.Dataset:
        """A container of files; which of them are read is the data flow's to say."""
        location = adf.AzureBlobStorageLocationArgs(type="AzureBlobStorageLocation", container=container)
        if file_format is FileFormat.PARQUET:
            parquet = adf.ParquetDatasetArgs(type="Parquet", linked_service_name=_linked(link), location=location)
            return self._dataset(key, parquet)
        text = adf.DelimitedTextDatasetArgs(
            type="DelimitedText",
            linked_service_name=_linked(link),
            location=location,
            column_delimiter=",",
            quote_char='"',
            escape_char='"',
            first_row_as_header=True,
        )
        return self._dataset(key, text)

    def table(self, key: str, link: adf.LinkedService) -> adf.Dataset:
        """A database; which table and columns are read is the data flow's to say, in its query."""
        properties = adf.AzureSqlTableDatasetArgs(type="AzureSqlTable", linked_service_name=_linked(link))
        return self._dataset(key, properties)

    def flow(self, key: str, made: DataFlow, source: adf.Dataset, staging: adf.Dataset) -> adf.DataFlow:
        """The specification at work."""
        properties = adf.MappingDataFlowArgs(
            type="MappingDataFlow",
            sources=[adf.DataFlowSourceArgs(name=READ, dataset=_dataset(source))],
            sinks=[adf.DataFlowSinkArgs(name=VERDICT), adf.DataFlowSinkArgs(name=STAGED, dataset=_dataset(staging))],
            transformations=[adf.TransformationArgs(name=name) for name in made.transformations],
            script_lines=list(made.script),
        )
        return adf.DataFlow(
            f"{self._name}-{key}-flow", data_flow_name=key, properties=properties, opts=self._opts, **self._place
        )

    def pipeline(
        self,
        key: str,
        specification: str,
        flow: adf.DataFlow,
        runtime: adf.IntegrationRuntime,
        file_system: Input[str],
    ) -> adf.Pipeline:
        """One window at a time."""
        return adf.Pipeline(
            f"{self._name}-{key}-pipeline",
            pipeline_name=key,
            activities=pipeline.activities(key, flow.name, runtime.name, file_system),
            parameters=pipeline.parameters(specification),
            concurrency=1,
            opts=self._opts,
            **self._place,
        )

    def trigger(
        self, key: str, started: adf.Pipeline, start: Input[str], every_hours: int, after: list[pulumi.Resource]
    ) -> adf.Trigger:
        """A window every so many hours, each exactly once and in order; Azure takes no other start later on."""
        window = {SINCE: "@trigger().outputs.windowStartTime", UNTIL: "@trigger().outputs.windowEndTime"}
        reference = adf.PipelineReferenceArgs(reference_name=started.name, type="PipelineReference")
        properties = adf.TumblingWindowTriggerArgs(
            type="TumblingWindowTrigger",
            frequency="Hour",
            interval=every_hours,
            start_time=start,
            max_concurrency=1,
            pipeline=adf.TriggerPipelineReferenceArgs(pipeline_reference=reference, parameters=window),
        )
        ordered = ResourceOptions(
            depends_on=after,
            replace_on_changes=["properties.startTime", "properties.interval"],
            delete_before_replace=True,
        )
        return adf.Trigger(
            f"{self._name}-{key}-trigger",
            trigger_name=key,
            properties=properties,
            opts=ResourceOptions.merge(self._opts, ordered),
            **self._place,
        )

    def _link(self, key: str, properties: Any) -> adf.LinkedService:
        return adf.LinkedService(
            f"{self._name}-{key}-link", linked_service_name=key, properties=properties, opts=self._opts, **self._place
        )

    def _dataset(self, key: str, properties: Any) -> adf.Dataset:
        return adf.Dataset(
            f"{self._name}-{key}-data", dataset_name=key, properties=properties, opts=self._opts, **self._place
        )


def endpoint(account_id: Input[str], service: str) -> Output[str]:
    """`https://stlake.dfs.core.windows.net`, from the account's ARM id."""
    return Output.from_input(account_id).apply(lambda held: f"https://{name_of(held)}.{service}.core.windows.net")


def _linked(link: adf.LinkedService) -> adf.LinkedServiceReferenceArgs:
    return adf.LinkedServiceReferenceArgs(reference_name=link.name, type="LinkedServiceReference")


def _dataset(held: adf.Dataset) -> adf.DatasetReferenceArgs:
    return adf.DatasetReferenceArgs(reference_name=held.name, type="DatasetReference")
