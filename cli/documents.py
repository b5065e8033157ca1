"""`nightdesk documents`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

app = typer.Typer(help="See what the knowledge base holds, delete it, and decide on what is quarantined.")

DocumentId = Annotated[str, typer.Argument(metavar="DOCUMENT", help="The id that `documents list` shows.")]
ChunkId = Annotated[str, typer.Argument(metavar="CHUNK", help="The id or the number that `documents show` shows.")]


@app.command("list")
def list_documents(
    limit: Annotated[int, typer.Option(min=0, help="At most this many, by id; 0 for all.")] = 100,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="Only those with a quarantined chunk.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a document.")] = False,
) -> None:
    """List the documents with their chunks and what is quarantined."""
    from cli import documents_view
    from cli.output import console, echo_json
    from cli.paging import take
    from nightdesk import Client
    from nightdesk.v1 import ingest_pb2

    with Client() as client:

        def fetch(page_size: int, token: str) -> tuple[Iterable[ingest_pb2.DocumentSummary], str]:
            request = ingest_pb2.ListDocumentsRequest(
                page_size=page_size, page_token=token, quarantined_only=quarantined
            )
            page = client.call(client.ingests.ListDocuments, request)
            return page.documents, page.next_page_token

        documents = take(fetch, limit)
        if not as_json:
            documents_view.print_documents(documents, console())
            return
        for document in documents:
            echo_json(document)


@app.command()
def show(
    document_id: DocumentId,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="Only quarantined chunks.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a chunk.")] = False,
) -> None:
    """Show a document's chunks: place, size, text, and why one is quarantined.

    Characters that cannot be seen are written as their code, as in <U+200B>.
    """
    from cli import documents_view
    from cli.output import console, echo_json
    from nightdesk import Client

    with Client() as client:
        chunks = documents_view.chunks(client, document_id, quarantined_only=quarantined)
        if not as_json:
            documents_view.print_chunks(list(chunks), console())
            return
        for chunk in chunks:
            echo_json(chunk)


@app.command()
def release(
    document_id: DocumentId,
    chunk_id: ChunkId,
    as_json: Annotated[bool, typer.Option("--json", help="Print the chunk as JSON.")] = False,
) -> None:
    """Let a chunk out of quarantine: it is retrieved from now on, and no rail keeps it from an answer."""
    from nightdesk.v1 import ingest_pb2

    _review(document_id, chunk_id, ingest_pb2.CHUNK_DECISION_RELEASE, as_json)


@app.command()
def quarantine(
    document_id: DocumentId,
    chunk_id: ChunkId,
    as_json: Annotated[bool, typer.Option("--json", help="Print the chunk as JSON.")] = False,
) -> None:
    """Put a chunk into quarantine, or keep it there: it is not retrieved until somebody releases it."""
    from nightdesk.v1 import ingest_pb2

    _review(document_id, chunk_id, ingest_pb2.CHUNK_DECISION_QUARANTINE, as_json)


@app.command()
def delete(
    document_ids: Annotated[list[str], typer.Argument(metavar="DOCUMENT…", help="Ids as `documents list` shows them.")],
) -> None:
    """Delete documents and their chunks, for all readers at once."""
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import ingest_pb2

    with Client() as client:
        for document_id in document_ids:
            request = ingest_pb2.DeleteDocumentRequest(document_id=checked(document_id, "The document's id"))
            client.call(client.ingests.DeleteDocument, request)
            typer.echo(f"deleted {document_id}")


def _review(document_id: str, chunk_id: str, decision: int, as_json: bool) -> None:
    from cli import documents_view
    from cli.output import echo_json
    from nightdesk import Client
    from nightdesk.v1 import ingest_pb2

    with Client() as client:
        request = ingest_pb2.ReviewChunkRequest(
            document_id=document_id,
            chunk_id=documents_view.chunk_id(client, document_id, chunk_id),
            decision=ingest_pb2.ChunkDecision.ValueType(decision),
        )
        chunk = client.call(client.ingests.ReviewChunk, request).chunk
    if as_json:
        echo_json(chunk)
    else:
        state = f"quarantined ({chunk.quarantine_reason})" if chunk.quarantine_reason else "released"
        typer.echo(f"{state} {chunk.chunk_id}")
