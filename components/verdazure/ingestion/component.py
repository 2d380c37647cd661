"""BatchIngestion: what changed is read once, judged, and let in or put aside, at the grid's cleaner hours."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import datafactory as adf
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import guardrails, tags
from verdazure.args import Count, Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.ingestion.dataflow import COLUMN_NAME, DataFlow, FileFormat, Files, Table, data_flow
from verdazure.ingestion.resources import LAKE, STAGING, Factory, endpoint
from verdazure.ingestion.specification import SpecificationError, parse_specification
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    Lock,
    PrincipalType,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    diagnose,
    grant,
    grant_all,
    lock,
    weakened,
)
from verdazure.naming import Kind, check_name

EVERY_HOURS = (1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168)
"""Windows that begin at the same hour of a day, so that a clean hour stays one."""
CORES = (8, 16, 32, 48, 80, 144, 272)
"""Cores that a data flow can have: Microsoft Learn, Optimizing performance of the Azure integration runtime."""


class FilesArgs(TypedDict):
    """Files in a blob container, of which each run reads those that changed in its window."""

    account_id: Input[str]
    """ARM id of the storage account."""
    container: str
    """The container."""
    prefix: NotRequired[str]
    """Only below this folder. Default: all of the container."""
    format: NotRequired[FileFormat]
    """Default `csv`: commas, a header, quotes doubled within quotes."""


class TableArgs(TypedDict):
    """A table of an Azure SQL database, of which each run reads the rows that changed in its window."""

    server: Input[str]
    """Its host: `sql-shop.database.windows.net`."""
    database: Input[str]
    """The database."""
    table: str
    """The table: `prices` or `dbo.prices`."""
    watermark: str
    """Column with the moment, in UTC, at which a row last changed; a row without one is never read."""


class SourceArgs(TypedDict):
    """Where a dataset comes from and what it must be like: `files` or `table`."""

    specification: str
    """The specification as JSON text, the same that `verdazure data check` reads: columns, limits, key, sample."""
    files: NotRequired[FilesArgs]
    table: NotRequired[TableArgs]


class DestinationArgs(TypedDict):
    """The lake that receives the batches."""

    account_id: Input[str]
    """ARM id of a storage account with a hierarchical namespace: `storage.account_ids["lake"]`."""
    container: str
    """Its container: `dataset`."""


class BatchIngestionArgs(TypedDict):
    """What a team decides about its ingestion."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    destination: DestinationArgs
    """Where batches land: `<container>/<source>/window=<start>/`, after `_staging/`; a bad one in `_quarantine/`."""
    sources: dict[str, SourceArgs]
    """Sources, by the names of the datasets that they become: small letters, digits and underscores."""
    first_day: str
    """First day that is read, as `2026-12-01`. A day in the past has the windows since then caught up with."""
    every_hours: NotRequired[int]
    """Hours of a window: 1, 2, 3, 4, 6, 8, 12, 24, 48, 72 or 168. Default 24. Nothing streams."""
    start_hour: NotRequired[int]
    """UTC hour at which windows end and runs begin. Default: the hour of the region's typical day that emits least,
    chosen once and kept."""
    sampled: NotRequired[bool]
    """Whether only the specification's sample lands, to develop on. Default false."""
    cores: NotRequired[int]
    """Cores of a run: 8, 16, 32, 48, 80, 144 or 272; above 16 weakens rule CM18. Default 8, the fewest there are."""
    idle_minutes: NotRequired[int]
    """Minutes that compute stays warm after a run; above 10 weakens rule CM18. Default 0."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags for the factory."""
    lock: NotRequired[Lock]
    """Lock on the factory."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the factory."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Where logs and metrics go. Default: all logs and metrics to the landing's workspace."""


