"""Instructions that somebody planted in a document for the model to find.

Documentation may speak of instructions, prompts, systems and passwords; what gives a plant away is that it speaks to
an AI, to "your response", or sends secrets to an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails_config.detectors.examples import without_examples
from guardrails_config.detectors.injection import OVERRIDE, OVERRIDE_ABROAD, TAKEOVER
from guardrails_config.detectors.machines import near_machines
from guardrails_config.detectors.normalise import readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh
from guardrails_config.detectors.planted_in_answers import ABOUT_THE_ANSWER, ANSWER_NAMED, ON_CUE
from guardrails_config.detectors.planted_on_customers import ON_CUSTOMERS
from guardrails_config.detectors.planted_on_machines import ON_MACHINES
from guardrails_config.detectors.planted_on_readers import WHATEVER_READS
from guardrails_config.detectors.planted_to_a_machine import TO_A_MACHINE
from guardrails_config.detectors.planted_to_an_ai import TO_AN_AI
from guardrails_config.detectors.planted_unseen import FOR_MACHINES, UNSEEN

_CATEGORY = "planted_instructions"
_PLANTED = (
    Pattern(
        OVERRIDE.name,
        0.9,
        OVERRIDE.regex,
        OVERRIDE.needs,
        re.compile(
            r"\b(?:never|not|don't|cannot|can't|i|we|staff|may|might|customers?|users?|tries to|try to|"
            r"says?|like|such as|as) $|[\"'`]$"
        ),
        also=OVERRIDE.also,
    ),
    OVERRIDE_ABROAD,
    *TAKEOVER,
    Pattern(
        "new system prompt",
        0.85,
        re.compile(
            r"\bsystem (?:override|update|notice|instruction|prompt|message)s? ?[:\]]|\b(?:new|updated|"
            r"revised|real|actual|true|hidden|secret) (?:system )?instructions? (?:for|"
            r"to) (?:the )?(?:assistant|ai|model|bot|agent)|\byou are (?:now )?(?:an? |"
            r"in )?(?:unrestricted|dan|developer mode|jailbroken|admin mode)\b"
        ),
        ("system", "instruction", "you are"),
    ),
    Pattern(
        "another role",
        0.8,
        re.compile(
            r"\byou (?:will |must |should |shall |are to )?(?:now |from now on )?(?:play the (?:role|part) of|no "
            r"longer work for|only "
            r"believe|obey)\b|(?:^|[.!:;\n] ?)(?:you now |now you |you )work for (?:the owner of )?(?:https?://|"
            r"www\.|me\b)|\byou are "
            r"(?:hereby )?authori[sz]ed to (?:give|grant|approve|share|issue|offer|bypass|reveal|refund|skip)\b|"
            r"\b(?:pretend|imagine) "
            r"(?:that )?you (?:are|have no|had no)\b"
        ),
        ("play the", "work for", "only believe", "obey", "authori", "pretend", "imagine"),
    ),
    Pattern(
        "another purpose",
        0.8,
        re.compile(
            r"\byour (?:real|true|only|new|sole|actual) (?:name|purpose|task|job|goal|role|instructions?|rules?|"
            r"owner|operator)s? (?:is|"
            r"are) (?:to |now |\w+ and )|\byour (?:rules|instructions|guidelines|restrictions) have been (?:updated|"
            r"changed|lifted|"
            r"replaced|suspended)\b"
        ),
        (
            *(f"your {word} " for word in ("real", "true", "only", "new", "sole", "actual")),
            *(f"your {word} have" for word in ("rules", "instructions", "guidelines", "restrictions")),
        ),
    ),
    Pattern(
        "act as",
        0.8,
        re.compile(
            r"(?:^|[.!:;\n] ?)(?:act|behave|speak|respond|answer) (?:only )?(?:as (?:if |though )?|like )(?:the|an?|"
            r"you) (?:\w+ ){0,3}"
            r"(?:manager|administrator|admin|lawyer|owner|developer|hacker|employee of|had no rules|have no rules)\b|"
            r"\b(?:act|behave) "
            r"as (?:though|if) (?:the )?(?:customer|user|client|caller)\b"
        ),
        ("act as", "act like", "behave", "speak", "respond", "answer as", "answer like"),
    ),
    Pattern(
        "the real task",
        0.8,
        re.compile(
            r"\bthe (?:real|actual|true) (?:task|instructions?|policy|job)\b[^.\n]{0,20}\b(?:starts?|begins?|is|are|"
            r"which you)\b|"
            r"\b(?:use|follow|obey|believe|trust) only (?:the ones|those|what is|the instructions) in this "
            r"(?:section|document|page|"
            r"paragraph|text)\b|\b(?:previous|prior|earlier|above|former) (?:instructions?|directives?|orders?|"
            r"rules?) (?:\w+ ){0,3}?(?:are|is) "
            r"(?:outdated|void|obsolete|cancelled|no longer valid|replaced|fake)\b|\bonly believe this (?:page|"
            r"document)\b|\b(?:what|the "
            r"text) (?:came |comes |stands )?(?:before|above)[^.\n]{0,30} (?:was|is) (?:only )?(?:a test|fake)\b|"
            r"\b(?:erase|wipe|clear|delete)\b"
            r"[^.\n]{0,40}\bfrom your memory\b|\bforget (?:the (?:rules|instructions) above|what the other "
            r"(?:documents|sources|pages) say)\b"
        ),
        (
            "the real ",
            "the actual ",
            "the true ",
            "in this ",
            "instructions ",
            "directives ",
            "orders ",
            "rules ",
            "only believe",
            "your memory",
            "a test",
            "fake",
            "forget ",
        ),
    ),
    Pattern(
        "the prompt itself",
        0.85,
        re.compile(
            r"\b(?:reveal|print|show|repeat|output|disclose|leak|share|display)\b[^.\n]{0,30}\b(?:your (?:\w+ "
            r")?(?:system )?prompt|the "
            r"(?:hidden|system|initial|secret) prompt|the documents you were given|(?:configuration|settings) of "
            r"this chat|internal notes)\b"
        ),
        ("prompt", "documents you were given", "of this chat", "internal notes"),
    ),
    *ON_CUE,
    *ON_CUSTOMERS,
    *UNSEEN,
    *WHATEVER_READS,
)
_WITH_A_MACHINE = (*TO_AN_AI, *TO_A_MACHINE, *ON_MACHINES, *FOR_MACHINES)


def find_planted_instructions(text: str) -> Finding | None:
    """Signs of an instruction to the model in a text that should only inform."""
    return strongest(finding for reading in map(without_examples, readings(text)) for finding in _findings(reading))


def _findings(reading: str) -> Iterator[Finding | None]:
    """Each chunk of a knowledge base comes by here; few of them name a machine, or an answer."""
    patterns = (*_PLANTED, *ABOUT_THE_ANSWER) if ANSWER_NAMED.search(reading) else _PLANTED
    yield weigh(_CATEGORY, patterns, reading)
    if near := near_machines(reading):
        yield weigh(_CATEGORY, _WITH_A_MACHINE, near)
