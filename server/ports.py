"""What the core needs from outside. Each port has an embedded adapter and a distributed one; bootstrap chooses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.domain import (
    CallerSignals,
    Chunk,
    ComponentStatus,
    Document,
    Found,
    IndexedDocument,
    IndexInfo,
    IndexStats,
    Message,
    ModelEvent,
    ModelRequest,
    RailInfo,
    RailReport,
    RailVerdict,
    RouteSwitch,
    SearchQuery,
    StoredDocument,
)

Vectors = NDArray[np.float32]
"""Shape (n, dimension), each row of length 1."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Names the model; stored with the index, which refuses another one."""

    @property
    def dimension(self) -> int: ...

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` in the embedder's own tokenizer, special tokens not counted."""

    def count_tokens_of(self, texts: Sequence[str]) -> list[int]:
        """`count_tokens` of each text. For a thread: it takes as long as it takes."""

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text. Raises Unavailable where the embedder cannot be reached."""

    async def check(self) -> ComponentStatus: ...

    async def close(self) -> None: ...


class VectorStore(Protocol):
    """Holds documents, chunks and vectors by tenant, and searches them by text and by vector."""

    async def replace(self, tenant: str, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Make these the document's chunks. Readers see all of the old or all of the new; durable on return.

        Quarantined chunks are kept and listed but never returned by `search`.
        """

    async def delete(self, tenant: str, document_id: str) -> bool:
        """Remove a document and its chunks for all readers at once. False where there was none."""

    async def get(self, tenant: str, document_id: str) -> IndexedDocument | None: ...

    async def list_tenants(self) -> list[str]:
        """Every tenant that ever had a document here, by name."""

    async def list_documents(
        self, tenant: str, *, after: str = "", limit: int = 100, quarantined_only: bool = False
    ) -> list[IndexedDocument]:
        """Documents with an id greater than `after`, by id (code point order)."""

    async def read(self, tenant: str, document_id: str) -> StoredDocument | None:
        """A document with its chunks, in reading order, and their vectors: one state of it, quarantined ones included.

        `replace` with what it returns, in this or another store, gives a document that is searched and listed alike.
        """

    async def search(self, tenant: str, query: SearchQuery, vector: Vectors) -> Found:
        """The best chunks. `vector` has shape (dimension,). Never another tenant's, never quarantined ones, never those
        of a document whose access groups the query names none of.

        Each side's scores are min-max scaled over the union of both sides' candidates before they are fused.
        """

    async def stats(self, tenant: str) -> IndexStats: ...

    async def check(self) -> ComponentStatus: ...

    async def close(self) -> None: ...


class IndexCatalog(Protocol):
    """The indexes that one engine holds: one for each embedder, of which one serves."""

    async def indexes(self) -> list[IndexInfo]:
        """All there are; none before the first is opened."""

    async def open(self, embedder: str, dimension: int) -> VectorStore:
        """The index of an embedder, made where there is none. Raises what the engine's store raises on opening."""

    async def serve(self, embedder: str, dimension: int) -> None:
        """Let the index of this embedder be the one that serves, from the next start on. Durable on return."""

    async def drop(self, embedder: str, dimension: int) -> None:
        """Delete the index of this embedder, which nobody may have open; nothing happens where there is none."""

    async def close(self) -> None:
        """Let go of the engine; stores that were opened are closed by those who opened them."""


class Reranker(Protocol):
    """Says how well texts answer a question, reading both together."""

    @property
    def name(self) -> str: ...

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text, 0 to 1, higher is better. Raises Unavailable where the reranker cannot be reached."""

    async def check(self) -> ComponentStatus: ...

    async def close(self) -> None: ...


class Model(Protocol):
    """Answers a turn, token by token."""

    @property
    def provider(self) -> str:
        """OpenTelemetry's gen_ai.provider.name."""

    @property
    def name(self) -> str: ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """ModelStarted once the provider has taken the request, text, then exactly one ModelFinished.

        Raises ModelError; closing the generator ends the upstream call.
        """

    async def check(self) -> ComponentStatus: ...

    async def close(self) -> None: ...


ModelCall = Callable[[str, ModelRequest], AsyncGenerator[ModelEvent, None]]
"""Streams what the deployment of a name says to a request, as Model.stream does; who pays for it is seen to."""


class BreakerPosition(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerState:
    """`retry_at` is when an open breaker lets a probe through; None in the other positions."""

    position: BreakerPosition
    retry_at: datetime | None = None


class Breakers(Protocol):
    """Keeps calls from deployments that fail, each by how its own last calls went."""

    async def admit(self, deployment: str) -> bool:
        """Whether a call may be made now: always while closed, never while open, a few probes while half open.

        Who was admitted must `report`.
        """

    async def report(self, deployment: str, ok: bool | None) -> None:
        """How an admitted call went, once for each: well as soon as it spoke; None where it was cancelled before, which
        says nothing but gives a probe's place back."""

    async def report_broken_off(self, deployment: str) -> None:
        """A call that was reported well failed after that: a failure in place of the success."""

    async def states(self, deployments: Sequence[str]) -> list[BreakerState]:
        """One state each, in the order given."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SpendWindow:
    """One budget in one period. `key` is unique among all tenants' budgets and periods."""

    key: str
    hard_nanos: int | None
    """What spent and reserved money together may not pass; None means no limit."""
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SpendAmounts:
    """Billionths of a US dollar."""

    spent_nanos: int
    reserved_nanos: int


class SpendCounters(Protocol):
    """What each window has spent and what is reserved in it, changed atomically.

    A window is known once it is seeded; where servers with ledgers of their own share counters, once by each ledger,
    and its sum is that of all seeds. The other methods raise LookupError, and change nothing, for a window that this
    ledger has not seeded: it is new, or the counters were lost. Every method raises Unavailable where shared counters
    cannot be reached.
    """

    async def seed(self, window: SpendWindow, spent_nanos: int) -> None:
        """What the ledger knows of a window's spending, without the calls that are still to be settled in it; nothing
        happens where this ledger has seeded it already."""

    async def reserve(
        self, reservation: str, nanos: int, windows: Sequence[SpendWindow], *, seconds: float
    ) -> SpendWindow | None:
        """Hold `nanos` in every window for at most so long, or in none: then the first whose limit they would pass.

        A holder that dies lets its reservation run out.
        """

    async def settle(self, reservation: str, nanos: int, windows: Sequence[SpendWindow]) -> None:
        """Spend `nanos` in every window in place of what the reservation holds; also where it has run out meanwhile.

        A reservation is settled once: settling it again changes nothing, and it holds nothing any more.
        """

    async def amounts(self, windows: Sequence[SpendWindow]) -> list[SpendAmounts]:
        """One each, in the order given; reservations that ran out are not counted."""

    async def close(self) -> None: ...


class KeptAnswers(Protocol):
    """Which turn answered a question before: its id by the question's key, for a limited time."""

    async def get(self, key: str) -> str | None: ...

    async def put(self, key: str, turn_id: str, *, seconds: float) -> None: ...

    async def close(self) -> None: ...


MOST_ENTRIES = 256
"""Of one caller in a CallerHistory."""


class CallerHistory(Protocol):
    """What each caller's last messages looked like, without their texts."""

    async def add(self, caller: str, entry: bytes, *, seconds: float) -> Sequence[bytes]:
        """Note an entry; the caller's entries of the last `seconds`, newest last, this one included.

        Of a caller the newest MOST_ENTRIES are kept, and callers that were not heard of longest make room for others.
        Raises Unavailable where a shared history cannot be reached.
        """

    async def close(self) -> None: ...


Ask = Callable[[ModelRequest], AsyncGenerator[ModelEvent | RouteSwitch, None]]
"""Streams what a chain of models says to a request; who pays for it is seen to."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a model said of a text: how surely it must not pass, 0 to 1, in which category, and why in one sentence."""

    score: float
    category: str = ""
    reason: str = ""


class Judge(Protocol):
    """Asks a model about texts."""

    async def __call__(self, instructions: str, text: str) -> Judgement:
        """Raises ModelError or BudgetExhausted where it did not answer, not in time, or not as it was told to."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check depends on beside the text.

    Attributes:
        thresholds: those of a prompt version, by rail; they go before the configuration's.
        judge: for rails that ask a model; without one they fail, open or closed as configured.
        caller: for rails that look at what a caller has asked of late.
        sources: what an answer was written from, the customer's question first, for rails that compare; without any,
            the public texts are.
        nothing_private: of a message, that `redact` is known to change nothing in it; it is not read a second time.
    """

    thresholds: Mapping[str, float] = field(default_factory=dict)
    judge: Judge | None = None
    caller: CallerSignals | None = None
    sources: Sequence[str] = ()
    nothing_private: bool = False


CONFIGURED = CheckOptions()
"""The configuration's thresholds, no judge, an unknown caller."""


class RailEngine(Protocol):
    """Checks texts. A rail that fails blocks with the category "rail_error", or flags where it is set to fail open; its
    verdict's detail is the cause.

    Checks raise BudgetExhausted where the judge of a rail that fails closed could not be paid, unless text of the
    answer may have been shown already: the rail has failed then.
    """

    @property
    def rails(self) -> Sequence[RailInfo]:
        """In the order in which they run."""

    @property
    def masks(self) -> Sequence[RailInfo]:
        """What is masked on each side, whatever the rails say."""

    async def check_input(
        self, text: str, history: Sequence[Message] = (), options: CheckOptions = CONFIGURED
    ) -> RailReport:
        """One verdict of every rail, so that their scores can be compared; rails that ask a model only where none of
        the others blocks."""

    async def check_context(self, text: str, options: CheckOptions = CONFIGURED) -> RailReport: ...

    async def check_output(
        self, text: str, public: Sequence[str] = (), options: CheckOptions = CONFIGURED
    ) -> RailReport: ...

    def guard_output(
        self, tokens: AsyncIterator[str], public: Sequence[str] = (), options: CheckOptions = CONFIGURED
    ) -> AsyncGenerator[str | RailVerdict, None]:
        """The tokens, held back just long enough to be checked.

        Yields text that may be shown, masked where need be, and a verdict for each mask, flag or block. After a
        blocking verdict no text is yielded and `tokens` is closed. At the end comes one allow of each rail that did
        not block or flag, with its highest score. `public` holds texts (the customer's message, the citations) whose
        personal data the answer may repeat.
        """

    def redact(self, text: str) -> str:
        """`text` with personal data masked, for the ledger and the logs."""

    async def check(self) -> ComponentStatus: ...
