"""What an answer depends on: the question and all that decides which answer it gets."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass

from server.domain import Message

_FINAL = ".!?\u2026 "


@dataclass(frozen=True, slots=True)
class CacheQuestion:
    """One turn's question as the caches see it.

    `ledger` is the id of the ledger that has the turn and the prompt version: others know neither. `question` is as the
    customer wrote it, `index_version` what retrieval answered with, `citations` the ids of the
    chunks that were retrieved for it, best first. A question with personal data is never kept and never answered from a
    cache: the answer may repeat them.
    """

    tenant: str
    prompt_version: int
    index_version: str
    question: str
    access_groups: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    customer_tier: str = ""
    history: tuple[Message, ...] = ()
    citations: tuple[str, ...] = ()
    has_personal_data: bool = False
    ledger: str = ""

    @property
    def scope(self) -> str:
        """A digest of all but the words: answers never leave their scope."""
        return _digest(
            [
                self.ledger,
                self.tenant,
                self.prompt_version,
                self.index_version,
                sorted(set(self.access_groups)),
                sorted(set(self.labels)),
                self.customer_tier,
            ]
        )

    @property
    def key(self) -> str:
        """A digest of the scope, the conversation and the question in its plain form."""
        history = [[message.role.value, message.text] for message in self.history]
        return _digest([self.scope, history, plain(self.question)])


def plain(question: str) -> str:
    """Without what never matters: letter case, kinds of blanks, the final mark."""
    folded = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(folded.split()).rstrip(_FINAL)


def _digest(parts: object) -> str:
    """SHA-256, lower-case hex, of the parts as JSON, which keeps ["ab", "c"] apart from ["a", "bc"]."""
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()
