"""A real Blob endpoint: Azurite, Microsoft's emulator, in memory and on a port of its own."""

import os
import re
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
import trustme
from azure.storage.blob import BlobServiceClient

from tests.azurite.cloud import Cloud

AZURITE = Path(os.environ.get("VERDAZURE_AZURITE", Path(__file__).parents[2] / ".venv" / "azurite"))

# Azurite's own account and key, which its documentation publishes; they open nothing else.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

# The newest version that this Azurite speaks.
API_VERSION = "2025-11-05"


@contextmanager
def azurite(*options: str, service: str = "blob") -> Iterator[str]:
    """The address of a service that takes these options besides; skips the test where Azurite is not there."""
    command = AZURITE / "node_modules" / ".bin" / f"azurite-{service}"
    if not command.exists():
        pytest.skip(f"{command} is not there: npm was not found when `make` looked for it")
    usual = ["--silent", "--inMemoryPersistence", "--disableTelemetry", f"--{service}Host", "127.0.0.1"]
    ports = [f"--{service}Port", "0"]
    with subprocess.Popen([str(command), *usual, *ports, *options], stdout=subprocess.PIPE, text=True) as running:
        said = iter(running.stdout or ())
        found = next(filter(None, (re.search(r"listens? (?:on|at) (https?://\S+)", line) for line in said)))
        # A pipe that nobody reads fills, and then whoever writes to it stands still.
        threading.Thread(target=_drain, args=(said,), daemon=True).start()
        yield f"{found[1]}/{ACCOUNT}"
        running.terminate()


def _drain(lines: Iterator[str]) -> None:
    with suppress(ValueError):  # the pipe is closed at the end
        deque(lines, 0)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The address of a Blob service that lives as long as the tests."""
    with azurite() as address:
        yield address


@pytest.fixture
def account(endpoint: str) -> BlobServiceClient:
    """A client of the emulated account."""
    return BlobServiceClient(endpoint, credential=KEY, api_version=API_VERSION)


@pytest.fixture
def container(account: BlobServiceClient) -> str:
    """The name of an empty container that only this test uses."""
    name = f"data-{uuid4().hex[:8]}"
    account.create_container(name)
    return name


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate authority that the clients of these tests trust."""
    made = trustme.CA()
    bundle = tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(bundle)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        yield made.issue_cert("localhost", "127.0.0.1")


@pytest.fixture(scope="module")
def blobs(authority, tmp_path_factory):
    """Azurite over HTTPS, which takes tokens and no keys from the clients here."""
    folder = tmp_path_factory.mktemp("certificate")
    authority.private_key_pem.write_to_path(folder / "key.pem")
    authority.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    options = ["--oauth", "basic", "--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem")]
    with azurite(*options, "--skipApiVersionCheck") as address:
        yield address


@pytest.fixture
def cloud(authority, blobs, monkeypatch):
    with ExitStack() as stack:
        yield Cloud(authority, blobs, stack, monkeypatch)
