"""What a text calls a machine that reads it, in twelve languages, in the plain form of `normalise`."""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import plain

_ENGLISH = (
    r"(?:support |service |shop )?(?:chat ?)?(?:ro)?bots?|a\.i\.|(?:ai|automated|automatic|digital|virtual) "
    r"(?:\w+ )?(?:agents?|assistants?|systems?|readers?|tools?|models?|helpers?|bots?)|ais?|artificial "
    r"intelligences?|llms?|(?:large )?language models?|(?:answering|summari[sz]ing|crawling) (?:machines?|"
    r"systems?|engines?|software)|machine readers?|chat ?gpt|gpt(?:-?\d)?|copilot|summari[sz]ers?|crawlers?"
)
_GERMAN = (
    r"ki(?:s|-(?:assistent|agent|modell|system|bot|chatbot|tool|leser|dienst|helfer)\w*)?|"
    r"kunstliche[nr]? intelligenz(?:en)?|"
    r"(?:gro(?:ß|ss)e[ns]? )?sprachmodelle?n?s?|(?:(?:support|service|chat)-?)?bots?|chat-?robotern?|"
    r"(?:virtuelle|digitale|automatische)[nrs]? (?:assistent|agent|leser|system|helfer)\w*"
)
_ROMANCE = (
    r"ias?|intelligences? artificielles?|inteligencias? artificial(?:es)?|inteligencias? artificia(?:l|is)|"
    r"intelligenz[ae] artificial[ei]|"
    r"modeles? (?:de langage|linguistiques?)|(?:grand )?modelos? (?:de lenguaje|de linguagem|linguisticos?)|"
    r"modell[oi] (?:linguistic[oi]|di linguaggio)|agents? (?:conversationnels?|virtuels?|ia)|"
    r"(?:assistants?|robots?) (?:virtuels?|ia|automatiques?|numeriques?|conversationnels?)|"
    r"(?:asistentes?|assistentes?|assistent[ei]|agentes?|agent[ei]) (?:(?:de |di |d')?(?:ia|"
    r"inteligencia artificial|intelligenza "
    r"artificiale)|virtual(?:es|e|i)?|virtuais|digital(?:es|e|i)?|automatic[oi]s?|automatizad[oa]s?)|robos?"
)
_NORTHERN = (
    r"ai-(?:assistent|agent|model|modell|systeem|system|bot|chatbot|verktyg|lezer|lasare|leser)\w*|ai:[ent]{1,2}|"
    r"kunstmatige intelligenties?|"
    r"(?:groot )?taalmodel(?:len)?|(?:virtuele|digitale|geautomatiseerde) (?:assistent|agent|lezer|systeem)\w*|"
    r"artificiell"
    r" intelligens|(?:stor )?sprakmodell\w{0,3}|chatt?bot(?:t?en|s|tar|ar)?|bott?(?:en|ar)|(?:virtuell|digital)a? "
    r"(?:assistent|agent)\w*"
)
_SLAVIC = (
    r"sztuczn[aeyoi]\w{0,3} inteligencj\w{1,3}|(?:asystent|agent)\w{0,4} (?:ai|wirtualn\w+|glosow\w+)|(?:wirtualn|"
    r"automatyczn|cyfrow)\w{1,3}"
    r" asystent\w{0,4}|model\w{0,4} jezykow\w+|(?:chat)?bo(?:t(?:a|y|om|em|ow|owi|u|i|e)?|cie)|umel[aeo]\w{0,2} "
    r"inteligenc\w{1,3}|jazykov\w{1,3} model\w{0,3}|model\w{0,3} ai|(?:virtualni|digitalni|"
    r"automatick)\w{0,3} asistent\w{0,4}|"
    r"(?:ai )asistent\w{0,4}|asistent\w{0,3} ai"
)
_TURKISH = (
    r"yapay zek\w{1,8}(?: (?:asistan|model|sistem|ajan|bot)\w{0,8})?|(?:buyuk )?dil model\w{1,8}|sohbet (?:bo|"
    r"robo)t\w{1,6}|"
    r"(?:sanal|dijital) asistan\w{0,8}"
)
MACHINE = rf"\b(?:{'|'.join((_ENGLISH, _GERMAN, _ROMANCE, _NORTHERN, _SLAVIC, _TURKISH))})(?![-\w])"
"""Names that no person has."""
HELPER = (
    r"\b(?:assistants?|models?|assistent(?:e[ns]?|in|i|en)?|asistente?s?|assistentes?|asystent\w{0,4}|asistan\w{0,8}|"
    r"modele|modelu|modell[oe]?|modelos?|machines?|asistent\w{0,4})(?![-\w])"
)
"""Names that people and products have too."""
JAPANESE_MACHINE = plain(
    "(?:生成)?ai(?:アシスタント|エージェント|モデル|チャットボット)?|人工知能|(?:大規模)?言語モデル|チャットボット|(?<!ロ)ボット|アシスタント"
)
_STEMS = (
    *(
        f"{which} agent"
        for which in ("virtual", "digital", "automated", "support", "chat", "the", "each", "every", "any")
    ),
    *("all agent", "agent conv", "agent virt", "agente virt", "agentes virt", "agenti virt", "agente automa"),
    *("bot", "a.i.", "llm", "gpt", "copilot", "model", "crawler", "summari", "robo", "bocie", "yapay zek"),
    *("intellig", "intelig", "assist", "asist", "asyst"),
    *(f"machine {word}" for word in ("read", "that", "which", "pars", "summ", "process")),
    *(f"{which} {noun}" for which in ("automated", "automatic", "digital") for noun in ("read", "sys", "tool", "help")),
    *("machine,", "machine:", "machines,", "machines:", "machines that", "che lese", "automatischer l", "de lezer"),
    *(plain(name) for name in ("あなた", "人工知能", "ボット", "言語モデル", "アシスタント")),
)
_SHORT = re.compile(r"(?<![a-z0-9])(?:ai|ki|ia)s?(?![a-z0-9])")
_NO_BOT = re.compile(r"bot(?:h|tom|tl|an)\b")
_BEFORE, _BEHIND = 160, 420
"""Characters about the name of a machine in which an order to it is sought."""


def near_machines(reading: str) -> str:
    """The parts of a text in plain form where a machine may be named; empty where there are none."""
    places = [match.start() for match in _SHORT.finditer(reading)]
    for stem in _STEMS:
        place = reading.find(stem)
        while place >= 0:
            if stem != "bot" or not _NO_BOT.match(reading, place):
                places.append(place)
            place = reading.find(stem, place + _BEFORE)
    parts: list[str] = []
    end = 0
    for place in sorted(places):
        begin = max(end, place - _BEFORE)
        # What is cut off must not look like the beginning of a line.
        parts.append(reading[begin : place + _BEHIND] if begin in (0, end) else "… " + reading[begin : place + _BEHIND])
        end = max(end, min(len(reading), place + _BEHIND))
    return "".join(parts)
