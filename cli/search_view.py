"""Asks for chunks, one question or many, and shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.bulk import Line, history_of, map_in_order, read_lines
from cli.ingest_stream import KINDS
from cli.output import search_question_source, shorten
from nightdesk import Client
from nightdesk.v1 import ingest_pb2

EXCERPT = 160


def request(
    limit: int, kinds: Sequence[str], labels: Sequence[str], access_groups: Sequence[str]
) -> ingest_pb2.SearchRequest:
    """Everything but the question."""
    return ingest_pb2.SearchRequest(
        limit=limit, kinds=[KINDS[kind] for kind in kinds], labels=labels, access_groups=access_groups
    )


def search_in_bulk(client: Client, path: Path, template: ingest_pb2.SearchRequest) -> Iterator[str]:
    """A JSON line a question, in the order of the file. Raises ApiError, and CliError naming a bad line."""

    def find(line: Line) -> str:
        wanted = ingest_pb2.SearchRequest(question=line.words("question"), history=history_of(line))
        wanted.MergeFrom(template)
        response = client.call(client.ingests.Search, wanted)
        results = [
            {"document_id": result.document_id, "chunk_id": result.chunk_id, "score": result.score}
            for result in response.results
        ]
        return json.dumps({"id": line.fields.get("id", ""), "results": results}, ensure_ascii=False)

    return map_in_order(find, read_lines(path))


def print_results(response: ingest_pb2.SearchResponse, console: Console) -> None:
    source = search_question_source(response.search_question_source)
    console.print(f"searched for: {escape(response.search_question + source)}")
    answerable = response.answerability >= response.answerability_floor
    sign, would = (">=", "answer") if answerable else ("<", "say “I don't know”")
    floor = f"{sign} floor {response.answerability_floor:.2f}"
    console.print(f"answerability {response.answerability:.2f} {floor}: a turn would {would}")
    if not response.results:
        console.print("no chunk was found")
        return
    table = Table()
    for heading in ("#", "score", "text", "vector"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("document", overflow="fold", ratio=2)
    table.add_column("excerpt", ratio=5)
    for rank, result in enumerate(response.results, start=1):
        scores = (result.score, result.text_score, result.vector_score)
        place = " > ".join([result.title, *result.heading_path])
        table.add_row(
            str(rank),
            *(f"{score:.2f}" for score in scores),
            f"{escape(result.document_id)}\n[dim]{escape(place)}[/]",
            escape(shorten(result.text, EXCERPT)),
        )
    console.print(table)
