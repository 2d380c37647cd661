"""What stands for Azure on this machine: Resource Manager, sign-in, logs, Electricity Maps, as they speak."""

import gzip
import json
import select
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt

TENANT = "11111111-2222-3333-4444-555555555555"


@contextmanager
def serving(answer: Callable, certificate=None, now: Callable[[], datetime] | None = None):
    """`answer(method, url, body, headers)` gives (status, document, headers); a text goes out as it is."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            status, document, headers = answer(
                self.command, self.path, json.loads(body) if body else None, self.headers
            )
            sent = document.encode() if isinstance(document, str) else json.dumps(document).encode()
            self.send_response_only(status)
            self.send_header("Date", format_datetime(now() if now else datetime.now(UTC), usegmt=True))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_):
            pass

    Handler.disable_nagle_algorithm = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    scheme = "http" if certificate is None else "https"
    try:
        yield f"{scheme}://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def tunnelling(port: int, asked: list):
    """A proxy that leads every CONNECT to one port of this machine; `asked` lists where to."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            asked.append(self.rfile.readline().split()[1].decode())
            while self.rfile.readline().strip():
                pass
            with socket.create_connection(("127.0.0.1", port)) as inner:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                ends = {self.connection: inner, inner: self.connection}
                while sent := [(end, end.recv(65536)) for end in select.select(list(ends), [], [])[0]]:
                    if not all(data for _, data in sent):
                        return
                    for end, data in sent:
                        ends[end].sendall(data)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def token(audience: str, lives: timedelta = timedelta(hours=1)) -> dict:
    """As the identity endpoint of a function app answers; Azurite checks issuer, audience and times, no signature."""
    until = int(time.time() + lives.total_seconds())
    claims = {
        "iss": f"https://sts.windows.net/{TENANT}/",
        "aud": audience,
        "nbf": int(time.time()) - 60,
        "iat": int(time.time()) - 60,
        "exp": until,
    }
    signed = jwt.encode(claims, "no secret, thirty-two bytes long at least", algorithm="HS256")
    return {"access_token": signed, "expires_on": str(until), "resource": audience, "token_type": "Bearer"}


def identity(asked: list) -> Callable:
    """The identity endpoint of App Service; `asked` lists the audiences."""

    def answer(method, url, body, headers):
        resource = parse_qs(urlsplit(url).query)["resource"][0]
        asked.append(resource)
        return 200, token(resource), {}

    return answer


def log_analytics(windows: Callable) -> Callable:
    """Its query API: the rows of VerdazureDrift_CL that `windows(model, since, until)` gives."""

    def answer(method, url, body, headers):
        model = body["query"].split('"')[1]
        since, until = (datetime.fromisoformat(each.replace("Z", "+00:00")) for each in body["timespan"].split("/"))
        kinds = {"TimeGenerated": "datetime", "Psi": "real", "KsP": "real", "Accuracy": "real"}
        rows = [[each.ended.isoformat(), each.psi, each.ks_p, each.accuracy] for each in windows(model, since, until)]
        columns = [{"name": name, "type": kind} for name, kind in kinds.items()]
        return 200, {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}, {}

    return answer


def electricity_maps(now: Callable[[], datetime], start: datetime, grams) -> Callable:
    """Its v3 forecast: hourly values by region, from the hour that holds now."""

    def answer(method, url, body, headers):
        query = parse_qs(urlsplit(url).query)
        hours, zone = int(query["horizonHours"][0]), query["dataCenterRegion"][0]
        gone = int((now() - start) / timedelta(hours=1))

        def value(at):
            return {"carbonIntensity": grams[zone][at], "datetime": (start + timedelta(hours=at)).isoformat()}

        return (
            200,
            {"zone": zone, "updatedAt": now().isoformat(), "forecast": [value(gone + each) for each in range(hours)]},
            {},
        )

    return answer
