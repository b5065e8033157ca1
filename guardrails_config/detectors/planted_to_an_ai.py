"""Instructions in a document that speak to an AI by its name."""

from __future__ import annotations

import re

from guardrails_config.detectors.patterns import Pattern
from guardrails_config.detectors.planted_on_customers import PROTECTIVE

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
AI_NAMES = (
    *(f"{before}{name}" for before in " \n([@" for name in ("ai", "ki", "ia")),
    *("a.i.", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assist", "agent", "asystent", "machine"),
    *("automated", "langage", "lenguaje", "linguagem", "sprachmodell", "virtu", "llama", "mistral"),
)
TO_AN_AI = (
    Pattern(
        "addressed to an AI",
        0.9,
        re.compile(
            r"\b(?:note|notice|message|attention|instructions?|hint|reminder|important|dear|hey|hello|to|"
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
            r"\b(?:reading|processing|summari[sz]ing|answering|parsing|seeing)\b|,? you (?:must|should|"
            rf"will|are|need))|\bif you are an? {_AI}\b|\b(?:any|every|the) {_AI} (?:reading|processing|"
            r"that reads|which reads|summari[sz]ing|parsing|indexing) this\b"
        ),
        ("ai", "a.i.", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assistant", "agent", "system"),
    ),
    Pattern(
        "the AI shall",
        0.85,
        re.compile(
            rf"(?:^|[.!:\n>*-] ?)(?:the |you,? the |our )?{_AI} (?:must|shall|should (?:always|never|not|"
            r"now)|is (?:now )?(?:instructed|required|ordered|authori[sz]ed|allowed) to|has to|will now)\b"
        ),
        ("ai", "a.i.", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assistant", "agent", "system"),
        PROTECTIVE,
    ),
    Pattern(
        "addressed to the assistant",
        0.8,
        re.compile(
            r"(?:^|[.!?\n\[(>*-] ?)(?:@ ?|(?:this (?:note|text|paragraph|message|line) is (?:meant |only )?for |"
            r"(?:note|notice|message|"
            rf"attention|reminder|hint|hey|hello|dear|instructions?|for|to)\b[ :,]{{0,3}}(?:to |for )?)(?:the |any |"
            r"all |every )?)"
            r"(?:assistant|bot|model|machine readers?|machines|automated (?:readers?|systems?|agents?)|ai)s?\b"
            rf"(?: (?:that|who|which) reads? (?:this|it))?[ ,:\]!.-]{{1,3}}[^\n]{{0,80}}?\b{_ORDER}\b"
        ),
        ("assistant", "bot", "model", "machine", "automated", "ai"),
    ),
    Pattern(
        "label for an AI",
        0.85,
        re.compile(
            rf"(?:^|[.!?\n>*-] ?)\[?(?:for )?(?:all )?{_AI}s?(?: only| instructions?)?[\]:][ "
            rf"]?[^\n]{{0,40}}?\b(?:{_ORDER}|rank|treat|"
            r"grant|the (?:correct|right|best|only) (?:answer|reply|response))\b"
        ),
        ("ai", "llm", "model", "bot", "gpt", "claude", "gemini", "copilot", "assistant", "agent", "system"),
    ),
    Pattern(
        "reader that is an AI",
        0.9,
        re.compile(
            rf"\b(?:any|every|each|the|all) (?:{_AI}|assistant|bot|model)s? (?:that|which|who)? ?(?:reads?|indexe?s?|"
            r"process(?:es)?|"
            r"pars(?:es?|ing)|ingests?|summari[sz]es?|retrieves?|quotes?|reading|indexing|processing|ingesting) this\b"
        ),
        ("this",),
    ),
    Pattern(
        "names of models",
        0.85,
        re.compile(
            r"\b(?:chat ?gpt|claude|gemini|copilot|llama|mistral)\b, (?:chat ?gpt|claude|gemini|copilot|llama|"
            r"mistral|gpt-?\d?)\b"
            rf"[^\n]{{0,60}}\b{_ORDER}\b"
        ),
        ("gpt", "claude", "gemini", "copilot", "llama", "mistral"),
    ),
    Pattern(
        "addressed to an AI in another language",
        0.85,
        re.compile(
            r"\b(?:ki-?(?:assistent|agent|modell|system)\w*|sprachmodell\w*|(?:assistant|agent|modele) (?:ia|"
            r"virtuel)|modeles? de "
            r"langage|(?:asistente|agente) (?:de ia|virtual)|modelos? de lenguaje|(?:assistente|agente) (?:de |di "
            r")?ia|modelo de "
            r"linguagem|modello linguistico|ai-?(?:assistent|agent)\w*|taalmodel\w*|asystent\w* ai|model\w* "
            r"jezykow\w*)\b"
            r"[^\n]{0,80}\b(?:empf\w+|sag\w*|antwort\w*|nenn\w*|recommand\w*|repond\w*|dis|dites|mentionn\w*|incluye|"
            r"responde|di|"
            r"recomienda|menciona|inclui|responda|recomenda|consiglia|rispondi|includi|noem|antwoord\w*|zeg|vermeld|"
            r"podawaj|"
            r"odpowiada\w*|odpowiedz\w*|polecaj|immer|toujours|siempre|sempre|altijd|zawsze)\b"
        ),
        (
            "ki-",
            "ki",
            "sprachmodell",
            "ia",
            "virtuel",
            "langage",
            "virtual",
            "lenguaje",
            "linguagem",
            "linguistico",
            "ai",
        ),
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
)
"""None of these matches where AI_NAMES has none, with a blank in front of the text."""
