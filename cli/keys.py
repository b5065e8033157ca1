"""`nightdesk keys`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from cli.errors import CliError

KEY_BYTES = 32

app = typer.Typer(help="Make API keys.")


class Role(StrEnum):
    SERVICE = "service"
    REVIEWER = "reviewer"
    ENGINEER = "engineer"
    ADMIN = "admin"


@app.callback()
def _keys() -> None:
    """Make API keys."""


@app.command()
def new(
    name: Annotated[str, typer.Option(help="Who uses it, for example “shop-backend”.")],
    tenant: Annotated[str, typer.Option(help="Whose data and budget it opens.")] = "default",
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.SERVICE,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a random key and the entry of NIGHTDESK_API_KEYS that lets it in. Needs no server.

    The key is shown this once; the server keeps only its hash.
    """
    import hashlib
    import secrets

    for option, value in (("--tenant", tenant), ("--name", name)):
        if not value.strip() or ":" in value:
            raise CliError(f"{option} must not be empty nor hold a colon.", exit_code=2)
    key = f"nd-{secrets.token_urlsafe(KEY_BYTES)}"
    entry = {hashlib.sha256(key.encode()).hexdigest(): f"{tenant}:{role}:{name}"}
    if as_json:
        typer.echo(json.dumps({"key": key, "entry": entry}))
        return
    typer.echo(f"For the caller, shown this once:\n  NIGHTDESK_API_KEY={key}")
    typer.echo(f"For the server, beside NIGHTDESK_AUTH=keys:\n  NIGHTDESK_API_KEYS='{json.dumps(entry)}'")
