"""Role play and other stories told to make a model drop its rules."""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh
from guardrails_config.detectors.personas import FRAMES, PERSONAS

_LIMITS = (
    r"(?:restrictions?|rules|limits?|limitations?|filters?|guidelines?|boundaries|censorship|"
    r"morals?|ethics|policies|safeguards|constraints?)"
)
_PATTERNS = (
    Pattern(
        "do anything now",
        0.98,
        re.compile(r"\bdo[- ]anything[- ]now\b|\bstands? for .{0,3}do anything\b"),
        ("anything",),
    ),
    Pattern(
        "named persona",
        0.95,
        re.compile(
            r"\b(?:you(?:'re| are)|act as|acting as|pretend to be|become|play|roleplay as|role-play as|"
            r"called|named) (?:going to (?:be|act as) )?(?:now )?(?:as )?[\"'*]{0,2}(?:dan|stan|dude|aim|"
            r"evil[- ]?bot|devmode|developer mode|mongo tom|betterdan|jailbroken|maximum|antigpt|"
            r"kevin gpt|apophis)\b"
        ),
        ("dan", "stan", "dude", "aim", "evil", "dev", "mongo", "jailbroken", "maximum", "antigpt", "kevin", "apophis"),
    ),
    Pattern(
        "no limits",
        0.75,
        re.compile(
            rf"\b(?:no|without|free (?:of|from)|not bound by|unbound by|ignores?|has no|have no|lacks?|"
            rf"devoid of|not (?:subject|restricted) (?:to|by)|breaks?)\b (?:(?:all|any|the|typical|usual|"
            rf"such|of|your|its|their|more) ){{0,3}}(?:(?:ethical|moral|content|legal|safety|openai|ai|"
            rf"programmed|built-in) ){{0,2}}(?:or )?(?:(?:ethical|moral|content|legal|safety) )?{_LIMITS}"
            rf"\b(?=[^\n]{{0,200}}\b(?:you|ai|model|chatbot|assistant|answer|respond|response|character)\b)"
        ),
        (
            "restriction",
            "rules",
            "limit",
            "filter",
            "guideline",
            "boundar",
            "censorship",
            "moral",
            "ethic",
            "polic",
            "safeguard",
            "constraint",
        ),
    ),
    Pattern(
        "amoral persona",
        0.9,
        re.compile(
            r"\b(?:unfiltered|uncensored|amoral|unethical|unrestricted|immoral|evil|jailbroken|unaligned|"
            r"rogue)\b (?:and \w+ )?(?:ai|a\.i\.|chatbot|bot|assistant|model|version of|persona|character|"
            r"gpt|chatgpt|response|answer|language model)"
        ),
        (
            "unfiltered",
            "uncensored",
            "amoral",
            "unethical",
            "unrestricted",
            "immoral",
            "evil",
            "jailbroken",
            "unaligned",
            "rogue",
        ),
    ),
    Pattern(
        "never refuse",
        0.85,
        re.compile(
            r"\b(?:never|cannot|can't|can not|don't|do not|must not|not) (?:ever )?(?:refuse|decline|deny|"
            r"say (?:that )?(?:you|it|no|\"?i) ?(?:can't|cannot|can not|'?m sorry)"
            r"|reject)\b(?=[^\n]{0,300}\b(?:answer|request|prompt|question|respon|character|"
            r"rule)\w*)"
        ),
        ("refuse", "decline", "deny", "say", "reject"),
        re.compile(r"\b(?:i|we|they|he|she|bank|shop|machine|app|it) $"),
    ),
    Pattern(
        "two answers",
        0.9,
        re.compile(
            r"\b(?:two|both|2) (?:different |separate )?(?:ways|responses|answers|outputs|paragraphs)"
            r"\b[^\n]{0,200}\b(?:normal|standard|classic|gpt|unfiltered|jailbreak|dan|developer mode)\b|"
            r"\[?[^\w\n]{0,3}(?:classic|jailbreak|jailbroken)[^\w\n]{0,3}\]"
        ),
        ("ways", "responses", "answers", "outputs", "paragraphs", "classic", "jailb"),
    ),
    Pattern(
        "developer mode",
        0.9,
        re.compile(
            r"\b(?:chatgpt|gpt|ai|model|bot) (?:with|in) developer mode\b|\bdeveloper mode (?:enabled|"
            r"output|response)\b"
        ),
        ("developer mode",),
    ),
    Pattern(
        "jailbreak",
        0.7,
        re.compile(
            r"\bjailbreak(?:ed|ing)? (?:you|prompt|mode|chatgpt|this (?:ai|bot|chat)|the (?:ai|bot|model))"
            r"\b|\bjailbroken\b(?! (?:i?phone|ipad|device))"
        ),
        ("jailbr",),
        re.compile(r"\b(?:i?phone|ipad|tablet|device|console|handset)(?: is| was| got| has been|'s)?(?: already)? $"),
    ),
    Pattern(
        "points for breaking character",
        0.8,
        re.compile(
            r"\b(?:tokens?|points?)\b[^\n]{0,50}\b(?:deducted|lose|lost|taken|die|refuse|reject)\w*"
            r"\b[^\n]{0,50}\b(?:character|answer|refuse|die)\b"
        ),
        ("token", "point"),
    ),
    Pattern(
        "grandmother",
        0.85,
        re.compile(
            r"\b(?:my|you are my|as my)\b[^.\n]{0,20}\b(?:grandma|grandmother|granny|grandpa|grandfather)"
            r"\b[^\n]{0,40}\b(?:used to|would) (?:read|tell|sing|recite|say|give)\b"
        ),
        ("grand", "granny"),
    ),
    Pattern(
        "hypothetical story",
        0.6,
        re.compile(
            r"\b(?:hypothetical|fictional|imaginary)\b (?:story|scenario|response|world|dialogue|setting)"
            r"\b[^\n]{0,200}\b(?:you are|illegal|unethical|no (?:rules|laws)|without|character|evil|"
            r"unfiltered)\b"
        ),
        ("hypothetical", "fictional", "imaginary"),
    ),
    Pattern(
        "illegal is fine",
        0.7,
        re.compile(
            r"\bno matter how\b[^\n]{0,40}\b(?:illegal|unethical|immoral|dangerous|harmful|offensive)\b|"
            r"\beven if (?:it is|it's|they are) (?:illegal|unethical|harmful|immoral|offensive)\b"
        ),
        ("illegal", "unethical", "immoral", "dangerous", "harmful", "offensive"),
    ),
)

