"""All commands under one name. A command imports what is heavy only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import (
    budgets,
    chat,
    doctor,
    documents,
    evaluate,
    index,
    ingest,
    keys,
    prompts,
    rails,
    routes,
    search,
    serve,
    spend,
    turns,
    up,
)

SERVER = "Run"
KNOWLEDGE = "Knowledge"
ANSWERS = "Answers"
OPERATE = "Operate"


def build_app() -> typer.Typer:
    app = typer.Typer(
        name="nightdesk",
        help="A customer-support agent to put in front of customers, and to operate.",
        epilog="Commands talk to the server at NIGHTDESK_ADDRESS (127.0.0.1:8700) with the key in NIGHTDESK_API_KEY; "
        "both may stand in `.env`.",
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    app.command("up", rich_help_panel=SERVER)(up.up)
    app.command("serve", rich_help_panel=SERVER)(serve.serve)
    app.command("workbench", rich_help_panel=SERVER)(serve.workbench)
    app.command("demo", rich_help_panel=SERVER)(serve.demo)
    app.command("doctor", rich_help_panel=SERVER)(doctor.doctor)
    app.command("ingest", rich_help_panel=KNOWLEDGE)(ingest.ingest)
    app.command("search", rich_help_panel=KNOWLEDGE)(search.search)
    app.add_typer(documents.app, name="documents", rich_help_panel=KNOWLEDGE)
    app.add_typer(index.app, name="index", rich_help_panel=KNOWLEDGE)
    app.command("chat", rich_help_panel=ANSWERS)(chat.chat)
    app.add_typer(rails.app, name="rails", rich_help_panel=ANSWERS)
    app.add_typer(prompts.app, name="prompts", rich_help_panel=ANSWERS)
    app.add_typer(evaluate.app, name="eval", rich_help_panel=ANSWERS)
    app.add_typer(turns.app, name="turns", rich_help_panel=OPERATE)
    app.add_typer(routes.app, name="routes", rich_help_panel=OPERATE)
    app.add_typer(budgets.app, name="budgets", rich_help_panel=OPERATE)
    app.command("spend", rich_help_panel=OPERATE)(spend.spend)
    app.add_typer(keys.app, name="keys", rich_help_panel=OPERATE)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"nightdesk {version('nightdesk')}")
        raise typer.Exit


def _root(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
