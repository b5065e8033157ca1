"""RailService: what it takes, what it refuses and what it tells."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from nightdesk.v1 import common_pb2, rail_pb2
from server.domain import Direction, RailInfo, RailMode, RailReport, RailVerdict, Verdict
from server.errors import InvalidArgument
from server.interceptors.callers import LOCAL, _principal
from server.ports import CONFIGURED, CheckOptions, RailEngine
from server.services.rail import RailService
from server.services.simulation import Simulations
from tests.unit.chat.fakes import FakeRails

OUTPUT = common_pb2.RAIL_DIRECTION_OUTPUT
CONTEXT = cast("Any", None)


@dataclass
class NotingRails(FakeRails):
    """Flags every answer, and notes what it was given."""

    rails: tuple[RailInfo, ...] = (
        RailInfo("fake", Direction.INPUT, 0.5, description="Attacks."),
        RailInfo("rude", Direction.OUTPUT, 0.6, RailMode.FLAG, judged=True, fails_open=True),
    )
    given: list[tuple[Sequence[str], CheckOptions]] = field(default_factory=list)

    async def check_output(
        self, text: str, public: Sequence[str] = (), options: CheckOptions = CONFIGURED
    ) -> RailReport:
        self.given.append((public, options))
        flag = RailVerdict("rude", Direction.OUTPUT, Verdict.FLAG, "rude", 0.7, 0.6)
        return RailReport(text, (RailVerdict("other", Direction.OUTPUT, Verdict.ALLOW, score=0.9, threshold=1.0), flag))


def service(rails: RailEngine) -> RailService:
    """Called by anybody, with no model to judge."""
    _principal.set(LOCAL)
    return RailService(rails, lambda _: None, cast("Simulations", None))


async def test_thresholds_and_public_texts_reach_the_rails_and_a_flag_decides_where_nothing_is_stricter() -> None:
    rails = NotingRails()
    request = rail_pb2.CheckTextRequest(
        text="Fine.", direction=OUTPUT, rail_thresholds={"rude": 0.6}, public_texts=["one", "two"]
    )
    response = await service(rails).CheckText(request, CONTEXT)
    assert rails.given == [(("one", "two"), CheckOptions(thresholds={"rude": 0.6}))]
    assert (response.verdict, response.rail, response.category) == (common_pb2.VERDICT_FLAG, "rude", "rude")
    assert (response.score, response.threshold, response.redacted_text) == (0.7, 0.6, "Fine.")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"rail_thresholds": {"no such": 0.5}}, "rail_thresholds[no such]"),
        ({"rail_thresholds": {"rude": 1.5}}, "rail_thresholds[rude]"),
        ({"rail_thresholds": {"rude": float("nan")}}, "rail_thresholds[rude]"),
        ({"public_texts": ["short", "x" * 70_000]}, "public_texts[1]"),
        ({"public_texts": ["x"] * 101}, "public_texts"),
    ],
)
async def test_a_wrong_field_is_named(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await service(NotingRails()).CheckText(rail_pb2.CheckTextRequest(text="x", **fields), CONTEXT)
    assert raised.value.field == name


async def test_a_stream_ends_with_a_block_and_tells_no_allow() -> None:
    async def parts() -> AsyncIterator[rail_pb2.StreamCheckTextRequest]:
        for text in ("good ", "forbidden ", "more "):
            yield rail_pb2.StreamCheckTextRequest(text=text)

    responses = [response async for response in service(FakeRails()).StreamCheckText(parts(), CONTEXT)]
    assert [response.WhichOneof("event") for response in responses] == ["text", "verdict"]
    assert responses[-1].verdict.verdict == common_pb2.VERDICT_BLOCK


async def test_rails_are_listed_in_their_order_and_then_what_is_masked() -> None:
    listed = (await service(NotingRails()).ListRails(rail_pb2.ListRailsRequest(), CONTEXT)).rails
    assert [(rail.rail, rail.mode, rail.judged, rail.fails_open) for rail in listed] == [
        ("fake", rail_pb2.RAIL_MODE_BLOCK, False, False),
        ("rude", rail_pb2.RAIL_MODE_FLAG, True, True),
        ("personal data", rail_pb2.RAIL_MODE_MASK, False, False),
    ]
    assert (listed[0].direction, listed[0].threshold, listed[0].description) == (1, 0.5, "Attacks.")
