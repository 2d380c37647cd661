"""The edge module over 10,000 messages, with a broker restart and an uplink outage in the middle.

`.venv/training/bin/python -m benchmarks.edge_module`: messages a second, bytes up against raw, and memory. Needs
mosquitto and port 8883.
"""

import json
import resource
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from azure.iot.device import X509, IoTHubDeviceClient
from verdazure_jobs.edge.condensing import Rules
from verdazure_jobs.edge.judging import Model
from verdazure_jobs.edge.service import Module
from verdazure_jobs.edge.store import Store
from verdazure_jobs.edge.uplink import Uplink, to_hub

from benchmarks.edge_rig import HUB_PORT, WINDOW, Broker, Hub, Publisher, build_model, running, until

MESSAGES, SHOP_PORT = 10_000, 18830
RULES = Rules(window=WINDOW, threshold=0.2, summary_windows=100)


@dataclass
class Outcome:
    """What came of it."""

    arrived: list[tuple[int, dict[str, Any]]]
    report: dict[str, Any]
    seconds: float
    grown_kb: int
    """Resident memory at its highest, above that after a tenth of the messages."""


def run(folder: Path, messages: int = MESSAGES, *, disturbed: bool = True) -> Outcome:
    """The whole way: machine, broker, module, hub."""
    authority = trustme.CA()
    shop, upper = Broker(folder / "shop", SHOP_PORT), Broker(folder / "hub", HUB_PORT, authority)
    store, model = Store(folder / "module.db"), Model(build_model(folder))
    module = Module(store, model, RULES)
    with running(shop, upper):
        hub, client = Hub(authority, folder), _device(authority, folder)
        uplink = Uplink(store, to_hub(client))
        uplink.start()
        reader = module.attach("127.0.0.1", SHOP_PORT, "plant/#", "module")
        until(reader.is_connected, 10, "the module's subscription")
        publisher, began = Publisher(SHOP_PORT), time.monotonic()
        threading.Thread(target=publisher.publish, args=(range(messages),), daemon=True).start()
        until(lambda: module.counts.taken > messages // 10, 60, "a tenth")
        before = _resident_kb()
        if disturbed:
            _disturb(shop, upper, module, messages)
        until(lambda: module.counts.taken - module.counts.repeated >= messages, 120, "all messages")
        until(lambda: store.waiting() == 0, 120, "all sent")
        seconds = time.monotonic() - began
        until(lambda: len(hub.arrived) >= messages // 400, 20, "all summaries")
        time.sleep(0.5)
        grown = _resident_kb() - before
        for each in (publisher, uplink, hub):
            each.stop()
        reader.disconnect()
        reader.loop_stop()
        client.shutdown()
    return Outcome(hub.arrived, module.report(uplink.sent_bytes), seconds, grown)


def _disturb(shop: Broker, upper: Broker, module: Module, messages: int) -> None:
    until(lambda: module.counts.taken > messages * 3 // 10, 60, "three tenths")
    shop.stop()
    time.sleep(1)
    shop.start()
    until(lambda: module.counts.taken > messages // 2, 60, "half")
    upper.stop()
    until(lambda: module.counts.taken > messages * 8 // 10, 60, "eight tenths")
    upper.start()


def _device(authority: trustme.CA, folder: Path) -> Any:
    certificate = authority.issue_cert("edge-1")
    certificate.private_key_pem.write_to_path(folder / "device.key")
    certificate.cert_chain_pems[0].write_to_path(folder / "device.pem")
    return IoTHubDeviceClient.create_from_x509_certificate(
        X509(str(folder / "device.pem"), str(folder / "device.key")),
        "localhost",
        "edge-1",
        server_verification_cert=authority.cert_pem.bytes().decode(),
        connection_retry_interval=1,
    )


def _resident_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Prints both runs side by side."""
    for name, disturbed in (("undisturbed", False), ("broker restarted, uplink away", True)):
        with tempfile.TemporaryDirectory() as folder:
            outcome = run(Path(folder), disturbed=disturbed)
        report = outcome.report
        print(
            f"{name}: {MESSAGES / outcome.seconds:,.0f} messages/s, {report['rawBytes']:,} bytes raw, "
            f"{report['sentBytes']:,} sent ({report['savedPercent']} % fewer), "
            f"memory +{outcome.grown_kb:,} kB after the first tenth"
        )
        print(json.dumps(report))


if __name__ == "__main__":
    main()
