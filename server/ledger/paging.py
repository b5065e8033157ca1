"""Page tokens of lists that run from the newest to the oldest: the time and id of the last row seen."""

from __future__ import annotations

from datetime import datetime

from server.errors import InvalidArgument


def page_token(created_at: datetime, row_id: str) -> str:
    """Names the place behind a row."""
    return f"{created_at.timestamp()!r}/{row_id}"


def parse_page_token(token: str) -> tuple[float, str] | None:
    """What `page_token` made; None for the first page. Raises InvalidArgument."""
    if not token:
        return None
    time, separator, row_id = token.partition("/")
    try:
        return float(time), row_id if separator else ""
    except ValueError:
        raise InvalidArgument(
            "page_token", "This is not a token that a list returned.", fix="Send next_page_token as it came."
        ) from None
