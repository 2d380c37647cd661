"""A service on a local socket, and a clock that only moves when somebody sleeps."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from verdazure.web.cache import AnswerCache
from verdazure.web.wire import Service, Wire

NOON = datetime(2026, 3, 6, 12, 10, tzinfo=UTC)


@dataclass
class Clock:
    moment: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Asked:
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class LocalService:
    """Answers over a real socket: the replies for a path in turn, the last one for ever. Keeps what was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.silent = threading.Event()
        self._replies: dict[str, list[tuple[int, bytes, dict[str, str]]]] = defaultdict(list)

    def reply(self, path: str, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._replies[path].append((status, content, headers or {}))

    def next_reply(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        replies = self._replies[path]
        if not replies:
            return 404, b'{"status":"error","message":"not found"}', {}
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def reset(self) -> None:
        self.asked.clear()
        self._replies.clear()


@pytest.fixture(scope="session")
def _socket() -> Iterator[LocalService]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each reply waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            service.asked.append(Asked(parts.path, dict(parse_qsl(parts.query)), dict(self.headers)))
            status, content, headers = service.next_reply(parts.path)
            if status == SILENT:
                service.silent.wait(timeout=5)
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service = LocalService(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield service
    service.silent.set()
    server.shutdown()
    server.server_close()


SILENT = 0
"""A status for a reply that never comes."""


@pytest.fixture
def service(_socket: LocalService) -> LocalService:
    _socket.reset()
    return _socket


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path) -> AnswerCache:
    return AnswerCache(tmp_path / "cache")


@pytest.fixture
def wire_to(service, clock):
    """`wire_to(SERVICE)`: a wire to the local service in that service's place, without cache unless given one."""

    def connect(described: Service, **options: Any) -> Wire:
        return Wire(replace(described, url=service.url), now=clock.now, sleep=clock.sleep, **options)

    return connect
