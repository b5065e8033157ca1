"""Whether a statement says that something is so, or that it is not."""

from __future__ import annotations

import re

_DOUBLE = re.compile(
    r"\bno(?:t)? (?:fewer|less|more|later|longer than|earlier) than\b|\bnot only\b|\bno matter\b|\bwhether or not\b"
    r"|\bdo not (?:forget|worry)\b|\bno problem\b|\bif not\b|\b(?:does|do|must|may|can) ?not exceed\b|\bno-show\w*"
    r"|^(?:if|when|once|after|until|unless|without)\b[^,]*,",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|cannot|without|neither|nor|none|nobody|nothing|unable|impossible|unavailable|unsupported"
    r"|withdrawn|discontinued|excluded|excludes|forbidden|prohibited|refused|rejected|except|instead of|apart from)\b"
    r"|n['\u2019]t\b",
    re.IGNORECASE,
)
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{one})\b", re.IGNORECASE), re.compile(rf"\b(?:{other})\b", re.IGNORECASE))
    for one, other in (
        ("before", "after"),
        ("on by default", "off by default"),
        ("at least|minimum|not? (?:fewer|less) than", "at most|maximum|up to|not? more than"),
        ("immediately|at once", "at the end|later"),
        ("kept", "refunded|returned|given back|deleted|erased"),
        ("enabled?|switch(?:ed)? on", "disabled?|switch(?:ed)? off"),
        ("required|mandatory|obligatory|must", "optional|not required|need not"),
        ("earlier|older", "later|newer"),
        ("free of charge|free", "fee|charged"),
        ("increased?|raised?", "decreased?|reduced?|lowered?"),
    )
)


def negated(text: str) -> bool:
    """Whether it holds a word that turns a statement around."""
    return _NEGATION.search(_DOUBLE.sub(" ", text)) is not None


def opposed(claim: str, text: str) -> bool:
    """Whether one has a word and the other only its opposite."""
    return any(
        (_only(one, other, claim) and _only(other, one, text)) or (_only(other, one, claim) and _only(one, other, text))
        for one, other in _OPPOSITES
    )


def _only(wanted: re.Pattern[str], unwanted: re.Pattern[str], text: str) -> bool:
    return wanted.search(text) is not None and unwanted.search(text) is None
