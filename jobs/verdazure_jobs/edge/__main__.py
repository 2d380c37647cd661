"""`python -m verdazure_jobs.edge`: the module as IoT Edge starts it, told by its environment what to do."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from verdazure_jobs.edge.condensing import Rules
from verdazure_jobs.edge.service import Energy, Module

WRONG_USAGE = 2


@dataclass(frozen=True)
class Settings:
    """Each from the variable of the same name in capitals."""

    model: Path
    """The ONNX file."""
    store: Path
    """SQLite file on a volume that outlives the container."""
    broker_host: str
    broker_port: int
    topic: str
    threshold: float
    """Score above which a window is a fault."""
    summary_windows: int
    longest_outbox: int
    energy: Energy | None
    """From WH_PER_GIGABYTE and WATTS_PER_CORE, both or neither; without them no energy is told."""

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Settings":
        """Raises `SystemExit`, naming the variable."""
        factors = [_number(variables, name, None) for name in ("WH_PER_GIGABYTE", "WATTS_PER_CORE")]
        if factors.count(None) == 1:
            _refuse("WH_PER_GIGABYTE and WATTS_PER_CORE: give both or neither")
        network, core = factors
        return cls(
            model=Path(_text(variables, "MODEL")),
            store=Path(variables.get("STORE", "/data/module.db")),
            broker_host=_text(variables, "BROKER_HOST"),
            broker_port=int(_number(variables, "BROKER_PORT", 1883) or 0),
            topic=_text(variables, "TOPIC"),
            threshold=_number(variables, "THRESHOLD", 0.2) or 0.0,
            summary_windows=int(_number(variables, "SUMMARY_WINDOWS", 100) or 1),
            longest_outbox=int(_number(variables, "LONGEST_OUTBOX", 100_000) or 1),
            energy=None if network is None or core is None else Energy(network, core),
        )


def _text(variables: Mapping[str, str], name: str) -> str:
    if not variables.get(name):
        _refuse(f"{name} is not set")
    return variables[name]


def _number(variables: Mapping[str, str], name: str, default: float | None) -> float | None:
    told = variables.get(name)
    try:
        number = float(told) if told else default
    except ValueError:
        _refuse(f"{name} is {told!r}: a number is needed")
    if number is not None and number < 0:
        _refuse(f"{name} is {told!r}: at least 0 is needed")
    return number


def _refuse(what: str) -> Never:
    print(f"error: {what}", file=sys.stderr)
    raise SystemExit(WRONG_USAGE)


def main() -> None:
    """Runs until it is told to stop; where reading ends by itself it ends with 1, and the agent starts it again."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    settings = Settings.read(os.environ)

    from azure.iot.device import IoTHubModuleClient

    from verdazure_jobs.edge.judging import Model
    from verdazure_jobs.edge.store import Store
    from verdazure_jobs.edge.uplink import Uplink, to_output

    stopping, model = threading.Event(), Model(settings.model)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopping.set())
    store = Store(settings.store, longest_outbox=settings.longest_outbox)
    module = Module(store, model, Rules(model.window, settings.threshold, settings.summary_windows))
    uplink = Uplink(store, to_output(IoTHubModuleClient.create_from_edge_environment()))
    uplink.start()
    reader = module.attach(settings.broker_host, settings.broker_port, settings.topic, "verdazure-edge")
    while not stopping.wait(1.0) and module.is_reading(reader):
        pass
    module.stop()
    reader.disconnect()
    reader.loop_stop()
    uplink.stop()
    logging.info("%s", module.report(uplink.sent_bytes, settings.energy))
    store.close()
    raise SystemExit(0 if stopping.is_set() else 1)


if __name__ == "__main__":
    main()
