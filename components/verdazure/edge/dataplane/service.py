"""The REST interfaces of IoT Hub and its Device Provisioning Service, signed in to by identity.

Paths, ETag and If-Match after Microsoft's own client (azure-iot-sdk-python, `configuration_operations.py`; MIT) and
the published specification of the provisioning service; the audiences after the Azure CLI's IoT extension
(`constants.py`; MIT); all read on 2026-11-24. Versions: 2021-04-12 of the hub, 2021-10-01 of the provisioning service.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Never
from urllib.parse import quote

from azure.core import PipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HeadersPolicy, RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential

HUB_SCOPE = "https://iothubs.azure.net/.default"
PROVISIONING_SCOPE = "https://azure-devices-provisioning.net/.default"
_VERSIONS = {HUB_SCOPE: "2021-04-12", PROVISIONING_SCOPE: "2021-10-01"}
_EXPLAINED = {
    401: "this identity is not known there",
    403: "this identity may not do so; it needs a data role such as IoT Hub Data Contributor",
    412: "somebody changed it since; `pulumi refresh` takes over what it is now, then try again",
}


class DataPlaneError(Exception):
    """A service refused or cannot be reached; says what was asked, the answer, and what may help."""


class NotFound(DataPlaneError):
    """There is no such thing."""


class Conflict(DataPlaneError):
    """Something of this name is there already."""


@dataclass(frozen=True)
class Service:
    """One hub or provisioning service, by its host name."""

    host: str
    scope: str

    def get(self, path: str) -> dict[str, Any]:
        """Raises `NotFound`."""
        return self._send("GET", path)

    def put(self, path: str, body: Mapping[str, Any], etag: str | None = None) -> dict[str, Any]:
        """Creates without an ETag, else updates what still has it. Raises `Conflict`."""
        return self._send("PUT", path, body, etag)

    def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Merges, whatever it was before."""
        return self._send("PATCH", path, body, "*")

    def delete(self, path: str, etag: str) -> None:
        """Raises `NotFound`."""
        self._send("DELETE", path, etag=etag)

    def _send(self, method: str, path: str, body: Any = None, etag: str | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json", **({"If-Match": _quoted(etag)} if etag else {})}
        request = HttpRequest(
            method,
            f"https://{self.host}/{path}",
            params={"api-version": _VERSIONS[self.scope]},
            headers=headers,
            json=whole(body),
        )
        try:
            response = _client(self.scope).send_request(request)
        except AzureError as error:
            fail(DataPlaneError(f"{method} https://{self.host}/{path}: {error}"))
        if response.status_code >= 300:
            _refused(method, f"https://{self.host}/{path}", response)
        return response.json() if response.content else {}


def named(*parts: str) -> str:
    """A path of which each part is taken literally."""
    return "/".join(quote(part, safe="") for part in parts)


def whole(value: Any) -> Any:
    """Integers as integers: the engine hands every number over as a float, and a manifest's `0.0` is refused."""
    if isinstance(value, Mapping):
        return {key: whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def fail(error: Exception) -> Never:
    """Raises it so that the engine shows one line: the dynamic provider host prints whatever trace there is."""
    sys.tracebacklimit = 0
    raise error


@cache
def _client(scope: str) -> PipelineClient[Any, Any]:
    policies = [
        HeadersPolicy(),
        UserAgentPolicy("verdazure"),
        RetryPolicy(retry_total=6),
        BearerTokenCredentialPolicy(DefaultAzureCredential(), scope),
    ]
    return PipelineClient("https://", policies=policies)


def _quoted(etag: str) -> str:
    return etag if etag == "*" or etag.startswith('"') else f'"{etag}"'


def _refused(method: str, url: str, response: Any) -> Never:
    told = _told(response)
    said = f"{method} {url}: {response.status_code}{f' {told}' if told else ''}"
    if explained := _EXPLAINED.get(response.status_code):
        said += f"; {explained}"
    kinds: dict[int, type[DataPlaneError]] = {404: NotFound, 409: Conflict}
    fail(kinds.get(response.status_code, DataPlaneError)(said))


def _told(response: Any) -> str:
    """The hub's `Message` or the provisioning service's `message`."""
    try:
        document = response.json()
    except ValueError:
        return ""
    if not isinstance(document, Mapping):
        return ""
    return str(document.get("Message") or document.get("message") or "")
