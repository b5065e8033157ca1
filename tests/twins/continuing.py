"""A programme for twins: all have the same long answer, and go on with what another has begun of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tests.twins.script import Asked, Script, split_tokens


class Manner(StrEnum):
    """How a model goes on behind a text that was cut off."""

    EXACT = "exact"
    REPEATS_SENTENCE = "repeats_sentence"
    """The last sentence that was begun or complete comes again."""
    BEGINS_ANEW = "begins_anew"
    LEAVES_OUT_BLANK = "leaves_out_blank"
    REPEATS_HALF_WORD = "repeats_half_word"
    """The last word comes again, as where a word was cut in two and is written whole."""


@dataclass(frozen=True, slots=True)
class Continuing:
    """A twin's `programme`: says `answer`, or what is left of it where the request has a begun text of it.

    `script` is everything else of each answer, its fault too. A begun text that is no beginning of `answer` is one
    that was joined wrongly: it is answered with `answer` from the start, so that the reader's text shows it.
    """

    answer: str
    manner: Manner = Manner.EXACT
    script: Script = field(default_factory=Script)

    def __call__(self, asked: Asked) -> Script:
        return replace(self.script, tokens=split_tokens(self._rest(self.begun(asked))))

    def begun(self, asked: Asked) -> str:
        """What the request says was begun: the assistant's last message, where it is the last or next to last of all
        and not part of a conversation before."""
        texts = asked.texts
        for role, text in texts[-1:-3:-1]:
            if role == "assistant" and text.strip() and self.answer.startswith(text.rstrip()):
                return text
        return ""

    def _rest(self, begun: str) -> str:
        place = len(begun) if self.answer.startswith(begun) else len(begun.rstrip())
        if not begun:
            return self.answer
        match self.manner:
            case Manner.REPEATS_SENTENCE:
                place = _last_start(r"(?<=[.!?])\s+(?=\S)", self.answer[:place])
            case Manner.BEGINS_ANEW:
                place = 0
            case Manner.LEAVES_OUT_BLANK:
                return self.answer[place:].lstrip()
            case Manner.REPEATS_HALF_WORD:
                place = _last_start(r"\s+(?=\S)", self.answer[:place])
        return self.answer[place:]


def _last_start(boundary: str, text: str) -> int:
    """Where the last piece of `text` starts."""
    ends = [match.end() for match in re.finditer(boundary, text)]
    return ends[-1] if ends else 0
