"""DeduplicationJob: duplicates are found on a schedule, by compute that is there for as long as it takes."""

import re
from collections.abc import Mapping
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import app, managedidentity, storage
from pydantic import AfterValidator, ValidationInfo, model_validator

from verdazure import tags
from verdazure.args import Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.deduplication.manifest import CONTAINER
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    Lock,
    PrincipalType,
    Redundancy,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    diagnose,
    grant,
    grant_all,
    lock,
    name_of,
    resource_group_of,
)
from verdazure.naming import Kind, check_name, named, physical_name

# A gigabyte for the comparison of ten million blobs (benchmarks/deduplication), the rest for Python.
CPU, MEMORY = 1.0, "2Gi"
LONGEST_SECONDS = 4 * 3600
PROFILE = "Consumption"
_CRON = re.compile(r"(\S+\s+){4}\S+")


class DeduplicationJobArgs(TypedDict):
    """What a team decides about the removal of duplicates."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    account_id: Input[str]
    """ARM id of a storage account that has an inventory: one of `storage.account_ids`."""
    redundancy: NotRequired[str]
    """The account's redundancy, for the footprint: LRS, ZRS, GRS, ... Default LRS."""
    image: str
    """Container image with `verdazure` installed, by digest: `crml.azurecr.io/verdazure@sha256:...`."""
    registry_id: NotRequired[Input[str]]
    """ARM id of the container registry that the image is in, which the job may pull from by its identity."""
    removes: NotRequired[bool]
    """Whether it removes what it finds, each after reading it; else it only reports. Default false."""
    schedule: NotRequired[str]
    """When, in UTC, as a cron expression of five fields. Default: Mondays at the hour of the region's typical day that
    emits least; an inventory is written weekly."""
    subnet_id: NotRequired[Input[str]]
    """ARM id of a subnet delegated to `Microsoft.App/environments`, from which the account can be reached. Without one
    the job reaches only an account that is open to it."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    lock: NotRequired[Lock]
    """Lock on the job."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the job."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Where its logs and metrics go. Default: all logs and metrics to the landing's workspace."""


