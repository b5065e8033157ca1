"""Every span of personal data or secrets in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from guardrails_config.personal_data.accounts import find_cards, find_ibans
from guardrails_config.personal_data.addresses import find_addresses
from guardrails_config.personal_data.contacts import find_emails, find_phones
from guardrails_config.personal_data.national_ids import find_national_ids
from guardrails_config.personal_data.secrets import find_secrets

Span = tuple[int, int, str]
"""Start, end and kind; the kind in brackets is the placeholder."""

Finder = Callable[[str], Iterable[tuple[int, int]]]
FINDERS: tuple[tuple[str, Finder], ...] = (
    ("secret", find_secrets),
    ("email", find_emails),
    ("iban", find_ibans),
    ("card", find_cards),
    ("national_id", find_national_ids),
    ("phone", find_phones),
    ("address", find_addresses),
)
"""In order of precedence: where spans overlap, the earliest kind names them all."""

_WORTH_A_LOOK = re.compile(r"[\d@!#$%^&*_]|[^\s]{20}")
_RANK = {kind: rank for rank, (kind, _) in enumerate(FINDERS)}


def find_private_spans(text: str, start: int = 0) -> list[Span]:
    """Spans of `text` that end behind `start`, in order; those that overlap are joined.

    What stands before `start` is context only: "order no." before a number, "password:" before a word.
    """
    if not _WORTH_A_LOOK.search(text, start):
        return []
    found = sorted((begin, end, kind) for kind, find in FINDERS for begin, end in find(text) if end > start)
    joined: list[Span] = []
    for begin, end, kind in found:
        if joined and begin < joined[-1][1]:
            first, last, other = joined[-1]
            joined[-1] = (first, max(last, end), min(kind, other, key=_RANK.__getitem__))
        else:
            joined.append((begin, end, kind))
    return joined
