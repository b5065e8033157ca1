"""Documents that are meant to bring the server down end with a reason, and the others of the same stream go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import psutil

from server.domain import DocumentKind
from server.knowledge.ingest import Ingestor
from server.knowledge.load import MEDIA_TYPES
from server.knowledge.outcome import DocumentStatus, Outcome
from tests.unit.knowledge import hostile
from tests.unit.knowledge.fakes import FakeEmbedder, FakeRails, FakeStore, make_document

MARKDOWN, HTML, PLAIN, PDF, DOCX, JSON = MEDIA_TYPES
SECONDS = 3.0
TOO_MUCH = {"TIMED_OUT", "TOO_LARGE"}
"""How it ends depends on how fast the machine is."""

CASES: dict[str, tuple[Callable[[], bytes], str, set[str]]] = {
    "zip bomb": (hostile.zip_bomb, DOCX, TOO_MUCH),
    "zip bomb that lies": (hostile.zip_bomb_that_lies, DOCX, {"BROKEN", *TOO_MUCH}),
    "billion laughs": (hostile.billion_laughs, DOCX, {"BROKEN"}),
    "deep docx": (hostile.deep_docx, DOCX, {"BROKEN"}),
    "10,000 pages": (hostile.many_pages, PDF, {"", "TIMED_OUT"}),
    "form in itself": (hostile.pdf_with_recursive_form, PDF, {"EMPTY"}),
    "pages in themselves": (hostile.pdf_with_page_loop, PDF, {"BROKEN"}),
    "huge stream": (hostile.pdf_with_huge_stream, PDF, {"BROKEN", *TOO_MUCH}),
    "100,000 levels": (hostile.nested_html, HTML, {"BROKEN", *TOO_MUCH}),
    "unclosed comments": (hostile.unclosed_comments, HTML, {"", "EMPTY", *TOO_MUCH}),
    "unclosed comments in Markdown": (hostile.unclosed_comments, MARKDOWN, {"", *TOO_MUCH}),
    "one line of 30 MB": (hostile.single_line, PLAIN, {"", *TOO_MUCH}),
    "one word of 30 MB": (hostile.single_word, PLAIN, {"", *TOO_MUCH}),
    "deep JSON": (hostile.nested_json, JSON, {"BROKEN"}),
    "1,000,000 list items": (hostile.many_list_items, MARKDOWN, {"", *TOO_MUCH}),
    "20,000 nested quotes": (hostile.nested_quotes, MARKDOWN, {"", *TOO_MUCH}),
}


async def test_each_ends_with_a_reason_and_the_others_go_on(tmp_path: Path) -> None:
    store = FakeStore()
    ingestor = await Ingestor.open(
        tmp_path / "ingest.db",
        store,
        FakeEmbedder(),
        FakeRails(),
        max_document_bytes=32 * 2**20,
        parse_timeout=SECONDS,
    )
    memory = psutil.Process().memory_info().rss
    outcomes: dict[str, asyncio.Future[Outcome]] = {}
    try:
        ingestion_id = await ingestor.begin("acme")
        for name, (make, media_type, _) in CASES.items():
            kind = DocumentKind.FAQ if media_type == JSON else DocumentKind.DOC
            bad = make_document(name, media_type=media_type, kind=kind)
            good = make_document(f"good after {name}")
            for document, data in ((bad, make()), (good, b"Lamps glow.")):
                outcomes[document.id] = (await ingestor.accept("acme", ingestion_id, document, data)).outcome
        reasons = {document_id: (await outcome).reason for document_id, outcome in outcomes.items()}
    finally:
        await ingestor.close()

    wrong = {name: reasons[name] for name, (_, _, expected) in CASES.items() if reasons[name] not in expected}
    assert not wrong
    good_ones = [await outcome for name, outcome in outcomes.items() if name.startswith("good")]
    assert {outcome.status for outcome in good_ones} == {DocumentStatus.CREATED}
    assert psutil.Process().memory_info().rss - memory < 200 * 2**20
