"""`nightdesk doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

OK, DEGRADED, FAILED = "ok", "degraded", "failed"
STYLES = {OK: "green", DEGRADED: "yellow", FAILED: "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `fix` is empty where nothing is wrong."""

    part: str
    state: str
    detail: str
    fix: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a finding.")] = False,
) -> None:
    """Check the settings, this machine and every part of the running server, and say how to mend what is wrong.

    Ends with 1 where something is failing.
    """
    import json
    from dataclasses import asdict

    from cli.doctor_checks import check_machine, check_server, check_settings
    from cli.output import console

    findings = [*check_machine(), check_settings(), *check_server()]
    if as_json:
        for finding in findings:
            typer.echo(json.dumps(asdict(finding), ensure_ascii=False))
    else:
        console().print(_table(findings))
    if any(finding.state == FAILED for finding in findings):
        raise typer.Exit(1)


def _table(findings: list[Finding]) -> object:
    from rich.markup import escape
    from rich.table import Table

    table = Table("part", "state", "detail", "what to do")
    table.columns[2].overflow = "fold"
    for finding in findings:
        state = f"[{STYLES.get(finding.state, '')}]{finding.state}[/]" if finding.state in STYLES else finding.state
        table.add_row(finding.part, state, escape(finding.detail), escape(finding.fix))
    return table
