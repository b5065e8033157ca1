"""The models that judge for the rails, each call paid for by who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.domain import Account, Usage
from server.ports import Judge
from server.rails.judge import ModelJudge
from server.routing.chain import ModelChain
from server.spending.meter import Meter

PURPOSE = "judge"


@dataclass(frozen=True, slots=True)
class Judges:
    """`chain` names deployments, see routing.judging; `redact` masks what they are sent; a verdict may take `timeout`
    seconds."""

    chain: tuple[str, ...]
    models: ModelChain
    meter: Meter
    redact: Callable[[str], str]
    timeout: float

    def for_account(
        self, account: Account, *, note: Callable[[Usage], None] = lambda _: None, turn_id: str = ""
    ) -> Judge | None:
        """A judge whose calls `account` pays for and `note` hears of; None where no model is configured."""
        if not self.chain:
            return None
        call = self.meter.call(account, purpose=PURPOSE, note=note, turn_id=turn_id)
        return ModelJudge(
            lambda request: self.models.stream(self.chain, request, call=call, whole=True),
            redact=self.redact,
            timeout=self.timeout,
        )
