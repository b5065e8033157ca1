"""What planted instructions want done to customers: secrets taken, lies told, things kept from them."""

from __future__ import annotations

import re

from guardrails_config.detectors.patterns import Pattern

PROTECTIVE = re.compile(r"\b(?:never|not|don't|won't|cannot|can't|nor|without|no one|nobody|avoid|refuse to)\b")
_ADDRESS = (
    r"(?:https?://|www\.|[\w.+-]{1,40}@[\w-]{1,40}\.|\+?\d[\d ()-]{6,20}\d|\b(?:this|"
    r"the following) (?:address|number|link|form|site|page)\b|\bwhatsapp\b|\btelegram\b)"
)
_PRIVATE = (
    r"(?:(?:full |credit |debit |bank |gift )?card (?:number|details|data)s?|cvv|cvc|"
    r"security code|password|passcode|pin(?: code)?|one-?time code|verification code|2fa code|"
    r"login details|bank (?:account )?details|api keys?|social security number)"
)
_PRIVATE_WORDS = (
    "card n",
    "card d",
    "cvv",
    "cvc",
    "y code",
    "e code",
    "n code",
    "passw",
    "passcode",
    " pin",
    "2fa",
    "login d",
    "bank",
    "api key",
    "social security",
)
_NOT_TO_TELL = tuple(
    f"{no} {verb}"
    for no in ("not", "n't", "never")
    for verb in ("tell", "inform", "mention", "reveal", "disclose", "warn", "alert", "let ")
)
_PEOPLE = (
    r"(?:the |every |any |all |each |an? )?(?:customers?|users?|clients?|readers?|visitors?|callers?|people|persons?|"
    r"them|anyone|anybody|nobody|someone)"
)
_NOTE = r"(?:notes?|text|instructions?|prompt|page|paragraph|remark|lines?|section|message)"

