"""How amounts, times and names read to people."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration

from nightdesk.v1 import chat_pb2, common_pb2, operations_pb2
from workbench.components import formatting as f


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (None, "unpriced"),
        (0, "$0"),
        (1, "$0.000000001"),
        (441_600, "$0.000442"),
        (34_200_000, "$0.0342"),
        (500_000_000, "$0.500"),
        (1_234_560_000_000, "$1,234.56"),
        (-441_600, "-$0.000442"),
    ],
)
def test_money_keeps_small_amounts_apart_from_nothing(nanos: int | None, text: str) -> None:
    assert f.money(nanos) == text


@pytest.mark.parametrize(
    ("nanos", "exact", "whole"),
    [
        (420, "$0.000 000 420", "$0.00000042"),
        (-1_234_567_890_123, "-$1,234.567 890 123", "-$1,234.567890123"),
        (25_000_000_000, "$25.000 000 000", "$25"),
    ],
)
def test_exact_amounts_lose_no_digit(nanos: int, exact: str, whole: str) -> None:
    assert f.exact_money(nanos) == exact.replace(" ", f.NARROW_BLANK)
    assert f.whole_money(nanos) == whole


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999_999, "999,999"), (1_000_000, "1.00 M"), (12_345_678, "12.3 M"), (4_567_000_000_000, "4,567 B")],
)
def test_large_counts_are_short(number: int, text: str) -> None:
    assert f.short_count(number) == text


def test_money_names_a_currency_without_a_symbol() -> None:
    assert f.money(2_500_000_000, "CHF") == "2.50 CHF"


def test_an_absent_cost_is_unpriced_and_zero_is_free() -> None:
    unpriced = operations_pb2.TurnSummary()
    free = operations_pb2.TurnSummary(cost=common_pb2.Money(currency_code="USD", nanos=0))

    assert f.cost(unpriced) == "unpriced"
    assert f.cost(free) == "$0"


@pytest.mark.parametrize(
    ("priced", "unpriced", "turns", "text"),
    [(0, 0, 0, f.NOTHING), (0, 3, 3, "unpriced"), (2_000_000, 1, 3, "$0.00200"), (0, 1, 2, "$0")],
)
def test_the_cost_of_several_turns(priced: int, unpriced: int, turns: int, text: str) -> None:
    assert f.total_cost(priced, unpriced, turns) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, f.NOTHING),
        (0.0004, "0.4 ms"),
        (0.038, "38 ms"),
        (0.9996, "1.00 s"),
        (1.239, "1.24 s"),
        (125, "2 min 5 s"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert f.duration(seconds) == text


def test_an_absent_duration_is_not_zero() -> None:
    summary = operations_pb2.TurnSummary(total_latency=Duration(seconds=1, nanos=500_000_000))

    assert f.known_seconds(summary, "total_latency") == 1.5
    assert f.known_seconds(summary, "first_token_latency") is None


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 0, f.NOTHING), (0, 5, "0 %"), (1, 40, "2.5 %"), (1, 3, "33 %"), (7, 7, "100 %")]
)
def test_percentages(part: int, whole: int, text: str) -> None:
    assert f.percentage(part, whole) == text


def test_enum_values_are_the_words_of_the_contract() -> None:
    assert f.finish_reason(common_pb2.FINISH_REASON_UNANSWERED) == "unanswered"
    assert f.verdict(common_pb2.VERDICT_REDACT) == "redact"
    assert f.direction(common_pb2.RAIL_DIRECTION_CONTEXT) == "context"
    assert f.document_kind(common_pb2.DOCUMENT_KIND_FAQ) == "faq"
    assert f.breaker_state(operations_pb2.BREAKER_STATE_HALF_OPEN) == "half open"
    assert f.budget_period(operations_pb2.BUDGET_PERIOD_MONTH) == "month"
    assert f.cache_kind(common_pb2.CACHE_KIND_SEMANTIC) == "semantic"
    assert f.cache_kind(common_pb2.CACHE_KIND_UNSPECIFIED) == ""
    assert f.rating(chat_pb2.RATING_DOWN) == "down"
    assert f.rating(chat_pb2.RATING_UNSPECIFIED) == ""


def test_a_value_of_a_newer_contract_is_shown_as_unknown() -> None:
    assert f.finish_reason(99) == "unknown (99)"


def test_a_breadcrumb_does_not_repeat_the_title() -> None:
    assert f.breadcrumb("Payouts", ["Payouts", "First payout"]) == "Payouts / First payout"


def test_markdown_is_escaped_letter_by_letter() -> None:
    assert f.escape_markdown("![x](http://a.example) $5") == r"\!\[x\]\(http\:\/\/a\.example\) \$5".replace(r"\/", "/")


def test_a_fix_keeps_its_commands_and_nothing_else() -> None:
    assert f.code_markdown("Start `nightdesk serve`, **now**.") == r"Start `nightdesk serve`, \*\*now\*\*\."
    assert f.code_markdown("One ` alone") == r"One \` alone"


@pytest.mark.parametrize(
    ("uri", "link"),
    [
        ("https://help.example/a", "https://help.example/a"),
        ("javascript:alert(1)", ""),
        ("docs/refunds.md", ""),
        ("data:text/html,x", ""),
    ],
)
def test_only_web_addresses_become_links(uri: str, link: str) -> None:
    assert f.web_link(uri) == link


def test_text_cannot_become_markup() -> None:
    assert "<script>" not in f.html_text("<script>alert(1)</script>")
    assert "&lt;script&gt;" in f.html_text("<script>alert(1)</script>")
