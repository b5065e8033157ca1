"""How results look: protobuf JSON for machines, short words for people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from google.protobuf.descriptor import EnumDescriptor
    from google.protobuf.duration_pb2 import Duration
    from google.protobuf.message import Message
    from google.protobuf.timestamp_pb2 import Timestamp
    from rich.console import Console

    from nightdesk.v1.common_pb2 import Money, RailVerdict

NANOS = 1_000_000_000


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def json_line(message: Message) -> str:
    """One line of protobuf JSON with the contract's field names; zero values are printed too."""
    from google.protobuf import json_format

    return json_format.MessageToJson(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        indent=None,
        ensure_ascii=False,
    )


def echo_json(message: Message) -> None:
    typer.echo(json_line(message))


def enum_word(enum: EnumDescriptor, value: int) -> str:
    """The value's name without the enum's prefix, lower case: "answered" for FINISH_REASON_ANSWERED.

    A value that this client does not know is shown as its number.
    """
    known = enum.values_by_number.get(value)
    if known is None:
        return str(value)
    prefix = str(enum.values_by_number[0].name).removesuffix("UNSPECIFIED")
    return str(known.name).removeprefix(prefix).lower()


def score_of(verdict: RailVerdict) -> str:
    """ "score 0.90 against 0.80"; empty for a redaction, which has no threshold."""
    return f"score {verdict.score:.2f} against {verdict.threshold:.2f}" if verdict.threshold else ""


def search_question_source(value: int) -> str:
    """ " (written by a model)" behind a search question; empty for the message as it stands."""
    from nightdesk.v1 import common_pb2

    made: dict[int, str] = {
        common_pb2.SEARCH_QUESTION_SOURCE_CONVERSATION: " (with words of the conversation)",
        common_pb2.SEARCH_QUESTION_SOURCE_MODEL: " (written by a model)",
    }
    return made.get(value, "")


def money(amount: Money | None) -> str:
    """ "$0.00123"; "unpriced" for None. Up to nine decimals, no trailing zeros."""
    if amount is None:
        return "unpriced"
    from nightdesk.amounts import short_dollars

    return in_currency(short_dollars(amount.nanos), amount.currency_code)


def exact_money(amount: Money) -> str:
    """ "$0.001230000": nine decimals always, for columns of amounts."""
    from nightdesk.amounts import dollars

    return in_currency(dollars(amount.nanos), amount.currency_code)


def in_currency(digits: str, currency: str) -> str:
    return f"${digits}" if currency in ("", "USD") else f"{digits} {currency}"


def day_and_time(moment: Timestamp) -> str:
    """In UTC, in which budgets and their periods are counted."""
    from datetime import UTC

    return moment.ToDatetime(tzinfo=UTC).strftime("%Y-%m-%d %H:%M UTC")


def when(moment: Timestamp) -> str:
    """Local date and time to the second."""
    from datetime import UTC

    local: datetime = moment.ToDatetime(tzinfo=UTC).astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S")


def seconds(duration: Duration) -> str:
    return f"{duration.ToNanoseconds() / NANOS:.2f} s"


def shorten(text: str, limit: int) -> str:
    """`text` on one line, cut to `limit` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"
