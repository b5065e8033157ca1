"""What one language needs: the bot's own sentences in it, and the signs by which a message in it is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replies:
    """The bot's own sentences. `off_topic` and `declined` may name {product}; the hand-over follows each of those from
    `unanswered` on."""

    hand_over: str
    interrupted: str
    """Before what the documentation says, at the start of an answer or in its middle."""
    trouble: str
    """There was nothing to fall back on."""
    unanswered: str
    off_topic: str
    harmful: str
    self_harm: str
    personal_data: str
    too_long: str
    unreadable: str
    too_many: str
    """Very many questions that are alike."""
    not_checked: str
    not_covered: str
    """An answer, perhaps begun, that the documentation does not bear out."""
    withheld: str
    """An answer, perhaps begun, that had better not be given."""
    declined: str


@dataclass(frozen=True, slots=True)
class Language:
    """A language with its ISO 639-1 code.

    Attributes:
        letters: what it writes beside a to z, in lower case.
        words: frequent words, function words first, as they are written.
        beginnings: what many of its words begin with, 4 to 6 characters.
        endings: what many of its words end in, 2 to 5 characters.
    """

    code: str
    replies: Replies
    letters: str
    words: str
    beginnings: str = ""
    endings: str = ""
