"""DevInstance: a person's workstation in Azure ML that switches itself off."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import facts, guardrails, tags
from verdazure.args import Count, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.interfaces import LandingRef, Site, acting_as

# Microsoft Learn, Create an Azure Machine Learning compute instance: 3 to 24 characters, a letter first, no dash last;
# unique in a region, over all subscriptions.
INSTANCE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]")
SUFFIX_ROOM = 7
# Azure ignores a change of these (a compute instance is not resized in place).
REPLACED_ON = ["properties.properties.vmSize", "properties.properties.subnet", "properties.properties.schedules"]


class WorkingDays(str, Enum):
    """On which days it is switched off at `stop_at`."""

    WEEKDAYS = "weekdays"
    EVERY_DAY = "every-day"


class DevInstanceArgs(TypedDict):
    """What a team decides about a workstation."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    workspace_name: Input[str]
    """Workspace that it belongs to."""
    user_object_id: Input[str]
    """Object id of the person in Microsoft Entra ID; nobody else can use it."""
    user_tenant_id: Input[str]
    """Tenant of the person."""
    vm_size: NotRequired[str]
    """VM size, current in the facts table. Default `Standard_D4ads_v5`: whoever needs a GPU now and then sends a job to
    a cluster. Rule CM07."""
    idle_minutes: NotRequired[int]
    """Minutes without a kernel, a terminal or a job before it stops, 15 to 60. Default 30. Rule CM03."""
    stop_at: NotRequired[str]
    """Time of day at which it stops whatever is open, in `time_zone`. Default `19:00`. Rule CM04."""
    stop_on: NotRequired[WorkingDays]
    """Default every day: also what somebody started on a Saturday stops."""
    time_zone: NotRequired[str]
    """Windows name of the zone, as Azure ML takes it: `W. Europe Standard Time`. Default `UTC`."""
    identity_id: NotRequired[Input[str]]
    """ARM id of a user-assigned identity that it acts as. Default: system-assigned."""
    subnet_id: NotRequired[Input[str]]
    """ARM id of your own subnet, for a workspace without a managed network."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""


class DevInstance(pulumi.ComponentResource):
    """A compute instance of one person that stops when nobody works on it, and at the end of the day in any case.

    It has no public IP, no SSH, no local authentication. It never starts by itself. A change of size, subnet or
    schedule replaces it: what is worth keeping belongs into the workspace's file share or a repository.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the compute instance."""
    resource_name: Output[str]
    """Its name, unique in the region."""
    principal_id: Output[Optional[str]]
    """Object id of its system-assigned identity, unless `identity_id` was given."""

    def __init__(self, name: str, args: DevInstanceArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _DevInstance)
        super().__init__(resource_type(DevInstance), name, dict(args), opts)

        instance = ml.Compute(
            name,
            compute_name=Output.concat(name, "-", spec.landing.name_suffix),
            workspace_name=spec.workspace_name,
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            identity=acting_as(spec.identity_id),
            properties=ml.ComputeInstanceArgs(
                compute_type="ComputeInstance",
                disable_local_auth=True,
                properties=self._properties(spec),
            ),
            tags=tags.merged(spec.landing.tags, {}, spec.tags),
            opts=ResourceOptions(parent=self, replace_on_changes=REPLACED_ON, delete_before_replace=True),
        )

        self.resource_id, self.resource_name = instance.id, instance.name
        self.principal_id = instance.identity.apply(lambda identity: identity.principal_id if identity else None)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "principal_id": self.principal_id,
            }
        )

    def _properties(self, spec: "_DevInstance") -> ml.ComputeInstancePropertiesArgs:
        person = ml.AssignedUserArgs(object_id=spec.user_object_id, tenant_id=spec.user_tenant_id)
        stop = ml.ComputeStartStopScheduleArgs(
            action="Stop",
            status="Enabled",
            trigger_type="Cron",
            cron=ml.CronArgs(expression=spec.cron, time_zone=spec.time_zone),
        )
        return ml.ComputeInstancePropertiesArgs(
            vm_size=spec.vm_size,
            idle_time_before_shutdown=f"PT{spec.idle_minutes}M",
            schedules=ml.ComputeSchedulesArgs(compute_start_stop=[stop]),
            application_sharing_policy="Personal",
            compute_instance_authorization_type="personal",
            personal_compute_instance_settings=ml.PersonalComputeInstanceSettingsArgs(assigned_user=person),
            enable_node_public_ip=False,
            ssh_settings=ml.ComputeInstanceSshSettingsArgs(ssh_public_access="Disabled"),
            subnet=ml.ResourceIdArgs(id=spec.subnet_id) if spec.subnet_id is not None else None,
        )


# The checked arguments


def _current(vm_size: str) -> str:
    try:
        size = facts.vm_size(vm_size)
    except facts.UnknownFact as unknown:
        refuse("", vm_size, "a size in the facts table", str(unknown))
    if not size.runs_in_azure_ml:
        allowed = "a size with x64 processors, as Azure ML names no Arm series"
        refuse("", vm_size, allowed, "use Standard_D2ads_v5 or larger")
    if not size.deployable:
        refuse("", vm_size, f"a size that Azure has not announced to retire ({size.status})", f"use {size.successor}")
    return size.name


class _DevInstance(Record):
    landing: Site
    workspace_name: TextLeaf
    user_object_id: TextLeaf
    user_tenant_id: TextLeaf
    vm_size: Annotated[Text, AfterValidator(_current)] = "Standard_D4ads_v5"
    # Azure takes 15 minutes to 3 days: Microsoft Learn, Configure idle shutdown.
    idle_minutes: Annotated[Count, Field(ge=15, le=guardrails.DEV_INSTANCE_IDLE_MINUTES_MAX.value)] = 30
    stop_at: Annotated[Text, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "19:00"
    stop_on: WorkingDays = WorkingDays.EVERY_DAY
    time_zone: Text = "UTC"
    identity_id: TextLeaf | None = None
    subnet_id: TextLeaf | None = None
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_DevInstance":
        longest = component_name(info) + "-" + "0" * (SUFFIX_ROOM - 1)
        if not INSTANCE_NAME.fullmatch(longest):
            allowed = (
                f"up to {24 - SUFFIX_ROOM} letters, digits and dashes, starting with a letter, as Azure ML allows an "
                "instance with the landing's suffix"
            )
            refuse("name", component_name(info), allowed, "rename the component")
        return self

    @property
    def cron(self) -> str:
        """When it stops; a cron expression of Azure ML knows minutes, hours and days of the week."""
        hour, minute = self.stop_at.split(":")
        return f"{int(minute)} {int(hour)} * * {'1-5' if self.stop_on is WorkingDays.WEEKDAYS else '*'}"
