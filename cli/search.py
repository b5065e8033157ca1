"""`nightdesk search`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CliError


class Kind(StrEnum):
    DOC = "doc"
    FAQ = "faq"
    TICKET = "ticket"


def search(
    question: Annotated[str | None, typer.Argument(help="What to look for; “-” reads it from standard input.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many chunks to return.")] = 10,
    kinds: Annotated[
        list[Kind] | None, typer.Option("--kind", help="Only this kind; may be given several times.")
    ] = None,
    labels: Annotated[
        list[str] | None, typer.Option("--label", help="Only chunks with this label; several must all match.")
    ] = None,
    access_groups: Annotated[
        list[str] | None,
        typer.Option("--access-group", help="Find also what is kept for this group; repeatable.", metavar="GROUP"),
    ] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option(
            help='Many questions: a file of lines {"id","question","history":[…]}, “-” for standard input. Prints '
            '{"id","results":[{"document_id","chunk_id","score"}]} in the same order.',
            metavar="FILE",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what retrieval returns for a question, and why."""
    if (question is None) == (jsonl is None):
        raise CliError("Give either a QUESTION or --jsonl FILE.", exit_code=2)
    from cli import search_view
    from cli.output import console, echo_json
    from cli.texts import read_argument
    from nightdesk import Client

    template = search_view.request(limit, [kind.value for kind in kinds or ()], labels or (), access_groups or ())
    with Client() as client:
        if jsonl is not None:
            for line in search_view.search_in_bulk(client, jsonl, template):
                typer.echo(line)
            return
        template.question = read_argument(question or "", "The question")
        response = client.call(client.ingests.Search, template)
    if as_json:
        echo_json(response)
    else:
        search_view.print_results(response, console())
