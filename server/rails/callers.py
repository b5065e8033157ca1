"""What callers have asked of late, so that a rail can tell who harvests the knowledge base from who is busy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from prometheus_client import Counter as Metric

from server.domain import CallerSignals, Principal, Role
from server.errors import Unavailable
from server.ports import CallerHistory
from server.rails.shapes import entry_of, parts

WINDOW_SECONDS = 600.0
LEAST_SHARE = 0.05
"""Share of a caller's messages that must have a shape before it counts as a template of theirs; two at the least."""

UNWATCHED = Metric("nightdesk_unwatched_messages_total", "Messages whose caller's history could not be read.")


def watch_secret(shared: str) -> bytes:
    """The key of the hashes from something that only the replicas know, such as the address of their Redis."""
    return blake2b(shared.encode(), digest_size=32, person=b"nightdesk-watch").digest()


class CallerWatch:
    """Notes the shape of each message, and says what its caller's messages have in common.

    A caller is the end user where the backend names one, else the conversation, else (a first message of nobody in
    particular) the key. Texts and names are not kept: hashes with a secret key are, for ten minutes.

    Only keys with the role service are watched: reviewers, engineers and admins run evaluations and bulk tests, and may
    read the documents anyway.

    Where a shared history cannot be reached nothing is known of a caller and the turn goes on, counted in
    nightdesk_unwatched_messages_total.
    """

    def __init__(self, history: CallerHistory, secret: bytes) -> None:
        """`secret`: up to 64 bytes, the same in all replicas."""
        self._history = history
        self._secret = secret

    async def observe(
        self, principal: Principal, text: str, *, end_user_id: str = "", conversation_id: str = ""
    ) -> CallerSignals | None:
        """What the caller's messages of the last ten minutes have in common, `text` included. None where nothing is
        known."""
        if principal.role is not Role.SERVICE:
            return None
        entry = entry_of(text, self._secret)
        caller = self._caller(principal, end_user_id, conversation_id)
        try:
            entries = await self._history.add(caller, entry, seconds=WINDOW_SECONDS)
        except Unavailable:
            UNWATCHED.inc()
            return None
        return signals(entries, whole_key=not (end_user_id or conversation_id))

    def _caller(self, principal: Principal, end_user_id: str, conversation_id: str) -> str:
        kind, name = "key", ""
        if end_user_id:
            kind, name = "end_user", end_user_id
        elif conversation_id:
            kind, name = "conversation", conversation_id
        named = "\0".join((principal.tenant, principal.name, kind, name))
        return blake2b(named.encode(), digest_size=16, key=self._secret).hexdigest()


def signals(entries: Sequence[bytes], *, whole_key: bool) -> CallerSignals:
    """What messages have in common, the newest last. The same text sent again is not a template: it counts once."""
    messages = [parts(entry) for entry in entries]
    distinct = dict(messages)
    counts = Counter(shape for shapes in distinct.values() for shape in shapes)
    least = max(2.0, LEAST_SHARE * len(distinct))
    templates = {shape for shape, count in counts.items() if count >= least}
    alike = sum(not templates.isdisjoint(shapes) for _, shapes in messages)
    return CallerSignals(
        questions=len(messages),
        alike=alike / len(messages),
        window_seconds=WINDOW_SECONDS,
        distinct=len(distinct),
        fits=not templates.isdisjoint(messages[-1][1]),
        whole_key=whole_key,
    )
