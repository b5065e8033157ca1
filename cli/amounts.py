"""Amounts and spans of time as they are typed on the command line."""

from __future__ import annotations

import re
from datetime import timedelta

from cli.errors import CliError

_SPAN = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def nanos(text: str, option: str) -> int:
    """Billionths of a dollar. Raises CliError that names the option."""
    from nightdesk.amounts import parse_dollars

    try:
        return parse_dollars(text)
    except ValueError as error:
        raise CliError(f"{option}: {error}", exit_code=2) from None


def span(text: str, option: str) -> timedelta:
    """ "30m", "24h", "7d" and the like, above zero. Raises CliError that names the option."""
    written = _SPAN.fullmatch(text.strip())
    if written is None or int(written[1]) == 0:
        raise CliError(f"{option} {text!r} is not a span of time.", fix="Write it like 30m, 24h or 7d.", exit_code=2)
    return timedelta(**{_UNITS[written[2]]: int(written[1])})
