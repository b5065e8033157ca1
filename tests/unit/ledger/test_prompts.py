"""Prompt versions are numbered and immutable; labels move."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from server.domain import PromptBundle
from server.errors import InvalidArgument, NotFound
from server.ledger.database import open_database
from server.ledger.prompts import PromptStore, unified_diff

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
