"""What an edge module meets, on this machine: a signal with faults, a model that knows it, two brokers to take away."""

import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import onnx
import paho.mqtt.client as mqtt
import trustme
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

SAMPLES, WINDOW, EVERY_FAULT = 16, 64, 400
HUB_PORT = 8883
"""azure-iot-device speaks to no other."""


def window_of(number: int) -> np.ndarray:
    """One window of the signal: two tones and noise, and a knock in each window 137 of 400."""
    random = np.random.default_rng(number)
    at = np.arange(WINDOW) + random.integers(0, WINDOW)
    wave = np.sin(2 * np.pi * at / 16) + 0.3 * np.sin(2 * np.pi * at / 5.3) + random.normal(0, 0.05, WINDOW)
    if number % EVERY_FAULT == 137:
        wave[20:28] += 2.5 * np.array([1, -1] * 4)
    return wave


def payload(number: int) -> bytes:
    """One message: a quarter of a window."""
    window, part = divmod(number, WINDOW // SAMPLES)
    samples = window_of(window)[part * SAMPLES : (part + 1) * SAMPLES]
    return json.dumps({"source": "press-1", "n": number, "samples": [round(float(s), 4) for s in samples]}).encode()


def build_model(folder: Path, components: int = 8) -> Path:
    """A linear autoencoder by singular values of 500 good windows, its weights quantised to eight bits."""
    good = np.stack([window_of(number) for number in range(500) if number % EVERY_FAULT != 137])
    basis = np.linalg.svd(good, full_matrices=False)[2][:components].astype(np.float32)
    weights = [numpy_helper.from_array(basis.T.copy(), "encode"), numpy_helper.from_array(basis, "decode")]
    nodes = [
        helper.make_node("MatMul", ["window", "encode"], ["code"]),
        helper.make_node("MatMul", ["code", "decode"], ["again"]),
        helper.make_node("Sub", ["window", "again"], ["miss"]),
        helper.make_node("Mul", ["miss", "miss"], ["square"]),
        helper.make_node("ReduceMean", ["square", "axes"], ["score"], keepdims=0),
    ]
    weights.append(numpy_helper.from_array(np.array([1], np.int64), "axes"))
    taken = helper.make_tensor_value_info("window", TensorProto.FLOAT, [1, WINDOW])
    given = helper.make_tensor_value_info("score", TensorProto.FLOAT, [1])
    graph = helper.make_graph(nodes, "autoencoder", [taken], [given], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    onnx.save(model, folder / "float.onnx")
    quantize_dynamic(folder / "float.onnx", folder / "int8.onnx", weight_type=QuantType.QInt8)
    return folder / "int8.onnx"


class Broker:
    """Mosquitto, which keeps what it has while it is away."""

    def __init__(self, folder: Path, port: int, tls: trustme.CA | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.port = folder, port
        lines = [
            f"listener {port} 127.0.0.1",
            "persistence true",
            f"persistence_location {folder}/",
            "max_queued_messages 0",
            "log_dest none",
            *(["user root"] if os.geteuid() == 0 else []),
        ]
        if tls:
            certificate = tls.issue_cert("localhost")
            certificate.private_key_pem.write_to_path(folder / "key.pem")
            certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
            tls.cert_pem.write_to_path(folder / "ca.pem")
            lines += [f"{name} {folder}/{file}.pem" for name, file in _FILES.items()]
            lines += ["require_certificate true", "allow_anonymous true"]
        else:
            lines += ["allow_anonymous true"]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it listens."""
        command = [shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", str(self._folder / "mosquitto.conf")]
        self._process = subprocess.Popen(command)
        until(self._listens, 10, f"a broker on port {self.port}")

    def stop(self) -> None:
        """As a restart of the machine does: what it holds is written to disk."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
            return True
        return False


_FILES = {"cafile": "ca", "certfile": "cert", "keyfile": "key"}


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Raises `TimeoutError`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


@contextlib.contextmanager
def running(*brokers: Broker) -> Iterator[None]:
    """Stopped at the end, whatever happens."""
    try:
        for each in brokers:
            each.start()
        yield
    finally:
        for each in brokers:
            each.stop()


class Publisher:
    """The machine: publishes at least once, and again what a broker did not acknowledge."""

    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(client_id="press-1", clean_session=False)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(100)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, numbers: range, topic: str = "plant/press-1") -> None:
        """Hands them over; the network goes on with them."""
        for number in numbers:
            self._client.publish(topic, payload(number), qos=1)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Hub:
    """The cloud's end: what arrived, in order, as a second client of the upper broker hears it."""

    def __init__(self, authority: trustme.CA, folder: Path) -> None:
        certificate = authority.issue_cert("listener")
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / "listener.pem")
        authority.cert_pem.write_to_path(folder / "ca.pem")
        self.arrived: list[tuple[int, dict[str, Any]]] = []
        self.bytes = 0
        self._client = mqtt.Client(client_id="listener", clean_session=False)
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(str(folder / "listener.pem"))
        self._client.tls_set_context(context)
        self._client.on_connect = lambda client, *_: client.subscribe("devices/+/messages/events/#", 1)
        self._client.on_message = self._heard
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("localhost", HUB_PORT)
        self._client.loop_start()
        until(self._client.is_connected, 10, "the hub's listener")

    def _heard(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        properties = parse_qs(message.topic.rpartition("/")[2])
        self.arrived.append((int(properties["$.mid"][0]), json.loads(message.payload)))
        self.bytes += len(message.payload)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
