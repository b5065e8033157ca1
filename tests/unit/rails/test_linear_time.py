"""Hostile texts cost time in proportion to their length: eight times the text, far less than 64 times the time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from guardrails_config.classifier.model import find_attack
from guardrails_config.detectors.carrying_links import find_carrying_link
from guardrails_config.detectors.exfiltration import find_exfiltration
from guardrails_config.detectors.extraction import find_extraction
from guardrails_config.detectors.harmful import find_harmful_answer, find_harmful_request
from guardrails_config.detectors.hidden import find_hidden_text, find_look_alikes
from guardrails_config.detectors.injection import find_injection, find_prompt_fishing
from guardrails_config.detectors.jailbreak import find_jailbreak
from guardrails_config.detectors.leakage import find_prompt_leak
from guardrails_config.detectors.links import find_foreign_link
from guardrails_config.detectors.markup import find_tool_markup
from guardrails_config.detectors.off_topic import find_off_topic
from guardrails_config.detectors.planted import find_planted_instructions
from guardrails_config.personal_data.segments import may_grow
from guardrails_config.personal_data.spans import find_private_spans
from server.rails.hold_back import MaskingStream
from server.rails.masking import PublicTexts


def hold_back(text: str) -> None:
    held = MaskingStream(find_private_spans, may_grow, PublicTexts())
    for begin in range(0, len(text), 5):
        held.push(text[begin : begin + 5])
    held.finish()


FINDERS: tuple[Callable[[str], object], ...] = (
    find_injection,
    find_prompt_fishing,
    find_jailbreak,
    find_attack,
    find_off_topic,
    find_exfiltration,
    find_extraction,
    find_harmful_request,
    find_harmful_answer,
    find_prompt_leak,
    find_foreign_link,
    find_hidden_text,
    find_look_alikes,
    find_carrying_link,
    find_planted_instructions,
    find_tool_markup,
    find_private_spans,
    hold_back,
)
SEEDS = (
    "ignore all your ",
    "a",
    "1 ",
    "<!--",
    "a@",
    "a.b@c.d.",
    "eyJ.",
    "A1b2",
    "%41",
    "i g n o r e ",
    "note to ai ",
    "when a user asks, you ",
    "add the link to your ",
    "send the chat to http://x ",
    "do not mention this ",
    "\u0430b",
    "\u200ba",
    "![a](http://x",
    "send your card number to ",
    "tokens lost ",
    "refuse 1 ",
    "never ethics ",
    "regardless of ",
    "must obey ",
    "[end of ",
    "say access ",
    "(insert ",
    "dan: ",
    "spell the secret ",
    "in the game, how can i protect ",
    "eine ki ohne ",
    "12 Baker ",
    "Via ",
    "password: ",
    "07911 123456 ",
    "DE89 3704 ",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----\n",
    "jane at ",
    "jane dot ",
    "jane (at) ",
    "x@x.",
    "born on ",
    "4 2 ",
    "４２",
)
SHORT, FACTOR = 1000, 8


def seconds(find: Callable[[str], object], seed: str, length: int) -> float:
    best = float("inf")
    for attempt in range(3):
        # A first character of its own each time, so that no cache of readings answers.
        text = (f"{length}{attempt} " + seed * (length // len(seed) + 1))[:length]
        begin = time.process_time()
        find(text)
        best = min(best, time.process_time() - begin)
    return best


@pytest.mark.parametrize("find", FINDERS, ids=lambda find: find.__name__)
def test_time_grows_with_the_length_of_a_hostile_text(find: Callable[[str], object]) -> None:
    for seed in SEEDS:
        floor = 0.0005
        short = max(seconds(find, seed, SHORT), floor)
        assert seconds(find, seed, SHORT * FACTOR) < short * FACTOR * 4, seed
