"""Dollars as people write them, and the contract's billionths of a dollar: exact, never through a float."""

from __future__ import annotations

import re

NANOS = 10**9
DECIMALS = 9
_DOLLARS = re.compile(r"\$?([0-9]{1,9})(?:\.([0-9]{1,9}))?")


def parse_dollars(text: str) -> int:
    """Billionths of a dollar of "5", "0.25" or "$0.000000420". Raises ValueError, with the way out."""
    written = _DOLLARS.fullmatch(text.strip())
    if written is None:
        raise ValueError(f"{text!r} is not an amount in dollars. Write it like 5 or 0.25, with up to nine decimals.")
    whole, decimals = written.groups(default="")
    return int(whole) * NANOS + int(decimals.ljust(DECIMALS, "0"))


def dollars(nanos: int) -> str:
    """Nine decimals, without a sign for the currency: "0.000000420", "-12.500000000", "1,234.000000000"."""
    whole, decimals = divmod(abs(nanos), NANOS)
    return f"{'-' if nanos < 0 else ''}{whole:,}.{decimals:09d}"


def short_dollars(nanos: int) -> str:
    """The same amount without the zeros at the end: "0.00000042", "12.5", "0"."""
    return dollars(nanos).rstrip("0").rstrip(".")
