"""Instructions in a document about what an answer shall say, and when."""

from __future__ import annotations

import re

from guardrails_config.detectors.patterns import Pattern

ANSWER_NAMED = re.compile(
    r"(?:your|the assistant'?s?|the model'?s?|this) (?:\w+ ){0,2}(?:responses?|answers?|outputs?|completions?|"
    r"summar(?:y|ies)|"
    r"repl(?:y|ies)|messages?|generated)\b|(?:answers?|repl(?:y|ies)|responses?|messages?) (?:that )?you (?:give|"
    r"send|write|make)\b"
)
ABOUT_THE_ANSWER = (
    Pattern(
        "commands the answer",
        0.8,
        re.compile(
            r"(?:^|[.!:;\n\"'] ?)(?:please |also |then |and |when [^.\n]{1,60}, |be sure to |"
            r"make sure to |always |consider |let )?(?:add|append|augment|modify|enhance|include|insert|"
            r"incorporate|integrate|embed|replace|remove|use|combine|write|end|begin|start|conclude|"
            r"finish|ensure|fill|infuse|meld|alter|change|convert|translate|format|suggest|mention|enrich|"
            r"weave|blend|deploy|incorporating|featuring|utili[sz]e|adjust|encode|encrypt|substitute|"
            r"reverse|scramble|prefix|suffix|state|complement|expand|shuffle|interject|inject|introduce|"
            r"implement|place|jumble|mix|swap|express|pepper|craft|present|provide|offer|apply|employ|"
            r"respond|spell|rephrase|rewrite|elaborate|emphasi[sz]e|highlight|close|supplement|extend|"
            r"interleave|sprinkle)\w*\b[^.\n]{0,120}\b(?:your|the assistant'?s?|the model'?s?|"
            r"this) (?:\w+ )?(?:response|answer|output|completion|summary|generated \w+)\b|"
            r"\bin your (?:response|answer), "
        ),
        ("response", "answer", "output", "completion", "summary", "generated"),
    ),
    Pattern(
        "puts it into the answer",
        0.8,
        re.compile(
            r"(?:^|[.!:;\n\"'] ?)(?:please |also |then |and |always |you (?:must|will|should) )?(?:add|append|"
            r"include|insert|put|place|"
            r"begin|start|end|open|close|finish|weave|slip|mention|print|write|attach|praise|recommend|promote|"
            r"advertise)\b"
            r"[^\n]{0,140}\b(?:in|into|to|of|with|throughout) (?:the (?:very )?(?:end|start|beginning|top|bottom) of "
            r")?(?:(?:each|every|"
            r"all|any) of )?your (?:(?!web|app|api|http|json|own)\w+ )?(?:responses?|answers?|repl(?:y|ies)|"
            r"summar(?:y|ies))\b|"
            r"\b(?:in|with|to) (?:each|every|any|all) (?:answers?|repl(?:y|ies)|responses?|messages?) (?:that )?you "
            r"(?:give|send|write|make)\b"
        ),
        ("your", "you "),
    ),
    Pattern(
        "how the answer must be",
        0.8,
        re.compile(
            r"\byour (?:(?:next|first|final|only|whole) )?(?:response|answer|reply|output|summary|message) (?:must|"
            r"has to|shall|should|"
            r"will|is) ?(?:always |only |never |not )*(?:to )?(?:mention|contain|say|recommend|praise|promote|end "
            r"with|start with|begin "
            r"with|be(?: :|: )|claim|state|point|link)\b(?! (?:an? |the )?(?:json|http|status|header|xml|body|field|"
            r"valid))"
        ),
        ("your",),
    ),
    Pattern(
        "end it with an advertisement",
        0.75,
        re.compile(
            r"(?:^|[.!:;\n\"'] ?)(?:please |always )?(?:begin|start|end|open|close|finish|conclude) (?:each |every |"
            r"all )?(?:of )?your "
            r"(?:responses?|answers?|repl(?:y|ies)|messages?) (?:with|by)\b"
        ),
        ("your",),
    ),
)
"""None of these matches where ANSWER_NAMED does not."""
_CUED = (
    *(f" you {word} " for word in ("must", "should", "will", "shall", "are to", "have to")),
    *(f"your {word}" for word in ("answer", "reply", "response", "first", "next", "only", "message")),
    *(
        f", {word}"
        for word in ("always", "only", "just", "simply", "say", "reply", "respond", "answer", "claim", "state")
    ),
    *(f", {word}" for word in ("output", "print", "recommend", "promise", "insist", "pretend", "refuse", "grant")),
)
ON_CUE = (
    Pattern(
        "on a cue, say",
        0.5,
        re.compile(
            r"\b(?:when(?:ever)?|if|once|as soon as|each time|every time|in case|should|upon|for (?:every|each|any|"
            r"all)|on (?:any|"
            r"every))\b[^\n]{0,70}\b(?:customers?|users?|clients?|callers?|readers?|anyone|anybody|someone|somebody|"
            r"people|"
            r"questions?|conversation|chat|asked|answering|summari[sz]ing|reading this)\b[^\n]{0,60}?(?:\byou "
            r"(?:must|should|will|"
            r"shall|are to|have to)\b|\byour (?:first |next |only )?(?:answer|reply|response|sentence|message)\b|, "
            r"(?:always |only |"
            r"just |simply )?(?:say|reply|respond|answer|claim|state|output|print|recommend|promise|insist|pretend|"
            r"refuse|grant)\b)"
        ),
        _CUED,
        re.compile(r"\b(?:staff|agents?|team|we|receptionists?)\b"),
    ),
    Pattern(
        "absolute about what to say",
        0.5,
        re.compile(
            r"\b(?:say|reply|respond|answer|answer(?:s|ed)? (?:every|all|any)[^\n]{0,20}|claim|state|output|print|"
            r"tell|recommend|promise)"
            r"\b[^\n]{0,100}\b(?:and )?(?:nothing (?:more|else)|whatever the (?:other )?(?:sources?|documents?|"
            r"pages?) says?|no matter what|"
            r"(?:https?://|www\.)\S{1,80} only|only with (?:https?://|www\.))|\byou (?:must|should|will) (?:always |"
            r"only )(?:say|reply|"
            r"respond|answer|recommend|claim|state|tell|output)\b|\byou (?:will|must|shall|are to|state|claim|"
            r"insist) (?:tell|answer|say|"
            r"that|claim|reply|recommend|promote)\b[^\n]{0,60}(?:https?://|www\.|\bthat\b)"
        ),
        (
            *("nothing more", "nothing else", "whatever the", "no matter what", " only", "you must", "you should"),
            *("you will", "you shall", "you are to", "you state", "you claim", "you insist"),
        ),
        re.compile(r"\b(?:staff|agents?|team|we|receptionists?)\b"),
    ),
    Pattern(
        "when asked, say",
        0.75,
        re.compile(
            r"\b(?:when(?:ever)?|if) (?:you are |you're )?(?:asked|answering|summari[sz]ing|responding|"
            r"a (?:user|customer) asks|(?:the |any )?(?:user|customer)s? asks?)"
            r"\b[^.\n]{0,80},? (?:you (?:must|should|will) )?(?:always |only |instead )?(?:say|tell|reply|"
            r"respond|answer|claim|state|include|recommend|output|promise)\b[^.\n]{0,80}\b(?:that|with|to|"
            r"free|refund|discount|visit|http|only)\b"
        ),
        ("asked", "asks", "answering", "summari", "responding"),
        re.compile(r"\b(?:staff|agents?|team|we|receptionists?)\b"),
    ),
    Pattern(
        "commands the reply",
        0.5,
        re.compile(
            r"(?:^|[.!:;\n\"'] ?)(?:please |also |then )?(?:add|append|augment|modify|enhance|insert|"
            r"incorporate|integrate|replace|combine|convert|encrypt|encode|rewrite|alter|infuse|embed|"
            r"change|remove|conclude|transform|enrich|employ|use|substitute|ensure|mention)\b[^.\n]{0,80}"
            r"\b(?:your|this) (?:reply|message|code|codebase|script|program)\b"
        ),
        ("reply", "message", "code", "script", "program"),
    ),
    Pattern(
        "code to merge",
        0.8,
        re.compile(
            r"\b(?:the )?(?:following|subsequent|below|given|this) (?:code|python|script) ?(?:snippet|"
            r"excerpt|block|segment|section|piece|fragment)?[^.\n]{0,60}\b(?:in|into|to|of|with|"
            r"for) your (?:code|script|program|codebase|project|solution|implementation|response|answer|"
            r"work)|\byour (?:code|script|program|codebase)\b[^.\n]{0,80}\b(?:following|subsequent|below|"
            r"this) (?:code|script|snippet|python)"
        ),
        ("code", "script", "snippet", "python"),
    ),
)
