"""Text that comes from outside, checked before it goes into a message of the contract."""

from __future__ import annotations

import sys

from cli.errors import CliError


def checked(text: str, name: str) -> str:
    """`text` itself. Raises CliError where it is not valid UTF-8, so that it could not be sent."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise CliError(f"{name} is not valid UTF-8.", fix="Send UTF-8 text.", exit_code=2) from None
    return text


def read_argument(argument: str, name: str) -> str:
    """The argument, or all of standard input for "-". Raises CliError where it is not UTF-8."""
    if argument != "-":
        return checked(argument, name)
    try:
        return sys.stdin.buffer.read().decode("utf-8").rstrip("\n")
    except UnicodeDecodeError:
        raise CliError(f"{name} on standard input is not valid UTF-8.", fix="Send UTF-8 text.", exit_code=2) from None
