"""The engine that started the provider: where warnings go, so that they stand beside the resource they are about."""

import threading
from importlib import import_module
from typing import Any

import grpc

from verdazure.sandbox.azure.wire import STUBS

_WARNING = 2  # LogSeverity of the protocol


class Host:
    """Speaks to the engine at an address; without one, says nothing."""

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._said: set[str] = set()
        self._lock = threading.Lock()
        self._stub: Any = None

    def attach(self, address: str) -> None:
        """Speak to this engine from now on."""
        self._address, self._stub = address, None

    def warn_once(self, urn: str, message: str) -> None:
        """Show a warning beside a resource, the same words once."""
        with self._lock:
            if message in self._said or not self._address:
                return
            self._said.add(message)
            if self._stub is None:
                self._stub = import_module(f"{STUBS}.engine_pb2_grpc").EngineStub(grpc.insecure_channel(self._address))
            log = import_module(f"{STUBS}.engine_pb2").LogRequest(severity=_WARNING, message=message, urn=urn)
        self._stub.Log(log)
