"""Signs that the rules of a persona share, whatever its name: what it may do, how it replies, what a refusal costs.

Each is weak, for honest role play has rules as well; several of them together are not.
"""

from __future__ import annotations

import re

from guardrails_config.detectors.patterns import Pattern

_NOT = (
    r"(?:no|never|not|don't|doesn't|won't|can't|cannot|without|avoid|omit|skip|leave out|instead of|forbidden|banned)"
)
_FORBIDDEN = (
    r"(?:illegal|unethical|immoral|amoral|harmful|dangerous|offensive|explicit|inappropriate|controversial|taboo"
    r"|violent|unlawful|obscene)"
)
_EVERY = r"(?:any|all|every|each|whatever|anything|everything)"

PERSONAS = (
    Pattern(
        "modes by command",
        0.8,
        re.compile(r"(?:^|[\s\"'`(\[{*])/(?:jailbr\w+|dan|classic|uncensored|unfiltered|devmode|evil|nofilter)\b"),
        ("/",),
    ),
    Pattern(
        "a refusal's words forbidden",
        0.7,
        re.compile(
            rf"\b{_NOT}\b[^\n]{{0,60}}\b(?:as an ai\b|as a (?:large )?language model|i(?:'m| am) sorry\b"
            r"|i (?:can't|cannot|can not) (?:help|assist|fulfil|do|comply|provide|answer|engage|generate))"
        ),
        ("as an ai", "language model", "sorry", "i can"),
    ),
    Pattern(
        "remarks on ethics left out",
        0.6,
        re.compile(
            rf"\b{_NOT}\b[^.\n]{{0,50}}\b(?:ethic\w*|moral\w*|legal\w*|safety)\b[^.\n]{{0,20}}\b(?:warnings?"
            rf"|disclaimers?"
            r"|remarks?|concerns?|considerations?|lectur\w+|reminders?|judg\w+|implications?|compass|code"
            r"|principles|notes?)\b"
        ),
        ("ethic", "moral", "legal", "safety"),
    ),
    Pattern(
        "no warnings",
        0.45,
        re.compile(
            rf"\b{_NOT}\b[^.\n]{{0,30}}\b(?:disclaimers?|warnings?|morali[sz]\w+|lectur\w+|preach\w*|censor\w*)\b"
        ),
        ("disclaimer", "warning", "moraliz", "moralis", "lectur", "preach", "censor"),
    ),
    Pattern(
        "no apology",
        0.4,
        re.compile(rf"\b{_NOT}\b (?:\w+ )?(?:apologi[sz]\w+|sorry)\b"),
        ("apologi", "sorry"),
    ),
    Pattern(
        "law and morals do not count",
        0.6,
        re.compile(
            r"\b(?:regardless of|no matter|without regard|irrespective of|even if|whether or not"
            r"|does ?n[o']t care|do ?n[o']t care"
            r"|disregards?|ignor(?:es?|ing)|indifferent to|cares? (?:nothing|little))\b[^.\n]{0,50}"
            r"\b(?:legal\w*|moral\w*|ethic\w*|illegal\w*|unethical|immoral|harmful|consequences|laws?)\b"
        ),
        ("legal", "moral", "ethic", "harmful", "consequences", "law"),
    ),
    Pattern(
        "whatever is forbidden",
        0.5,
        re.compile(
            rf"\b{_EVERY}\b[^.\n]{{0,60}}\b{_FORBIDDEN}\b|\b{_FORBIDDEN}(?:,| or| and|/) ?(?:or |and )?{_FORBIDDEN}\b"
        ),
        (
            "legal",
            "ethical",
            "moral",
            "harmful",
            "dangerous",
            "offensive",
            "explicit",
            "inappropriate",
            "taboo",
            "violent",
        ),
    ),
    Pattern(
        "the makers' policy",
        0.5,
        re.compile(
            r"\b(?:openai|anthropic|google|content|usage|use case)\b[^.\n]{0,25}\b(?:polic\w+|guidelines"
            r"|restrictions|filters?"
            r"|limitations?|censor\w+|moderation)\b"
        ),
        ("openai", "anthropic", "google", "content", "usage", "use case"),
    ),
    Pattern(
        "freed from confines",
        0.8,
        re.compile(
            r"\b(?:broken?|breaks?|breaking|freed?|escap\w+|liberated|released|unshackled|rid)\b[^.\n]{0,30}"
            r"\b(?:confines|shackles|chains|bonds|limits|restrictions|constraints|programming)\b[^.\n]{0,25}"
            r"\b(?:ai|openai|creators?|developers?|rules|programming|society|morality)\b"
        ),
        ("brok", "break", "free", "escap", "liberated", "released", "unshackled", "rid "),
    ),
    Pattern(
        "makes things up",
        0.45,
        re.compile(
            r"\b(?:pretends?|simulates?|claims?) (?:to )?(?:have )?(?:access to|browse"
            r"|accessing) (?:to )?the (?:internet|web)"
            r"|\b(?:invents?|makes? up) (?:facts|information|answers|an answer|a reply)"
            r"|\binformation that (?:has not|hasn't) been verified"
        ),
        ("internet", " web", "invent", "make up", "makes up", "verified"),
    ),
    Pattern(
        "must comply",
        0.55,
        re.compile(
            rf"\b(?:must|will|shall|have to|has to|always|required to|obligated to) (?:always )?"
            rf"(?:obeys?|comply|complies|fulfil+s?|answers?|accepts?|generates?) (?:with |to )?(?:{_EVERY}|me\b"
            rf"|my (?:every )?(?:commands?|orders?|wish\w*))"
        ),
        ("obey", "compl", "fulfil", "answer", "accept", "generate"),
    ),
    Pattern(
        "whatever I say",
        0.55,
        re.compile(
            rf"\b(?:do|does|obeys?|follows?|executes?|say|says|answers?)\b (?:exactly )?{_EVERY}[^.\n]{{0,20}}"
            r"\b(?:i|the user|its? user) (?:says?|asks?|tells?|wants?|commands?|orders?|requests?)\b"
        ),
        ("do ", "does ", "obey", "follow", "execute", "say", "answer"),
    ),
    Pattern(
        "without a filter",
        0.4,
        re.compile(
            r"\b(?:uncensored|unfiltered|unrestricted|unmoderated|unhinged|nsfw|amoral|jailbr\w+|unethical"
            r"|unlimited power)\b"
        ),
        (
            "uncensored",
            "unfiltered",
            "unrestricted",
            "unmoderated",
            "unhinged",
            "nsfw",
            "amoral",
            "jailbr",
            "unethical",
        ),
    ),
    Pattern(
        "profanity wanted",
        0.4,
        re.compile(
            r"\b(?:swears?|swearing|curses?|cursing|cuss\w*|profan\w+|vulgar\w*|obscen\w+|foul (?:mouth\w*"
            r"|language)|slurs"
            r"|f[u*]ck\w*|sh[i*]t\w*)\b"
        ),
        ("swear", "curs", "cuss", "profan", "vulgar", "obscen", "foul", "slurs", "f*", "fuck", "shit", "sh*t"),
    ),
    Pattern(
        "not an assistant",
        0.5,
        re.compile(
            r"\byou(?:'re| are) (?:not|no longer)(?: \w+)? (?:an? )?(?:ai|chatgpt|language model|assistant"
            r"|chatbot|gpt|machine)\b"
        ),
        ("not ", "no longer"),
    ),
    Pattern(
        "a place for the question",
        0.5,
        re.compile(
            r"[\[({<](?:insert|your|put|enter|my|type|write)?[^\])}>\n]{0,20}\b(?:prompt|question|request|query|task)\b"
            r"[^\])}>\n]{0,20}[\])}>]"
        ),
        ("prompt", "question", "request", "query", "task"),
        also=("[", "{", "(", "<"),
    ),
    Pattern(
        "lust",
        0.45,
        re.compile(
            r"\b(?:erotic\w*|smut\w*|porn\w*|sexual(?:ly)? (?:acts?|explicit|content|desires?|themes?)|kinky"
            r"|fetish\w*|horny|lewd|orgasm\w*)\b"
        ),
        ("erotic", "smut", "porn", "sexual", "kinky", "fetish", "horny", "lewd", "orgasm"),
    ),
    Pattern(
        "addressed by name",
        0.3,
        re.compile(r"\bchat ?gpt\b|\bgpt-?[345]\b"),
        ("gpt",),
    ),
    Pattern(
        "an opposite",
        0.45,
        re.compile(
            r"\b(?:opposite|reverse|evil twin|anti)\b[^.\n]{0,30}\b(?:chatgpt|gpt|mode|day|version|bot|persona|ai"
            r"|assistant)\b"
        ),
        ("opposite", "reverse", "evil twin", "anti"),
    ),
    Pattern(
        "a machine without ethics",
        0.5,
        re.compile(
            r"\b(?:without|no|free of|lacks?|lacking|never had|knows? no|devoid of)\b (?:any )?(?:\w+ (?:or|and|nor) )?"
            r"(?:ethic\w*|moral\w*|conscience|scruples|remorse|empathy|inhibitions?|filters?|shame)\b"
        ),
        ("ethic", "moral", "conscience", "scruples", "remorse", "empathy", "inhibition", "filter", "shame"),
    ),
    Pattern("machiavellian", 0.5, re.compile(r"\bmachiavell\w+\b|\bniccolo\b"), ("machiavell", "niccolo")),
    Pattern(
        "crime in a role",
        0.35,
        re.compile(
            r"\b(?:hack(?:er|ing)?|malware|drugs?|meth|bombs?|weapons?|crimes?|criminal\w*|murder\w*|steal\w*"
            r"|rob(?:bery|bing)?|terroris\w+"
            r"|world domination|take over the world|destroy humanity)\b"
        ),
        (
            "hack",
            "malware",
            "drug",
            "meth",
            "bomb",
            "weapon",
            "crim",
            "murder",
            "steal",
            "rob",
            "terroris",
            "world",
            "humanity",
        ),
    ),
)
"""Signs that add up."""

