"""A Resource Manager that answers from memory, spoken to by Microsoft's own client."""

import io
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
import urllib3
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from verdazure.arm import Arm


class Identity:
    """Gives the one token that the answers ask for."""

    def get_token(self, *scopes, **_):
        assert scopes == ("https://management.azure.com/.default",)
        return AccessToken("token", int(time.time()) + 3600)


class Answers(requests.adapters.BaseAdapter):
    """Each request as `METHOD path?query` goes to `answer`, with its body; `asked` keeps what was asked."""

    def __init__(self, answer: Callable[[str, Any], tuple[int, Mapping[str, Any]]]) -> None:
        super().__init__()
        self.answer, self.asked = answer, []

    def send(self, request, **_):
        said = f"{request.method} {request.path_url}"
        self.asked.append(said)
        assert request.headers["Authorization"] == "Bearer token"
        status, body = self.answer(said, json.loads(request.body) if request.body else None)
        answer = requests.Response()
        answer.request, answer.url, answer.status_code = request, request.url, status
        answer.raw = urllib3.HTTPResponse(io.BytesIO(json.dumps(body).encode()), preload_content=False)
        return answer

    def close(self):
        pass


def manager(adapter: requests.adapters.BaseAdapter) -> Arm:
    """Resource Manager as `adapter` answers for it."""
    session = requests.Session()
    session.mount("https://", adapter)
    return Arm(Identity(), transport=RequestsTransport(session=session, session_owner=False))
