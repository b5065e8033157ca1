"""What every model adapter promises, shown by the real SDKs against loopback twins of the providers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.domain import (
    ComponentState,
    DocumentKind,
    Hit,
    Message,
    MessageRole,
    ModelEvent,
    ModelFinished,
    ModelRequest,
    ModelStarted,
    TextDelta,
    Usage,
)
from server.embedders.wordllama import WordLlamaEmbedder
from server.errors import ModelError
from server.models.anthropic import AnthropicModel
from server.models.conversation import GO_ON
from server.models.endpoint import Endpoint, Timeouts
from server.models.extractive import ExtractiveModel
from server.models.openai import OpenAIModel
from server.models.responses import ResponsesModel
from server.ports import Model
from tests.twins import anthropic as anthropic_twin
from tests.twins import openai as openai_twin
from tests.twins import responses as responses_twin
from tests.twins.anthropic import AnthropicTwin
from tests.twins.continuing import Continuing, Manner
from tests.twins.loopback import Fault, Script
from tests.twins.openai import OpenAITwin, RefusingOpenAITwin
from tests.twins.responses import AlarmedResponsesTwin, RefusingResponsesTwin, ResponsesTwin

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
Models = OpenAIModel | ResponsesModel | AnthropicModel


@dataclass(frozen=True)
class Provider:
    """One API: its adapter, its twin, and where its answers differ."""

    api: str
    adapter: type[OpenAIModel] | type[ResponsesModel] | type[AnthropicModel]
    twin: type[OpenAITwin] | type[AnthropicTwin]
    refusal: str
    length: str
    counts: dict[str, Any]
    """With every detail, as the provider writes them."""
    usage: Usage
    """What is to be made of them."""

    def model(
        self,
        twin: Twins | str,
        *,
        name: str = "twin-large",
        key: str = KEY,
        first_token: float = 10.0,
        idle: float = 10.0,
        total: float = 60.0,
    ) -> Models:
        address = twin if isinstance(twin, str) else twin.base_url
        endpoint = Endpoint("strong", name, key, address, "models.strong.model", "THE_KEY", "models.strong.base_url")
        return self.adapter(endpoint, Timeouts(first_token, idle, total))


CHAT = Provider(
    "chat",
    OpenAIModel,
    OpenAITwin,
    refusal="content_filter",
    length="length",
    counts=openai_twin.USAGE,
    usage=Usage("openai", "twin-large", 20, 100, 0, 10, 30),
)
RESPONSES = Provider(
    "responses",
    ResponsesModel,
    ResponsesTwin,
    refusal="content_filter",
    length="length",
    counts=responses_twin.USAGE,
    usage=Usage("openai", "twin-large", 20, 100, 0, 10, 30),
)
ANTHROPIC = Provider(
    "anthropic",
    AnthropicModel,
    AnthropicTwin,
    refusal="refusal",
    length="max_tokens",
    counts=anthropic_twin.USAGE,
    usage=Usage("anthropic", "twin-large", 20, 100, 7, 10, 30),
)
PROVIDERS = [CHAT, RESPONSES, ANTHROPIC]


@pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.api)
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
    """The text and the last event, having checked that the beginning came first and that there is nothing else."""
    events: list[ModelEvent] = [event async for event in model.stream(request)]
    started, *deltas, finished = events
    assert isinstance(started, ModelStarted)
    assert isinstance(finished, ModelFinished)
    assert all(isinstance(delta, TextDelta) for delta in deltas)
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)), finished


@dataclass
class Failed:
    """What came before an error, and the error."""

    started: int
    text: str
    error: ModelError


async def fail(model: Model) -> Failed:
    events: list[ModelEvent] = []
    with pytest.raises(ModelError) as caught:
        async for event in model.stream(REQUEST):
            events.append(event)  # noqa: PERF401 - what came before the error counts
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, ModelError)
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    return Failed(sum(isinstance(event, ModelStarted) for event in events), text, caught.value)


async def failure(model: Model) -> ModelError:
    return (await fail(model)).error


# ---- every adapter --------------------------------------------------------------------------------------------------


@pytest.fixture(params=["chat", "responses", "anthropic", "extractive"])
async def any_model(request: pytest.FixtureRequest) -> AsyncIterator[Model]:
    if request.param == "extractive":
        yield ExtractiveModel(WordLlamaEmbedder())
        return
    provider = next(each for each in PROVIDERS if each.api == request.param)
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
    assert isinstance(await anext(events), ModelStarted)
    assert isinstance(await anext(events), TextDelta)
    assert isinstance(events, AsyncGenerator)
    await events.aclose()

    assert (await read(any_model))[1].reason == "stop"


async def test_the_check_says_that_all_is_well(any_model: Model) -> None:
    status = await any_model.check()
    assert (status.component, status.state) == ("model", ComponentState.OK)


# ---- an answer ------------------------------------------------------------------------------------------------------


async def test_the_text_comes_in_order_and_then_one_end_with_disjoint_counts(
    provider: Provider, twin: Twins, model: Models
) -> None:
    twin.script = Script(usage=provider.counts)
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


async def test_the_counts_are_those_that_the_provider_charges(twin: Twins, model: Models) -> None:
    usage = (await read(model))[1].usage

    [charge] = twin.charged
    assert charge.complete
    assert (usage.uncached_input_tokens, usage.output_tokens) == (charge.count.input_tokens, charge.count.output_tokens)


async def test_counts_that_cannot_be_are_used_and_warned_of(provider: Provider, twin: Twins, model: Models) -> None:
    input_key = "prompt_tokens" if provider is CHAT else "input_tokens"
    twin.script = Script(usage=provider.counts | {input_key: 250_000})

    with capture_logs() as lines:
        usage = (await read(model))[1].usage

    assert usage.uncached_input_tokens >= 249_000
    [warning] = lines
    assert (warning["event"], warning["deployment"]) == ("usage_implausible", "strong")
    assert "secret" not in str(warning)


async def test_what_the_provider_tells_at_the_start_is_told_at_once() -> None:
    with AnthropicTwin(Script(usage=ANTHROPIC.counts)) as twin:
        model = ANTHROPIC.model(twin)
        async with aclosing(model.stream(REQUEST)) as events:
            started = await anext(events)
        await model.close()

    assert started == ModelStarted(replace(ANTHROPIC.usage, output_tokens=0, reasoning_tokens=0))


async def test_texts_that_came_together_are_one_delta_that_tells_their_number(twin: Twins, model: Models) -> None:
    twin.script = Script(tokens=tuple("abcdefgh"), at_once=True)

    deltas = [event async for event in model.stream(REQUEST) if isinstance(event, TextDelta)]

    assert "".join(delta.text for delta in deltas) == "abcdefgh"
    assert sum(delta.pieces for delta in deltas) == 8
    assert len(deltas) < 8


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


# ---- going on with what another model has begun ---------------------------------------------------------------------


async def test_a_begun_answer_is_sent_and_to_be_gone_on_with(provider: Provider, twin: Twins, model: Models) -> None:
    await read(model, replace(REQUEST, begun="A refund takes "))

    [asked] = twin.asked
    assert asked.texts[-3:] == [("user", QUESTION), ("assistant", "A refund takes "), ("user", GO_ON)]


@pytest.mark.parametrize(
    ("manner", "text"),
    [
        (Manner.EXACT, " days. Ask us."),
        (Manner.REPEATS_SENTENCE, "It takes 5 days. Ask us."),
        (Manner.BEGINS_ANEW, "Yes. It takes 5 days. Ask us."),
        (Manner.LEAVES_OUT_BLANK, "days. Ask us."),
        (Manner.REPEATS_HALF_WORD, "5 days. Ask us."),
    ],
)
async def test_twins_go_on_in_the_manners_of_models(twin: Twins, model: Models, manner: Manner, text: str) -> None:
    twin.programme = Continuing("Yes. It takes 5 days. Ask us.", manner)

    assert (await read(model, replace(REQUEST, begun="Yes. It takes 5")))[0] == text
    assert (await read(model))[0] == "Yes. It takes 5 days. Ask us."


# ---- what is sent ---------------------------------------------------------------------------------------------------


async def test_openai_is_sent_the_whole_conversation() -> None:
    with OpenAITwin() as twin:
        model = CHAT.model(twin)
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


async def test_responses_is_sent_the_whole_conversation_and_keeps_nothing() -> None:
    with ResponsesTwin() as twin:
        model = RESPONSES.model(twin)
        await read(model)
        await model.close()

    [asked] = twin.asked
    assert asked.path == "/v1/responses"
    assert asked.body == {
        "model": "twin-large",
        "instructions": "Answer from the passages.",
        "input": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello!"},
            {"role": "user", "content": QUESTION},
        ],
        "stream": True,
        "store": False,
        "temperature": 0.25,
        "max_output_tokens": 321,
    }


async def test_anthropic_is_sent_the_whole_conversation_beginning_with_the_customer() -> None:
    greeted = replace(REQUEST, history=(Message(MessageRole.ASSISTANT, "Welcome!"), *REQUEST.history))
    with AnthropicTwin() as twin:
        model = ANTHROPIC.model(twin)
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
    model = provider.model(twin, key="")
    assert (await read(model))[0] == "Hello, world."
    await model.close()


@pytest.mark.parametrize(("provider", "refusing"), [(CHAT, RefusingOpenAITwin), (RESPONSES, RefusingResponsesTwin)])
async def test_what_openai_declines_in_its_own_field_is_a_refusal(
    provider: Provider, refusing: type[OpenAITwin]
) -> None:
    with refusing(Script(tokens=("I cannot ", "help."))) as twin:
        model = provider.model(twin)
        text, finished = await read(model)
        await model.close()

    assert (text, finished.reason) == ("I cannot help.", "refusal")


# ---- leaving early --------------------------------------------------------------------------------------------------


async def test_closing_the_iterator_ends_the_call_upstream(twin: Twins, model: Models) -> None:
    twin.script = Script(fault=Fault.STALL)
    async with aclosing(model.stream(REQUEST)) as events:
        assert isinstance(await anext(events), ModelStarted)
        assert isinstance(await anext(events), TextDelta)

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
    ("fault", "reason", "taken", "text"),
    [
        (Fault.UNAUTHORIZED, "AUTHENTICATION", False, ""),
        (Fault.RATE_LIMITED, "RATE_LIMITED", False, ""),
        (Fault.CONTEXT_TOO_LONG, "CONTEXT_TOO_LONG", False, ""),
        (Fault.CONTENT_POLICY, "CONTENT_POLICY", False, ""),
        (Fault.NOT_FOUND, "BAD_REQUEST", False, ""),
        (Fault.SERVER_ERROR, "UNAVAILABLE", False, ""),
        (Fault.OVERLOADED, "UNAVAILABLE", False, ""),
        (Fault.WRONG_CONTENT_TYPE, "BAD_RESPONSE", False, ""),
        (Fault.CUT_BEFORE_START, "UNAVAILABLE", False, ""),
        (Fault.SLOW_START, "TIMED_OUT", False, ""),
        (Fault.SILENT_START, "TIMED_OUT", True, ""),
        (Fault.GARBAGE, "UNAVAILABLE", True, ""),
        (Fault.STALL, "TIMED_OUT", True, "Hello, "),
        (Fault.CUT, "UNAVAILABLE", True, "Hello, "),
        (Fault.SILENT_END, "UNAVAILABLE", True, "Hello, "),
        (Fault.ERROR_EVENT, "UNAVAILABLE", True, "Hello, "),
        (Fault.TRUNCATED_JSON, "BAD_RESPONSE", True, "Hello, "),
    ],
)
async def test_each_failure_has_its_reason_and_keeps_the_text_before_it(
    provider: Provider, twin: Twins, fault: Fault, reason: str, taken: bool, text: str
) -> None:
    twin.script = Script(fault=fault)
    model = provider.model(twin, first_token=0.4, idle=0.4)

    failed = await fail(model)

    assert (failed.error.reason, failed.text) == (reason, text)
    assert failed.error.message.startswith("strong (twin-large at 127.0.0.1) ") or reason == "BAD_RESPONSE"
    assert len(twin.asked) == 1
    # What the provider has taken, and only that, is told as begun: it charges for it.
    assert failed.started == taken
    charged = await twin.until_charged(1) if taken else twin.charged
    assert len(charged) == taken
    await model.close()


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER_FINISH, Fault.USAGE_MISSING])
async def test_behind_the_finish_marker_only_counts_can_be_missing(twin: Twins, model: Models, fault: Fault) -> None:
    twin.script = Script(fault=fault)

    text, finished = await read(model)

    assert (text, finished.reason) == ("Hello, world.", "stop")
    told = [finished.usage.uncached_input_tokens, finished.usage.output_tokens]
    charge = twin.charged[0].count
    assert finished.usage.estimated or told == [charge.input_tokens, charge.output_tokens]


async def test_an_error_that_belongs_to_no_response_is_told_like_its_status() -> None:
    with AlarmedResponsesTwin(Script(fault=Fault.ERROR_EVENT)) as twin:
        model = RESPONSES.model(twin)
        failed = await fail(model)
        await model.close()

    assert (failed.error.reason, failed.text) == ("RATE_LIMITED", "Hello, ")


async def test_a_wrong_key_names_the_setting(twin: Twins, model: Models) -> None:
    twin.script = Script(fault=Fault.UNAUTHORIZED)
    assert "THE_KEY" in (await failure(model)).fix


async def test_a_model_that_is_not_there_names_the_setting(twin: Twins, model: Models) -> None:
    twin.script = Script(fault=Fault.NOT_FOUND)
    assert "models.strong.model" in (await failure(model)).fix


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.OVERLOADED])
async def test_a_refusal_says_how_long_to_wait(twin: Twins, model: Models, fault: Fault) -> None:
    twin.script = Script(fault=fault, retry_after="7")
    assert (await failure(model)).retry_after == 7.0

    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    twin.script = Script(fault=fault, retry_after=in_a_minute)
    assert (await failure(model)).retry_after == pytest.approx(60, abs=10)

    twin.script = Script(fault=fault, retry_after="2", retry_after_ms="1500")
    assert (await failure(model)).retry_after == 1.5


@pytest.mark.parametrize(
    ("fault", "limits", "message"),
    [
        (Fault.SLOW_START, {"first_token": 0.2}, "did not begin to answer within 0.2 s"),
        (Fault.STALL, {"idle": 0.2}, "did not go on within 0.2 s"),
        (Fault.STALL, {"total": 0.2}, "did not finish within 0.2 s"),
    ],
)
async def test_silence_times_out_and_ends_the_call(
    provider: Provider, twin: Twins, fault: Fault, limits: dict[str, Any], message: str
) -> None:
    twin.script = Script(fault=fault)
    model = provider.model(twin, **limits)

    error = await failure(model)

    assert (error.reason, message in error.message) == ("TIMED_OUT", True)
    await twin.until_disconnected()
    await model.close()


@pytest.mark.parametrize("fault", [Fault.SLOW_START, Fault.STALL])
async def test_a_request_may_have_less_time_than_its_deployment(provider: Provider, twin: Twins, fault: Fault) -> None:
    twin.script = Script(fault=fault)
    model = provider.model(twin)

    with pytest.raises(ModelError, match=r"did not finish within 0\.2 s") as caught:
        async for _ in model.stream(replace(REQUEST, seconds=0.2)):
            pass

    assert caught.value.reason == "TIMED_OUT"
    await twin.until_disconnected()
    await model.close()


async def test_a_server_that_is_not_there_is_unavailable(provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    model = provider.model(f"http://127.0.0.1:{port}")

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
    model = provider.model(twin, name=name)

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