class BatchIngestion(pulumi.ComponentResource):
    """A data factory that reads only what changed, keeps only what is asked for and stops what is not as specified.

    It signs in with its own identity everywhere. Triggers are made stopped, as Azure changes no started one:
    `verdazure data start` starts them, `verdazure data stop` comes before a change of them.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the data factory."""
    resource_name: Output[str]
    """Name of the data factory."""
    principal_id: Output[str]
    """Object id of the factory's identity."""
    pipelines: Output[dict[str, str]]
    """Pipeline names by source."""
    start_hour: Output[int]
    """UTC hour at which runs begin."""
    database_grants: Output[dict[str, str]]
    """By source that is a table: the T-SQL that lets the factory read it, for the database's administrator to run."""

    def __init__(self, name: str, args: BatchIngestionArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _BatchIngestion)
        super().__init__(resource_type(BatchIngestion), name, dict(args), opts)
        child = ResourceOptions(parent=self)

        self.start_hour = self._start_hour(name, spec, child)
        labels = tags.merged(spec.landing.tags, {}, spec.tags)
        factory = Factory(name, spec.landing, labels, child)
        runtime = factory.runtime(spec.landing.location, spec.cores, spec.idle_minutes)
        lake = factory.link_lake(spec.destination.account_id)
        staging = factory.staging(lake, spec.destination.container)
        writer = self._grant(f"{name}-lake", spec.destination, "Storage Blob Data Contributor", factory, child)

        made: list[pulumi.Resource] = [runtime, lake, staging, writer]
        pipelines: dict[str, Output[str]] = {}
        for key, source in spec.sources.items():
            parts, pipeline = self._source(name, key, source, spec, factory, runtime, staging, child)
            trigger = factory.trigger(key, pipeline, self._start(spec), spec.every_hours, [writer, *parts])
            pipelines[key] = pipeline.name
            made += [*parts, pipeline, trigger]

        self.resource_id, self.resource_name = factory.resource.id, factory.resource.name
        self.principal_id = factory.principal_id
        self.pipelines = Output.all(**pipelines)
        self.database_grants = self._database_grants(spec)
        made += diagnose(name, self.resource_id, spec.diagnostic_settings, spec.landing, child)
        made += grant_all(name, self.resource_id, spec.role_assignments, child)
        lock(name, self.resource_id, spec.lock, made, child)
        self._warn(spec)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "pipelines": self.pipelines,
                "start_hour": self.start_hour,
                "database_grants": self.database_grants,
            }
        )

    def _source(
        self,
        name: str,
        key: str,
        source: "_Source",
        spec: "_BatchIngestion",
        factory: Factory,
        runtime: adf.IntegrationRuntime,
        staging: adf.Dataset,
        child: ResourceOptions,
    ) -> tuple[list[pulumi.Resource], adf.Pipeline]:
        """What reads one source, and the pipeline that runs it."""
        parts: list[pulumi.Resource] = []
        if source.files is not None:
            link = factory.link_files(key, source.files.account_id)
            held = factory.files(key, link, source.files.container, source.files.format)
            parts.append(self._grant(f"{name}-{key}", source.files, "Storage Blob Data Reader", factory, child))
        elif source.table is not None:
            link = factory.link_database(key, source.table.server, source.table.database)
            held = factory.table(key, link)
        flow = factory.flow(key, source.flow(sampled=spec.sampled), held, staging)
        lake = Output.concat(endpoint(spec.destination.account_id, "dfs"), "/", spec.destination.container)
        pipeline = factory.pipeline(key, source.specification, flow, runtime, lake)
        return [*parts, link, held, flow], pipeline

    def _grant(
        self, name: str, place: "_Destination", role: str, factory: Factory, child: ResourceOptions
    ) -> pulumi.Resource:
        """On the container alone."""
        container = Output.concat(place.account_id, "/blobServices/default/containers/", place.container)
        kind = PrincipalType.SERVICE_PRINCIPAL
        granted: pulumi.Resource = grant(name, container, role, factory.principal_id, kind, child)
        return granted

    def _start_hour(self, name: str, spec: "_BatchIngestion", child: ResourceOptions) -> Output[int]:
        """Kept in the stack's state: a later release that knows the grid better must not replace the triggers."""
        if spec.start_hour is not None:
            return Output.from_input(spec.start_hour)
        chosen = Output.from_input(spec.landing.location).apply(lambda region: cleanest_hour(region) or 0)
        kept = ResourceOptions.merge(child, ResourceOptions(ignore_changes=["input"]))
        hours: Output[int] = pulumi.Stash(f"{name}-start-hour", input=chosen, opts=kept).output.apply(int)
        return hours

    def _start(self, spec: "_BatchIngestion") -> Output[str]:
        first = date.fromisoformat(spec.first_day)
        return self.start_hour.apply(lambda hour: f"{datetime.combine(first, time(hour)):%Y-%m-%dT%H:%M:%SZ}")

    def _database_grants(self, spec: "_BatchIngestion") -> Output[dict[str, str]]:
        tables = {key: source.table.read for key, source in spec.sources.items() if source.table}
        return self.resource_name.apply(
            lambda factory: {
                key: f"CREATE USER [{factory}] FROM EXTERNAL PROVIDER; "
                f"GRANT SELECT ON [{table.schema}].[{table.name}] TO [{factory}];"
                for key, table in tables.items()
            }
        )

    def _warn(self, spec: "_BatchIngestion") -> None:
        cores, idle = guardrails.INTEGRATION_RUNTIME_CORES_MAX, guardrails.INTEGRATION_RUNTIME_IDLE_MINUTES_MAX
        if spec.cores > cores.value:
            weakened(self, f"cores is {spec.cores}; the limit is {cores.value}.", cores.rule)
        if spec.idle_minutes > idle.value:
            weakened(self, f"idle_minutes is {spec.idle_minutes}; the limit is {idle.value}.", idle.rule)


