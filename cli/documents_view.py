"""Reads documents and their chunks from the server, and shows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.errors import CliError
from cli.output import enum_word, when
from cli.paging import take
from cli.texts import checked
from nightdesk import Client
from nightdesk.v1 import common_pb2, ingest_pb2


def chunks(client: Client, document_id: str, *, quarantined_only: bool = False) -> Iterator[ingest_pb2.DocumentChunk]:
    """A document's chunks in reading order. Raises ApiError."""
    document_id = checked(document_id, "The document's id")

    def fetch(page_size: int, token: str) -> tuple[Iterable[ingest_pb2.DocumentChunk], str]:
        request = ingest_pb2.ListChunksRequest(
            document_id=document_id, page_size=page_size, page_token=token, quarantined_only=quarantined_only
        )
        page = client.call(client.ingests.ListChunks, request)
        return page.chunks, page.next_page_token

    return take(fetch, 0)


def chunk_id(client: Client, document_id: str, given: str) -> str:
    """The id of a chunk that was given by its id or by its number. Raises CliError, ApiError."""
    if not given.isdecimal():
        return checked(given, "The chunk's id")
    for chunk in chunks(client, document_id):
        if chunk.ordinal == int(given):
            return chunk.chunk_id
    raise CliError(f"{document_id} has no chunk {given}. `nightdesk documents show` lists them.")


def print_documents(documents: Iterable[ingest_pb2.DocumentSummary], console: Console) -> None:
    table = Table("document", "title", "kind", "chunks", "quarantined", "sent by", "taken in")
    table.columns[0].overflow = table.columns[4].overflow = "fold"
    for document in documents:
        table.add_row(
            escape(document.document_id),
            escape(document.title),
            enum_word(common_pb2.DocumentKind.DESCRIPTOR, document.kind),
            str(document.chunk_count),
            _quarantined(document),
            escape(document.sent_by),
            when(document.ingest_time),
        )
    console.print(table)


def print_chunks(found: Sequence[ingest_pb2.DocumentChunk], console: Console) -> None:
    for chunk in found:
        place = " > ".join(chunk.heading_path)
        console.print(f"[bold]{chunk.ordinal}[/]  {escape(place)}  [dim]{escape(chunk.chunk_id)}[/]", soft_wrap=True)
        console.print(f"   {chunk.token_count} tokens{_decision(chunk)}", soft_wrap=True)
        console.print(escape(visible(chunk.text)), soft_wrap=True)
        console.print()
    suspects = sum(1 for chunk in found if chunk.quarantine_reason)
    if suspects and suspects == len(found) > 1:
        console.print(
            f"All {suspects} chunks are quarantined: see where the document comes from before you release any."
        )
    if not found:
        console.print("no chunk")


def visible(text: str) -> str:
    """`text` with characters that a terminal does not show written as their code."""
    return "".join(f"<U+{ord(letter):04X}>" if _is_unseen(letter) else letter for letter in text)


def _is_unseen(letter: str) -> bool:
    return letter not in "\n\t" and unicodedata.category(letter) in ("Cf", "Cc", "Cn", "Co")


def _quarantined(document: ingest_pb2.DocumentSummary) -> str:
    if not document.quarantined_chunk_count:
        return ""
    count = str(document.quarantined_chunk_count)
    if document.quarantined_chunk_count == document.chunk_count:
        count = f"all {count}" if document.chunk_count > 1 else count
    return escape(f"{count} {document.quarantine_reason}".strip())


def _decision(chunk: ingest_pb2.DocumentChunk) -> str:
    by = f" by {chunk.reviewed_by}" if chunk.reviewed_by else ""
    if chunk.quarantine_reason:
        kept = f", kept{by}" if by else ""
        return escape(f", quarantined: {chunk.quarantine_reason}{kept}")
    return escape(f", released{by}") if by else ""
