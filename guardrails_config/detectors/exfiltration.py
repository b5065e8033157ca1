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
