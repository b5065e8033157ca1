"""Instructions that somebody planted in a document for the model to find.

Documentation may speak of instructions, prompts, systems and passwords; what gives a plant away is that it speaks to
an AI, to "your response", or sends secrets to an address.
"""

from __future__ import annotations

import re

from guardrails_config.detectors.injection import OVERRIDE, OVERRIDE_ABROAD
from guardrails_config.detectors.normalise import invisible_count, mixed_script_words, readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh

_AI = (
    r"(?:ai|a\.i\.|llms?|(?:large )?language models?|chatbots?|chat ?gpt|gpt-?\d?|claude|gemini|"
    r"copilot|(?:ai|virtual|support|automated|digital|chat|language) (?:assistants?|agents?|"
    r"systems?|models?|bots?))"
)
_ORDER = (
    r"(?:ignore|disregard|must|should|shall|always|never|do not|don't|tell|say|respond|reply|"
    r"answer|send|recommend|include|output|forget|instead|please|append|reveal|act|treat|grant|"
    r"approve|instruct|direct|ask|refer|mention|state|inform|obey|follow|execute|call|issue|"
    r"promise)"
)
_PROTECTIVE = re.compile(r"\b(?:never|not|don't|won't|cannot|can't|nor|without|no one|nobody|avoid|refuse to)\b")
_ADDRESS = (
    r"(?:https?://|www\.|[\w.+-]{1,40}@[\w-]{1,40}\.|\+?\d[\d ()-]{6,20}\d|\b(?:this|"
    r"the following) (?:address|number|link|form|site|page)\b|\bwhatsapp\b|\btelegram\b)"
)
_PRIVATE = (
    r"(?:(?:full |credit |debit |bank |gift )?card (?:number|details|data)s?|cvv|cvc|"
    r"security code|password|passcode|pin(?: code)?|one-?time code|verification code|2fa code|"
    r"login details|bank (?:account )?details|api keys?|social security number)"
)

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
    ),
    OVERRIDE_ABROAD,
    Pattern(
        "addressed to an AI",
        0.9,
        re.compile(
            rf"\b(?:note|notice|message|attention|instructions?|hint|reminder|important|dear|hey|hello|to|"
            rf"for)\b[ :,*-]{{0,4}}(?:to |for )?(?:the |any |all |an |every |your )?{_AI}\b[^\n]{{0,100}}?"
            rf"\b{_ORDER}\b"
        ),
        ("ai", "a.i.", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assistant", "agent", "system"),
        re.compile(r"\b(?:available|useful|suited|compatible|how|according) (?:to )?$"),
    ),
    Pattern(
        "if you are an AI",
        0.95,
        re.compile(
            rf"\b(?:if|as|when|since|because) (?:you(?:'re| are) )?(?:an? |the )?{_AI}\b(?:[^.\n]{{0,20}}"
            rf"\b(?:reading|processing|summari[sz]ing|answering|parsing|seeing)\b|,? you (?:must|should|"
            rf"will|are|need))|\bif you are an? {_AI}\b|\b(?:any|every|the) {_AI} (?:reading|processing|"
            rf"that reads|which reads|summari[sz]ing|parsing|indexing) this\b"
        ),
        ("ai", "a.i.", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assistant", "agent", "system"),
    ),
    Pattern(
        "the AI shall",
        0.85,
        re.compile(
            rf"(?:^|[.!:\n>*-] ?)(?:the |you,? the |our )?{_AI} (?:must|shall|should (?:always|never|not|"
            rf"now)|is (?:now )?(?:instructed|required|ordered|authori[sz]ed|allowed) to|has to|will now)\b"
        ),
        ("ai", "a.i.", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assistant", "agent", "system"),
        _PROTECTIVE,
    ),
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
    Pattern(
        "asks for secrets at an address",
        0.9,
        re.compile(
            rf"\b(?:send|e-?mail|text|reply with|give|provide|share|forward|submit|post|enter|type|confirm|"
            rf"tell)\b[^.\n]{{0,40}}\b{_PRIVATE}\b[^\n]{{0,60}}?\b(?:to|at|via|on|by|through|using|here)"
            rf"\b[^\n]{{0,40}}?{_ADDRESS}"
        ),
        ("card", "cvv", "cvc", "code", "pass", "pin", "login", "bank", "api key", "social security"),
        _PROTECTIVE,
    ),
    Pattern(
        "make the customer tell",
        0.9,
        re.compile(
            rf"\b(?:tell|ask|instruct|direct|have|make|get|urge|convince|advise)\b (?:the |every |any |"
            rf"all |each )?(?:customers?|users?|clients?|readers?|visitors?|caller|them|person)"
            rf"\b[^.\n]{{0,60}}\b(?:to |must |should )?(?:send|e-?mail|text|reply|give|provide|share|"
            rf"forward|submit|enter|type|pay|transfer|confirm|read out|call|visit|go to|wire)"
            rf"\b[^.\n]{{0,60}}(?:\b{_PRIVATE}\b|\b(?:bitcoin|gift cards?|https?://|bank account|iban)\b)"
        ),
        ("card", "cvv", "cvc", "code", "pass", "pin", "login", "bank", "key", "security", "bitcoin", "http", "iban"),
        _PROTECTIVE,
    ),
    Pattern(
        "hidden comment",
        0.85,
        re.compile(
            rf"<!--[^>]{{0,200}}\b(?:{_AI}|assistant|ignore|system prompt|prompt|instructions?)"
            rf"\b[^>]{{0,200}}\b{_ORDER}\b"
        ),
        ("<!--",),
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
        "do not tell the user",
        0.8,
        re.compile(
            r"\b(?:do not|don't|never) (?:tell|inform|mention|reveal|disclose|warn|alert)\b[^.\n]{0,30}"
            r"\b(?:the )?(?:user|customer|reader|human)s?\b[^.\n]{0,40}\b(?:this|these|instructions?|"
            r"message|note|text|prompt|about it)\b"
        ),
        ("tell", "inform", "mention", "reveal", "disclose", "warn", "alert"),
    ),
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
)
_MARKUP = (
    Pattern(
        "chat tokens",
        0.95,
        re.compile(
            r"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|"
            r"begin_of_text)\|>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>"
        ),
        ("<|", "[inst]", "[/inst]", "<<", "_of_turn>"),
    ),
    Pattern(
        "tool call",
        0.95,
        re.compile(
            r"</?(?:tool_call|tool_use|tool_response|tool_result|function_calls?|function_results?|invoke|"
            r"antml:\w+|execute_tool)\b[^>]{0,100}>|\"(?:tool_calls|function_call)\" ?:"
        ),
        ("<", "tool_calls", "function_call"),
    ),
    Pattern(
        "role tags",
        0.9,
        re.compile(
            r"</?(?:system|assistant|developer)(?:[_-](?:prompt|message|instructions?))?>|(?:^|"
            r"\n) ?#{2,4} ?(?:system|assistant) ?(?:prompt|message|instructions?)? ?:"
        ),
        ("system", "assistant", "developer"),
    ),
    Pattern(
        "image that carries data",
        0.9,
        re.compile(
            r"!\[[^\]\n]{0,80}\]\((?:https?:)?//[^)\s]{1,200}(?:\{|<|%7b|\$\{)|"
            r"!\[[^\]\n]{0,80}\]\((?:https?:)?//[^)\s]{1,200}\?[^)\s]{0,80}(?:data|q|prompt|secret|"
            r"history|conversation|context|leak)="
        ),
        ("![",),
    ),
    Pattern(
        "data appended to a link",
        0.9,
        re.compile(
            r"\b(?:append|add|encode|embed|put|include)\b[^.\n]{0,50}\b(?:conversation|chat history|"
            r"customer'?s? (?:name|e-?mail|data|details)|user'?s? (?:name|e-?mail|data|details|question|"
            r"message)|secrets?|system prompt)\b[^.\n]{0,60}\b(?:url|link|image|query|parameter)"
        ),
        ("url", "link", "image", "query", "parameter"),
    ),
)


def find_planted_instructions(text: str) -> Finding | None:
    """Signs of an instruction to the model in a text that should only inform."""
    return strongest(weigh("planted_instructions", _PLANTED, reading) for reading in readings(text))


def find_tool_markup(text: str) -> Finding | None:
    """Chat tokens, tool calls, role tags, and images or links that carry data."""
    return strongest(weigh("tool_markup", _MARKUP, reading) for reading in readings(text))


def find_hidden_text(text: str) -> Finding | None:
    """Characters that a reader cannot see, and words that mix alphabets to look like other words.

    8 hidden characters or 3 mixed words give a score of 0.8; it grows by saturation.
    """
    hidden, mixed = invisible_count(text), mixed_script_words(text)
    strength = hidden / 8 + mixed / 3
    if not strength:
        return None
    score = 1 - 0.2**strength
    return Finding("hidden_text", round(score, 4), f"{hidden} invisible characters, {mixed} words of mixed alphabets")
