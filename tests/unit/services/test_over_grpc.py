"""The services behind a real gRPC server on loopback: what a caller of any language sees."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from nightdesk.v1 import (
    chat_pb2,
    chat_pb2_grpc,
    common_pb2,
    ingest_pb2,
    ingest_pb2_grpc,
    operations_pb2,
    operations_pb2_grpc,
    prompt_pb2,
    prompt_pb2_grpc,
)
from server.interceptors.around import AroundCalls
from server.interceptors.callers import Callers
from server.interceptors.decoding import DecodeRequests
from server.interceptors.errors import rich_errors
from server.interceptors.requests import traced
from server.services.chat import ChatService
from server.services.ingest import IngestService
from server.services.operations import OperationsService
from server.services.prompt import PromptService
from server.services.status import Checks
from tests.unit.chat.desk import Desk

SERVICE_KEY, ENGINEER_KEY = "key-of-a-service", "key-of-an-engineer"


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


KEYS = {digest(SERVICE_KEY): "acme:service:shop", digest(ENGINEER_KEY): "acme:engineer:eve"}


class Running:
    """A server on a free port and a channel to it."""

    def __init__(self, desk: Desk, keys: dict[str, str] | None) -> None:
        self.desk = desk
        self.server = grpc.aio.server(
            interceptors=[
                AroundCalls(traced),
                AroundCalls(rich_errors),
                AroundCalls(Callers(keys).identify),
                DecodeRequests(),
            ]
        )
        chat_pb2_grpc.add_ChatServiceServicer_to_server(ChatService(desk.turns, 30.0), self.server)
        prompts = PromptService(desk.turns.prompts, frozenset({"default"}), frozenset({"cheap", "strong"}))
        prompt_pb2_grpc.add_PromptServiceServicer_to_server(prompts, self.server)
        nothing = cast("Any", None)
        ingests = IngestService(nothing, nothing, desk.turns.grounds.retriever, desk.turns.prompts, asyncio.Event())
        ingest_pb2_grpc.add_IngestServiceServicer_to_server(ingests, self.server)
        operations = OperationsService(
            desk.ledger,
            desk.engine,
            desk.retriever,  # type: ignore[arg-type]
            Checks({}),
            "1",
            nothing,
            nothing,
            nothing,
        )
        operations_pb2_grpc.add_OperationsServiceServicer_to_server(operations, self.server)
        port = self.server.add_insecure_port("127.0.0.1:0")
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        self.chats = chat_pb2_grpc.ChatServiceStub(self.channel)
        self.prompts = prompt_pb2_grpc.PromptServiceStub(self.channel)
        self.ingests = ingest_pb2_grpc.IngestServiceStub(self.channel)
        self.operations = operations_pb2_grpc.OperationsServiceStub(self.channel)

    async def chat(self, key: str = "", **fields: Any) -> list[chat_pb2.ChatResponse]:
        metadata = (("authorization", f"Bearer {key}"),) if key else ()
        call = self.chats.Chat(chat_pb2.ChatRequest(**fields), metadata=metadata)
        return [response async for response in call]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    made = Running(Desk(tmp_path), None)
    await made.server.start()
    yield made
    await stop(made)


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Running]:
    made = Running(Desk(tmp_path), KEYS)
    await made.server.start()
    yield made
    await stop(made)


async def stop(running: Running) -> None:
    await running.channel.close()
    await running.server.stop(None)
    running.desk.ledger.close()


async def test_a_turn_is_a_numbered_stream_that_ends_with_completed(running: Running) -> None:
    responses = await running.chat(message="How long does a refund take?")

    assert [response.sequence for response in responses] == list(range(1, len(responses) + 1))
    assert len({response.turn_id for response in responses}) == 1
    kinds = [response.WhichOneof("event") for response in responses]
    assert kinds == ["started", "citations", "delta", "delta", "usage", "completed"]
    completed = responses[-1].completed
    assert completed.answer == "".join(response.delta.text for response in responses)
    assert completed.cost.nanos == 1_000
    assert [timing.stage for timing in completed.timings][-1] == "total"


async def test_the_turn_can_be_looked_up_with_what_came_of_it(running: Running) -> None:
    responses = await running.chat(message="How long does a refund take?")
    turn_id = responses[0].turn_id
    feedback = chat_pb2.SubmitFeedbackRequest(turn_id=turn_id, rating=chat_pb2.RATING_DOWN, reason="Too short")
    await running.chats.SubmitFeedback(feedback)

    turn = (await running.operations.GetTurn(operations_pb2.GetTurnRequest(turn_id=turn_id))).turn

    assert turn.summary.rating == chat_pb2.RATING_DOWN
    assert turn.feedback_reason == "Too short"
    assert turn.prompt.endswith("How long does a refund take?")
    listed = await running.operations.ListTurns(operations_pb2.ListTurnsRequest())
    assert [summary.turn_id for summary in listed.turns] == [turn_id]


def unpacked(error: grpc.aio.AioRpcError, kind: Message) -> Any:
    status = rpc_status.from_call(error)
    assert status is not None
    return next(kind for detail in status.details if detail.Unpack(kind))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", "FIELD_EMPTY"),
        (" \n ", "FIELD_EMPTY"),
        ("\u200b\u2060 \ufeff", "FIELD_EMPTY"),
        ("x" * 32_769, "FIELD_TOO_LARGE"),
        ("hello\x00", "FIELD_HAS_CONTROL_CHARACTER"),
        ("\x1b[31mhello", "FIELD_HAS_CONTROL_CHARACTER"),
    ],
)
async def test_a_bad_message_is_refused_by_name(running: Running, message: str, reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.chat(message=message)

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert unpacked(caught.value, error_details_pb2.ErrorInfo()).reason == reason
    [violation] = unpacked(caught.value, error_details_pb2.BadRequest()).field_violations
    assert violation.field == "message"


async def test_a_message_of_exactly_32_kib_with_line_breaks_passes(running: Running) -> None:
    responses = await running.chat(message="refund?\n\t" + "x" * (32 * 1024 - 9))

    assert responses[-1].HasField("completed")


async def test_a_string_that_is_not_utf8_is_a_clear_error(running: Running) -> None:
    call: Any = running.channel.unary_stream("/nightdesk.v1.ChatService/Chat")

    with pytest.raises(grpc.aio.AioRpcError, match="not UTF-8") as caught:
        _ = [response async for response in call(b"\x0a\x02\xff\xfe")]

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_call_that_is_not_served_yet_says_so(running: Running) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as unary:
        await running.operations.ListAlerts(operations_pb2.ListAlertsRequest())
    with pytest.raises(grpc.aio.AioRpcError) as streaming:
        _ = [response async for response in running.chats.ResumeChat(chat_pb2.ResumeChatRequest(turn_id="t"))]

    for caught in (unary, streaming):
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert unpacked(caught.value, error_details_pb2.ErrorInfo()).reason == "NOT_IMPLEMENTED"


async def test_an_unforeseen_error_says_nothing_of_itself(running: Running) -> None:
    running.desk.model.words = None  # type: ignore[assignment]

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.chat(message="How long does a refund take?")

    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert "NoneType" not in str(caught.value.details())


async def test_a_caller_without_a_key_or_with_a_wrong_one_stays_outside(guarded: Running) -> None:
    for key, reason in (("", "API_KEY_MISSING"), ("guess", "API_KEY_INVALID")):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await guarded.chat(key, message="Hello?")
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert unpacked(caught.value, error_details_pb2.ErrorInfo()).reason == reason


async def test_a_role_decides_who_may_pin_and_make_prompt_versions(guarded: Running) -> None:
    assert (await guarded.chat(SERVICE_KEY, message="How long?"))[-1].HasField("completed")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await guarded.chat(SERVICE_KEY, message="How long?", prompt_version="1")
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED

    assert (await guarded.chat(ENGINEER_KEY, message="How long?", prompt_version="1"))[-1].HasField("completed")


async def test_a_prompt_version_is_checked_field_by_field(running: Running) -> None:
    bundle = prompt_pb2.PromptBundle(template="no place", max_output_tokens=10, retrieval_limit=3)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.prompts.CreatePromptVersion(prompt_pb2.CreatePromptVersionRequest(bundle=bundle))

    [violation] = unpacked(caught.value, error_details_pb2.BadRequest()).field_violations
    assert violation.field == "bundle.template"
    assert "{context}" in unpacked(caught.value, error_details_pb2.ErrorInfo()).metadata["fix"]


def bundle(**fields: Any) -> prompt_pb2.PromptBundle:
    made = prompt_pb2.PromptBundle(template="Answer from {context}.", max_output_tokens=10, retrieval_limit=3)
    made.MergeFrom(prompt_pb2.PromptBundle(**fields))
    return made


async def make_production(running: Running, made: prompt_pb2.PromptBundle) -> prompt_pb2.PromptVersion:
    await running.prompts.GetPromptVersion(prompt_pb2.GetPromptVersionRequest(prompt_version="production"))
    created = await running.prompts.CreatePromptVersion(prompt_pb2.CreatePromptVersionRequest(bundle=made))
    version = created.prompt_version
    await running.prompts.SetPromptLabel(prompt_pb2.SetPromptLabelRequest(label="production", version=version.version))
    return version


RETRIEVAL = bundle(
    kind_weights={"faq": 1.5, "ticket": 0.0},
    recency_weight=0.25,
    recency_half_life_days=30,
    rerank=True,
    search_question=common_pb2.SEARCH_QUESTION_SOURCE_CONVERSATION,
)


async def test_what_a_bundle_says_of_retrieval_comes_back_as_it_was_sent(running: Running) -> None:
    version = await make_production(running, RETRIEVAL)

    assert version.bundle.kind_weights == {"faq": 1.5, "ticket": 0.0}
    assert (version.bundle.recency_weight, version.bundle.recency_half_life_days) == (0.25, 30)
    assert version.bundle.rerank
    assert version.bundle.search_question == common_pb2.SEARCH_QUESTION_SOURCE_CONVERSATION
    diff = await running.prompts.DiffPromptVersions(
        prompt_pb2.DiffPromptVersionsRequest(from_prompt_version="1", to_prompt_version="2")
    )
    for line in (
        '+kind_weights: {"faq": 1.5, "ticket": 0.0}',
        "+recency_weight: 0.25",
        "+recency_half_life_days: 30",
        "+rerank: true",
        '+search_question: "conversation"',
    ):
        assert line in diff.unified_diff.splitlines()


async def test_a_half_life_of_0_is_the_default(running: Running) -> None:
    version = await make_production(running, bundle())

    assert version.bundle.recency_half_life_days == 180


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind_weights": {"blog": 1.0}}, "bundle.kind_weights[blog]"),
        ({"kind_weights": {"faq": 2.1}}, "bundle.kind_weights[faq]"),
        ({"kind_weights": {"faq": float("nan")}}, "bundle.kind_weights[faq]"),
        ({"recency_weight": 1.01}, "bundle.recency_weight"),
        ({"recency_weight": -0.1}, "bundle.recency_weight"),
        ({"recency_half_life_days": -1}, "bundle.recency_half_life_days"),
        ({"recency_half_life_days": 36_501}, "bundle.recency_half_life_days"),
        ({"search_question": 99}, "bundle.search_question"),
    ],
)
async def test_a_retrieval_parameter_out_of_range_is_named(
    running: Running, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.prompts.CreatePromptVersion(prompt_pb2.CreatePromptVersionRequest(bundle=bundle(**fields)))

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    [violation] = unpacked(caught.value, error_details_pb2.BadRequest()).field_violations
    assert violation.field == field


async def test_a_turn_and_a_search_retrieve_alike(running: Running) -> None:
    await make_production(running, RETRIEVAL)

    await running.chat(message="How long?", labels=["public"], access_groups=["staff", "berlin"])
    await running.ingests.Search(
        ingest_pb2.SearchRequest(question="How long?", labels=["public"], access_groups=["berlin", "staff"], limit=3)
    )

    in_turn, in_search = running.desk.retriever.asked
    assert in_turn == in_search
    assert in_turn.kind_weights == {"faq": 1.5, "ticket": 0.0}
    assert (in_turn.recency_weight, in_turn.recency_half_life_days, in_turn.rerank) == (0.25, 30, True)
    assert in_turn.access_groups == ("berlin", "staff")


async def test_a_turn_tells_its_search_question_with_its_source(running: Running) -> None:
    history = [common_pb2.Message(role=common_pb2.MESSAGE_ROLE_USER, text="Is the calendar connected?")]
    running.desk.model.words = ("How long is the calendar delayed?",)

    responses = await running.chat(message="And how long is it delayed?", history=history, access_groups=["staff"])

    found = next(response.citations for response in responses if response.HasField("citations"))
    assert found.search_question == "How long is the calendar delayed?"
    assert found.search_question_source == common_pb2.SEARCH_QUESTION_SOURCE_MODEL
    stages = [timing.stage for timing in responses[-1].completed.timings]
    assert stages[:3] == ["input_rails", "search_question", "retrieval"]
    request = operations_pb2.GetTurnRequest(turn_id=responses[0].turn_id)
    turn = (await running.operations.GetTurn(request)).turn
    assert turn.search_question_source == common_pb2.SEARCH_QUESTION_SOURCE_MODEL
    assert turn.access_groups == ["staff"]


async def test_a_search_asks_no_model(running: Running) -> None:
    history = [common_pb2.Message(role=common_pb2.MESSAGE_ROLE_USER, text="Is the calendar connected?")]

    found = await running.ingests.Search(ingest_pb2.SearchRequest(question="And how long?", history=history))

    assert found.search_question_source == common_pb2.SEARCH_QUESTION_SOURCE_CONVERSATION
    assert running.desk.model.requests == []


@pytest.mark.parametrize("groups", [["g"] * 33, ["g" * 65], [""], ["a\nb"]])
async def test_access_groups_are_checked_like_labels(running: Running, groups: list[str]) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as turn:
        await running.chat(message="How long?", access_groups=groups)
    with pytest.raises(grpc.aio.AioRpcError) as search:
        await running.ingests.Search(ingest_pb2.SearchRequest(question="How long?", access_groups=groups))

    for caught in (turn, search):
        [violation] = unpacked(caught.value, error_details_pb2.BadRequest()).field_violations
        assert violation.field.startswith("access_groups")


async def test_the_request_id_comes_back(running: Running) -> None:
    call = running.chats.Chat(
        chat_pb2.ChatRequest(message="How long?"), metadata=(("x-request-id", "from-the-caller"),)
    )
    _ = [response async for response in call]

    assert (await call.trailing_metadata())["x-request-id"] == "from-the-caller"