# The checked arguments


def _identifier(name: str) -> str:
    if not COLUMN_NAME.fullmatch(name):
        refuse("", name, "letters, digits and underscores, not beginning with a digit", "read a view that is named so")
    return name


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        refuse("", text, "a day such as '2026-12-01'", "give year, month and day")


def _one_of(allowed: tuple[int, ...]) -> Callable[[int], int]:
    def check(value: int) -> int:
        if value not in allowed:
            listed = ", ".join(map(str, allowed))
            refuse("", value, listed, f"use {min(allowed, key=lambda each: abs(each - value))}")
        return value

    return check


def _table_name(name: str) -> str:
    schema, _, table = name.rpartition(".")
    for part in (schema or "dbo", table):
        _identifier(part)
    return f"{schema or 'dbo'}.{table}"


Container = Annotated[Text, Field(pattern=r"^[a-z0-9](-?[a-z0-9]){2,62}$")]
SourceName = Annotated[Text, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class _Destination(Record):
    account_id: TextLeaf
    container: Container


class _Files(_Destination):
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._=/-]*$")] = ""
    format: FileFormat = FileFormat.CSV


class _Table(Record):
    server: TextLeaf
    database: TextLeaf
    table: Annotated[Text, AfterValidator(_table_name)]
    watermark: Annotated[Text, AfterValidator(_identifier)]

    @property
    def read(self) -> Table:
        schema, table = self.table.split(".")
        return Table(schema, table, self.watermark)


class _Source(Record):
    specification: Text
    files: _Files | None = None
    table: _Table | None = None

    @model_validator(mode="after")
    def _check(self) -> "_Source":
        if (self.files is None) is (self.table is None):
            refuse("files", self.files and "given", "files or table", "give one of the two")
        return self

    def flow(self, *, sampled: bool) -> DataFlow:
        """Raises `SpecificationError`."""
        if self.files is not None:
            read: Files | Table = Files(self.files.format, self.files.prefix)
        elif self.table is not None:
            read = self.table.read
        return data_flow(parse_specification(self.specification), read, sampled=sampled)


class _BatchIngestion(Record):
    landing: Site
    destination: _Destination
    sources: Annotated[Mapping[SourceName, _Source], Field(min_length=1)]
    first_day: Annotated[Text, AfterValidator(_day)]
    every_hours: Annotated[Count, AfterValidator(_one_of(EVERY_HOURS))] = 24
    start_hour: Annotated[Count, Field(ge=0, le=23)] | None = None
    sampled: Flag = False
    cores: Annotated[Count, AfterValidator(_one_of(CORES))] = CORES[0]
    idle_minutes: Annotated[Count, Field(ge=0, le=240)] = 0
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_BatchIngestion":
        check_name(component_name(info), Kind.DATA_FACTORY)
        for key, source in self.sources.items():
            if key in (LAKE, STAGING):
                refuse(f"sources.{key}", key, "another name: this one is the lake's own", "name it for what it holds")
            try:
                source.flow(sampled=self.sampled)
            except SpecificationError as error:
                allowed = "what `verdazure data check` reads"
                refuse(f"sources.{key}.specification", source.specification, allowed, f"mend it: {error}")
        return self
