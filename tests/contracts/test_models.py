"""What every model adapter promises, shown by the real SDKs against loopback twins of the providers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import pytest

from server.domain import (
    ComponentState,
    DocumentKind,
    Hit,
    Message,
    MessageRole,
    ModelEvent,
    ModelFinished,
    ModelRequest,
    TextDelta,
    Usage,
)
from server.embedders.wordllama import WordLlamaEmbedder
from server.errors import ModelError
from server.models.anthropic import AnthropicModel
from server.models.extractive import ExtractiveModel
from server.models.openai import OpenAIModel
from server.ports import Model
from tests.twins.anthropic import AnthropicTwin
from tests.twins.loopback import Fault, Script
from tests.twins.openai import OpenAITwin, RefusingOpenAITwin

KEY = "sk-secret"
QUESTION = "my secret question: how long does a refund take?"
PASSAGE = Hit("c", "d", "Refunds", "", DocumentKind.DOC, (), "A refund takes 5 business days.", (), 1.0, 1.0, 1.0, 1.0)
REQUEST = ModelRequest(
    system="Answer from the passages.",
    history=(Message(MessageRole.USER, "Hi"), Message(MessageRole.ASSISTANT, "Hello!")),
    question=QUESTION,
    search_question=QUESTION,
    passages=(PASSAGE,),
    max_output_tokens=321,
    temperature=0.25,
)
Twins = OpenAITwin | AnthropicTwin
Models = OpenAIModel | AnthropicModel


@dataclass(frozen=True)
class Provider:
    """One provider: its adapter, its twin, and where its answers differ."""

    adapter: type[OpenAIModel] | type[AnthropicModel]
    twin: type[OpenAITwin] | type[AnthropicTwin]
    key_variable: str
    refusal: str
    length: str
    usage: Usage

    def model(self, twin: Twins, first_token_timeout: float = 10.0, idle_timeout: float = 10.0) -> Models:
        return self.adapter("twin-large", KEY, twin.base_url, first_token_timeout, idle_timeout)


PROVIDERS = [
    Provider(
        OpenAIModel,
        OpenAITwin,
        key_variable="OPENAI_API_KEY",
        refusal="content_filter",
        length="length",
        usage=Usage("openai", "twin-large", 20, 100, 0, 10, 30),
    ),
    Provider(
        AnthropicModel,
        AnthropicTwin,
        key_variable="ANTHROPIC_API_KEY",
        refusal="refusal",
        length="max_tokens",
        usage=Usage("anthropic", "twin-large", 20, 100, 7, 10, 30),
    ),
]


@pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.adapter.provider)
def provider(request: pytest.FixtureRequest) -> Provider:
    chosen: Provider = request.param
    return chosen


@pytest.fixture
def twin(provider: Provider) -> Iterator[Twins]:
    with provider.twin() as running:
        yield running


@pytest.fixture
async def model(provider: Provider, twin: Twins) -> AsyncIterator[Models]:
    made = provider.model(twin)
    yield made
    await made.close()


async def read(model: Model, request: ModelRequest = REQUEST) -> tuple[str, ModelFinished]:
    """The text and the last event, having checked that there is nothing else."""
    events: list[ModelEvent] = [event async for event in model.stream(request)]
    *deltas, finished = events
    assert isinstance(finished, ModelFinished)
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)), finished


async def failure(model: Model) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await read(model)
    assert "secret" not in str(caught.value)
    return caught.value


# ---- every adapter --------------------------------------------------------------------------------------------------


@pytest.fixture(params=["openai", "anthropic", "extractive"])
async def any_model(request: pytest.FixtureRequest) -> AsyncIterator[Model]:
    if request.param == "extractive":
        yield ExtractiveModel(WordLlamaEmbedder())
        return
    provider = next(each for each in PROVIDERS if each.adapter.provider == request.param)
    with provider.twin() as twin:
        model = provider.model(twin)
        yield model
        await model.close()


async def test_text_and_then_exactly_one_end(any_model: Model) -> None:
    text, finished = await read(any_model)

    assert text
    assert finished.reason == "stop"
    assert finished.usage.model == any_model.name
    assert finished.usage.provider == any_model.provider


async def test_a_reader_may_leave_after_the_first_text_and_ask_again(any_model: Model) -> None:
    events = any_model.stream(REQUEST)
    assert isinstance(await anext(events), TextDelta)
    assert isinstance(events, AsyncGenerator)
    await events.aclose()

    assert (await read(any_model))[1].reason == "stop"


async def test_the_check_says_that_all_is_well(any_model: Model) -> None:
    status = await any_model.check()
    assert (status.component, status.state) == ("model", ComponentState.OK)


# ---- an answer ------------------------------------------------------------------------------------------------------


async def test_the_text_comes_in_order_and_then_one_end_with_disjoint_counts(provider: Provider, model: Models) -> None:
    assert await read(model) == ("Hello, world.", ModelFinished("stop", provider.usage))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bytes_per_write", [1, 7, 4096])
async def test_how_the_network_cuts_the_stream_does_not_matter(
    twin: Twins, model: Models, line_end: str, bytes_per_write: int
) -> None:
    tokens = ("Grüße ", "— 5 € 🙂\n", "fin.")
    twin.script = Script(tokens=tokens, line_end=line_end, bytes_per_write=bytes_per_write)

    text, finished = await read(model)

    assert text == "".join(tokens)
    assert finished.reason == "stop"


async def test_without_counts_they_are_estimated_and_marked(twin: Twins, model: Models) -> None:
    twin.script = Script(tokens=("a" * 40, "b" * 40), usage=None)

    _, finished = await read(model)

    assert finished.usage.estimated
    assert finished.usage.output_tokens == 20
    assert finished.usage.uncached_input_tokens > 0


async def test_the_length_limit_and_a_refusal_are_told(provider: Provider, twin: Twins, model: Models) -> None:
    twin.script = Script(finish_reason=provider.length)
    assert (await read(model))[1].reason == "length"

    twin.script = Script(tokens=(), finish_reason=provider.refusal)
    assert (await read(model))[1].reason == "refusal"


async def test_no_answer_at_all_is_an_error(twin: Twins, model: Models) -> None:
    twin.script = Script(tokens=())
    assert (await failure(model)).reason == "BAD_RESPONSE"


async def test_one_connection_serves_turn_after_turn(twin: Twins, model: Models) -> None:
    for _ in range(3):
        await read(model)

    clients = {asked.client for asked in twin.asked}
    assert len(twin.asked) == 3
    assert len(clients) == 1


# ---- what is sent ---------------------------------------------------------------------------------------------------


async def test_openai_is_sent_the_whole_conversation() -> None:
    with OpenAITwin() as twin:
        model = OpenAIModel("twin-large", KEY, twin.base_url, 10, 10)
        await read(model)
        await model.close()

    [asked] = twin.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "twin-large",
        "messages": [
            {"role": "system", "content": "Answer from the passages."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello!"},
            {"role": "user", "content": QUESTION},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.25,
        "max_tokens": 321,
    }


async def test_anthropic_is_sent_the_whole_conversation_beginning_with_the_customer() -> None:
    greeted = replace(REQUEST, history=(Message(MessageRole.ASSISTANT, "Welcome!"), *REQUEST.history))
    with AnthropicTwin() as twin:
        model = AnthropicModel("twin-large", KEY, twin.base_url, 10, 10)
        await read(model, greeted)
        await model.close()

    [asked] = twin.asked
    assert asked.path == "/v1/messages"
    assert asked.body == {
        "model": "twin-large",
        "system": "Answer from the passages.",
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello!"},
            {"role": "user", "content": QUESTION},
        ],
        "stream": True,
        "temperature": 0.25,
        "max_tokens": 321,
    }


async def test_a_temperature_that_is_not_set_is_not_sent(twin: Twins, model: Models) -> None:
    await read(model, replace(REQUEST, temperature=None))
    assert "temperature" not in twin.asked[0].body


async def test_a_server_without_keys_is_asked_without_one(provider: Provider, twin: Twins) -> None:
    model = provider.adapter("twin-large", "", twin.base_url, 10, 10)
    assert (await read(model))[0] == "Hello, world."
    await model.close()


async def test_what_openai_declines_in_its_own_field_is_a_refusal() -> None:
    with RefusingOpenAITwin(Script(tokens=("I cannot ", "help."))) as twin:
        model = OpenAIModel("twin-large", KEY, twin.base_url, 10, 10)
        text, finished = await read(model)
        await model.close()

    assert (text, finished.reason) == ("I cannot help.", "refusal")


# ---- leaving early --------------------------------------------------------------------------------------------------


async def test_closing_the_iterator_ends_the_call_upstream(twin: Twins, model: Models) -> None:
    twin.script = Script(fault=Fault.STALL)
    async with aclosing(model.stream(REQUEST)) as events:
        assert await anext(events) == TextDelta("Hello")

    await twin.until_disconnected()


@pytest.mark.parametrize("fault", [Fault.SLOW_START, Fault.STALL])
async def test_cancelling_ends_the_call_upstream(twin: Twins, model: Models, fault: Fault) -> None:
    twin.script = Script(fault=fault)
    reading = asyncio.create_task(read(model))
    await twin.until_asked()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    await twin.until_disconnected()


# ---- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.UNAUTHORIZED, "AUTHENTICATION"),
        (Fault.RATE_LIMITED, "RATE_LIMITED"),
        (Fault.CONTEXT_TOO_LONG, "CONTEXT_TOO_LONG"),
        (Fault.CONTENT_POLICY, "CONTENT_POLICY"),
        (Fault.NOT_FOUND, "BAD_REQUEST"),
        (Fault.SERVER_ERROR, "UNAVAILABLE"),
        (Fault.OVERLOADED, "UNAVAILABLE"),
        (Fault.CUT, "UNAVAILABLE"),
        (Fault.SILENT_END, "UNAVAILABLE"),
        (Fault.ERROR_EVENT, "UNAVAILABLE"),
        (Fault.GARBAGE, "UNAVAILABLE"),
        (Fault.TRUNCATED_JSON, "BAD_RESPONSE"),
        (Fault.WRONG_CONTENT_TYPE, "BAD_RESPONSE"),
    ],
)
async def test_each_failure_has_its_reason_and_one_attempt(
    twin: Twins, model: Models, fault: Fault, reason: str
) -> None:
    twin.script = Script(fault=fault)

    assert (await failure(model)).reason == reason
    assert len(twin.asked) == 1


@pytest.mark.parametrize(
    ("fault", "text"), [(Fault.CUT, "Hello, "), (Fault.SILENT_END, "Hello, "), (Fault.TRUNCATED_JSON, "Hello, ")]
)
async def test_the_text_before_a_failure_is_not_lost(twin: Twins, model: Models, fault: Fault, text: str) -> None:
    twin.script = Script(fault=fault)
    seen = ""
    with pytest.raises(ModelError):
        async for event in model.stream(REQUEST):
            assert isinstance(event, TextDelta)
            seen += event.text
    assert seen == text


async def test_a_wrong_key_names_the_setting(provider: Provider, twin: Twins, model: Models) -> None:
    twin.script = Script(fault=Fault.UNAUTHORIZED)
    assert provider.key_variable in (await failure(model)).fix


async def test_a_rate_limit_says_how_long_to_wait(twin: Twins, model: Models) -> None:
    twin.script = Script(fault=Fault.RATE_LIMITED, retry_after="7")
    assert (await failure(model)).retry_after == 7.0


@pytest.mark.parametrize("fault", [Fault.SLOW_START, Fault.STALL])
async def test_silence_times_out_and_ends_the_call(provider: Provider, twin: Twins, fault: Fault) -> None:
    twin.script = Script(fault=fault)
    limits: dict[str, Any] = {"first_token_timeout" if fault is Fault.SLOW_START else "idle_timeout": 0.2}
    model = provider.model(twin, **limits)

    assert (await failure(model)).reason == "TIMED_OUT"
    await twin.until_disconnected()
    await model.close()


async def test_a_server_that_is_not_there_is_unavailable(provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    model = provider.adapter("twin-large", KEY, f"http://127.0.0.1:{port}", 10, 10)

    assert (await failure(model)).reason == "UNAVAILABLE"
    assert (await model.check()).state is ComponentState.FAILED
    await model.close()


# ---- the check ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "state"),
    [("twin-large", ComponentState.OK), ("twin-small", ComponentState.OK), ("twin-none", ComponentState.DEGRADED)],
)
async def test_the_check_asks_for_the_list_of_models_alone(
    provider: Provider, twin: Twins, name: str, state: ComponentState
) -> None:
    model = provider.adapter(name, KEY, twin.base_url, 10, 10)

    assert (await model.check()).state is state
    assert [asked.path for asked in twin.asked] == ["/v1/models"]
    await model.close()


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.UNAUTHORIZED, ComponentState.FAILED),
        (Fault.SERVER_ERROR, ComponentState.FAILED),
        (Fault.RATE_LIMITED, ComponentState.DEGRADED),
        (Fault.NOT_FOUND, ComponentState.OK),
    ],
)
async def test_the_check_tells_a_wrong_key_from_a_server_without_a_list(
    twin: Twins, model: Models, fault: Fault, state: ComponentState
) -> None:
    twin.script = Script(fault=fault)

    status = await model.check()

    assert status.state is state
    assert bool(status.fix) is (fault is Fault.UNAUTHORIZED)
