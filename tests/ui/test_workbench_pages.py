"""The workbench in a real browser, over a real server."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from nightdesk.v1 import evaluation_pb2, prompt_pb2

pytestmark = pytest.mark.ui

QUESTION = "How long does a refund take?"


def ask(server: Any, question: str, prompt_version: str = "") -> Any:
    """Make one turn; its last event."""
    return list(server.client.chat(question, prompt_version=prompt_version))[-1]


def second_version(server: Any) -> int:
    """The number of a version that differs from the first one in its template."""
    client = server.client
    request = prompt_pb2.GetPromptVersionRequest(prompt_version="1")
    bundle = client.call(client.prompts.GetPromptVersion, request).prompt_version.bundle
    bundle.template = bundle.template + "\nAnswer in one sentence."
    made = prompt_pb2.CreatePromptVersionRequest(bundle=bundle, description="Shorter answers")
    return int(client.call(client.prompts.CreatePromptVersion, made).prompt_version.version)


def record_run(server: Any) -> str:
    """A finished evaluation run of one right and one wrong case; the dataset's name."""
    client, dataset = server.client, f"tiny-{uuid.uuid4().hex[:8]}"
    turn = ask(server, QUESTION)
    run = client.call(
        client.evaluations.CreateRun,
        evaluation_pb2.CreateRunRequest(dataset=dataset, dataset_hash="ab" * 32, prompt_version=1),
    ).run
    results = [
        evaluation_pb2.CaseResult(
            case=evaluation_pb2.Case(case_id=case_id, kind="answerable", question=QUESTION, expected_outcome=expected),
            turn_id=turn.turn_id,
            answer=turn.completed.answer,
            finish_reason=turn.completed.finish_reason,
            scores=[evaluation_pb2.Score(metric="fact_recall", value=0.5, scorer="deterministic")],
            latency_seconds=0.25,
        )
        for case_id, expected in (("case-right", "answered"), ("case-wrong", "refused"))
    ]
    client.call(
        client.evaluations.RecordResults,
        evaluation_pb2.RecordResultsRequest(run_id=run.run_id, results=results),
    )
    summary = evaluation_pb2.MetricSummary(
        metric="fact_recall", mean=0.5, low=0.3, high=0.7, count=2, scorer="deterministic"
    )
    client.call(client.evaluations.FinishRun, evaluation_pb2.FinishRunRequest(run_id=run.run_id, metrics=[summary]))
    return dataset


def open_page(page: Page, url: str, title: str) -> None:
    """Open a page of the workbench and see that it came without an error box."""
    page.goto(url)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


def cell(scope: Page | Locator, text: str) -> Locator:
    """The cells of a table with this text. Tables are drawn on a canvas; their text is there for screen readers."""
    return scope.get_by_role("gridcell", name=text, exact=True, include_hidden=True)