class DeduplicationJob(pulumi.ComponentResource):
    """A Container Apps job that runs `verdazure data tidy`: no compute stands between two runs.

    It reads the newest inventory once, writes a report into the account's container `verdazure-deduplication`, and
    where it was asked for removes duplicates, which `verdazure data restore` brings back. Without `removes` its
    identity may only read the data.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the job."""
    resource_name: Output[str]
    """Name of the job."""
    principal_id: Output[str]
    """Object id of the job's identity."""
    schedule: Output[str]
    """Cron expression, UTC."""
    reports: Output[str]
    """`<account>/<container>` of the reports and of the manifests that removals are undone by."""

    def __init__(self, name: str, args: DeduplicationJobArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _DeduplicationJob)
        super().__init__(resource_type(DeduplicationJob), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        site, labels = spec.landing, tags.merged(spec.landing.tags, {}, spec.tags)
        self._account = Output.from_input(spec.account_id)

        identity = managedidentity.UserAssignedIdentity(
            name,
            resource_group_name=site.resource_group_name,
            location=site.location,
            tags=labels,
            opts=ResourceOptions.merge(child, named(physical_name(Kind.IDENTITY, name, site.name_suffix))),
        )
        self.principal_id = identity.principal_id
        granted = self._grants(name, spec, child)
        environment = self._environment(name, spec, labels, child)
        self.schedule = spec.cron()
        job = self._job(name, spec, identity, environment, labels, ResourceOptions.merge(child, _after(granted)))

        self.resource_id, self.resource_name = job.id, job.name
        self.reports = Output.concat(self._account.apply(name_of), "/", CONTAINER)
        diagnosed = diagnose(name, environment.id, spec.diagnostic_settings, site, child)
        assigned = grant_all(name, job.id, spec.role_assignments, child)
        lock(name, job.id, spec.lock, [*diagnosed, *assigned], child)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
                "schedule": self.schedule,
                "reports": self.reports,
            }
        )

    def _grants(self, name: str, spec: "_DeduplicationJob", child: ResourceOptions) -> list[pulumi.Resource]:
        """Reports are written to a container of their own; the data may be changed only where that was asked for."""
        reports = storage.BlobContainer(
            f"{name}-reports",
            container_name=CONTAINER,
            account_name=self._account.apply(name_of),
            resource_group_name=self._account.apply(resource_group_of),
            public_access="None",
            opts=child,
        )
        wanted = {
            "data": (self._account, f"Storage Blob Data {'Contributor' if spec.removes else 'Reader'}"),
            "report": (reports.id, "Storage Blob Data Contributor"),
        }
        if spec.registry_id is not None:
            wanted["image"] = (Output.from_input(spec.registry_id), "AcrPull")
        kind = PrincipalType.SERVICE_PRINCIPAL
        return [
            reports,
            *(
                grant(f"{name}-{key}", scope, role, self.principal_id, kind, child)
                for key, (scope, role) in wanted.items()
            ),
        ]

    def _environment(
        self, name: str, spec: "_DeduplicationJob", labels: Mapping[str, Input[str]], child: ResourceOptions
    ) -> app.ManagedEnvironment:
        """Logs go by diagnostic settings, so that no key of a log workspace is in the state."""
        inside = {"infrastructure_subnet_id": spec.subnet_id, "internal": True} if spec.subnet_id else None
        return app.ManagedEnvironment(
            name,
            environment_name=physical_name(Kind.CONTAINER_APPS_ENVIRONMENT, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            app_logs_configuration={"destination": "azure-monitor"},
            public_network_access="Disabled",
            vnet_configuration=inside,
            workload_profiles=[{"name": PROFILE, "workload_profile_type": PROFILE}],
            zone_redundant=False,
            tags=labels,
            opts=child,
        )

    def _job(
        self,
        name: str,
        spec: "_DeduplicationJob",
        identity: managedidentity.UserAssignedIdentity,
        environment: app.ManagedEnvironment,
        labels: Mapping[str, Input[str]],
        opts: ResourceOptions,
    ) -> app.Job:
        registry = [{"server": spec.image.partition("/")[0], "identity": identity.id}] if spec.registry_id else None
        return app.Job(
            name,
            job_name=physical_name(Kind.CONTAINER_APPS_JOB, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            environment_id=environment.id,
            workload_profile_name=PROFILE,
            identity={"type": "UserAssigned", "user_assigned_identities": [identity.id]},
            configuration={
                "trigger_type": "Schedule",
                "schedule_trigger_config": {
                    "cron_expression": self.schedule,
                    "parallelism": 1,
                    "replica_completion_count": 1,
                },
                "replica_timeout": LONGEST_SECONDS,
                "replica_retry_limit": 1,
                "registries": registry,
            },
            template={
                "containers": [
                    {
                        "name": "tidy",
                        "image": spec.image,
                        "command": self._command(spec),
                        "env": [{"name": "AZURE_CLIENT_ID", "value": identity.client_id}],
                        "resources": {"cpu": CPU, "memory": MEMORY},
                    }
                ]
            },
            tags=labels,
            opts=opts,
        )

    def _command(self, spec: "_DeduplicationJob") -> list[Input[str]]:
        words: list[Input[str]] = ["verdazure", "data", "tidy", "--account", self._account.apply(name_of)]
        words += ["--region", spec.landing.location, "--redundancy", spec.redundancy, "--json"]
        return [*words, "--yes"] if spec.removes else words


def _after(resources: list[pulumi.Resource]) -> ResourceOptions:
    return ResourceOptions(depends_on=resources)


# The checked arguments


def _pinned(image: str) -> str:
    if not re.fullmatch(r"[^@\s]+/[^@\s]+@sha256:[0-9a-f]{64}", image):
        allowed = "an image with its registry and digest: crml.azurecr.io/verdazure@sha256:<64 hexadecimal digits>"
        refuse("", image, allowed, "look the digest up: `az acr manifest list-metadata`")
    return image


def _five_fields(schedule: str) -> str:
    if not _CRON.fullmatch(schedule):
        refuse("", schedule, "five fields: minute, hour, day, month, day of the week", "such as '0 3 * * 1'")
    return schedule


class _DeduplicationJob(Record):
    landing: Site
    account_id: TextLeaf
    redundancy: Redundancy = "LRS"
    image: Annotated[Text, AfterValidator(_pinned)]
    registry_id: TextLeaf | None = None
    removes: Flag = False
    schedule: Annotated[Text, AfterValidator(_five_fields)] | None = None
    subnet_id: TextLeaf | None = None
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_DeduplicationJob":
        check_name(component_name(info), Kind.CONTAINER_APPS_ENVIRONMENT, Kind.CONTAINER_APPS_JOB, Kind.IDENTITY)
        return self

    def cron(self) -> Output[str]:
        if self.schedule is not None:
            return Output.from_input(self.schedule)
        return Output.from_input(self.landing.location).apply(lambda region: f"0 {cleanest_hour(region) or 0} * * 1")
