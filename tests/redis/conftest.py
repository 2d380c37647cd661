"""A real Redis server of this machine's own, on a port of its own, that tests may stop and start."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry


class Server:
    """`redis-server` without persistence."""

    def __init__(self, place: Path) -> None:
        self._place, self.port = place, _free_port()
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        words += ["--dir", str(self._place), "--maxmemory-samples", "10"]
        self._running = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.client().ping()
                return
            except RedisConnectionError:
                time.sleep(0.02)
        raise TimeoutError("redis-server does not answer")

    def kill(self) -> None:
        """As a node that is lost: no goodbye."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def client(self) -> Redis:
        """As `connect` makes it, but without TLS and without an identity."""
        waits = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}
        return Redis(port=self.port, retry=Retry(NoBackoff(), 0), **waits)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not on PATH: `apt-get install redis-server` brings it")
    server = Server(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(shared_server: Server) -> Server:
    """Up and empty, with no bound on its memory."""
    shared_server.kill()
    shared_server.start()
    return shared_server
