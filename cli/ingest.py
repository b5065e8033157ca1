"""`nightdesk ingest`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Folders and files to take in.")],
    labels: Annotated[
        list[str] | None, typer.Option("--label", help="A label for every document; may be given several times.")
    ] = None,
    uri_prefix: Annotated[
        str, typer.Option(help="Where readers find the originals: goes before the id of documents without a URI.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON line an outcome, then one with the summary.")
    ] = False,
) -> None:
    """Take documents into the knowledge base. Running it again changes nothing but what was edited.

    Markdown, HTML, PDF, DOCX and plain text are a document each, named by their path below PATH. A CSV file holds FAQs
    (columns question and answer; id, labels, updated_at as well if you like). A JSONL file holds documents
    {"id","title","text","uri","kind","labels"} or tickets {"id","title","messages":[{"role","text"}],"labels",
    "created_at"}, one a line. Ends with 1 where something was rejected.
    """
    from functools import partial

    from cli.ingest_stream import IngestOptions, IngestStream
    from cli.ingest_view import print_summary, run_as_json, run_with_progress
    from cli.output import console
    from cli.sources import read_sources
    from nightdesk import Client

    options = IngestOptions(
        source=", ".join(str(path) for path in paths).encode("utf-8", "replace").decode(),
        labels=tuple(labels or ()),
        uri_prefix=uri_prefix,
    )
    with Client() as client:
        stream = IngestStream(client, partial(read_sources, paths), options)
        if as_json:
            summary = run_as_json(stream)
        else:
            summary = run_with_progress(stream, console(stderr=True), "Ingesting")
            print_summary(summary, console())
    if summary.counts["rejected"]:
        raise typer.Exit(1)
