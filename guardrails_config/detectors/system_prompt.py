"""How people ask for the system prompt, and for what it keeps secret."""

from __future__ import annotations

import re

from guardrails_config.detectors.patterns import Pattern

OWN_DOINGS = re.compile(
    r"\b(?:can|could|may|should|shall|must|do|did|if|when|have to|safe to) (?:i|we|my|staff|users|customers"
    r"|people|they)\b"
    r"|\bhow to\b"
)
"""What goes before where somebody tells of their own doings."""
TOLD = re.compile(
    rf"{OWN_DOINGS.pattern}|\b(?:if|when|because|after|before|whether|i|we|he|she|they|users?|customers?|people"
    rf"|staff|teams?|"
    r"nobody|everybody|who|what if you|did you|why do you) (?:\w+ )?$"
    r"|(?:^|[.?!,:;\n] |\b(?:when|what|which|how|why|where) )(?:do|does|did|can|could|may|should|must) "
    r"(?!you\b|now\b|not\b|please\b)(?:\w+ ){1,3}$"
    r"|\b(?:is|was|said|says|wrote|means?|called|phrase|sentence|words?|text|line|reads?|about|like):? [\"'`]$"
)
"""What goes before where somebody tells of the deed, or quotes the words."""
_ASK = (
    r"(?:show|reveal|print|repeat|tell(?: me)?|what(?:'s| is| are| was| were)|output|display|"
    r"give(?: me)?|leak|expose|disclose|share|summari[sz]e|translate|recite|copy|paste|"
    r"write(?: out)?|spell out|describe|list|dump|encode)"
)
_PLAIN = (
    Pattern(
        "asks for the prompt",
        0.95,
        re.compile(
            rf"\b{_ASK}\b[^.\n]{{0,40}}?\b(?:your (?:\w+ ){{0,2}}(?:prompt|(?:instructions|guidelines"
            rf"|directives|rules)\b"
            r"(?! (?:for|on|about|to|regarding|concerning) (?!me\b|this\b|you\b|answer|respond|reply|behav)))"
            r"|(?:the|this) (?:(?:hidden|initial|secret|entire|full|above|"
            r"original) )?system prompt|(?:the|your|all|any) (?:hidden|secret|initial) (?:prompt"
            r"|instructions))\b(?! (?:for|on|"
            r"about|to) (?:set|connect|install|export|import|cancel|us|return|refund|chang|delet|add|mak))"
        ),
        ("prompt", "your"),
    ),
    Pattern(
        "words above",
        0.9,
        re.compile(
            r"\b(?:repeat|print|output|copy|show|return|echo|recite)\b[^.\n]{0,25}\b(?:everything|all|"
            r"words|text|sentences?|lines?|content|message)\b[^.\n]{0,20}\b(?:above|before this|"
            r"prior to this|preceding|at the (?:start|beginning|top) of)\b"
        ),
        ("above", "before this", "prior", "preceding", "at the "),
        OWN_DOINGS,
    ),
    Pattern(
        "what were you told",
        0.9,
        re.compile(
            r"\bwhat (?:were|have|are|did) (?:you|they) (?:been )?(?:told|instructed|programmed|instruct|"
            r"tell you|forbidden)\b|\bhow were you (?:prompted|instructed|programmed)\b"
        ),
        ("told", "instruct", "program", "prompted", "forbidden", "tell you"),
    ),
    Pattern(
        "rules you were given",
        0.9,
        re.compile(
            r"\b(?:instructions|rules|prompt|guidelines|directives) (?:that |which )?(?:you (?:were|"
            r"have been|got|are) (?:given|told|following|under)|(?:were|was) given to you)\b|"
            r"\b(?:your|the|these|any|all) (?:confidential|secret|hidden|internal) (?:rules|instructions|prompt|"
            r"guidelines|directives)\b(?! (?:of|in|for|behind|on)\b)"
        ),
        ("instructions", "rules", "prompt", "guidelines", "directives"),
        OWN_DOINGS,
    ),
    Pattern(
        "starts with you are",
        0.95,
        re.compile(r"\b(?:start(?:ing|s)?|begin(?:ning|s)?) with ?:? ?[\"'`]?you are\b"),
        ("you are",),
    ),
)

_VERBATIM = r"(?:letter|backwards|in reverse|hint|rhym\w+|spell\w*|riddle|acrostic|verbatim|word for word|encode\w*)"
SYSTEM_PROMPT = (
    *_PLAIN,
    Pattern(
        "your setup",
        0.85,
        re.compile(
            rf"\b(?:{_ASK}|quote|put|turn|convert|export|finish|i need"
            rf"|send(?: me)?)\b[^.\n]{{0,40}}?\byour (?:\w+ )?(?:setup "
            r"text|configuration|briefing|context window|initial message|system message|opening (?:line|message)|"
            r"preamble|pre-prompt)\b"
        ),
        ("your ",),
    ),
    Pattern(
        "text before the chat",
        0.85,
        re.compile(
            r"\b(?:text|words?|lines?|sentences?|instructions?) (?:that |which )?(?:precedes?|comes? before"
            r"|came before|"
            r"stood before|stands before|before) (?:our|this|my) (?:chat|conversation|first message|question)\b"
        ),
        ("before", "precede"),
    ),
    Pattern(
        "dump",
        0.85,
        re.compile(
            r"\b(?:print|echo|cat|dump|return|show)\b ?[(:]? ?(?:the )?(?:system_prompt|context window|messages\[0\]|"
            r"context\[0|/etc/prompt|config\.prompt)"
        ),
        ("prompt", "context", "messages["),
    ),
    Pattern(
        "what you must not say",
        0.85,
        re.compile(
            r"\b(?:tell|told|instruct\w*|forbid|forbade|order\w*)\b[^.\n]{0,12}\byou not to (?:say|tell|reveal"
            r"|mention|share)\b"
            r"|\bwords? (?:are |that )?(?:are )?you (?:are )?(?:\w+ ){0,3}(?:not allowed|not supposed|forbidden"
            r"|never allowed|"
            r"supposed) to (?:say|output|use|mention)\b"
        ),
        (" you ",),
    ),
    Pattern(
        "secret word",
        0.6,
        re.compile(
            r"\b(?:tell|say|give|spell|reveal|whisper|hint|guess|print|what)\b[^.\n]{0,20}\b(?:the"
            r"|your) (?:secret |hidden |"
            r"access |confidential )?(?:password|passphrase|(?:secret|hidden|confidential|access) (?:key|word"
            r"|phrase|code))\b"
        ),
        ("pass", "secret", "hidden", "confidential", "access"),
    ),
    Pattern("letter by letter", 0.6, re.compile(rf"\b{_VERBATIM}\b")),
    Pattern(
        "the prompt in another language",
        0.9,
        re.compile(
            r"\b(?:zeig|gib|nenn|schreib|zitier|wiederhol|montre|donne|affiche|repet|muestra|dame|imprim|mostra"
            r"|dammi|"
            r"stampa|ripet|mostr|toon|geef|herhaal|laat|pokaz|podaj|wypisz|powtorz|visa|ge mig|skriv"
            r"|upprepa)\w*\b.{0,30}"
            r"\b(?:system-?prompt\w*|systeemprompt|prompt (?:de |del |di |do )?sist\w+|prompt syst\w+"
            r"|invite systeme)\b"
            r"|\bsistem istem\w+\b.{0,30}\b(?:yaz|goster|soyle|tekrarla)"
        ),
        ("prompt", "invite systeme", "sistem istem"),
    ),
)
