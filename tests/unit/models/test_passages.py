"""How passages are cut into statements that can be shown."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import DocumentKind, Hit
from server.models.passages import Statement, split_statements


def hit(
    text: str,
    kind: DocumentKind = DocumentKind.DOC,
    title: str = "Payouts",
    heading_path: tuple[str, ...] = (),
    score: float = 1.0,
    updated_at: datetime | None = None,
) -> Hit:
    return Hit("c", "d", title, "", kind, heading_path, text, (), score, score, score, score, updated_at)


def shown(text: str, kind: DocumentKind = DocumentKind.DOC) -> list[str]:
    return [statement.text for statement in split_statements([hit(text, kind)])]


def test_prose_is_cut_at_sentences_and_loses_its_markup() -> None:
    text = (
        "Open **Settings**, `Pay`, e.g. on a [computer](http://x). The fee is 1.2% (at least $0.50).\n\nIt is *final*!"
    )
    assert shown(text) == [
        "Open Settings, Pay, e.g. on a computer.",
        "The fee is 1.2% (at least $0.50).",
        "It is final!",
    ]


def test_wrapped_lines_are_joined_and_lines_that_stand_alone_are_not() -> None:
    wrapped = (
        "A payout is the transfer of your balance to\nyour bank account, which the provider makes on\nbusiness days."
    )
    rows = "R-11 Battery low Connect the cable\nR-21 Bluetooth lost Move closer\nR-34 Housing opened Replace it"
    assert shown(wrapped) == [wrapped.replace("\n", " ")]
    assert shown(rows) == [f"{row}." for row in rows.split("\n")]


def test_a_row_is_read_with_its_header() -> None:
    prices = "| | Solo | Studio |\n|---|---|---|\n| Monthly | $19 | $49 |\n| Yearly | $190 | |"
    codes = "| Code | Meaning |\n|:--|--:|\n| P-01 | Account closed |"
    assert shown(prices) == ["Monthly — Solo: $19; Studio: $49.", "Yearly — Solo: $190."]
    assert shown(codes) == ["P-01 — Account closed."]


def test_an_item_keeps_the_sentence_that_introduces_its_list() -> None:
    text = "The money needs time:\n\n- Euro area: **3 days**\n- United States: 2 days;\n\nAfterwards it is yours."
    assert [(item.lead, item.text) for item in split_statements([hit(text)])] == [
        ("The money needs time:", "Euro area: 3 days."),
        ("The money needs time:", "United States: 2 days."),
        ("", "Afterwards it is yours."),
    ]


def test_few_steps_stay_together() -> None:
    assert shown("1. Open the page.\n2. Press Refund\n   and confirm") == [
        "1. Open the page. 2. Press Refund and confirm."
    ]


def test_code_is_shown_without_its_fences() -> None:
    assert shown("Call it:\n\n```sh\ncurl http://x\n```") == ["curl http://x."]


def test_headings_are_context_and_the_date_of_the_page_is_no_statement() -> None:
    text = "Last updated: 2 February 2026\n\n## Instant payouts\n\nThe fee is 1.2%."
    [statement] = split_statements([hit(text, heading_path=("Money",))])
    assert statement == Statement("The fee is 1.2%.", 0, 0, "", "Payouts Money Instant payouts")


def test_the_answer_of_an_faq_is_one_statement() -> None:
    faq = hit("Open Billing. Press Refund.", DocumentKind.FAQ, title="Can I refund it?")
    assert split_statements([faq]) == [Statement("Open Billing. Press Refund.", 0, 0, "", "Can I refund it?")]


def test_an_answer_that_leans_on_its_question_is_shown_below_it() -> None:
    faq = hit("No. Only the Owner can.", DocumentKind.FAQ, title="Can I refund it?")
    assert [statement.lead for statement in split_statements([faq])] == ["Can I refund it?"]


def test_of_a_ticket_only_the_agents_words_are_read() -> None:
    ticket = (
        "my card is 4111 1111 1111 1111\n\nAgent: Hello Dana,\nthe lock ends after 20 minutes.\n\nKind regards\nTomasz"
        "\n\nCustomer: my address is 14 Sample Lane\n\nsecond paragraph\n\nAgent: Noted."
    )
    assert shown(ticket, DocumentKind.TICKET) == ["the lock ends after 20 minutes.", "Noted."]


@pytest.mark.parametrize("text", ["", "\n\n", "| |\n|---|", "|---|", "#", "- ", "|", "1. ", "| a |", "***", "1. \n2. "])
def test_text_without_content_gives_nothing_to_say(text: str) -> None:
    assert shown(text) == []


@given(text=st.text("ab1 .:|-*#`[]()\n", max_size=80), kind=st.sampled_from(DocumentKind))
def test_no_text_breaks_the_splitter_and_no_statement_is_blank(text: str, kind: DocumentKind) -> None:
    assert all(any(character.isalnum() for character in statement) for statement in shown(text, kind))
