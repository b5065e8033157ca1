"""`nightdesk documents`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

app = typer.Typer(help="See and delete what the knowledge base holds.")


@app.command("list")
def list_documents(
    limit: Annotated[int, typer.Option(min=0, help="At most this many, by id; 0 for all.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a document.")] = False,
) -> None:
    """List the documents with their chunks and what is quarantined."""
    from rich.markup import escape
    from rich.table import Table

    from cli.output import console, echo_json, enum_word, when
    from cli.paging import take
    from nightdesk import Client
    from nightdesk.v1 import common_pb2, ingest_pb2

    table = Table("document", "title", "kind", "chunks", "quarantined", "taken in")
    table.columns[0].overflow = "fold"
    with Client() as client:

        def fetch(page_size: int, token: str) -> tuple[Iterable[ingest_pb2.DocumentSummary], str]:
            request = ingest_pb2.ListDocumentsRequest(page_size=page_size, page_token=token)
            page = client.call(client.ingests.ListDocuments, request)
            return page.documents, page.next_page_token

        for document in take(fetch, limit):
            if as_json:
                echo_json(document)
                continue
            table.add_row(
                escape(document.document_id),
                escape(document.title),
                enum_word(common_pb2.DocumentKind.DESCRIPTOR, document.kind),
                str(document.chunk_count),
                escape(f"{document.quarantined_chunk_count or ''} {document.quarantine_reason}".strip()),
                when(document.ingest_time),
            )
    if not as_json:
        console().print(table)


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
