"""Azure Resource Manager at run time: to read what is there, and for the few acts that a deployment cannot do.

Microsoft's own client signs in with the identity that azure-identity finds, and tries again what fails by chance.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline import policies
from azure.core.rest import HttpRequest
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

ENDPOINT = "https://management.azure.com"
_ID = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/(?P<provider>[^/]+)(?P<path>(/[^/]+/[^/]+)+)/?", re.IGNORECASE
)


class Arm:
    """Raises azure-core's `AzureError` for whatever Azure refuses or cannot be asked."""

    def __init__(
        self,
        credential: "TokenCredential",
        *,
        endpoint: str = ENDPOINT,
        retries: int = 10,
        timeout: float = 60,
        **transport: Any,
    ) -> None:
        """`endpoint` is that of the cloud, `timeout` that of one request in seconds; `transport` is azure-core's own,
        for whoever stands between.
        """
        self._endpoint = endpoint
        self._client: Any = ARMPipelineClient(
            base_url=endpoint,
            policies=[
                policies.RequestIdPolicy(),
                policies.UserAgentPolicy("verdazure"),
                policies.RetryPolicy(retry_total=retries),
                ARMChallengeAuthenticationPolicy(credential, f"{endpoint}/.default"),
            ],
            connection_timeout=timeout,
            read_timeout=timeout,
            **transport,
        )
        self.answered: datetime | None = None
        """Azure's own time of its last answer; None before the first, and where it did not say."""

    def read(self, path: str, api_version: str, **parameters: str) -> Mapping[str, Any]:
        """The document at that path."""
        return self._send("GET", f"{self._endpoint}{path}", {"api-version": api_version, **parameters})

    def read_all(self, path: str, api_version: str) -> Iterator[Mapping[str, Any]]:
        """The entries of a list, page by page."""
        page = self.read(path, api_version)
        yield from page.get("value", ())
        while next_page := page.get("nextLink"):
            if not next_page.startswith(f"{self._endpoint}/"):
                raise AzureError(f"the list goes on at {next_page!r}, where no token is sent")
            page = self._send("GET", next_page, {})
            yield from page.get("value", ())

    def find(self, path: str, api_version: str) -> Mapping[str, Any] | None:
        """The document at that path; None where there is none."""
        try:
            return self.read(path, api_version)
        except HttpResponseError as error:
            if error.status_code == HTTPStatus.NOT_FOUND:
                return None
            raise

    def put(self, path: str, api_version: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Makes the document at that path what `body` says; Azure may still be at it when this returns."""
        return self._send("PUT", f"{self._endpoint}{path}", {"api-version": api_version}, body)

    def patch(self, path: str, api_version: str, body: Mapping[str, Any]) -> None:
        """Changes what `body` says of the document at that path, and nothing else."""
        self._send("PATCH", f"{self._endpoint}{path}", {"api-version": api_version}, body)

    def delete(self, path: str, api_version: str, **parameters: str) -> None:
        """Asks for the deletion of what is at that path; Azure may still be at it when this returns."""
        self._send("DELETE", f"{self._endpoint}{path}", {"api-version": api_version, **parameters})

    def act(self, path: str, api_version: str) -> None:
        """Asks for an act, such as `/start`; Azure may still be at it when this returns."""
        self._send("POST", f"{self._endpoint}{path}", {"api-version": api_version})

    def _send(
        self, method: str, url: str, parameters: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        response = self._client.send_request(HttpRequest(method, url, params=dict(parameters), json=body))
        self.answered = _date(response.headers.get("Date", ""))
        response.raise_for_status()
        answered: Mapping[str, Any] = response.json() if response.content else {}
        return answered


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None


def is_id_of(resource_type: str, resource_id: str) -> bool:
    """Whether an ARM id names a resource of that type, such as `Microsoft.DataFactory/factories`."""
    found = _ID.fullmatch(resource_id)
    if found is None:
        return False
    kinds = found["path"].split("/")[1::2]
    return "/".join([found["provider"], *kinds]).lower() == resource_type.lower()
