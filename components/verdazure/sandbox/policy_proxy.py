"""PolicyProxy: stands between the engine and a Python policy pack until the stack's configuration is known.

The engine tells a pack its project, stack and configuration in a `ConfigureStack` call, after the pack has started.
Python packs read them from their environment, when they start. So the engine talks to this proxy, which starts the
pack once it has the configuration and hands every other call on, byte for byte.
"""

import json
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc

from verdazure.sandbox.protocol import analyzer_pb2

# A policy call carries a whole stack's resources; gRPC's own limit of 4 MB is too small for that.
MESSAGE_LIMITS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]

_SERVICE = "/pulumirpc.Analyzer/"
_CONCURRENT_CALLS = 32


class PackNotStartedError(Exception):
    """The policy pack ended before it could be asked anything."""


def pack_environment(stack: analyzer_pb2.AnalyzerStackConfigureRequest | None) -> dict[str, str]:
    """The environment in which a Python pack finds its project, stack, dry-run flag and configuration.

    Empty values are left out, and so is everything when the engine runs a pack without a stack (`None`).
    """
    if stack is None:
        return {}
    variables = {
        "PULUMI_ORGANIZATION": stack.organization,
        "PULUMI_PROJECT": stack.project,
        "PULUMI_STACK": stack.stack,
        "PULUMI_DRY_RUN": "true" if stack.dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(stack.config)),
    }
    return {name: value for name, value in variables.items() if value}


class PolicyProxy(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Serves the engine's policy calls on a local `port` and hands them to the pack that `attach` names."""

    def __init__(self) -> None:
        self._stack: Future[analyzer_pb2.AnalyzerStackConfigureRequest | None] = Future()
        self._pack: Future[grpc.Channel] = Future()
        self._once = threading.Lock()
        self._server = grpc.server(ThreadPoolExecutor(_CONCURRENT_CALLS), handlers=[self], options=MESSAGE_LIMITS)
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def wait_for_stack(self) -> analyzer_pb2.AnalyzerStackConfigureRequest | None:
        """Block until the engine has configured the stack, or has shown that it will not (`None`)."""
        return self._stack.result()

    def attach(self, port: int) -> None:
        """Name the port of the started pack; calls that wait for it go on."""
        # gRPC would send even a local call to the proxy that `http_proxy` names.
        local = [*MESSAGE_LIMITS, ("grpc.enable_http_proxy", 0)]
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=local)
        stack = self.wait_for_stack()
        if stack is not None:
            _configure(channel, stack)
        self._settle(self._pack, channel)

    def close(self) -> None:
        """Stop serving. Calls that still wait for the pack fail with `PackNotStartedError`."""
        self._settle(self._stack, None)
        with self._once:
            if not self._pack.done():
                self._pack.set_exception(
                    PackNotStartedError("the policy pack ended before it was ready; see its output above")
                )
        self._server.stop(grace=0.5)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        method = handler_call_details.method
        if method == f"{_SERVICE}Handshake":
            # Packs have no handshake of their own, and the pack cannot start before ConfigureStack follows.
            return grpc.unary_unary_rpc_method_handler(lambda _request, _context: b"")
        if method == f"{_SERVICE}ConfigureStack":
            return grpc.unary_unary_rpc_method_handler(self._configure_stack)
        if method.startswith(_SERVICE):
            return grpc.unary_unary_rpc_method_handler(self._forwarder(method))
        return None

    def _configure_stack(self, request: bytes, _context: grpc.ServicerContext) -> bytes:
        self._settle(self._stack, analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request))
        return b""

    def _forwarder(self, method: str) -> Callable[[bytes, grpc.ServicerContext], bytes]:
        def forward(request: bytes, context: grpc.ServicerContext) -> bytes:
            # `pulumi policy publish` asks for a pack's rules without ever naming a stack.
            self._settle(self._stack, None)
            try:
                reply: bytes = self._pack.result().unary_unary(method)(request)
            except PackNotStartedError as error:
                context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
            except grpc.RpcError as error:
                context.set_trailing_metadata(error.trailing_metadata() or ())
                context.abort(error.code(), error.details())
            return reply

        return forward

    def _settle(self, future: "Future[Any]", value: object) -> None:
        with self._once:
            if not future.done():
                future.set_result(value)


def _configure(channel: grpc.Channel, stack: analyzer_pb2.AnalyzerStackConfigureRequest) -> None:
    """Tell a started pack the stack's tags; packs of older SDKs do not know the call, which is no error."""
    call = channel.unary_unary(f"{_SERVICE}ConfigureStack")
    try:
        call(stack.SerializeToString())
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.UNIMPLEMENTED:
            raise
