"""`nightdesk index`: the server's own command beside a running server, because only it may open the vector stores."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(help="See the indexes, make one for another embedder, move to another engine.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON line an event.")]


class Engine(StrEnum):
    SQLITE = "sqlite"
    WEAVIATE = "weaviate"


@app.command()
def show(as_json: AsJson = False) -> None:
    """List the indexes of the engine in the settings: one for each embedder, and which of them serves."""
    _become("show", as_json=as_json)


@app.command("re-embed")
def re_embed(as_json: AsJson = False) -> None:
    """Make an index for the embedder in the settings from the one that serves, which goes on serving.

    Run it with the new NIGHTDESK_EMBEDDER beside the server; then start the server with the new one too.
    """
    _become("re-embed", as_json=as_json)


@app.command()
def move(
    to: Annotated[Engine, typer.Option(help="The engine to move to.")],
    as_json: AsJson = False,
) -> None:
    """Copy the index that serves to another engine, then compare counts and a sample of answers.

    Run it again after the last ingest, with the server stopped, and start the server with the new
    NIGHTDESK_VECTOR_STORE. Ends with 1 where the copy does not answer like the original.
    """
    _become("move", "--to", to.value, as_json=as_json)


@app.command()
def drop(
    embedder: Annotated[str, typer.Argument(help="As `index show` names it.")],
    as_json: AsJson = False,
) -> None:
    """Delete an index that does not serve."""
    _become("drop", embedder, as_json=as_json)


def _become(*arguments: str, as_json: bool) -> None:
    command = (sys.executable, "-m", "server.index_command", *(["--json"] if as_json else []), *arguments)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted
