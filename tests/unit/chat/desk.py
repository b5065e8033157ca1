"""A ChatTurns with fakes around a real ledger, real routing and a real meter."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from server.caching.answers import AnswerCache
from server.chat.cached import EarlierAnswers
from server.chat.checking import RailOptions
from server.chat.generation import AnswerWriter
from server.chat.grounds import Grounds
from server.chat.judges import Judges
from server.chat.prompt import first_bundle
from server.chat.turn import ChatTurns
from server.domain import (
    Budget,
    Completed,
    Message,
    ModelPrices,
    Period,
    Principal,
    Role,
    Routing,
    TokenPrices,
    Turn,
    TurnEvent,
    TurnRequest,
)
from server.ledger.budgets import BudgetStore
from server.ledger.charges import ChargeLedger
from server.ledger.database import open_database
from server.ledger.prompts import PromptStore
from server.ledger.turns import TurnLedger
from server.ports import Model
from server.rails.callers import CallerWatch
from server.routing.chain import ModelChain
from server.routing.retry import RetryPolicy
from server.shared_state.memory_breakers import MemoryBreakers
from server.shared_state.memory_caller_history import MemoryCallerHistory
from server.shared_state.memory_kept_answers import MemoryKeptAnswers
from server.shared_state.memory_spend_counters import MemorySpendCounters
from server.spending.budgets import Budgets
from server.spending.meter import Meter
from server.spending.prices import PriceTable
from tests.unit.chat.fakes import FakeModel, FakeRails, FakeRetriever

ANN = Principal("ann", "acme", Role.SERVICE)
NO_RETRIES = RetryPolicy(attempts=1)
DEAR = ModelPrices(TokenPrices(Decimal(2), Decimal(2), Decimal(2), Decimal(8)), "settings")
CHEAP = ModelPrices(TokenPrices(Decimal("0.1"), Decimal("0.1"), Decimal("0.1"), Decimal("0.4")), "settings")
PRICES = {"strong": DEAR, "backup": DEAR, "cheap": CHEAP}
"""What is reserved; the fakes say themselves what they cost."""


class Desk:
    """What a test asks; its parts can be changed before it does.

    `model` answers in place of the fake one. `routes` has the deployment "strong" alone; "backup" and "cheap" are there
    for others.
    """

    def __init__(self, folder: Path, model: Model | None = None, *, search_question_timeout: float = 2.0) -> None:
        self.engine = open_database(folder / "nightdesk.db")
        self.model = FakeModel()
        self.backup = FakeModel(name="fake-2", words=("From the backup [1].",))
        self.cheap = FakeModel(name="fake-mini", words=("In short: 5 days [1].",), cost_nanos=10)
        self.fallback = FakeModel(words=("Refunds take 5 days [1].",), name="extractive", provider="nightdesk")
        self.routes = {"default": Routing(("strong",))}
        self.retriever = FakeRetriever()
        self.ledger = TurnLedger(self.engine)
        charges = ChargeLedger(self.engine, self.ledger.writer)
        self.counters = MemorySpendCounters()
        self.budgets = Budgets(BudgetStore(self.engine), charges, self.counters, (), clock=lambda: datetime.now(UTC))
        models = {
            "strong": model or self.model,
            "backup": self.backup,
            "cheap": self.cheap,
            "extractive": self.fallback,
        }
        self.meter = Meter(models, PriceTable(PRICES), self.budgets, charges)
        chain = ModelChain(MemoryBreakers(), NO_RETRIES)
        writer = AnswerWriter(self.routes, models, chain, self.meter, self.ledger)
        rails = FakeRails()
        self.judges = Judges(("strong",), chain, self.meter, rails.redact, timeout=10.0)
        callers = CallerWatch(MemoryCallerHistory(), b"secret")
        answers = EarlierAnswers(AnswerCache(MemoryKeptAnswers(), seconds=3600), self.ledger)
        self.turns = ChatTurns(
            prompts=PromptStore(self.engine, first_bundle()),
            ledger=self.ledger,
            rails=rails,
            rail_options=RailOptions(self.judges, callers),
            grounds=Grounds(rails, self.retriever, writer, answers, search_question_timeout),  # type: ignore[arg-type]
            answers=answers,
            writer=writer,
            product="Larkbook",
        )

    async def ask(
        self,
        message: str,
        *,
        request_id: str = "r1",
        conversation_id: str = "",
        history: tuple[Message, ...] = (),
        access_groups: tuple[str, ...] = (),
        customer_tier: str = "",
        skip_cache: bool = False,
    ) -> list[TurnEvent]:
        request = TurnRequest(
            ANN,
            message,
            request_id,
            conversation_id,
            history=history,
            access_groups=access_groups,
            customer_tier=customer_tier,
            skip_cache=skip_cache,
        )
        return [event async for event in self.turns.run(request)]

    async def limit(self, *, soft: int | None = None, hard: int | None = None) -> None:
        """What the tenant may spend today, in billionths of a US dollar."""
        await self.budgets.set(Budget("acme", "", Period.DAY, soft, hard), "ann")

    async def close(self) -> None:
        await self.meter.close()
        self.ledger.close()


def ended(events: list[TurnEvent]) -> Turn:
    """The turn that they end with."""
    last = events[-1]
    assert isinstance(last, Completed)
    return last.turn
