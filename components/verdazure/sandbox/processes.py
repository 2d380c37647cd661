"""Children: processes that never outlive whoever started them."""

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from typing import Any

_GRACE_SECONDS = 2.0


class Children:
    """Starts processes, each in a process group of its own, and stops what still runs when asked.

    The own group keeps a terminal's Ctrl-C, and the engine's interrupt to its plugins, away from the children: they
    end when their owner says so, without a traceback of their own.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(self, command: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
        """Start `command`; `options` are those of `subprocess.Popen`."""
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, process_group=0, **options
        )
        with self._lock:
            self._running.add(process)
        return process

    def wait(self, process: "subprocess.Popen[bytes]") -> int:
        """Wait for a child to end and return its exit code, which is minus the signal's number if one ended it."""
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        return code

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """End a child and its group: first politely, then for certain."""
        for request in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is not None:
                return
            os.killpg(process.pid, request)
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                continue

    def stop_all(self) -> None:
        """End every child that still runs, all at the same time."""
        with self._lock:
            running = list(self._running)
        stoppers = [threading.Thread(target=self.stop, args=(process,)) for process in running]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
