"""A real Weaviate for the tests: the one that the environment names, else one of our own on free ports of loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.ports import free_ports

SCRIPT = Path(__file__).parents[2] / "deploy" / "weaviate.sh"
API_KEY = "key-of-the-tests"
_START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class WeaviateServer:
    http_address: str
    grpc_address: str
    api_key: str


@contextmanager
def weaviate_server(data: Path) -> Iterator[WeaviateServer]:
    """A running server; `data` holds what it stores.

    Skips the test where there is no server and no binary, and fails it if NIGHTDESK_REQUIRE_SERVICES=1.
    """
    http, grpc = os.environ.get("NIGHTDESK_TEST_WEAVIATE_HTTP"), os.environ.get("NIGHTDESK_TEST_WEAVIATE_GRPC")
    if http and grpc:
        yield WeaviateServer(http, grpc, os.environ.get("NIGHTDESK_TEST_WEAVIATE_API_KEY", ""))
        return
    with _own_server(require_weaviate_binary(), data) as server:
        yield server


def require_weaviate_binary() -> str:
    """Its path. Skips the test where there is none, and fails it if NIGHTDESK_REQUIRE_SERVICES=1."""
    binary = shutil.which("weaviate-server") or shutil.which("weaviate-server", path=Path.home() / "go" / "bin")
    if binary:
        return binary
    reason = "no weaviate-server on PATH or in ~/go/bin; `deploy/weaviate.sh build` makes it"
    if os.environ.get("NIGHTDESK_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def _own_server(binary: str, data: Path) -> Iterator[WeaviateServer]:
    http, grpc, cluster = free_ports(1), free_ports(1), free_ports(4)
    environment = os.environ | {
        "WEAVIATE_BIN": binary,
        "WEAVIATE_DATA": str(data),
        "WEAVIATE_API_KEY": API_KEY,
        "WEAVIATE_HTTP_PORT": str(http),
        "WEAVIATE_GRPC_PORT": str(grpc),
        "WEAVIATE_CLUSTER_PORT": str(cluster),
        "GOMAXPROCS": "1",
    }
    log = data / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([SCRIPT, "run"], env=environment, stdout=output, stderr=output)
    try:
        _wait_until_ready(f"http://127.0.0.1:{http}/v1/.well-known/ready", process, log)
        yield WeaviateServer(f"127.0.0.1:{http}", f"127.0.0.1:{grpc}", API_KEY)
    finally:
        process.kill()  # its data goes with the test, and a graceful stop takes ten seconds
        process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(url, timeout=2).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"Weaviate did not start; its log ends with:\n{log.read_text()[-2000:]}")
