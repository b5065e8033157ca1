"""A document that would harm the process which reads it harms nothing else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
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
    await pool.close()


async def test_it_reads_documents_one_after_the_other_in_the_same_process(pool: ParserPool) -> None:
    for text in ("One.", "Two."):
        parsed = await pool.parse(text.encode(), "text/markdown", DOC)
        assert parsed.sections == (Section((), text),)


async def test_a_refusal_arrives_with_its_reason(pool: ParserPool) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await pool.parse(b"\0", "text/markdown", DOC)
    assert (refused.value.reason, bool(refused.value.fix)) == ("BINARY", True)


async def test_endless_work_is_ended_and_the_next_document_is_read(pool: ParserPool) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await pool.parse(ENDLESS, "text/html", DOC)
    assert refused.value.reason == "TIMED_OUT"

    assert (await pool.parse(b"Fine.", "text/markdown", DOC)).sections == (Section((), "Fine."),)


async def test_memory_is_limited() -> None:
    pool = ParserPool(size=1, timeout=30.0, memory_bytes=160 * 2**20)
    with pytest.raises(UnreadableDocument) as refused:
        await pool.parse(b"word " * (12 * 2**20), "text/plain", DOC)
    await pool.close()
    assert refused.value.reason == "TOO_LARGE"


async def test_a_caller_that_goes_away_frees_its_process(pool: ParserPool) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await pool.parse(ENDLESS, "text/html", DOC)

    assert (await pool.parse(b"Fine.", "text/markdown", DOC)).sections == (Section((), "Fine."),)


async def test_small_plain_text_is_read_without_a_process(pool: ParserPool) -> None:
    cut = await pool.read(b"One.", "text/plain", DOC, "", default="note")

    assert (cut.title, [passage.text for passage in cut.passages]) == ("note", ["One."])
    assert not pool.has_processes


def test_a_process_is_started_without_the_fork_that_grpc_can_hang_in() -> None:
    """Only a program of its own can tell: hooks on forks stay for good, and the server's loop is uvloop's."""
    program = """
import os, uvloop
from server.domain import DocumentKind
from server.knowledge.parser_pool import ParserPool

async def parse():
    pool = ParserPool(size=1)
    parsed = await pool.parse(b"One.", "text/markdown", DocumentKind.DOC)
    await pool.close()
    return parsed.sections[0].text

os.register_at_fork(before=lambda: print("forked"))
print(uvloop.run(parse()))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert ended.stdout == "One.\n"


async def test_what_is_read_is_cut_alike_with_and_without_a_process() -> None:
    pool = ParserPool(size=1, timeout=20.0)
    text = "Lamps glow in the dark. " * 200
    here = await pool.read(text.encode(), "text/plain", DOC, "Lamps", default="")
    there = await pool.read(text.encode(), "text/markdown", DOC, "Lamps", default="")

    assert pool.has_processes
    await pool.close()
    assert len(here.passages) > 1
    assert [passage.text for passage in here.passages] == [passage.text.strip() for passage in there.passages]
