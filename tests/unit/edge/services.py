"""IoT Hub and a provisioning service on this machine, as their REST interfaces speak; devices are entries of a table.

Status codes and the need for ETags after Microsoft's clients, one of which speaks to it in
tests/prove/test_edge_client.py; the texts of errors are our own.
"""

import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
from verdazure.edge.manifest import Deployment

AUDIENCES = {
    "configurations": ("https://iothubs.azure.net", "2021-04-12"),
    "devices": ("https://iothubs.azure.net", "2021-04-12"),
    "twins": ("https://iothubs.azure.net", "2021-04-12"),
    "enrollmentGroups": ("https://azure-devices-provisioning.net", "2021-10-01"),
    "enrollments": ("https://azure-devices-provisioning.net", "2021-10-01"),
}
SERVER_MADE = ("etag", "createdTimeUtc", "lastUpdatedTimeUtc")


@dataclass
class Services:
    """What both hold, and how often they were asked for what."""

    held: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in AUDIENCES})
    asked: Counter = field(default_factory=Counter)
    hosts: list[str] = field(default_factory=list)
    """Under which names they were looked for, where a proxy tells."""
    failing: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Answers that come before any real one."""
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __call__(self, method, url, body, headers):
        where = urlsplit(url)
        kind, name = (unquote(part) for part in where.path.strip("/").split("/"))
        self.asked[method, kind] += 1
        if self.failing:
            status, more = self.failing.pop(0)
            return status, {"Message": "slow down"}, more
        audience, version = AUDIENCES[kind]
        if parse_qs(where.query).get("api-version") != [version]:
            return 400, {"Message": f"api-version of {kind} is {version}"}, {}
        claims = jwt.decode(headers["Authorization"].split()[1], options={"verify_signature": False})
        if claims["aud"] != audience:
            return 401, {"Message": f"audience is {audience}"}, {}
        return getattr(self, method.lower())(self.held[kind], kind, name, body, headers.get("If-Match"))

    def get(self, table, kind, name, body, etag):
        return (200, table[name], {}) if name in table else (404, {"Message": f"no {kind} {name}"}, {})

    def put(self, table, kind, name, body, etag):
        there = table.get(name)
        if there and etag is None:
            return 409, {"Message": f"{kind} {name} is there"}, {}
        if not there and etag is not None:
            return 404, {"Message": f"no {kind} {name}"}, {}
        if there and etag not in ("*", there["etag"]):
            return 412, {"Message": "the ETag is another"}, {}
        if there and kind == "configurations" and body["content"] != there["content"]:
            return 400, {"Message": "content cannot be changed"}, {}
        table[name] = {**self._made(there), **self._stored(kind, name, body)}
        created = 201 if kind == "configurations" else 200
        return (200 if there else created), table[name], {}

    def patch(self, table, kind, name, body, etag):
        if name not in table:
            return 404, {"Message": f"no {kind} {name}"}, {}
        table[name]["tags"].update(body["tags"])
        return 200, table[name], {}

    def delete(self, table, kind, name, body, etag):
        if name not in table:
            return 404, {"Message": f"no {kind} {name}"}, {}
        if etag not in ("*", table[name]["etag"]):
            return 412, {"Message": "the ETag is another"}, {}
        del table[name]
        if kind == "devices":
            self.held["twins"].pop(name, None)
        return 204, "", {}

    def _made(self, there):
        number = next(self.numbers)
        now = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=number)
        created = there["createdTimeUtc"] if there else now.isoformat()
        return {"etag": f'"{number:04}"', "createdTimeUtc": created, "lastUpdatedTimeUtc": now.isoformat()}

    def _stored(self, kind, name, body):
        if kind == "configurations":
            return {
                **body,
                "metrics": {**body["metrics"], "results": {}},
                "systemMetrics": {"results": {}, "queries": {}},
            }
        if kind == "devices":
            self.held["twins"].setdefault(name, {"deviceId": name, "tags": {}, "properties": {"reported": {}}})
            return {**body, "deviceScope": f"ms-azure-iot-edge://{name}-1", "connectionState": "Disconnected"}
        if kind == "enrollmentGroups":  # what a certificate says comes back, never the certificate
            return {**body, "attestation": {"type": "x509", "x509": {}}}
        return body

    def register(self, name, tags):
        """As a device does that the provisioning service let in."""
        self.held["twins"][name] = {"deviceId": name, "tags": dict(tags), "properties": {"reported": {}}}

    def deployments(self):
        """As the hub lists them."""
        return [Deployment.of(json.loads(json.dumps(each))) for each in self.held["configurations"].values()]
