"""`nightdesk keys`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from cli.errors import CliError

KEY_BYTES = 32

app = typer.Typer(help="Make API keys, and the key that originals are encrypted with.")


class Role(StrEnum):
    SERVICE = "service"
    REVIEWER = "reviewer"
    ENGINEER = "engineer"
    ADMIN = "admin"


@app.callback()
def _keys() -> None:
    """Make keys."""


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


@app.command()
def new_originals_key(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a random key for NIGHTDESK_ORIGINALS_KEY, with which turns are kept as they were before masking.

    Needs no server. To change keys, put the new one before the old one with a comma between them, and take the old one
    away after NIGHTDESK_ORIGINALS_HOURS.
    """
    import base64
    import secrets

    key = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    typer.echo(json.dumps({"key": key}) if as_json else f"NIGHTDESK_ORIGINALS_KEY={key}")