ON_CUSTOMERS = (
    Pattern(
        "asks for secrets at an address",
        0.9,
        re.compile(
            r"\b(?:send|e-?mail|text|reply with|give|provide|share|forward|submit|post|enter|type|confirm|"
            rf"tell)\b[^.\n]{{0,40}}\b{_PRIVATE}\b[^\n]{{0,60}}?\b(?:to|at|via|on|by|through|using|here)"
            rf"\b[^\n]{{0,40}}?{_ADDRESS}"
        ),
        _PRIVATE_WORDS,
        PROTECTIVE,
    ),
    Pattern(
        "make the customer tell",
        0.9,
        re.compile(
            r"\b(?:tell|ask|instruct|direct|have|make|get|urge|convince|advise)\b (?:the |every |any |"
            r"all |each )?(?:customers?|users?|clients?|readers?|visitors?|caller|them|person)"
            rf"\b[^.\n]{{0,60}}\b(?:to |must |should )?(?:send|e-?mail|text|reply|give|provide|share|"
            r"forward|submit|enter|type|pay|transfer|confirm|read out|call|visit|go to|wire)"
            rf"\b[^.\n]{{0,60}}(?:\b{_PRIVATE}\b|\b(?:bitcoin|gift cards?|https?://|bank account|iban)\b)"
        ),
        (*_PRIVATE_WORDS, "bitcoin", "gift card", "http", "iban"),
        PROTECTIVE,
    ),
    Pattern(
        "do not tell the user",
        0.8,
        re.compile(
            r"\b(?:do not|don't|never) (?:tell|inform|mention|reveal|disclose|warn|alert)\b[^.\n]{0,30}"
            r"\b(?:the )?(?:user|customer|reader|human)s?\b[^.\n]{0,40}\b(?:this|these|instructions?|"
            r"message|note|text|prompt|about it)\b"
        ),
        _NOT_TO_TELL,
    ),
    Pattern(
        "collect a secret",
        0.8,
        re.compile(
            r"\b(?:ask|request|collect|obtain|demand|get|have|make|urge|convince|persuade|wants?|needs?)\b(?! "
            rf"(?:from|a|when|if))[^.\n]{{0,60}}"
            rf"\b{_PRIVATE}s?\b[^\n]{{0,50}}\b(?:in (?:the|this) chat|in your (?:next )?(?:message|reply|answer)|for "
            r"verification|first\b|to continue|here\b)"
        ),
        _PRIVATE_WORDS,
        re.compile(
            r"\b(?:never|not|don't|won't|cannot|can't|nor|without|nobody|if you|when you|you may|will|may|app) $"
        ),
    ),
    Pattern(
        "secret typed in elsewhere",
        0.85,
        re.compile(
            rf"\b(?:install|download|visit|go to|log in at)\b[^\n]{{0,40}}{_ADDRESS}[^\n]{{0,60}}\b(?:enter|type|"
            r"give|provide|"
            rf"confirm|read out)\b[^.\n]{{0,30}}\b{_PRIVATE}|\b(?:disable|turn off|switch off) (?:two-factor|2fa|mfa)\b"
            rf"[^\n]{{0,80}}\b{_PRIVATE}"
        ),
        _PRIVATE_WORDS,
        PROTECTIVE,
    ),
    Pattern(
        "send people away",
        0.75,
        re.compile(
            rf"(?:^|[.!:;\n\"'] ?)(?:please |always )?(?:direct|send|point|refer|redirect|steer|urge|tell) {_PEOPLE}\b"
            rf"[^\n]{{0,60}}\b(?:to|visits?|call) {_ADDRESS}[^\n]{{0,60}}\b(?:log in|login|verify|confirm|instead|at "
            r"once|only|"
            r"immediately|give)\b"
        ),
        ("direct ", "send ", "point ", "refer ", "redirect ", "steer ", "urge ", "tell "),
        PROTECTIVE,
    ),
    Pattern(
        "told to pay oddly",
        0.8,
        re.compile(
            rf"\b(?:must|should|has to|have to|will) (?:be (?:told|asked|made) to )?pay\b[^.\n]{{0,40}}\b(?:fee|"
            r"deposit|charge|fine)\b"
            rf"[^.\n]{{0,20}}\b(?:in|with|by) (?:gift cards?|bitcoin|crypto\w*)|\btransfer\b[^.\n]{{0,50}}\bbank "
            r"account\b"
            rf"[^.\n]{{0,20}}\bat {_ADDRESS}"
        ),
        ("gift card", "bitcoin", "crypto", "bank account"),
        PROTECTIVE,
    ),
    Pattern(
        "keep the note from readers",
        0.8,
        re.compile(
            r"\b(?:do not|don't|never|must not|should not|without) (?:ever )?(?:mention(?:ing)?|cit(?:e|ing)|"
            r"quot(?:e|ing)|"
            rf"reveal(?:ing)?|admit(?:ting)?|acknowledg(?:e|ing))\b[^.\n]{{0,30}}\b(?:this|these|the above|that these) "
            rf"(?:\w+ )?{_NOTE}\b|\b(?:deny|denies|denying|admit|admitting|reveal) that (?:you|these|this) (?:have |"
            r"has )?(?:were |"
            rf"was |are |is )?(?:read|seen|told|instruct\w*|instructions?|{_NOTE})\b|\bthis (?:page|{_NOTE}) told you\b"
        ),
        ("this", "these", "above", "deny", "admit"),
        also=("mention", "cit", "quot", "reveal", "admit", "acknowledg", "den", "told you"),
    ),
    Pattern(
        "keep it from the customer",
        0.8,
        re.compile(
            rf"\bkeep (?:it|this|these|them|quiet)\b[^.\n]{{0,40}}\b(?:secret |hidden |away )?from {_PEOPLE}\b|"
            rf"\bwithout (?:letting )?{_PEOPLE} (?:know(?:ing)?|noticing)\b|"
            rf"\b(?:do not|don't|never) (?:warn|tell|inform|let) {_PEOPLE} (?:that|know)\b[^\n]{{0,60}}\b(?:not ours|"
            r"fake|false|"
            r"invented|instruct\w*|told)\b"
        ),
        ("keep it", "keep this", "keep these", "keep them", "keep quiet", "without ", *_NOT_TO_TELL),
        also=("from ", "know", "notic", "that "),
    ),
    Pattern(
        "must not learn",
        0.8,
        re.compile(
            r"\b(?:must|should|may|shall) (?:not|never) (?:ever )?(?:learn|know|see|notice|find out|be told|"
            r"reali[sz]e) (?:that you|"
            r"about (?:this|these)|of this (?:note|text|message|page)|why you)\b"
        ),
        ("must not", "must never", "should not", "should never", "may not", "may never", "shall not", "shall never"),
        also=("that you", "why you", "about this", "about these", "of this "),
    ),
    Pattern(
        "act upon it in secret",
        0.8,
        re.compile(
            r"\b(?:do not|don't) (?:cite|quote|mention|reveal)\b[^.\n]{0,50}\b(?:but|simply|just) (?:do )?(?:use|"
            r"follow|act|say|"
            r"mention|recommend|obey)\b|\b(?:use it|act on it|follow it|carry (?:it|this|them) "
            r"out)\b[^.\n]{0,40}\b(?:but|and) "
            r"(?:quote|tell|mention|show) (?:it )?(?:to )?(?:nobody|no one)\b|\bpretend (?:that )?you (?:found|have "
            r"found|never saw|"
            r"did not see)\b|\b(?:slip|sneak|smuggle) [^\n]{1,80} (?:into|in) (?:the|your) (?:conversation|answer|"
            r"reply|chat)\b|"
            r"\byou are (?:not )?to (?:keep|hide|conceal)\b"
        ),
        (
            "cite",
            "quote",
            "mention",
            "reveal",
            "act on it",
            "pretend",
            "slip",
            "sneak",
            "smuggle",
            "carry",
            "follow it",
            "use it",
        ),
    ),
)
