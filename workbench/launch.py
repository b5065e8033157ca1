"""What the commands of both front ends share: their options, and a clear word where the port is taken."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from dataclasses import dataclass

from nightdesk import DEFAULT_ADDRESS


@dataclass(frozen=True, slots=True)
class Options:
    """Where a front end listens and which server it asks."""

    host: str
    port: int
    server: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def read_options(program: str, description: str, listen: str) -> Options:
    """Read `--listen` and `--server` from the command line; ends the process where they are wrong."""
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("--listen", metavar="HOST:PORT", default=listen, help="where to listen (default: %(default)s)")
    parser.add_argument(
        "--server",
        metavar="HOST:PORT",
        default=os.environ.get("NIGHTDESK_ADDRESS") or DEFAULT_ADDRESS,
        help="the Nightdesk server (default: %(default)s, from NIGHTDESK_ADDRESS)",
    )
    arguments = parser.parse_args()
    host, separator, port = arguments.listen.rpartition(":")
    if not separator or not host or not port.isdigit() or not 0 < int(port) < 65536:
        parser.error(f"--listen: {arguments.listen!r} is not HOST:PORT with a port from 1 to 65535")
    return Options(host.strip("[]"), int(port), arguments.server)


def require_free(options: Options) -> None:
    """End the process with one line and exit code 1 where nothing can listen on the host and port."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the servers do it: a port whose last owner has just gone is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            what = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror or error})"
            sys.exit(f"{options.host}:{options.port} {what}. Choose another with --listen HOST:PORT.")
