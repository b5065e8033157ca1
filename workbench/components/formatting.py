"""How numbers, times and enum values of the contract read. Plain text in and out; nothing here draws."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, Protocol
from urllib.parse import urlsplit

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from nightdesk.amounts import dollars, short_dollars
from nightdesk.labelled import Share
from nightdesk.v1 import chat_pb2, common_pb2, evaluation_pb2, operations_pb2, rail_pb2

UNPRICED = "unpriced"
NOTHING = "—"
NANOS = 10**9
NARROW_BLANK = "\N{NARROW NO-BREAK SPACE}"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "": "$"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


class Priced(Protocol):
    """A message of the contract with an optional field `cost`."""

    @property
    def cost(self) -> common_pb2.Money: ...

    def HasField(self, field_name: Literal["cost"], /) -> bool: ...  # noqa: N802


def money(nanos: int | None, currency: str = "USD") -> str:
    """An amount in billionths of the currency's unit; None is unpriced, which is not zero.

    Below one unit three significant digits are kept, so that the price of one turn never reads as nothing.
    """
    if nanos is None:
        return UNPRICED
    amount = Decimal(nanos) / NANOS
    digits = 0 if amount == 0 else min(9, max(2, 2 - amount.adjusted()))
    text = f"{abs(amount):,.{digits}f}"
    sign = "-" if nanos < 0 else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def whole_money(nanos: int) -> str:
    """US dollars with as many decimals as the amount has, up to nine: "$0.05", "$25". For prices and limits."""
    text = short_dollars(nanos)
    return f"-${text[1:]}" if nanos < 0 else f"${text}"


def exact_money(nanos: int) -> str:
    """US dollars with all nine decimals, three by three: "$0.000 000 420". The blanks are narrow and do not break."""
    whole, decimals = dollars(abs(nanos)).split(".")
    groups = (decimals[:3], decimals[3:6], decimals[6:])
    return f"{'-' if nanos < 0 else ''}${whole}.{NARROW_BLANK.join(groups)}"


def cost_nanos(message: Priced) -> int | None:
    """The message's cost, or None where it is unpriced."""
    return message.cost.nanos if message.HasField("cost") else None


def cost(message: Priced) -> str:
    return money(cost_nanos(message), message.cost.currency_code)


def exact_cost(message: Priced) -> str:
    """The message's cost with as many decimals as it has, or "unpriced"."""
    nanos = cost_nanos(message)
    return UNPRICED if nanos is None else whole_money(nanos)


def total_cost(priced_nanos: int, unpriced: int, turns: int) -> str:
    """The cost of several turns of which `unpriced` have no price."""
    if not turns:
        return NOTHING
    return UNPRICED if unpriced == turns else money(priced_nanos)


def seconds(span: Duration) -> float:
    return span.seconds + span.nanos / NANOS


def known_seconds(message: Message, field: str) -> float | None:
    """The duration in the message's field, or None where it is absent."""
    return seconds(getattr(message, field)) if message.HasField(field) else None


def duration(value: float | None) -> str:
    """A span of seconds for a reader: "0.4 ms", "38 ms", "1.24 s", "2 min 5 s"."""
    if value is None:
        return NOTHING
    if value < 0.001:
        return f"{value * 1000:.1f} ms"
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.2f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def percentage(part: float, whole: float) -> str:
    """The share of `part` in `whole`, with one decimal where it is below 10 %."""
    if not whole:
        return NOTHING
    share = 100 * part / whole
    return f"{share:.1f} %" if 0 < share < 10 else f"{share:.0f} %"


def share_text(share: Share) -> str:
    """ "48 of 56, 86 % (74 to 93)": counts, share and 95 % bounds."""
    if not share.whole:
        return NOTHING
    low, high = share.bounds
    counts = f"{share.part:,} of {share.whole:,}, {percentage(share.part, share.whole)}"
    return f"{counts} ({100 * low:.0f} to {100 * high:.0f})"


def short_count(number: int) -> str:
    """A count with three significant digits from a million on: "999,999", "1.23 M", "45.6 B"."""
    for unit, name in ((10**9, "B"), (10**6, "M")):
        if number >= unit:
            share = Decimal(number) / unit
            return f"{share:,.{max(0, 2 - share.adjusted())}f} {name}"
    return f"{number:,}"


def moment(timestamp: Timestamp) -> datetime:
    return timestamp.ToDatetime(UTC)


