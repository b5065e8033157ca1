"""A browser, and both front ends in processes of their own, as the command line starts them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from nightdesk.v1 import operations_pb2_grpc
from tests.ports import free_ports
from tests.unit.cli.contract_twin import ContractTwin, Operations

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60.0
"""Seconds that a page's process, or anything on a page, may take to appear on a busy machine."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with the module: Playwright's loop must not run beside those of asynchronous tests."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        message = f"No browser: none of {', '.join(BROWSERS)} is installed."
        if os.environ.get("NIGHTDESK_REQUIRE_SERVICES") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of which no request may leave the loopback."""
    outside: list[str] = []

    def watch(request: Request) -> None:
        if urlsplit(request.url).hostname not in (None, "", "127.0.0.1"):
            outside.append(request.url)

    context = browser.new_context(viewport={"width": 1440, "height": 1100})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE * 1000)
    expect.set_options(timeout=PATIENCE * 1000)
    opened.on("request", watch)
    yield opened
    context.close()
    assert outside == []


@pytest.fixture(scope="module")
def workbench_url(nightdesk_server: Any) -> Iterator[str]:
    """Where a workbench over the server with the sample knowledge base answers."""
    with _front_end("workbench", nightdesk_server.address) as url:
        yield url


@pytest.fixture(scope="module")
def demo_url(nightdesk_server: Any) -> Iterator[str]:
    """Where a reviewers' demo over the server with the sample knowledge base answers."""
    with _front_end("workbench.reviewer", nightdesk_server.address) as url:
        yield url


@pytest.fixture(scope="module")
def lonely_workbench_url() -> Iterator[str]:
    """Where a workbench answers whose server does not exist."""
    with _front_end("workbench", f"127.0.0.1:{free_ports(1)}") as url:
        yield url


@pytest.fixture(scope="module")
def twin() -> Iterator[ContractTwin]:
    """A server that speaks the contract from a script, models, routes, budgets and spend included."""
    server = ContractTwin()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def twin_workbench_url(twin: ContractTwin) -> Iterator[str]:
    """Where a workbench over the twin answers."""
    with _front_end("workbench", twin.address) as url:
        yield url


@pytest.fixture(scope="module")
def twin_demo_url(twin: ContractTwin) -> Iterator[str]:
    """Where a reviewers' demo over the twin answers."""
    with _front_end("workbench.reviewer", twin.address) as url:
        yield url


@pytest.fixture(scope="module")
def older_workbench_url() -> Iterator[str]:
    """Where a workbench answers whose server has none of the calls of OperationsService."""
    older = ContractTwin(operations=cast("Operations", operations_pb2_grpc.OperationsServiceServicer()))  # type: ignore[abstract]
    older.start()
    with _front_end("workbench", older.address) as url:
        yield url
    older.stop()


@contextmanager
def _front_end(module: str, server: str) -> Iterator[str]:
    port = free_ports(1)
    command = [sys.executable, "-m", module, "--listen", f"127.0.0.1:{port}", "--server", server]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    process.terminate()
    output, _ = process.communicate(timeout=30)
    pytest.fail(f"The front end did not start:\n{output.decode()[-3000:]}")
