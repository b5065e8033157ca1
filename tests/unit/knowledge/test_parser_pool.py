"""A document that would harm the process which reads it harms nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.domain import DocumentKind, Section
from server.errors import UnreadableDocument
from server.knowledge.parser_pool import ParserPool

DOC = DocumentKind.DOC
ENDLESS = b"<div>" * 400_000 + b"x"
"""Elements without an end, each in the one before: minutes of work."""


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    pool = ParserPool(size=1, timeout=1.0)
    yield pool
    pool.close()


async def test_it_reads_documents_one_after_the_other_in_the_same_process(pool: ParserPool) -> None:
    for text in ("One.", "Two."):
        parsed = await pool.parse(text.encode(), "text/plain", DOC)
        assert parsed.sections == (Section((), text),)


async def test_a_refusal_arrives_with_its_reason(pool: ParserPool) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await pool.parse(b"\0", "text/plain", DOC)
    assert (refused.value.reason, bool(refused.value.fix)) == ("BINARY", True)


async def test_endless_work_is_ended_and_the_next_document_is_read(pool: ParserPool) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await pool.parse(ENDLESS, "text/html", DOC)
    assert refused.value.reason == "TIMED_OUT"

    assert (await pool.parse(b"Fine.", "text/plain", DOC)).sections == (Section((), "Fine."),)


async def test_memory_is_limited() -> None:
    pool = ParserPool(size=1, timeout=30.0, memory_bytes=160 * 2**20)
    with pytest.raises(UnreadableDocument) as refused:
        await pool.parse(b"word " * (12 * 2**20), "text/plain", DOC)
    pool.close()
    assert refused.value.reason == "TOO_LARGE"


async def test_a_caller_that_goes_away_frees_its_process(pool: ParserPool) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await pool.parse(ENDLESS, "text/html", DOC)

    assert (await pool.parse(b"Fine.", "text/plain", DOC)).sections == (Section((), "Fine."),)