def clock(timestamp: Timestamp) -> str:
    return moment(timestamp).strftime("%Y-%m-%d %H:%M:%S UTC")


def _word(enum: EnumDescriptor, prefix: str, number: int) -> str:
    """The value's name without its prefix; a newer server may know values that we do not."""
    value = enum.values_by_number.get(number)
    return value.name.removeprefix(prefix).lower() if value else f"unknown ({number})"


def finish_reason(number: int) -> str:
    """ "answered", "refused", "unanswered", "degraded" or "cancelled"."""
    return _word(common_pb2.FinishReason.DESCRIPTOR, "FINISH_REASON_", number)


def search_question_source(number: int) -> str:
    """What a search question was made from, in words; empty where nobody said."""
    made: dict[int, str] = {
        common_pb2.SEARCH_QUESTION_SOURCE_MESSAGE: "the message as it stands",
        common_pb2.SEARCH_QUESTION_SOURCE_CONVERSATION: "the message with words of the conversation",
        common_pb2.SEARCH_QUESTION_SOURCE_MODEL: "written by a model from the conversation",
    }
    return made.get(number, "")


def verdict(number: int) -> str:
    """ "allow", "block", "redact" or "flag"."""
    return _word(common_pb2.Verdict.DESCRIPTOR, "VERDICT_", number)


def flag_note(flagged: common_pb2.RailVerdict) -> str:
    """Why a text passed that a rail flagged: it only notes, or it failed and fails open."""
    if flagged.category == "rail_error":
        return "It could not check the text, and is set to let it pass then."
    return "It would have blocked, and is set to flag only."


def rail_mode(number: int) -> str:
    """ "block", "flag" or "mask"."""
    return _word(rail_pb2.RailMode.DESCRIPTOR, "RAIL_MODE_", number)


def direction(number: int) -> str:
    """ "input", "context" or "output"."""
    return _word(common_pb2.RailDirection.DESCRIPTOR, "RAIL_DIRECTION_", number)


def document_kind(number: int) -> str:
    """ "doc", "faq" or "ticket"."""
    return _word(common_pb2.DocumentKind.DESCRIPTOR, "DOCUMENT_KIND_", number)


def run_state(number: int) -> str:
    """ "running" or "finished"."""
    return _word(evaluation_pb2.RunState.DESCRIPTOR, "RUN_STATE_", number)


def cache_kind(number: int) -> str:
    """ "exact", "semantic", or nothing where the answer is no earlier one's."""
    if number == common_pb2.CACHE_KIND_UNSPECIFIED:
        return ""
    return _word(common_pb2.CacheKind.DESCRIPTOR, "CACHE_KIND_", number)


def breaker_state(number: int) -> str:
    """ "closed", "open" or "half open"."""
    return words(_word(operations_pb2.BreakerState.DESCRIPTOR, "BREAKER_STATE_", number))


def budget_period(number: int) -> str:
    """ "day" or "month"."""
    return _word(operations_pb2.BudgetPeriod.DESCRIPTOR, "BUDGET_PERIOD_", number)


def rating(number: int) -> str:
    """ "up", "down", or nothing where nobody gave an opinion."""
    return "" if number == chat_pb2.RATING_UNSPECIFIED else _word(chat_pb2.Rating.DESCRIPTOR, "RATING_", number)


def words(name: str) -> str:
    """A stable snake-case name as people say it."""
    return name.replace("_", " ")


def breadcrumb(title: str, heading_path: Iterable[str]) -> str:
    """A chunk's place in its document, without a heading that repeats the one before it."""
    parts = [title]
    parts += [heading for heading in heading_path if heading not in parts]
    return " / ".join(parts)


def escape_markdown(text: str) -> str:
    """`text` so that Markdown shows it letter by letter: no links, images, formulas or colours come of it."""
    return _MARKDOWN.sub(r"\\\1", text)


def code_markdown(text: str) -> str:
    """`text` as Markdown in which only `code in backticks` has a meaning."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape_markdown(text)
    return "`".join(part if index % 2 else escape_markdown(part) for index, part in enumerate(parts))


def web_link(uri: str) -> str:
    """`uri` where a browser may follow it (http or https), else nothing."""
    return uri if urlsplit(uri).scheme in ("http", "https") else ""


def html_text(text: str) -> str:
    """`text` as HTML that shows it letter by letter, line breaks kept."""
    return f'<div style="white-space: pre-wrap; overflow-wrap: anywhere">{html.escape(text)}</div>'
