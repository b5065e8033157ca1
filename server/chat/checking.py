"""What the rails go by in one turn, beside its texts."""

from __future__ import annotations

from dataclasses import dataclass

from server.chat.judges import Judges
from server.domain import Account, PromptVersion, Turn, TurnRequest
from server.ports import CheckOptions
from server.rails.callers import CallerWatch


@dataclass(frozen=True, slots=True)
class RailOptions:
    """The prompt version's thresholds, a judge that the caller pays for, and what the caller has asked of late."""

    judges: Judges
    callers: CallerWatch

    async def of(self, turn: Turn, request: TurnRequest, version: PromptVersion) -> CheckOptions:
        account = Account(request.principal.tenant, request.principal.name)
        judge = self.judges.for_account(account, note=turn.usage.append, turn_id=turn.id)
        caller = await self.callers.observe(
            request.principal,
            request.message,
            end_user_id=request.end_user_id,
            conversation_id=request.conversation_id,
        )
        unmasked = turn.question == request.message
        return CheckOptions(version.bundle.rail_thresholds, judge, caller, nothing_private=unmasked)
