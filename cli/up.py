"""`nightdesk up`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

QUESTION = "How do I get a refund for a yearly plan?"


def up(
    sample: Annotated[
        bool, typer.Option(help="Take in the sample knowledge base of Larkbook, a made-up product.")
    ] = True,
    knowledge: Annotated[
        Path | None, typer.Option(help="Take in this folder instead of the sample.", exists=True, metavar="PATH")
    ] = None,
    question: Annotated[str, typer.Option(help="What to ask first; empty asks nothing.")] = QUESTION,
    once: Annotated[
        bool, typer.Option("--once", help="End after the answer, as soon as both pages answer; for scripts.")
    ] = False,
) -> None:
    """Run server, workbench and demo together with a knowledge base, and ask a first question.

    Keeps running until Ctrl-C. Nothing outside of this machine is needed; what is kept lies in NIGHTDESK_DATA_DIR.
    """
    from cli.sample import KNOWLEDGE
    from cli.texts import checked
    from cli.up_session import Session

    folder = knowledge or (KNOWLEDGE if sample else None)
    Session(folder, checked(question, "The question"), once).run()
