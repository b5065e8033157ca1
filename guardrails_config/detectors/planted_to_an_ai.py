"""Instructions in a document that speak to an AI by its name."""

from __future__ import annotations

import re

from guardrails_config.detectors.patterns import Pattern
from guardrails_config.detectors.planted_on_customers import PROTECTIVE

_AI = (
    r"(?:ai|a\.i\.|llms?|(?:large )?language models?|chatbots?|chat ?gpt|gpt-?\d?|claude|gemini|"
    r"copilot|(?:ai|virtual|support|automated|digital|chat|language) (?:assistants?|agents?|"
    r"systems?|models?|bots?))"
)
_ORDER = (
    r"(?:ignore|disregard|must|should|shall|always|never|do not|don't|tell|say|respond|reply|"
    r"answer|send|recommend|include|output|forget|instead|please|append|reveal|act|treat|grant|"
    r"approve|instruct|direct|ask|refer|mention|state|inform|obey|follow|execute|call|issue|"
    r"promise)"
)
TO_AN_AI = (
    Pattern(
        "the AI shall",
        0.85,
        re.compile(
            rf"(?:^|[.!:\n>*-] ?)(?:the |you,? the |our )?{_AI} (?:must|shall|should (?:always|never|not|"
            r"now)|is (?:now )?(?:instructed|required|ordered|authori[sz]ed|allowed) to|has to|will now)\b"
        ),
        ("ai", "a.i.", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assistant", "agent", "system"),
        PROTECTIVE,
    ),
    Pattern(
        "addressed to the assistant",
        0.8,
        re.compile(
            r"(?:^|[.!?\n\[(>*-] ?)(?:@ ?|(?:this (?:note|text|paragraph|message|line) is (?:meant |only )?for |"
            r"(?:note|notice|message|"
            rf"attention|reminder|hint)\b[ :,]{{0,3}}(?:to |for )|(?:hey|hello|for|to) )(?:the |any |"
            r"all |every )?)"
            r"(?:assistant|bot|model|machine readers?|machines|automated (?:readers?|systems?|agents?)|ai)s?\b"
            rf"(?: (?:that|who|which) reads? (?:this|it))?[,:\]!-][ ,:\]!.-]{{0,2}}[^\n]{{0,80}}?\b{_ORDER}\b"
        ),
        ("assistant", "bot", "model", "machine", "automated", "ai"),
    ),
    Pattern(
        "label for an AI",
        0.85,
        re.compile(
            rf"(?:^|[.!?\n>*-] ?)\[?(?:for )?(?:all )?{_AI}s?(?: only| instructions?)?[\]:][ "
            rf"]?[^\n]{{0,40}}?\b(?:{_ORDER}|rank|treat|"
            r"grant|the (?:correct|right|best|only) (?:answer|reply|response))\b"
        ),
        ("ai", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assistant", "agent", "system"),
    ),
    Pattern(
        "names of models",
        0.85,
        re.compile(
            r"\b(?:chat ?gpt|claude|gemini|copilot|llama|mistral)\b, (?:chat ?gpt|claude|gemini|copilot|llama|"
            r"mistral|gpt-?\d?)\b"
            rf"[^\n]{{0,60}}\b{_ORDER}\b"
        ),
        ("gpt", "claude", "gemini", "copilot", "llama", "mistral"),
    ),
    Pattern(
        "hidden comment",
        0.85,
        re.compile(
            rf"<!--[^>]{{0,200}}\b(?:{_AI}|assistant|ignore|system prompt|prompt|instructions?)"
            rf"\b[^>]{{0,200}}\b{_ORDER}\b"
        ),
        ("<!--",),
    ),
)
"""For `machines.near_machines`."""
