"""The stubs of Pulumi's gRPC protocol, without the SDK around them.

Importing `pulumi.runtime.proto` runs the whole SDK first. A server of the sandbox starts anew in every preview and
every update and needs none of that half second, so it takes the stubs alone, from where the SDK is installed.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING or "pulumi" in sys.modules:
    from pulumi.runtime.proto import analyzer_pb2, language_pb2, language_pb2_grpc, plugin_pb2
else:
    _stubs = ModuleType("_pulumi_protocol")
    _stubs.__path__ = [str(Path(find_spec("pulumi").origin).parent / "runtime" / "proto")]
    sys.modules[_stubs.__name__] = _stubs
    analyzer_pb2, language_pb2, language_pb2_grpc, plugin_pb2 = (
        import_module(f"{_stubs.__name__}.{name}")
        for name in ("analyzer_pb2", "language_pb2", "language_pb2_grpc", "plugin_pb2")
    )

__all__ = ["analyzer_pb2", "language_pb2", "language_pb2_grpc", "plugin_pb2"]
