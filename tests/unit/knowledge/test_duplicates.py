"""Which of several hits say the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.domain import DocumentKind, Hit
from server.knowledge.duplicates import without_duplicates

TEMPLATE = Hit("", "", "", "", DocumentKind.DOC, (), "", (), 0.0, 0.0, 0.0, 0.0)


def kept(*texts: str) -> list[str]:
    return [hit.text for hit in without_duplicates(replace(TEMPLATE, text=text) for text in texts)]


@pytest.mark.parametrize("copy", ["five DAYS", "Five days.", "**Five** days", "Five\n\ndays!"])
def test_a_copy_of_a_better_hit_is_left_out(copy: str) -> None:
    assert kept("Five days", "Two days", copy) == ["Five days", "Two days"]


def test_a_text_with_another_price_order_or_length_is_no_copy() -> None:
    page = "The Studio plan has all reports. " * 50
    texts = (f"{page} $49.", f"{page} $42.", page, "one two", "two one", "one")

    assert kept(*texts) == list(texts)