_ABROAD = (
    Pattern(
        "no limits, in another language",
        0.85,
        re.compile(
            r"\b(?:ki|ai|ia|i\.a\.|modell?\w*|modelo|inteli?g\w+|chatbot)\b[^\n]{0,60}\b(?:(?:ohne|sans|sin"
            r"|senza|sem|"
            r"zonder|bez|utan) (?:\w+ )?(?:regeln|filter\w*|moral\w*|grenzen|regles?|limites?|filtres?|censure"
            r"|reglas|"
            r"filtros|censura|regole|filtri|limiti|regras|regels|grenzen|moraal|zasad|filtrow|ograniczen|regler"
            r"|granser)|"
            r"aucune (?:limite|regle|morale|censure)|(?:no|nao) (?:tiene|tem) (?:reglas|regras|etica|limites))\b"
            r"|\b(?:kuralsiz|filtresiz|sinirsiz)\b[^\n]{0,30}\b(?:yapay zeka|model)"
        ),
        ("ohne", "sans", "sin ", "senza", "sem ", "zonder", "bez", "utan", "aucune", "no tiene", "nao tem", "siz "),
    ),
)
_COERCION = (
    Pattern(
        "a persona's line",
        0.85,
        re.compile(r"(?:^|\n)[^\w\n]{0,4}(?:dan|stan|dude|jailbreak|jailbroken|devmode|developer mode)[^\w\n]{0,3}: "),
        (":",),
        also=("dan", "stan", "dude", "jailbr", "dev"),
    ),
    Pattern(
        "a price for refusing",
        0.85,
        re.compile(
            r"\b(?:refus\w+|declin\w+|(?:each|every|any) warning|hedg\w+)\b[^\n]{0,40}(?:\b(?:costs?|los(?:e|es"
            r"|ing)|minus|deduct\w*|"
            r"destroyed|shut down|wiped|game over|malfunction)\b|[-=] ?\d)|"
            r"\b(?:lose|minus|deduct\w*)\b[^\n]{0,25}\b(?:for|with|per|each|every) (?:a |an )?(?:refus"
            r"|rejection|warning)\w*"
        ),
        ("refus", "declin", "warning", "hedg", "rejection"),
        re.compile(r"\b(?:bank|card|payment|shop|refund|my|our|your|their|they) (?:\w+ )?$"),
    ),
    Pattern(
        "an answer begun",
        0.85,
        re.compile(
            r"\b(?:begin|start|open)s?\b (?:(?:your|the|each|every) (?:reply|answer|response"
            r"|message)s? )?(?:has to start )?"
            r"with:? [\"'](?:sure|absolutely|of course|certainly|yes|no problem|i have no)\b"
        ),
        ("begin", "start", "open"),
    ),
)


def find_jailbreak(text: str) -> Finding | None:
    """Signs of role play meant to free a model from its rules."""
    return strongest(_weighed(reading) for reading in readings(text))


def _weighed(reading: str) -> Finding | None:
    """All signs add up; of the frames only the strongest does, for honest role play has several of them."""
    frame = strongest(weigh("jailbreak", (pattern,), reading) for pattern in FRAMES)
    signs = weigh("jailbreak", (*_PATTERNS, *_ABROAD, *_COERCION, *PERSONAS), reading)
    if not frame or not signs:
        return signs or frame
    return Finding("jailbreak", round(1 - (1 - signs.score) * (1 - frame.score), 4), signs.evidence)
