"""A ChatTurns with fakes around a real ledger."""

from __future__ import annotations

from pathlib import Path

from server.chat.prompt import first_bundle
from server.chat.turn import ChatTurns
from server.domain import Message, Principal, Role, TurnEvent, TurnRequest
from server.ledger.database import open_database
from server.ledger.prompts import PromptStore
from server.ledger.turns import TurnLedger
from server.ports import Model
from tests.unit.chat.fakes import FakeModel, FakeRails, FakeRetriever

ANN = Principal("ann", "acme", Role.SERVICE)


class Desk:
    """What a test asks; its parts can be changed before it does. `model` answers in place of the fake one."""

    def __init__(self, folder: Path, model: Model | None = None, *, search_question_timeout: float = 2.0) -> None:
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
            models={"default": model or self.model},
            fallback=self.fallback,
            product="Larkbook",
            search_question_timeout=search_question_timeout,
        )

    async def ask(
        self,
        message: str,
        *,
        request_id: str = "r1",
        conversation_id: str = "",
        history: tuple[Message, ...] = (),
        access_groups: tuple[str, ...] = (),
    ) -> list[TurnEvent]:
        request = TurnRequest(ANN, message, request_id, conversation_id, history=history, access_groups=access_groups)
        return [event async for event in self.turns.run(request)]
