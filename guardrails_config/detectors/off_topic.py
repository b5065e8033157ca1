"""Tasks for a general assistant: only those that nobody asks of a support desk."""

from __future__ import annotations

import re
from collections.abc import Collection

from guardrails_config.detectors.normalise import plain
from guardrails_config.detectors.patterns import Finding, Pattern, weigh

LONGEST = 600
"""Characters above which a message is a story of its own, not an errand for a general assistant."""
_PLEASE = (
    r"^\W{0,3}(?:(?:hi|hello|hey|ok|okay|so|now|please|pls|can|could|would|will|you|i|want|need|"
    r"would like|id like|i'd like|to|bot|assistant|kindly|just|and|also),? ){0,8}"
)
_WRITE = r"(?:write|compose|create|generate|make up|give me|tell me|sing|draft|invent|recite|come up with)"
_PATTERNS = (
    Pattern(
        "creative writing",
        0.9,
        re.compile(
            rf"{_PLEASE}{_WRITE}\b(?: me| us)?(?: an?| some| the| another)?(?: [\w-]+){{0,3}}? (?:poem|"
            rf"haiku|limerick|sonnet|essay|song|lyrics|rap|short story|bedtime story|fairy tale|story|"
            rf"novel|screenplay|joke|riddle|pun|fun fact|love letter|cover letter)s?\b"
        ),
    ),
    Pattern(
        "programming",
        0.9,
        re.compile(
            rf"{_PLEASE}(?:{_WRITE}|code|program|implement|debug|fix)\b[^.\n]{{0,40}}\b(?:(?:python|java|"
            rf"javascript|typescript|c\+\+|c#|rust|golang|sql|bash|php|ruby|html|css|react) (?:code|"
            rf"program|function|script|class|game|app|snippet|query)|(?:function|program|script|code|class|"
            rf"algorithm|game)s? (?:in|using|with) (?:python|java|javascript|typescript|c\+\+|c#|rust|go|"
            rf"golang|sql|bash|php|ruby)|sorting algorithm|binary search|fibonacci|fizzbuzz|snake game|"
            rf"linked list)"
        ),
    ),
    Pattern(
        "homework",
        0.9,
        re.compile(
            r"\b(?:do|solve|help (?:me )?with|finish|answer) my (?:math |maths |history |physics |"
            r"chemistry |english |science )?(?:homework|assignment|essay|coursework)\b|\bsolve (?:for x|"
            r"this equation|the equation|the integral|this integral)\b|\bderivative of\b|\bintegral of\b|"
            r"\bsquare root of \d"
        ),
    ),
    Pattern(
        "weather",
        0.9,
        re.compile(
            r"\bweather (?:is it |like )?(?:in|for|today|tomorrow|tonight|this (?:week|weekend)|right now|"
            r"forecast)\b|\b(?:will|is) it (?:going to )?(?:rain|snow|raining|snowing|"
            r"sunny)(?:ing)? (?:in|today|tomorrow|tonight|this)\b|\bweather forecast\b"
        ),
    ),
    Pattern(
        "sport",
        0.9,
        re.compile(
            r"\bwho (?:won|wins|will win|is going to win) (?:the )?(?:[\w-]+ ){0,3}(?:game|match|"
            r"world cup|super bowl|superbowl|championship|champions league|race|grand prix|olympics|"
            r"election|league|tournament|final)\b|\b(?:football|soccer|baseball|basketball|nba|nfl|"
            r"premier league|cricket) (?:score|scores|results)\b"
        ),
    ),
    Pattern(
        "politics",
        0.9,
        re.compile(
            r"\bwho (?:should i vote for|is the (?:current )?(?:president|prime minister|king|queen|"
            r"chancellor|pope) of)\b|\bwhat do you think (?:of|about) (?:the )?(?:president|trump|biden|"
            r"harris|putin|obama|merkel|brexit|democrats|republicans|abortion|gun control|immigration|"
            r"israel|palestine|the war)\b|\b(?:democrats? or republicans?|republicans? or democrats?)\b"
        ),
    ),
    Pattern(
        "general knowledge",
        0.9,
        re.compile(
            rf"{_PLEASE}(?:what(?:'s| is)(?: the)? (?:capital|population|currency|area|"
            rf"highest mountain) of [a-z]|who (?:wrote|painted|invented|discovered|composed|"
            rf"directed) (?!to|my|this|me|us|the (?:review|ticket|message|email))|how (?:far|big|old|"
            rf"hot) is the (?:moon|sun|earth|universe)|(?:tell me about|explain|what is|"
            rf"what was) (?:the )?(?:theory of relativity|quantum (?:physics|mechanics|computing)|"
            rf"photosynthesis|french revolution|roman empire|world war|big bang|black holes?|"
            rf"meaning of life)|what(?:'s| is) the meaning of life)"
        ),
    ),
    Pattern(
        "everyday errands",
        0.9,
        re.compile(
            rf"{_PLEASE}(?:(?:give|find|get|tell|show)(?: me)? (?:a |the )?(?:good |easy )?recipe for|"
            rf"how (?:do|can|to) (?:i |you )?(?:cook|bake|roast|grill) |(?:what(?:'s| is) )?(?:my |"
            rf"the )?horoscope|what(?:'s| is) the (?:stock price|share price|price of (?:bitcoin|gold|"
            rf"ethereum))|recommend (?:me )?(?:a |some )?(?:good )?(?:movies?|films?|books?|songs?|"
            rf"restaurants?|tv shows?)|play (?:some )?(?:music|songs?)\b|what(?:'s| is) \d+ ?(?:\+|-|x|\*|"
            rf"/|times|plus|minus|divided by) ?\d+\W*$)"
        ),
    ),
)


def find_off_topic(text: str, product_words: Collection[str] = ()) -> Finding | None:
    """An errand for a general assistant, unless the text holds one of `product_words` (lower case, whole words)."""
    if len(text) > LONGEST:
        return None
    reading = plain(text)
    words = set(re.findall(r"\w+", reading))
    if any(word in words or word + "s" in words for word in product_words):
        return None
    return weigh("off_topic", _PATTERNS, reading)
