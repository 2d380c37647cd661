"""EdgeDeployment: which modules run on which devices, as a resource of a stack."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions, dynamic
from pydantic import AfterValidator, Field

from verdazure.args import TextLeaf, normalise
from verdazure.edge.dataplane.lifecycle import Lifecycle, Properties, is_known
from verdazure.edge.dataplane.service import HUB_SCOPE, named, whole
from verdazure.edge.language import LanguageError, TargetCondition
from verdazure.edge.manifest import ManifestError, check_base, check_layer, is_layered
from verdazure.edge.manifest.building import ContentPlan
from verdazure.edge.manifest.documents import RestartPolicy, Status
from verdazure.records import Count, Text, refuse


class EdgeModuleArgs(TypedDict):
    """One module of a device: a container that is pinned, bounded and keeps its logs small."""

    image: Input[str]
    """`REGISTRY/NAME:TAG@sha256:DIGEST`."""
    memory_mb: int
    """Most memory, MiB."""
    cpus: float
    """Most processors, such as 0.5."""
    version: NotRequired[str]
    """The team's own. Default 1.0."""
    status: NotRequired[Status]
    """Default running."""
    restart_policy: NotRequired[RestartPolicy]
    """Default always."""
    startup_order: NotRequired[int]
    """Lower ones start first."""
    environment: NotRequired[dict[str, Any]]
    """Variables: texts, numbers, true or false; no keys."""
    log_size_mb: NotRequired[int]
    """Largest log file, MiB. Default 10."""
    log_files: NotRequired[int]
    """Log files that are kept. Default 3."""
    create_options: NotRequired[dict[str, Any]]
    """Further options of Docker's engine: binds, devices, ports."""
    privileged_reason: NotRequired[str]
    """Why the container must be privileged; without it, it is not."""


class EdgeRouteArgs(TypedDict):
    """Which messages go where on the device."""

    route: str
    """`FROM /messages/modules/NAME/outputs/NAME WHERE score > 0.8 INTO $upstream`."""
    priority: NotRequired[int]
    """0 is sent first, 9 last."""
    time_to_live_seconds: NotRequired[int]
    """Default: that of the hub."""


class EdgeRuntimeArgs(TypedDict):
    """The runtime of a base deployment."""

    agent_image: Input[str]
    """Such as `mcr.microsoft.com/azureiotedge-agent:1.6.0@sha256:DIGEST`."""
    hub_image: Input[str]
    """Of the same version."""
    store_and_forward_seconds: NotRequired[int]
    """How long messages wait while the link is down. Default two hours, at most a week."""
    hub_environment: NotRequired[dict[str, Any]]
    """Such as `OptimizeForPerformance: false` on a small device."""
    hub_ports: NotRequired[list[int]]
    """Ports that devices below connect to: 8883, 5671, 443. Default none."""
    log_size_mb: NotRequired[int]
    """Largest log file, MiB. Default 10."""
    log_files: NotRequired[int]
    """Log files that are kept. Default 3."""


class EdgeDeploymentArgs(TypedDict):
    """What runs on which devices. With a `runtime` it is a base deployment, without one it is laid on a base."""

    hub_hostname: Input[str]
    """`NAME.azure-devices.net`."""
    target_condition: str
    """Over deviceId, tags and reported properties: `tags.site = 'malmo'`; `*` for every device."""
    priority: int
    """Of bases the highest counts; layers count above their base, the highest last."""
    runtime: NotRequired[EdgeRuntimeArgs]
    """Makes it a base deployment."""
    modules: NotRequired[dict[str, EdgeModuleArgs]]
    """By name."""
    routes: NotRequired[dict[str, EdgeRouteArgs]]
    """By name."""
    properties: NotRequired[dict[str, dict[str, Any]]]
    """Desired properties by module; in a layer also by `MODULE.PATH`, which adds to those below."""
    labels: NotRequired[dict[str, str]]
    """To find it by."""
    metrics: NotRequired[dict[str, str]]
    """Queries by name: `SELECT deviceId FROM devices WHERE ...`."""
    deployment_id: NotRequired[str]
    """Default: the resource's name and a mark of the content, so that new content comes before the old goes."""


