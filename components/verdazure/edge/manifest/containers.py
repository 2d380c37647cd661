"""Create options of a container, as Docker's engine takes them: bounded, with logs that do not fill a disk."""

import json
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from verdazure.records import Count, Record, Refusal, Text, refuse

REASON_LABEL = "verdazure.privileged-reason"
"""Label of a container that says why it must be privileged; it travels with the container to the device."""
_DEFAULT_LOG_DRIVER = "json-file"


class _Docker(Record):
    model_config = ConfigDict(frozen=True, extra="allow")


class LogConfig(_Docker):
    """Where a container's output goes."""

    driver: Text = Field(_DEFAULT_LOG_DRIVER, alias="Type")
    settings: dict[str, str] = Field(default_factory=dict, alias="Config")

    @model_validator(mode="after")
    def _is_rotated(self) -> "LogConfig":
        if self.driver == _DEFAULT_LOG_DRIVER:
            for name in ("max-size", "max-file"):
                if name not in self.settings:
                    refuse(f"Config.{name}", None, "a bound, such as 10m and 3", "say how large a log may become")
        return self


class HostConfig(_Docker):
    """What a container may take of its device."""

    memory: Annotated[Count, Field(gt=0)] | None = Field(None, alias="Memory")
    """Bytes."""
    nano_cpus: Annotated[Count, Field(gt=0)] | None = Field(None, alias="NanoCpus")
    """Billionths of a processor."""
    cpu_quota: Annotated[Count, Field(gt=0)] | None = Field(None, alias="CpuQuota")
    privileged: bool = Field(False, alias="Privileged")
    log_config: LogConfig | None = Field(None, alias="LogConfig")


class CreateOptions(_Docker):
    """The whole of them."""

    host: HostConfig = Field(default_factory=lambda: HostConfig.model_validate({}), alias="HostConfig")
    labels: dict[str, str] = Field(default_factory=dict, alias="Labels")

    @model_validator(mode="after")
    def _is_tame(self) -> "CreateOptions":
        if self.host.log_config is None:
            fix = 'set {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}'
            refuse("HostConfig.LogConfig", None, "logs that are rotated", fix)
        if self.host.privileged and not self.labels.get(REASON_LABEL, "").strip():
            fix = f"give the device or capability alone, or say why in Labels[{REASON_LABEL!r}]"
            refuse("HostConfig.Privileged", True, "false, or a reason", fix)
        return self

    def check_bounds(self) -> None:
        """Raises `Refusal` where a module may take the whole device."""
        if self.host.memory is None:
            refuse("HostConfig.Memory", None, "bytes, above 0", "bound it, so that one module cannot stop the others")
        if self.host.nano_cpus is None and self.host.cpu_quota is None:
            fix = "bound it: 1000000000 is one processor"
            refuse("HostConfig.NanoCpus", None, "billionths of a processor, above 0", fix)


_OPTIONS = TypeAdapter(CreateOptions)


def read_options(text: str) -> CreateOptions:
    """Raises `Refusal` with the path within the options."""
    try:
        document = json.loads(text or "{}")
    except ValueError as error:
        refuse("", text, "JSON", f"mend it: {error}")
    if not isinstance(document, dict):
        refuse("", document, "a JSON object", "write {...}")
    try:
        return _OPTIONS.validate_python(document)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in fault["loc"])
        refusal = fault.get("ctx", {}).get("error")
        if isinstance(refusal, Refusal):
            inner = ".".join(filter(None, (path, refusal.key)))
            refuse(inner, refusal.value, refusal.allowed, refusal.fix)
        refuse(path, fault["input"], fault["msg"].removeprefix("Input should be ").lower(), "mend it")
