"""A ChatTurns with fakes around a real ledger."""

from __future__ import annotations

from pathlib import Path

from server.chat.prompt import first_bundle
from server.chat.turn import ChatTurns
from server.domain import Principal, Role, TurnEvent, TurnRequest
from server.ledger.database import open_database
from server.ledger.prompts import PromptStore
from server.ledger.turns import TurnLedger
from tests.unit.chat.fakes import FakeModel, FakeRails, FakeRetriever

ANN = Principal("ann", "acme", Role.SERVICE)


class Desk:
    """What a test asks; its parts can be changed before it does."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_database(folder / "nightdesk.db")
        self.model = FakeModel()
        self.fallback = FakeModel(words=("Refunds take 5 days [1].",), name="extractive", cost_nanos=0)
        self.retriever = FakeRetriever()
        self.ledger = TurnLedger(self.engine)
        self.turns = ChatTurns(
            prompts=PromptStore(self.engine, first_bundle()),
            ledger=self.ledger,
            retriever=self.retriever,  # type: ignore[arg-type]
            rails=FakeRails(),
            models={"default": self.model},
            fallback=self.fallback,
            product="Larkbook",
        )

    async def ask(self, message: str, *, request_id: str = "r1", conversation_id: str = "") -> list[TurnEvent]:
        request = TurnRequest(ANN, message, request_id, conversation_id)
        return [event async for event in self.turns.run(request)]
