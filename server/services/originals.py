"""Turns' texts before masking, over the wire."""

from __future__ import annotations

from nightdesk.v1 import operations_pb2
from server.domain import Principal
from server.errors import FailedPrecondition, InvalidArgument
from server.ledger.originals import MAKE_A_KEY, OriginalStore
from server.services import convert, validate

MAX_REASON_CHARACTERS = 500


async def reveal_turn(
    store: OriginalStore | None, principal: Principal, request: operations_pb2.RevealTurnRequest
) -> operations_pb2.RevealTurnResponse:
    """Raises InvalidArgument, FailedPrecondition, NotFound."""
    turn_id = validate.identifier("turn_id", request.turn_id)
    reason = validate.text("reason", request.reason.strip(), max_bytes=4 * MAX_REASON_CHARACTERS)
    if len(reason) > MAX_REASON_CHARACTERS:
        raise InvalidArgument(
            "reason",
            f"reason has {len(reason)} characters; at most {MAX_REASON_CHARACTERS} are allowed.",
            reason="FIELD_TOO_LARGE",
            fix="Shorten it.",
        )
    if store is None:
        raise FailedPrecondition(
            "This server keeps no originals.",
            reason="ORIGINALS_NOT_KEPT",
            fix=f"Set NIGHTDESK_ORIGINALS_KEY; {MAKE_A_KEY} Turns made before stay masked.",
        )
    original = await store.reveal(principal.tenant, turn_id, reader=principal.name, reason=reason)
    return operations_pb2.RevealTurnResponse(
        question=original.question, answer=original.answer, expire_time=convert.timestamp(original.expires_at)
    )
