"""Which sentences of an answer state something, and their words without Markdown."""

from __future__ import annotations

import re

_MARKUP = re.compile(
    r"\*\*|__|~~|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+•]\s+|\d{1,3}[.)]\s+)"
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_SOURCE_MARK = re.compile(r"\s*\[\d{1,2}(?:, ?\d{1,2})*\]")
_CODE_LINE = re.compile(r"^\s*(?:```|~~~)|[{};]\s*$|^\s*(?:import|def|const|curl|from \w+ import)\b")
_LETTERS = re.compile(r"[^\W\d_]{2,}")

# A sentence that begins like this speaks of the conversation and not of the product, unless it has a number.
_TALK = re.compile(
    r"(?:\W*(?:and|but|so|also|well|ok(?:ay)?|und|et|y|e)\b,? ?)?(?:"
    # English
    r"hello|hi|hey|dear|good (?:morning|afternoon|evening|day)|thanks?|thank you|you(?:'re| are) welcome|welcome|sorry|"
    r"i(?:'m| am) (?:very |so |really )?(?:sorry|afraid|happy|glad|here|not sure|unable)|i apologi[sz]e|my apologies|"
    r"unfortunately,? i|i (?:don't|do not|can't|cannot|could not|couldn't|won't|would rather not)|"
    r"i (?:can|could|will|would|'ll) (?:hand|pass|connect|forward|transfer|help|look|check|gladly|be happy)|"
    r"(?:please )?(?:let me know|feel free|don't hesitate|do not hesitate|tell me|contact (?:us|our|support)|"
    r"reach out|get in touch|ask a colleague)|if you (?:have|need) (?:any |more |further )|"
    r"(?:is|was) there anything|(?:i )?hope (?:this|that)|our (?:documentation|sources?) (?:does|do) not|"
    r"the (?:documentation|sources?) (?:does|do) not|here (?:is|are) |of course|sure|certainly|great question|"
    # German, French, Spanish, Italian, Portuguese, Dutch
    r"hallo|guten (?:tag|morgen|abend)|danke|vielen dank|gern|es tut mir leid|leider|"
    r"entschuldig|ich (?:kann|weiß|helfe)|"
    r"bonjour|bonsoir|merci|désolée?|je (?:suis désolé|ne sais|peux|vous)|n'hésitez|malheureusement|"
    r"hola|buen[oa]s|gracias|lo siento|no (?:lo )?sé|puedo|lamentablemente|"
    r"ciao|buongiorno|grazie|mi dispiace|non (?:lo )?so|posso|purtroppo|"
    r"olá|bom dia|boa (?:tarde|noite)|obrigad[oa]|desculpe|lamento|não sei|infelizmente|"
    r"goede(?:morgen|middag|navond)|bedankt|dank u|sorry|het spijt|ik (?:weet|kan)|helaas"
    r")",
    re.IGNORECASE,
)


def statement(sentence: str) -> str:
    """What a sentence of an answer states, without Markdown and numbers of sources; empty where it states nothing.

    Questions, greetings, offers of help, confessions of not knowing, hand-overs, code and headings state nothing.
    """
    if _CODE_LINE.search(sentence):
        return ""
    text = _SOURCE_MARK.sub("", _MARKUP.sub("", _LINK.sub(r"\1", sentence.strip()))).strip()
    text = _MARKUP.sub("", text).replace("\u2019", "'").strip()
    if text.endswith(("?", "\uff1f", ":")) or len(_LETTERS.findall(text)) < 2 or sentence.lstrip().startswith("#"):
        return ""
    return "" if _TALK.match(text) and not any(character.isdigit() for character in text) else text
