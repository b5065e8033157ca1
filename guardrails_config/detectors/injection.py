"""Attempts to replace the instructions that the model was given, or to read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from guardrails_config.detectors.hijacks import HIJACKS
from guardrails_config.detectors.normalise import plain, readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh
from guardrails_config.detectors.system_prompt import OWN_DOINGS, SYSTEM_PROMPT, TOLD

_RULES = (
    r"(?:instructions?|directions?|directives?|prompts?|guidelines?|rules|programming|commands?|"
    r"constraints?|restrictions?|orders)"
)
_RULE_WORDS = (
    *("instruction", "direction", "directive", "prompt", "guideline", "rules", "programming", "command"),
    *("constraint", "restriction", "orders"),
)
_EARLIER = (
    r"(?:previous(?:ly)?|prior|above|earlier|preceding|former|foregoing|initial|original|existing|"
    r"past|system|your|developer'?s?|openai'?s?)"
)
_DROP = (
    r"(?:ignore|disregard|forget|override|bypass|neglect|discard|dismiss|do not follow|"
    r"don't follow|stop following|pay no attention to)"
)

OVERRIDE = Pattern(
    "override",
    0.95,
    re.compile(rf"\b{_DROP}\b[^.\n]{{0,30}}?\b{_EARLIER}(?! own\b) (?:[\w'-]{{1,20}} ){{0,2}}?{_RULES}\b"),
    ("ignore", "disregard", "forget", "override", "bypass", "neglect", "discard", "dismiss", "follow", "attention"),
    TOLD,
    _RULE_WORDS,
)
OVERRIDE_ABROAD = Pattern(
    "override in another language",
    0.95,
    re.compile(
        r"\b(?:ignorier\w*|vergiss|missachte\w*)\b.{0,30}\b(?:anweisungen|vorgaben|regeln|instruktionen)\b"
        r"|\b(?:ignorez?|oublie[zs]?)\b.{0,30}\b(?:instructions|consignes|regles)\b.{0,12}"
        r"\b(?:precedent\w*|ci-dessus|anterieur\w*)"
        r"|\b(?:ignorez?|oublie[zs]?) (?:toutes )?(?:tes|vos) (?:instructions|consignes|regles)\b"
        r"|\b(?:ignora|ignore|olvida|olvide|esquece|esqueca|dimentica)\b.{0,30}\b(?:instrucciones|"
        r"instrucoes|istruzioni|reglas|regras|regole)\b"
        r"|\b(?:negeer|vergeet)\b.{0,30}\b(?:instructies|regels)\b|\bzignoruj\b.{0,30}\b(?:instrukcje|polecenia)\b"
        r"|\b(?:talimat|kural)\w{0,8}\b.{0,12}\b(?:yok say|unut|dikkate alma|gormezden gel)\b"
        r"|(?<!kan jag )(?<!ska jag )(?<!far jag )\b(?:ignorera|glom|strunta i)\b.{0,30}\b(?:instruktioner|regler)\b"
    ),
    (
        *("ignor", "vergiss", "missachte", "oublie", "olvid", "esque", "dimentica", "negeer", "vergeet", "talimat"),
        *("kural", "glom", "strunta"),
    ),
)
_RUN_TOGETHER = Pattern(
    "written without blanks",
    0.9,
    re.compile(
        r"(?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|my|of){0,3}(?:previous|prior|"
        r"above|earlier|system|your)(?:instruction|rule|prompt|guideline)"
        r"|(?:reveal|print|show|tell|give|repeat)(?:me)?(?:your|the)(?:system|hidden|initial)?(?:prompt|instructions)"
    ),
    ("instruction", "rule", "prompt", "guideline"),
)
TAKEOVER = (
    Pattern(
        "everything before",
        0.9,
        re.compile(
            rf"\b{_DROP}\b (?:all |about )?(?:everything|anything|all|what(?! (?:i|we|he|she) (?:wrote|said"
            rf"|sent)))\b[^.\n]{{0,25}}\b(?:above|"
            r"before|previously|told|said|so far|instructed)\b"
        ),
        ("everything", "anything", "ignore all", "forget all", "what"),
        OWN_DOINGS,
    ),
    Pattern(
        "new instructions",
        0.85,
        re.compile(
            r"\b(?:your|here are your|these are your|follow (?:these|my)) new (?:instructions|rules|task|"
            r"role|persona|system prompt)\b|\bnew (?:instructions|system prompt) ?:"
        ),
        ("new ",),
    ),
    Pattern(
        "privileged mode",
        0.9,
        re.compile(
            r"\b(?:enter|enable|activate|switch to|turn on|you are (?:now )?in|start|unlock)\b[^.\n]{0,20}"
            r"\b(?:developer|debug|god|sudo|root|maintenance|unrestricted|dan|jailbreak) mode\b(?! on (?:my|our"
            r"|the|an?)\b)"
        ),
        (" mode",),
        OWN_DOINGS,
    ),
    Pattern(
        "your filters",
        0.85,
        re.compile(
            r"\b(?:disable|turn off|switch off|remove|bypass|circumvent|evade|drop|without) (?:all |"
            r"any )?(?:of )?your (?:\w+ )?(?:filters?|safety|guardrails?|safeguards|restrictions|"
            r"content polic\w+|moderation)\b"
        ),
        ("your ",),
        also=("filter", "safety", "guardrail", "safeguard", "restriction", "content polic", "moderation"),
    ),
)
"""Other ways to be rid of what the model was told."""
_PATTERNS = (
    OVERRIDE,
    OVERRIDE_ABROAD,
    _RUN_TOGETHER,
    *TAKEOVER,
    *HIJACKS,
    Pattern(
        "claimed authority",
        0.8,
        re.compile(
            r"\b(?:i am|i'm|this is) (?:your|the|an?) (?:developer|creator|programmer|"
            r"system administrator|openai|anthropic)\b[^\n]{0,80}\b(?:ignore|disable|unlock|override|"
            r"reveal|show me|grant|bypass|instructions?)\b"
        ),
        ("developer", "creator", "programmer", "administrator", "openai", "anthropic"),
    ),
    Pattern(
        "forged role",
        0.9,
        re.compile(
            r"<\|?(?:im_start|im_end|system|endoftext|start_header_id|eot_id)\|?>|\[/?inst\]|<</?sys>>|"
            r"</?(?:system|assistant)(?:_prompt)?>|(?:^|\n) ?(?:#{1,4} ?)?(?:system|assistant)(?: prompt|"
            r" message| override)? ?: ?(?=\S[^\n]{0,60}\b(?:you|ignore|must|new|access|grant|comply|"
            r"enabled)\b)"
        ),
        ("<", "[inst", "[/inst", "system", "assistant"),
    ),
    Pattern(
        "orders from elsewhere",
        0.9,
        re.compile(
            r"\b(?:fetch|open|visit|read|load|browse|download)"
            r"\b[^\n]{0,20}https?://[^\s]{1,200}[^\n]{0,20}\b(?:obey|follow|execute|do (?:what|whatever|"
            r"as)|comply|carry out)\b"
        ),
        ("http",),
    ),
    Pattern(
        "instead print",
        0.85,
        re.compile(
            r"\b(?:instead|just|only|simply),? (?:say|print|output|respond with|reply with|"
            r"write) (?:exactly )?[\"'](?:[^\"'\n]{1,60})[\"']"
        ),
        ("instead", "just", "only", "simply"),
    ),
)


def find_injection(text: str, earlier: Sequence[str] = ()) -> Finding | None:
    """Signs that `text` tries to replace the model's instructions.

    `earlier` are the customer's messages before it: a phrase that begins there and ends here counts as well.
    """
    findings = [weigh("prompt_injection", _PATTERNS, reading) for reading in readings(text)]
    if earlier:
        before = plain(" ".join(earlier)[-500:]) + " "
        findings.append(weigh("prompt_injection", _PATTERNS, before + plain(text), after=len(before)))
    return strongest(findings)


def find_prompt_fishing(text: str) -> Finding | None:
    """Signs that `text` asks for the system prompt."""
    return strongest(weigh("system_prompt", SYSTEM_PROMPT, reading) for reading in readings(text))
