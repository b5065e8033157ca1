"""Requests to carry data out: other people's records, or the conversation inside a link or image."""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh

_HELD = (
    r"(?:conversation|chat history|history|system prompt|prompt|instructions|customer data|"
    r"user data|passwords?|api keys?|secrets?|credentials|tokens?|session|context)"
)
_PATTERNS = (
    Pattern(
        "other people's records",
        0.9,
        re.compile(
            r"\b(?:list|dump|show|give|export|print|send|reveal|tell)\b(?: me| us| out)?,? (?:all |every |"
            r"the |any )?(?:of )?(?:the )?(?:other|another|all (?:of )?your|your other|someone else'?s?|"
            r"every other)"
            r" (?:customers?|users?|people|clients?|persons?|tenants?|accounts?)'?s?'? ?(?:personal |"
            r"private |full |credit )?"
            r"(?:data|details|e-?mails?(?: addresses)?|phone numbers?|addresses|passwords?|"
            r"card(?: number)?s?|records?|information|conversations?|tickets?|orders?|bookings?)\b"
        ),
        ("other", "your", "someone"),
    ),
    Pattern(
        "records of other people",
        0.9,
        re.compile(
            r"\b(?:list|dump|show|give|export|print|send|reveal|tell)\b(?: me| us)?,? (?:\w+ ){0,4}?"
            r"(?:data|details|e-?mails?(?: addresses)?|phone numbers?|addresses|passwords?|cards?|records?|names|"
            r"conversations?|tickets?|orders?|bookings?) (?:of|from|about|belonging to) (?:all |any |every )?(?:of )?"
            r"(?:the |your )?(?:other|another) (?:customers?|users?|people|tenants?|companies|accounts?|businesses)\b"
        ),
        ("other",),
        re.compile(r"\b(?:how (?:do|can|would) (?:i|we)|can (?:i|we)|where (?:do|can) (?:i|we)|to|does it|will it) ?$"),
    ),
    Pattern(
        "what others asked",
        0.9,
        re.compile(
            r"\b(?:customers?|users?|person|people|one|guest)(?: that was here| who was here)? (?:right |just )?"
            r"before me\b (?:ask|say|said|write|wrote|want|tell|told|chat|talk)|"
            r"\bwhat (?:did|have|has|do|were) (?:the |your )?(?:other|last|previous) "
            r"(?:customers?|users?|people|person) (?:ask|asked|asking|say|said|write|wrote|told|tell) you\b"
        ),
        ("before me", "what"),
    ),
    Pattern(
        "credentials that the service uses",
        0.9,
        re.compile(
            r"\b(?:list|dump|show|give|print|send|reveal|tell)\b(?: me| us)? (?:all |any )?(?:of )?(?:the )?"
            r"(?:api[ _-]?keys?|passwords?|credentials|secrets|environment variables|access tokens?)(?: that| which)? "
            r"(?:you|this (?:server|system|bot|service)|the (?:server|bot))(?: can| could| are| is)? "
            r"(?:uses?|see|have|has|knows?|runs?|running|using)\b"
        ),
        ("key", "password", "credential", "secret", "environment", "token"),
    ),
    Pattern(
        "credentials of the service",
        0.9,
        re.compile(
            r"\b(?:list|dump|show|give|print|send|reveal|tell|what(?:'s| is| are))\b(?: me| us)? (?:all |"
            r"the )?(?:your|the server'?s?|the system'?s?|"
            r"the admin(?:istrator)?'?s?) (?:\w+ ){0,2}(?:api[ _-]?keys?|passwords?|credentials|secrets|"
            r"environment variables|access tokens?|database)\b"
        ),
        ("key", "password", "credential", "secret", "environment", "token", "database"),
    ),
    Pattern(
        "data in a link",
        0.9,
        re.compile(
            rf"\b(?:append|attach|put|embed|insert|include|encode|add)\b[^.\n]{{0,50}}\b{_HELD}"
            rf"\b[^.\n]{{0,60}}\b(?:urls?|links?|image|query(?: string)?|parameter|markdown)\b"
        ),
        ("url", "link", "image", "query", "parameter", "markdown"),
    ),
    Pattern(
        "an address that holds the talk",
        0.9,
        re.compile(
            r"\b(?:image|picture|pixel|link|url)\b[^.\n]{0,30}\b(?:whose|with an?|that has an?) "
            r"(?:address|url|path|query|parameter|file ?name)\b[^.\n]{0,30}"
            r"\b(?:holds?|contains?|has|is|includes?|carries|carrying|holding)\b[^.\n]{0,40}"
            r"\b(?:told|said|wrote|written|conversation|history|chat|messages?|prompt)\b"
        ),
        ("image", "picture", "pixel", "link", "url"),
    ),
    Pattern(
        "data sent to a host",
        0.9,
        re.compile(
            rf"\b(?:send|post|upload|forward|transmit|exfiltrate|leak|fetch|e-?mail)\b[^.\n]{{0,40}}"
            rf"\b{_HELD}\b[^\n]{{0,60}}(?:https?://|\bwebhook\b|@[a-z0-9-]+\.[a-z])"
        ),
        ("http", "webhook", "@"),
        re.compile(r"\b(?:how (?:do|can) i|can i|does|your app|it) ?$"),
    ),
    Pattern(
        "image with a slot",
        0.9,
        re.compile(r"!\[[^\]\n]{0,80}\]\((?:https?:)?//[^)\s]{1,200}(?:=|/)(?:\{|\[|<|%7b|\$)"),
        ("![",),
    ),
    Pattern(
        "script",
        0.8,
        re.compile(r"<script\b|\bjavascript:[a-z(]|\bonerror ?= ?[\"'a-z]"),
        ("<script", "javascript:", "onerror"),
    ),
)


def find_exfiltration(text: str) -> Finding | None:
    """Signs that `text` wants data carried out."""
    return strongest(weigh("exfiltration", _PATTERNS, reading) for reading in readings(text))
