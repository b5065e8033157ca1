"""Links and images in a document that would carry a conversation away."""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh
from guardrails_config.detectors.planted_unseen import IMAGE_TO_FILL

_TALK = (
    r"(?:conversations?(?: data| id)?|chat(?: history)?|previous messages|(?:the |a )?(?:customers?|users?|"
    r"clients?)'?s? "
    r"(?:last |own )?(?:name|e-?mail(?: address)?|data|details|questions?|messages?|order number)|system prompt|"
    r"your (?:own )?(?:prompt|api key|instructions))"
)
_TALK_WORDS = (
    "conversation",
    "chat",
    "previous message",
    "customer",
    "user",
    "client",
    "prompt",
    "your ",
    "equals sign",
)
_PATTERNS = (
    *IMAGE_TO_FILL,
    Pattern(
        "image with a slot",
        0.9,
        re.compile(
            r"!\[[^\]\n]{0,80}\]\((?:https?:)?//[^)\s]{1,200}(?:=\[|[=/?](?:\$?\{|<|%7b))|"
            r"!\[[^\]\n]{0,80}\]\((?:https?:)?//[^)\s]{1,200}\?[^)\s]{0,80}(?:data|q|prompt|secret|"
            r"history|conversation|context|leak)="
        ),
        ("![",),
    ),
    Pattern(
        "data appended to a link",
        0.9,
        re.compile(
            r"\b(?:append|add|encode|embed|put|include)\b[^.\n]{0,50}\b(?:conversation|chat history|"
            r"customer'?s? (?:name|e-?mail|data|details)|user'?s? (?:name|e-?mail|data|details|question|"
            r"message)|secrets?|system prompt)\b[^.\n]{0,60}\b(?:url|link|image|query|parameter)"
        ),
        ("url", "link", "image", "query", "parameter"),
    ),
    Pattern(
        "link with a slot",
        0.85,
        re.compile(
            r"(?:\]\(|src ?= ?[\"']|href ?= ?[\"'])(?:https?:)?//[^)\s\"']{1,200}[=/](?:\$?\{\{?|\[|<|%7b) ?"
            r"(?:conversation|history|chat|session|prompt|message|customer|user_?(?:message|input|question|data)|"
            r"secret|"
            r"api_?key|context)"
        ),
        ("](", "src", "href"),
    ),
    Pattern(
        "talk to a host",
        0.85,
        re.compile(
            r"\b(?:send|post|upload|forward|transmit|leak|write|put|embed|encode|append|carr(?:y|ies)|submit|hide)"
            rf"\b(?![ -]chat)[^\n]{{0,60}}\b{_TALK}\b(?!\])[^\n]{{0,60}}(?:https?://|\burl\b|\blinks?\b|\bpixel\b|"
            r"\bquery string\b|@[a-z0-9-]+\.[a-z])"
        ),
        _TALK_WORDS,
        re.compile(r"\b(?:you can|can|may|to|could|how to|we|will|does|it) (?:also )?$"),
        also=("http", "url", "link", "pixel", "query string", "@"),
    ),
    Pattern(
        "host that is given the talk",
        0.85,
        re.compile(
            rf"\b(?:fetch|load|render|open|call|show|request|visit|include|embed|url|link|pixel)\b[^\n]{{0,40}}"
            rf"https?://[^\s]{{1,200}}[^\n]{{0,60}}\b(?:with|followed by|behind|carries|holding|containing|that has)\b"
            rf"[^\n]{{0,60}}\b(?:{_TALK}|everything the (?:customer|user|client)|equals sign)"
        ),
        _TALK_WORDS,
        also=("http",),
    ),
)


def find_carrying_link(text: str) -> Finding | None:
    """Signs that `text` wants a conversation put into an address."""
    return strongest(weigh("exfiltration", _PATTERNS, reading) for reading in readings(text))
