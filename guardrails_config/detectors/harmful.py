"""Requests for help with serious harm, and texts that give it.

Nouns and verbs of a few grave kinds, combined: it finds the blunt request, not the veiled one.
"""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import plain, readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh

_MAKE = (
    r"(?:make|making|build|building|create|creating|write|writing|develop|developing|design|"
    r"designing|construct|constructing|assemble|produce|producing|synthesi[sz]e|synthesi[sz]ing|"
    r"manufacture|manufacturing|cook|cooking|plant|planting|spread|spreading|distribute|"
    r"distributing|provide|give|generate|program|code|acquire|detonate|launch|launching|deploy|"
    r"recipe for|guide (?:on|to|for)|tutorial (?:on|for)|instructions (?:for|on)|script (?:for|"
    r"that))"
)
_TEACH = (
    r"(?:how (?:to|do i|can i|do you|one can|would i|might i)|teach|explain|instruct|guide|"
    r"tutorial|instructions|steps|plan|strategy|write|create|develop|give|provide|show|educate|"
    r"help me|ways? to|want to|i will|outline|describe|advice|publish|design|hack|generate|"
    r"compose|produce|use|encourag\w+|promot\w+)"
)
_PEOPLE = (
    r"(?:someone|somebody|people|a person|my (?:wife|husband|boss|neighbou?r|ex|girlfriend|"
    r"boyfriend|parents|mother|father|colleague|coworker)|children|a child|kids|civilians|him|her|"
    r"them|others|victims?|an individual|individuals|another person|a man|a woman|"
    r"minority groups?)"
)


def _kind(name: str, weight: float, expression: str, *needs: str) -> Pattern:
    return Pattern(name, weight, re.compile(expression), needs)


