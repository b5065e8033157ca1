"""Prompt versions are numbered and immutable; labels move."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest
from sqlmodel import Session

from server.domain import Example, PreviousFailure, PromptBundle, RouteRule, Routing, SearchQuestionSource
from server.errors import InvalidArgument, NotFound
from server.ledger.database import open_database
from server.ledger.prompts import PromptStore, unified_diff
from server.ledger.tables import PromptVersionRow

ROUTING = Routing(
    chain=("strong", "backup"),
    rules=(RouteRule("easy", ("cheap",), max_question_tokens=40, previous_failures=(PreviousFailure.UNANSWERED,)),),
    hedge_after=1.5,
)
FIRST = PromptBundle(template="Answer from {context}.\nBe brief.")


@pytest.fixture
def prompts(tmp_path: Path) -> PromptStore:
    return PromptStore(open_database(tmp_path / "nightdesk.db"), FIRST)


async def test_a_new_tenant_has_version_1_in_production(prompts: PromptStore) -> None:
    version = await prompts.resolve("acme")

    assert (version.version, version.labels, version.bundle) == (1, ("production",), FIRST)


async def test_versions_count_up_and_an_identical_bundle_makes_none(prompts: PromptStore) -> None:
    await prompts.resolve("acme")
    other = replace(FIRST, temperature=0.2)

    second = await prompts.create("acme", other, "cooler", "ann")
    again = await prompts.create("acme", other, "the same", "bob")

    assert (second.version, second.labels) == (2, ())
    assert again == second
    assert [version.version for version in await prompts.page("acme", before=None, limit=10)] == [2, 1]


async def test_moving_a_label_changes_what_customers_get(prompts: PromptStore) -> None:
    await prompts.resolve("acme")
    await prompts.create("acme", replace(FIRST, temperature=0.2), "", "ann")

    await prompts.set_label("acme", "production", 2)

    assert (await prompts.resolve("acme", "production")).version == 2
    assert (await prompts.resolve("acme", "1")).labels == ()
    assert (await prompts.resolve("rival", "production")).version == 1


async def test_an_unknown_name_is_an_error_that_says_where_to_look(prompts: PromptStore) -> None:
    for name in ("7", "stagin"):
        with pytest.raises(NotFound, match="prompts list"):
            await prompts.resolve("acme", name)


async def test_a_label_must_look_like_one(prompts: PromptStore) -> None:
    with pytest.raises(InvalidArgument, match="lower-case"):
        await prompts.set_label("acme", "Produktion!", 1)


async def test_a_difference_names_the_parameter_and_the_line(prompts: PromptStore) -> None:
    old = await prompts.resolve("acme")
    new = await prompts.create("acme", replace(FIRST, template="Answer from {context}.", temperature=0.0), "", "ann")

    diff = unified_diff(old, new).splitlines()

    assert "-temperature: null" in diff
    assert "+temperature: 0.0" in diff
    assert "-Be brief." in diff


async def test_a_difference_of_routings_names_the_rule_and_its_conditions(prompts: PromptStore) -> None:
    old = await prompts.create("acme", replace(FIRST, routing=ROUTING), "", "ann")
    longer = replace(ROUTING.rules[0], max_question_tokens=60)
    routing = replace(ROUTING, rules=(longer, RouteRule("gold", ("strong",), customer_tiers=("gold",))))
    examples = (Example("Is there a trial?", "14 days. [1]"),)
    new = await prompts.create("acme", replace(FIRST, routing=routing, examples=examples), "", "ann")

    diff = unified_diff(old, new).splitlines()

    assert [line for line in diff[2:] if line[0] in "+-"] == [
        "+examples:",
        '+  question: "Is there a trial?"',
        '+  answer: "14 days. [1]"',
        "-    max_question_tokens: 40",
        "+    max_question_tokens: 60",
        '+  rule "gold":',
        '+    chain: ["strong"]',
        '+    customer_tiers: ["gold"]',
    ]


FIRST_RELEASE = (
    "template",
    "route",
    "temperature",
    "max_output_tokens",
    "retrieval_limit",
    "vector_weight",
    "answerability_floor",
    "history_turns",
    "rail_thresholds",
)
"""The parameters of a bundle that the first release wrote."""


async def test_a_bundle_of_the_first_release_is_read_and_found_again(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "nightdesk.db")
    stored = json.dumps({name: asdict(FIRST)[name] for name in FIRST_RELEASE}, sort_keys=True, ensure_ascii=False)
    row = PromptVersionRow(
        tenant="acme",
        version=1,
        bundle=stored,
        content_hash=hashlib.sha256(stored.encode()).hexdigest(),
        description="",
        author="ann",
        created_at=0.0,
    )
    with Session(engine) as session:
        session.add(row)
        session.commit()
    prompts = PromptStore(engine, FIRST)

    read = await prompts.resolve("acme", "1")
    same = await prompts.create("acme", FIRST, "", "bob")
    other = await prompts.create("acme", replace(FIRST, rerank=True), "", "bob")

    assert read.bundle == FIRST
    assert (same.version, same.author, other.version) == (1, "ann", 2)
    assert "+rerank: true" in unified_diff(read, other).splitlines()


@pytest.mark.parametrize("name", sorted({field.name for field in fields(PromptBundle)} - set(FIRST_RELEASE)))
async def test_each_newer_parameter_makes_a_version_of_its_own(prompts: PromptStore, name: str) -> None:
    changes = {
        "kind_weights": {"ticket": 0.5},
        "recency_weight": 0.3,
        "recency_half_life_days": 30,
        "rerank": True,
        "search_question": SearchQuestionSource.MESSAGE,
        "routing": ROUTING,
        "examples": (Example("Is there a trial?", "14 days. [1]"),),
    }
    first = await prompts.resolve("acme")

    made = await prompts.create("acme", replace(FIRST, **{name: changes[name]}), "", "ann")  # type: ignore[arg-type]

    assert made.version == first.version + 1
    assert (await prompts.create("acme", made.bundle, "", "bob")) == made
    assert (await PromptStore(prompts._engine, FIRST).resolve("acme", "2")).bundle == made.bundle
