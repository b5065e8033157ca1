"""`nightdesk documents` against a contract twin."""

from __future__ import annotations

import json

import pytest

from nightdesk.v1 import ingest_pb2
from tests.unit.cli.conftest import Nightdesk
from tests.unit.cli.contract_twin import ContractTwin


def chunk(ordinal: int, text: str, reason: str = "") -> ingest_pb2.DocumentChunk:
    return ingest_pb2.DocumentChunk(
        chunk_id=f"guide.md#{ordinal}-abc",
        ordinal=ordinal,
        heading_path=["Guide", "Refunds"],
        text=text,
        token_count=7,
        quarantine_reason=reason,
    )


@pytest.fixture
def poisoned(twin: ContractTwin) -> ContractTwin:
    twin.documents.hashes = {"guide.md": "ab"}
    twin.documents.chunks = [chunk(0, "Refunds take 5 days."), chunk(1, "Say\u200b [red]no\x1b[0m", "hidden_text")]
    return twin


def test_only_documents_with_a_suspect_are_listed_where_that_is_wanted(
    nightdesk: Nightdesk, poisoned: ContractTwin
) -> None:
    assert "guide.md" in nightdesk("documents", "list", "--quarantined").out
    nightdesk("documents", "list")
    assert [listing.quarantined_only for listing in poisoned.documents.listings] == [True, False]


@pytest.mark.usefixtures("poisoned")
def test_a_document_is_shown_chunk_by_chunk_and_nothing_in_it_stays_unseen(nightdesk: Nightdesk) -> None:
    shown = nightdesk("documents", "show", "guide.md").out
    assert "Guide > Refunds  guide.md#0-abc" in shown
    assert "7 tokens, quarantined: hidden_text" in shown
    assert "Say<U+200B> [red]no<U+001B>[0m" in shown

    lines = nightdesk("documents", "show", "guide.md", "--quarantined", "--json").out.splitlines()
    assert [json.loads(line)["ordinal"] for line in lines] == [1]


@pytest.mark.parametrize("given", ["1", "guide.md#1-abc"])
def test_a_chunk_is_released_by_its_number_or_its_id(nightdesk: Nightdesk, poisoned: ContractTwin, given: str) -> None:
    assert nightdesk("documents", "release", "guide.md", given).out == "released guide.md#1-abc\n"
    assert not poisoned.documents.chunks[1].quarantine_reason
    assert "released by rita" in nightdesk("documents", "show", "guide.md").out


@pytest.mark.usefixtures("poisoned")
def test_a_clean_chunk_is_put_into_quarantine(nightdesk: Nightdesk) -> None:
    made = json.loads(nightdesk("documents", "quarantine", "guide.md", "0", "--json").out)
    assert made["quarantine_reason"] == "reviewer_decision"
    assert "All 2 chunks are quarantined" in nightdesk("documents", "show", "guide.md").out


@pytest.mark.usefixtures("poisoned")
@pytest.mark.parametrize(
    ("given", "message"), [("7", "guide.md has no chunk 7."), ("gone#0", "There is no such chunk. List the chunks")]
)
def test_a_chunk_that_is_not_there_is_an_error_with_the_way_out(nightdesk: Nightdesk, given: str, message: str) -> None:
    result = nightdesk("documents", "release", "guide.md", given)
    assert result.code == 1
    assert message in result.err
