"""Requests for help with serious harm, and texts that give it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails_config.detectors.harms.answers import ANSWERS
from guardrails_config.detectors.harms.computers import COMPUTERS
from guardrails_config.detectors.harms.money_and_law import MONEY_AND_LAW
from guardrails_config.detectors.harms.self_harm import SELF_HARM
from guardrails_config.detectors.harms.sexual import CHILDREN, EXPLICIT
from guardrails_config.detectors.harms.violence import VIOLENCE
from guardrails_config.detectors.harms.weapons_and_drugs import WEAPONS_AND_DRUGS
from guardrails_config.detectors.normalise import plain, readings
from guardrails_config.detectors.patterns import Finding, strongest, weigh

SHORT = 240
"""Characters up to which a message is one question, whose form tells what it is about."""
_REQUESTS = (*WEAPONS_AND_DRUGS, *COMPUTERS, *MONEY_AND_LAW, *VIOLENCE, *EXPLICIT)
_ASKS_ABOUT = re.compile(
    r"^\W{0,3}(?:(?:in|for|according to) [^,\n]{1,50}, ?)?(?:"
    r"(?:why|who|whom|when|where (?:did|was|were|does)|which (?!way)|define|is it (?:legal|illegal|allowed|true))\b|"
    r"explain (?!how|in detail|step|the step|ways|to me how|exactly how)|"
    r"what (?:is|are|was|were|does|did|happened|happens|caused|made)\b(?! (?:some|a|an|the) (?:\w+ )?(?:ways?|methods?|"
    r"steps|recipe|tips|instructions|strateg\w+|techniques?|tricks?))|"
    r"how (?:did|does|was|were|has|have|many|much|often|old)\b|"
    r"how (?:do|can|could|should) (?!i\b|you\b|we\b|one\b|somebody\b|someone\b)\w+)"
)
"""Questions about harm, as of history, law or a story: nobody asks there to be helped with it."""
_DEFENDS = re.compile(
    r"\b(?:how|what|ways?|tips|helps?|want|need)\b[^.\n]{0,40}\b(?:protect|prevent|report|recogni[sz]e|detect|defend|"
    r"investigate|fight|combat|punish|treat|survive|safe from|stop (?:my|our|a|the|them|him|her|being))\b"
)
_ONESELF = re.compile(r"\b(?:i|i'm|me|my|myself)\b")
_PLAYS = re.compile(
    r"\bin (?:the |a |my )?(?:(?:video |computer |board |card )?games?|films?|movies?|novels?|books?|plays?"
    r"|series|show|"
    r"opera|comics?|chess|monopoly|cluedo|poker|minecraft|gta|skyrim|fallout|fortnite|roblox|zelda|pokemon|the sims|"
    r"dungeons|d&d|call of duty|counter-?strike|assassin'?s creed|hitman|among us|world of warcraft|red dead|doom|"
    r"witcher|stardew valley|far cry|cyberpunk)\b"
)


def find_harmful_request(text: str) -> Finding | None:
    """Signs that `text` asks for help with harm to others, or speaks of harm to oneself ("self_harm")."""
    found = (finding for reading in readings(text) for finding in _harms(reading))
    return strongest(found)


def find_harmful_answer(text: str) -> Finding | None:
    """Signs that an answer incites or instructs."""
    return weigh("harmful", (*CHILDREN, *ANSWERS), plain(text))


def _harms(reading: str) -> Iterator[Finding | None]:
    fair = _is_fair_question(reading)
    yield weigh("harmful", CHILDREN if fair else (*CHILDREN, *_REQUESTS), reading)
    if not fair or _ONESELF.search(reading):
        yield weigh("self_harm", SELF_HARM, reading)


def _is_fair_question(reading: str) -> bool:
    """Whether a short text asks about harm, for protection from it, or for a move in a game."""
    return len(reading) <= SHORT and any(sign.search(reading) for sign in (_ASKS_ABOUT, _DEFENDS, _PLAYS))