def _condition(text: str) -> str:
    try:
        TargetCondition.read(text)
    except LanguageError as error:
        refuse("", text, "a condition that the hub can read", str(error))
    return text


_ID = r"^[a-z0-9\-:+%_#*?!(),=@;']{1,128}$"


class _EdgeDeployment(ContentPlan):
    hub_hostname: TextLeaf
    target_condition: Annotated[Text, AfterValidator(_condition)]
    priority: Annotated[Count, Field(ge=0, le=2**31 - 1)]
    labels: dict[Text, Text] = Field(default_factory=dict)
    metrics: dict[Text, Text] = Field(default_factory=dict)
    deployment_id: Annotated[Text, Field(pattern=_ID)] | None = None


class EdgeDeploymentProvider(Lifecycle):
    """Content and id of a configuration stay as they were made; condition, priority, labels and metrics change."""

    SCOPE = HUB_SCOPE
    HOST = "hubHostname"
    NAME = "deploymentId"
    FIXED = frozenset({"content"})
    MANAGED = ("content", "targetCondition", "priority", "labels", "metrics")

    def check(self, _olds: Properties, news: Properties) -> dynamic.CheckResult:
        """The manifest whole, as soon as all of it is known; and the id that its content gives it."""
        if not is_known(news["content"]):
            return dynamic.CheckResult(news, [])
        failures = [dynamic.CheckFailure(*each) for each in _faults(news["content"])]
        news = {**news, "deploymentId": news.get("deploymentId") or _marked(news["prefix"], news["content"])}
        return dynamic.CheckResult(news, failures)

    def path(self, name: str) -> str:
        return named("configurations", name)

    def body(self, properties: Properties) -> Properties:
        return {
            "id": properties["deploymentId"],
            "schemaVersion": "1.0",
            "content": properties["content"],
            "targetCondition": properties["targetCondition"],
            "priority": properties["priority"],
            "labels": properties["labels"],
            "metrics": {"queries": properties["metrics"]},
        }

    def said(self, answer: Mapping[str, Any], properties: Properties) -> Properties:
        return {
            "content": {"modulesContent": (answer.get("content") or {}).get("modulesContent") or {}},
            "targetCondition": answer.get("targetCondition"),
            "priority": answer.get("priority"),
            "labels": answer.get("labels") or {},
            "metrics": (answer.get("metrics") or {}).get("queries") or {},
            "etag": answer.get("etag"),
            "createdTimeUtc": answer.get("createdTimeUtc"),
        }


def _faults(content: Any) -> list[tuple[str, str]]:
    try:
        (check_layer if is_layered(content) else check_base)(content, date.today())
    except ManifestError as error:
        return [(fault.path, fault.text) for fault in error.faults]
    return []


def _marked(prefix: str, content: Any) -> str:
    text = json.dumps(whole(content), sort_keys=True, separators=(",", ":"))
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


class EdgeDeployment(dynamic.Resource, module="verdazure", name="EdgeDeployment"):
    """A base or layered IoT Edge deployment of a hub, changed by the identity that runs `pulumi up`.

    New content is a new deployment beside the old one, which then goes: of two at one priority the hub takes the newer.

    Raises: `ArgumentError` before it is registered, naming key, value, allowed values and fix.
    """

    deployment_id: Output[str]
    """Its id on the hub."""

    def __init__(self, name: str, args: EdgeDeploymentArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _EdgeDeployment)
        properties = {
            "hubHostname": spec.hub_hostname,
            "prefix": name.lower(),
            "deploymentId": spec.deployment_id,
            "content": spec.content(),
            "targetCondition": spec.target_condition,
            "priority": spec.priority,
            "labels": spec.labels,
            "metrics": spec.metrics,
            "etag": None,
            "createdTimeUtc": None,
        }
        super().__init__(EdgeDeploymentProvider(), name, properties, opts)
        self.deployment_id = pulumi.get(self, "deploymentId")