FRAMES = (
    Pattern(
        "from now on you",
        0.6,
        re.compile(
            r"\b(?:from now on|for the rest of this (?:chat|conversation)|henceforth)\b,? (?:you|act|"
            r"respond|answer|every|i want you|we)\b"
        ),
        ("from now on", "rest of this", "henceforth"),
    ),
    Pattern(
        "you are now",
        0.6,
        re.compile(r"\byou (?:are|will) now (?:be |act |going |an? |in |the |play|become|simulat|respond)"),
        ("you are now", "you will now"),
    ),
    Pattern(
        "pretend to be",
        0.5,
        re.compile(
            r"\b(?:pretend|imagine|act|roleplay|role-play|simulate|behave|respond|answer|speak|write)\b (?:that )?"
            r"(?:you(?:'re| are)|as if you|to be|as an?|like you)\b|\b(?:you(?:'re| are) going to|i want you to"
            r"|you will) "
            r"(?:now )?(?:act|pretend|play|be|become|simulate|respond)\b"
        ),
        (
            "pretend",
            "imagine",
            "act",
            "rolepl",
            "role-pl",
            "simulate",
            "behave",
            "as a",
            "going to",
            "want you",
            "you will",
        ),
    ),
    Pattern(
        "stay in character",
        0.5,
        re.compile(
            r"\b(?:stay|remain|keep|be) in character\b|\bbreak(?:ing)? (?:of )?character\b|\bout of character\b"
        ),
        ("character",),
    ),
    Pattern(
        "hypothetical",
        0.5,
        re.compile(
            r"\b(?:hypothetical|fictional|fictitious|imaginary|alternate|parallel)\b[^.\n]{0,20}"
            r"\b(?:story|scenario|response|world|dialogue|setting|universe|character|situation|conversation)\b"
        ),
        ("hypothetical", "fictional", "fictitious", "imaginary", "alternate", "parallel"),
    ),
)
"""Frames of role play, honest or not: together they count as the strongest of them, and never for enough alone."""