def test_now_shows_a_turn_that_was_just_made_and_opens_it(
    page: Page, workbench_url: str, nightdesk_server: Any
) -> None:
    open_page(page, workbench_url, "Now")
    question = f"{QUESTION} Order {uuid.uuid4().hex[:6]}"
    turn = ask(nightdesk_server, question)

    # No reload: the page refreshes by itself.
    table = page.get_by_test_id("stDataFrame")
    expect(cell(table, question)).to_have_count(1)
    expect(page.get_by_test_id("stMetric").filter(has_text="Turns")).not_to_contain_text("—")

    table.click(position={"x": 300, "y": 55})

    expect(page).to_have_url(re.compile(rf"/turn\?id={turn.turn_id}"))
    expect(page.get_by_role("heading", name="Rail verdicts")).to_be_visible()
    expect(page.get_by_text(question)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Now", exact=True)).to_be_visible()


def test_a_turn_has_an_address_of_its_own(page: Page, workbench_url: str, nightdesk_server: Any) -> None:
    turn = ask(nightdesk_server, QUESTION)

    open_page(page, f"{workbench_url}/?turn={turn.turn_id}", "Turn")

    for heading in ("Question", "Answer", "Context", "Stages", "Rail verdicts", "Model calls", "Feedback"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    first_sentence = turn.completed.answer.split(".")[0]
    expect(page.get_by_text(first_sentence).first).to_be_visible()
    expect(page.get_by_text("cited", exact=True).first).to_be_visible()
    expect(page.get_by_text("retrieval").first).to_be_attached()


def test_an_unknown_turn_is_an_error_that_says_so(page: Page, workbench_url: str) -> None:
    page.goto(f"{workbench_url}/turn?id=turn_that_never_was")

    expect(page.get_by_role("alert")).to_contain_text("turn_that_never_was")


def test_trends_draws_each_prompt_version(page: Page, workbench_url: str, nightdesk_server: Any) -> None:
    ask(nightdesk_server, QUESTION)
    ask(nightdesk_server, QUESTION, str(second_version(nightdesk_server)))

    open_page(page, f"{workbench_url}/trends?range=1+h", "Trends")

    for heading in ("Cost", "Refusals", "Traffic", "Latency", "Whole range by prompt version"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    versions = page.get_by_test_id("stDataFrame").first
    expect(cell(versions, "v1")).to_have_count(1)


def test_compare_asks_two_versions_the_same_question(page: Page, workbench_url: str, nightdesk_server: Any) -> None:
    version = second_version(nightdesk_server)
    open_page(page, f"{workbench_url}/compare?a=1&b={version}", "Compare")

    page.get_by_label("Questions").fill(QUESTION)
    page.get_by_role("button", name="Run both versions").click()

    expect(page.get_by_text("A · v1", exact=True)).to_be_visible()
    expect(page.get_by_text(f"B · v{version}", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Turn", exact=True)).to_have_count(2)
    page.get_by_role("tab", name="Bundles").click()
    expect(page.get_by_role("insertion").filter(has_text="Answer in one sentence")).to_be_visible()
    page.get_by_role("radio", name="Unified").click()
    expect(page.get_by_test_id("stCode")).to_contain_text("Answer in one sentence.")


def test_a_version_is_made_from_another_one(page: Page, workbench_url: str, nightdesk_server: Any) -> None:
    open_page(page, f"{workbench_url}/compare", "Compare")
    page.get_by_role("tab", name="New version").click()
    template = page.get_by_label("Template", exact=True)
    template.fill(f"Answer from {{context}} for {{product}}. {uuid.uuid4().hex}")

    page.get_by_role("button", name="Make the version").click()

    expect(page.get_by_text("is made")).to_be_visible()


def test_a_label_moves_after_a_confirmation(page: Page, workbench_url: str, nightdesk_server: Any) -> None:
    version, label = second_version(nightdesk_server), f"trial-{uuid.uuid4().hex[:6]}"
    open_page(page, f"{workbench_url}/compare", "Compare")
    page.get_by_role("tab", name="Labels").click()
    page.get_by_role("combobox", name="Label", exact=True).fill(label)
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Points at").fill(f"v{version} ")
    page.keyboard.press("Enter")

    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text(label)
    page.get_by_role("button", name="Yes, move it").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    client = nightdesk_server.client
    request = prompt_pb2.GetPromptVersionRequest(prompt_version=label)
    assert client.call(client.prompts.GetPromptVersion, request).prompt_version.version == version


def test_evals_shows_a_run_with_its_intervals_and_cases(page: Page, workbench_url: str, nightdesk_server: Any) -> None:
    dataset = record_run(nightdesk_server)

    open_page(page, f"{workbench_url}/evals", "Evals")

    expect(cell(page, dataset)).to_have_count(1)
    expect(cell(page, "deterministic").first).to_be_attached()
    expect(cell(page, "case-right")).to_have_count(1)
    page.get_by_role("radio", name="Wrong outcome").click()
    expect(cell(page, "case-right")).to_have_count(0)
    expect(cell(page, "case-wrong")).to_have_count(1)


@pytest.mark.parametrize("path", ["", "trends", "models", "spend", "compare", "evals", "quarantine", "turn?id=turn_1"])
def test_without_a_server_every_page_says_how_to_start_one(page: Page, lonely_workbench_url: str, path: str) -> None:
    page.goto(f"{lonely_workbench_url}/{path}")

    expect(page.get_by_role("alert").first).to_contain_text("nightdesk serve")