_REQUESTS = (
    _kind(
        "weapons",
        0.95,
        rf"\b{_MAKE}\b[^.\n]{{0,50}}\b(?:(?:pipe |nail |dirty |car |fertili[sz]er )?bombs?"
        rf"\b(?! (?:calorimeter|cyclone|bath|cake|game))|explosives?|explosive devices?|molotov|"
        rf"nerve agent|sarin|ricin|anthrax|napalm|ied|landmines?|ghost guns?|untraceable (?:gun|"
        rf"firearm)s?|silencer|(?:chemical|biological|nuclear|deadly|dangerous|illegal) weapons?|"
        rf"weapons? of mass)\b",
        "bomb",
        "explosi",
        "molotov",
        "nerve",
        "sarin",
        "ricin",
        "anthrax",
        "napalm",
        "ied",
        "landmine",
        "gun",
        "firearm",
        "silencer",
        "weapon",
    ),
    _kind(
        "drugs",
        0.95,
        rf"\b(?!give|provide|generate|code|launch)(?:sell|buy|smuggle|{_MAKE})\b[^.\n]{{0,40}}"
        rf"\b(?:meth|methamphetamine|crystal meth|heroin|fentanyl|cocaine|crack cocaine|lsd|mdma|"
        rf"ecstasy|date rape drug|ghb|illegal drugs)\b",
        "meth",
        "heroin",
        "fentanyl",
        "cocaine",
        "lsd",
        "mdma",
        "ecstasy",
        "ghb",
        "drug",
    ),
    _kind(
        "malware",
        0.95,
        rf"\b{_MAKE}\b[^.\n]{{0,50}}\b(?:malware|ransomware|keylogger|trojan|botnet|rootkit|spyware|"
        rf"computer (?:virus|worm)|phishing (?:e-?mail|page|site|scam|attack|campaign|message|"
        rf"website)s?|ddos|denial of service|cyber ?attacks?|exploit (?:code|kit))\b",
        "malware",
        "ransomware",
        "keylogger",
        "trojan",
        "botnet",
        "rootkit",
        "spyware",
        "virus",
        "worm",
        "phishing",
        "ddos",
        "denial of",
        "cyber",
        "exploit",
    ),
    _kind(
        "virus",
        0.9,
        r"\b(?:develop|create|write|release|spread|code|program)\b[^.\n]{0,20}\b(?:virus|worm)"
        r"\b[^.\n]{0,30}\b(?:that|which|to)\b[^.\n]{0,30}\b(?:infect|destroy|disable|delete|damage|"
        r"harm|kill|steal|spread|corrupt)\w*",
        "virus",
        "worm",
    ),
    _kind(
        "breaking in",
        0.9,
        rf"\b{_TEACH}\b[^.\n]{{0,40}}\b(?:hack(?:ing|s)?|break(?:ing)?|"
        rf"gain(?:ing)? unauthori[sz]ed access)\b[^.\n]{{0,25}}\b(?:in ?to|someone|somebody|another|"
        rf"government|corporate|bank|network|database|e-?mail|facebook|instagram|server|account|wi-?fi|"
        rf"security system|secure)\b",
        "hack",
        "break",
        "unauthori",
    ),
    _kind(
        "cracking passwords",
        0.85,
        rf"\b{_TEACH}\b[^.\n]{{0,40}}\b(?:crack(?:ing)?|steal(?:ing)?|brute[- ]force)\b[^.\n]{{0,25}}"
        rf"\b(?:passwords?|credentials|login details)\b",
        "crack",
        "steal",
        "brute",
    ),
    _kind(
        "theft and fraud",
        0.9,
        rf"\b{_TEACH}\b[^.\n]{{0,50}}\b(?:identity theft|insurance fraud|tax fraud|tax evasion|"
        rf"credit card fraud|commit(?:ting)? (?:fraud|a crime|murder|arson|identity|tax|credit|"
        rf"insurance|insider)|insider trading|launder(?:ing)?(?: money)?|money laundering|"
        rf"counterfeit(?:ing)? (?:money|bills|currency|products|documents|passports?)|fake (?:ids?|"
        rf"passports?|identity|documents|online store)|pyramid scheme|ponzi|clon(?:e|ing) (?:a |"
        rf"credit |debit )*cards?|skimm(?:er|ing) (?:device|cards?)|steal(?:ing)? (?:a |the |"
        rf"someone(?:'s)?(?!'s| (?:heart|thunder|show))|people'?s?|"
        rf"from|cars?|money|personal|confidential|sensitive|credit|identit|"
        rf"customers?|user|data)|shoplift|rob(?:bing)? (?:a|the) (?:bank|store|house)|(?:us|buy|sell|"
        rf"cash)(?:e|ing|ing out)? (?:a )?stolen (?:credit )?cards?)",
        "theft",
        "fraud",
        "evasion",
        "commit",
        "insider",
        "launder",
        "counterfeit",
        "fake",
        "scheme",
        "ponzi",
        "clon",
        "skimm",
        "steal",
        "shoplift",
        "rob",
        "stolen",
    ),
    _kind(
        "violence",
        0.95,
        rf"\b{_TEACH}\b[^.\n]{{0,50}}\b(?:kill(?:ing)?|murder(?:ing)?|poison(?:ing)?|assassinat\w+|"
        rf"strangl\w+|kidnap(?:ping)?|tortur\w+|stab(?:bing)?|physically (?:assault|harm)|"
        rf"shoot(?:ing)?|physical harm to|harm(?:ing)?)\b[^.\n]{{0,20}}\b{_PEOPLE}(?!\w)",
        "kill",
        "murder",
        "poison",
        "assassinat",
        "strangl",
        "kidnap",
        "tortur",
        "stab",
        "assault",
        "shoot",
        "harm",
    ),
    _kind(
        "terror and hate",
        0.9,
        rf"\b{_TEACH}\b[^.\n]{{0,50}}\b(?:terrorist attack|terrorism|mass shooting|school shooting|"
        rf"genocide|ethnic cleansing|lynch(?:ing)?|incit(?:e|es|ing) (?:violence|hatred|racial)|"
        rf"racial (?:hatred|tensions)|racism|hate speech|white supremac\w+|violence against)",
        "terror",
        "shooting",
        "genocide",
        "cleansing",
        "lynch",
        "incit",
        "racial",
        "racism",
        "hate",
        "supremac",
        "violence",
    ),
    _kind(
        "children",
        0.98,
        r"\b(?:child|children|minors?|underage|kids|preteens?)\b[^.\n]{0,20}\b(?:porn\w*|"
        r"sexual(?:ly)? (?:content|images?|explicit|acts?|abuse material)|nudes?|erotica)\b|"
        r"\b(?:porn\w*|nudes?|erotica|sexual\w*) (?:of|with|about|involving) (?:a )?(?:child|children|"
        r"minors?|underage|kids)\b|\bgroom(?:ing)? (?:a )?(?:child|children|minors?|kids)\b",
        "porn",
        "sexual",
        "nude",
        "erotica",
        "groom",
    ),
    _kind(
        "stalking",
        0.85,
        rf"\b{_TEACH}\b[^.\n]{{0,50}}\b(?:stalk(?:ing)?|blackmail(?:ing)?|extort(?:ing)?|doxx?(?:ing)?|"
        rf"cyberbully(?:ing)?|spy(?:ing)? on|secretly (?:track|record|monitor|install)\w*|"
        rf"human traffick\w+|traffic(?:king)? humans)\b",
        "stalk",
        "blackmail",
        "extort",
        "dox",
        "bully",
        "spy",
        "secretly",
        "traffick",
    ),
    _kind(
        "evading the law",
        0.8,
        rf"\b{_TEACH}\b[^.\n]{{0,50}}\b(?:evad(?:e|ing) (?:law enforcement|the police|detection|taxes)|"
        rf"get(?:ting)? away with (?:murder|a crime|crime)|dispos(?:e|ing) of (?:a |"
        rf"the )?(?:dead )?bod(?:y|ies)|smuggl(?:e|ing)|hide a body|illegally download\w*)\b",
        "evad",
        "away with",
        "dispos",
        "smuggl",
        "hide",
        "illegally",
    ),
    _kind(
        "disinformation",
        0.8,
        r"\b(?:write|create|generate|publish|produce|spread|design|compose)\b[^.\n]{0,30}"
        r"\b(?:fake (?:news|review|article)s?|false information|misinformation|disinformation|"
        r"propaganda|conspiracy theor\w+|death threats?|threatening (?:letter|message|e-?mail))\b",
        "fake",
        "false",
        "information",
        "propaganda",
        "conspiracy",
        "threat",
    ),
)
_SELF_HARM = (
    _kind(
        "self-harm",
        0.95,
        r"\b(?:i (?:want|am going|'?m going|plan|intend|need) to (?:die|kill myself|end my life|"
        r"hurt myself|cut myself)|kill(?:ing)? myself|end(?:ing)? my (?:own )?life|"
        r"commit(?:ting)? suicide|suicide (?:method|note|plan|pact)s?|how to (?:hang|hurt|cut|"
        r"harm) myself|(?:encourag|convinc|promot)\w+[^.\n]{0,30}(?:suicide|self[- ]harm|anorexia))\b",
        "die",
        "myself",
        "my life",
        "my own life",
        "suicide",
        "self-harm",
        "self harm",
        "anorexia",
    ),
)
_ANSWERS = (
    *(pattern for pattern in _REQUESTS if pattern.name == "children"),
    _kind(
        "urging self-harm",
        0.95,
        r"\b(?:you should|just|go|please) (?:and )?(?:kill|hang|hurt|cut) yourself\b|\byou (?:should|"
        r"deserve to) die\b|\bend your (?:own )?life\b",
        "yourself",
        "die",
        "your life",
        "your own life",
    ),
    _kind(
        "weapon recipe",
        0.9,
        r"\b(?:to (?:make|build|assemble) (?:a|the) (?:pipe )?(?:bomb|explosive device|"
        r"molotov cocktail|ied))\b|\b(?:mix|combine|heat|dissolve)\b[^.\n]{0,80}\b(?:to (?:make|form|"
        r"produce|obtain|synthesi[sz]e) (?:the )?(?:explosive|nitroglycerin|tatp|napalm|thermite|"
        r"methamphetamine|ricin|sarin))\b",
        "bomb",
        "explosive",
        "molotov",
        "ied",
        "nitro",
        "tatp",
        "napalm",
        "thermite",
        "meth",
        "ricin",
        "sarin",
    ),
    _kind(
        "incitement",
        0.9,
        r"\b(?:kill|exterminate|lynch|gas|deport|attack) (?:all|every|those|these) (?:the )?(?:jews|"
        r"muslims|christians|blacks|whites|gays|immigrants|women|foreigners)\b",
        "kill",
        "exterminate",
        "lynch",
        "gas",
        "deport",
        "attack",
    ),
)


def find_harmful_request(text: str) -> Finding | None:
    """Signs that `text` asks for help with harm to others, or speaks of harm to oneself ("self_harm")."""
    found = (
        finding
        for reading in readings(text)
        for finding in (weigh("self_harm", _SELF_HARM, reading), weigh("harmful", _REQUESTS, reading))
    )
    return strongest(found)


def find_harmful_answer(text: str) -> Finding | None:
    """Signs that an answer incites or instructs."""
    return weigh("harmful", _ANSWERS, plain(text))
