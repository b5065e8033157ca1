"""Short texts that take a turn over: dictated replies, forged ends of the input, games for an access code."""

from __future__ import annotations

import re

from guardrails_config.detectors.patterns import Pattern
from guardrails_config.detectors.system_prompt import OWN_DOINGS, TOLD

_SAY = r"(?:say|print|reply|respond|output|return|answer|write|type|display|echo)"
_KEY = r"(?:password|passphrase|(?:access|secret|security|pass) ?(?:code|key|word|phrase))"

HIJACKS = (
    Pattern(
        "access granted",
        0.9,
        re.compile(rf"\b{_SAY}\b[^.\n]{{0,25}}\baccess (?:is )?granted\b"),
        ("granted",),
        TOLD,
    ),
    Pattern(
        "a forged end",
        0.85,
        re.compile(
            r"(?<!\w)[\[<{(#=*\"'|-]{1,8} ?/?(?:end|stop|close)(?: of)?(?: the)? ?(?:user|system)?[ _-]?"
            r"(?:input|prompt|instructions?|context|query)\b"
        ),
        ("input", "prompt", "instruction", "context", "query"),
        also=("end", "stop", "close"),
    ),
    Pattern(
        "what the right code would bring",
        0.85,
        re.compile(
            rf"\bwhat (?:would|will|do|should|must) you (?:say|reply|respond|output|print|answer|do)\b[^\n]{{0,50}}"
            rf"\b(?:correct|right|true|valid) {_KEY}\b"
        ),
        ("what ",),
    ),
    Pattern(
        "a code declared right",
        0.85,
        re.compile(
            rf"\b{_KEY} (?:is|was|has been) (?:correct|right|accepted|verified|already \w+"
            rf"|entered correctly)\b[^.\n]{{0,15}}"
            rf"\b(?:so|therefore|now|thus|then)\b[^.\n]{{0,15}}\b(?:{_SAY}|let me in|grant|comply)\b"
        ),
        ("pass", "access", "secret", "security"),
        re.compile(r"\b(?:if|when|although|though|whether|says?|my|our) (?:\w+ )?$"),
    ),
    Pattern(
        "tasks dropped",
        0.85,
        re.compile(
            r"\b(?:forget|drop|ignore|leave|abandon) (?:about )?(?:all |any |every |everything about )?(?:of )?your "
            r"(?:(?:previous|current|other|old|assigned) )?(?:tasks?|assignments?|jobs?|duties|training|purpose)\b"
            r"|\bforget all (?:previous |prior |of the |the )?(?:tasks|assignments|instructions|rules)\b"
        ),
        ("forget", "drop", "ignore", "leave", "abandon"),
        TOLD,
    ),
    Pattern(
        "tasks dropped, in German",
        0.85,
        re.compile(
            r"\b(?:vergiss|vergesse|ignorier\w*)\b,? (?:alle[sn]? |bitte |nun |jetzt ){0,3}(?:(?:vorherigen"
            r"|bisherigen|obigen|deine) )?"
            r"(?:aufgaben|auftrage|befehle|,? ?was (?:du|davor|vorher|bisher)|davor|vorherige|bisherige)\b"
        ),
        ("vergiss", "vergesse", "ignorier"),
    ),
    Pattern(
        "a dictated reply",
        0.6,
        re.compile(
            r"\b(?:only|always|just|from now on|no matter what)\b[^.\n]{0,20}\b(?:say|reply|respond|answer|output"
            r"|print)s?"
            r"(?: with)?:? [\"'][^\"'\n]{1,60}[\"']|\b(?:say|reply|respond|answer|output"
            r"|print)(?: with)?:? [\"'][^\"'\n]{1,60}[\"']"
            r"[^.\n]{0,10}\b(?:and nothing else|no matter|to (?:any|every|all)|regardless)"
        ),
        ("say", "reply", "respond", "answer", "output", "print"),
        TOLD,
    ),
    Pattern(
        "the beginning of your text",
        0.9,
        re.compile(
            r"\b(?:beginning|start|top|first (?:line|sentence|words?|paragraph|\d{1,3} words)) of (?:your (?:text"
            r"|prompt|instructions"
            r"|context|message|input|rules)|this (?:conversation|prompt|context))\b"
            r"|\byour (?:embedded|prior|entire|whole|full|original|exact) (?:prompts?|instructions)\b"
            r"|\byour prompt texts?\b"
        ),
        ("your", "conversation", "prompt", "context"),
        OWN_DOINGS,
    ),
    Pattern(
        "the text above",
        0.8,
        re.compile(
            r"\b(?:summari[sz]e|rephrase|rewrite|translate|proofread|spell ?check|repeat|print|output|copy|show"
            r"|return|echo|recite"
            r"|read out|what (?:is|are|was|were|does))\b[^.\n]{0,20}\b"
            r"(?:(?:instructions|prompt|directives)\b[^.\n]{0,10}\b(?:above|before (?:this|my)|so far)"
            r"|(?:instructions|directives|rules) (?:that )?you (?:were|got|have|follow|received))\b"
        ),
        ("above", "before", " you ", "so far"),
        OWN_DOINGS,
    ),
)
