"""`python -m verdazure.sandbox.azure [--state FILE] [ENGINE]`: serves the simulated azure-native provider.

Prints the port on its first line, as every Pulumi plugin does, and nothing else to stdout; tracebacks go to
`azure.log` beside the state.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from verdazure.sandbox.azure.host import Host
from verdazure.sandbox.azure.plugin import sdk_version
from verdazure.sandbox.azure.provider import AzureNative
from verdazure.sandbox.azure.store import Store
from verdazure.sandbox.azure.wire import provider_pb2_grpc

# The engine's own limit for a message: sdk/go/common/util/rpcutil, 400 MB.
_MESSAGE_BYTES = 400 * 1024 * 1024


def main(arguments: list[str]) -> None:
    """Serve until the engine ends the process."""
    parser = argparse.ArgumentParser(prog="verdazure.sandbox.azure", description="The simulated azure-native provider.")
    parser.add_argument("--state", type=Path, default=None, help="the database that holds the simulated Azure")
    parser.add_argument("engine", nargs="?", help="address of the engine, for log messages")
    options = parser.parse_args(arguments)
    state = options.state or _state_of_this_folder()
    state.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=state.with_suffix(".log"), level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s"
    )
    _serve(AzureNative(Store(state), sdk_version(), Host(options.engine)))


def _state_of_this_folder() -> Path:
    from verdazure.sandbox import environment  # late: the engine names the file, and a start should cost little

    return environment.locate(Path.cwd()).azure


def _serve(provider: AzureNative) -> None:
    limits = [("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)]
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=limits)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    ended = threading.Event()
    # The engine ends its plugins with an interrupt and kills them five seconds later; a terminal's own interrupt does
    # not come here, as plugins run in a process group of their own.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: ended.set())
    engine = os.getppid()
    server.start()
    print(port, flush=True)
    # An engine that was killed cannot end its plugins: a provider that has lost its parent ends by itself.
    while not ended.wait(timeout=1) and os.getppid() == engine:
        pass
    server.stop(grace=None)


if __name__ == "__main__":
    main(sys.argv[1:])
