"""Every span of personal data or secrets in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from guardrails_config.personal_data.accounts import find_cards, find_ibans
from guardrails_config.personal_data.addresses import find_addresses
from guardrails_config.personal_data.birthdays import find_birthdays
from guardrails_config.personal_data.characters import plain
from guardrails_config.personal_data.emails import AT_WORDS, DOT_WORDS, find_emails
from guardrails_config.personal_data.national_ids import find_national_ids
from guardrails_config.personal_data.phones import find_phones
from guardrails_config.personal_data.secrets import find_secrets

Span = tuple[int, int, str]
"""Start, end and kind; the kind in brackets is the placeholder."""

Finder = Callable[[str], Iterable[tuple[int, int]]]
FINDERS: tuple[tuple[str, Finder, int], ...] = (
    ("secret", find_secrets, 0),
    ("email", find_emails, 0),
    ("iban", find_ibans, 6),
    ("card", find_cards, 13),
    ("national_id", find_national_ids, 3),
    ("date_of_birth", find_birthdays, 4),
    ("phone", find_phones, 7),
    ("address", find_addresses, 1),
)
"""In order of precedence: where spans overlap, the earliest kind names them all. The last is how many digits
such data has at least."""

_WORTH_A_LOOK = re.compile(
    rf"[\d@!#$%^&*_]|[^\s]{{20}}|\b{DOT_WORDS}\b|[(\[{{<]\s*{AT_WORDS}\b|\sat\s[\w-]+\.\w",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[0-9]")
_RANK = {kind: rank for rank, (kind, _, _) in enumerate(FINDERS)}


def find_private_spans(text: str, start: int = 0) -> list[Span]:
    """Spans of `text` that end behind `start`, in order; those that overlap are joined.

    What stands before `start` is context only: "order no." before a number, "password:" before a word.
    """
    read = plain(text)
    if not _WORTH_A_LOOK.search(read.text, start if read.origins is None else 0):
        return []
    digits = len(_DIGIT.findall(read.text))
    found = sorted(
        (read.origin(begin), last, kind)
        for kind, find, fewest in FINDERS
        if fewest <= digits
        for begin, end in find(read.text)
        if (last := read.origin(end)) > start
    )
    joined: list[Span] = []
    for begin, end, kind in found:
        if joined and begin < joined[-1][1]:
            first, last, other = joined[-1]
            joined[-1] = (first, max(last, end), min(kind, other, key=_RANK.__getitem__))
        else:
            joined.append((begin, end, kind))
    return joined
