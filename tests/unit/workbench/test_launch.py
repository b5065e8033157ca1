"""Both front ends say in one line why they cannot start."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["workbench", "workbench.reviewer"])
def test_a_port_in_use_is_one_line_and_exit_code_1(module: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        ended = subprocess.run(
            [sys.executable, "-m", module, "--listen", address], capture_output=True, text=True, timeout=60, check=False
        )

    assert ended.returncode == 1
    assert ended.stderr.strip() == f"{address} is in use. Choose another with --listen HOST:PORT."


def test_an_address_without_a_port_is_refused() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "workbench", "--listen", "127.0.0.1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 2
    assert "is not HOST:PORT" in ended.stderr
