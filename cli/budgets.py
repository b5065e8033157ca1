"""`nightdesk budgets`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import CliError

if TYPE_CHECKING:
    from nightdesk.v1.common_pb2 import Money

app = typer.Typer(help="See and set how much may be spent on models, by the tenant or by one of its keys.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON line a budget.")]


class Period(StrEnum):
    """Calendar periods, UTC."""

    DAY = "day"
    MONTH = "month"


@app.command("list")
def list_budgets(as_json: AsJson = False) -> None:
    """List the budgets with what is spent and reserved in their current period."""
    from cli.output import console, echo_json
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    with Client() as client:
        found = client.call(client.operations.ListBudgets, operations_pb2.ListBudgetsRequest()).budgets
    if not as_json:
        from cli.budgets_view import print_budgets

        print_budgets(found, console())
        return
    for budget in found:
        echo_json(budget)


@app.command("set")
def set_budget(
    period: Annotated[Period, typer.Option(help="A calendar day or month, UTC.")],
    soft: Annotated[
        str | None, typer.Option(help="Dollars from which on turns take their economy chain.", metavar="DOLLARS")
    ] = None,
    hard: Annotated[
        str | None, typer.Option(help="Dollars that no call may pass; turns are then refused.", metavar="DOLLARS")
    ] = None,
    key: Annotated[str, typer.Option(help="The name of an API key; without one, all that the tenant spends.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a budget, or change the limits of the one that there is. A limit that is left out is none.

    Amounts are dollars with up to nine decimals, taken exactly as they are written.
    """
    from cli.output import echo_json
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    if soft is None and hard is None:
        raise CliError("Neither --soft nor --hard is given.", fix="`budgets delete` removes a budget.", exit_code=2)
    budget = operations_pb2.Budget(
        key=checked(key, "--key"),
        period=operations_pb2.BudgetPeriod.Value(f"BUDGET_PERIOD_{period.name}"),
        soft_limit=_money(soft, "--soft"),
        hard_limit=_money(hard, "--hard"),
    )
    with Client() as client:
        request = operations_pb2.SetBudgetRequest(budget=budget)
        made = client.call(client.operations.SetBudget, request).budget
    if as_json:
        echo_json(made)
    else:
        from cli.budgets_view import budget_line

        typer.echo(budget_line(made))


@app.command()
def delete(
    budget_id: Annotated[str, typer.Argument(metavar="BUDGET", help="The id that `budgets list` shows.")],
) -> None:
    """Delete a budget: nothing limits what it limited, but for other budgets."""
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import operations_pb2

    with Client() as client:
        request = operations_pb2.DeleteBudgetRequest(budget_id=checked(budget_id, "The budget's id"))
        client.call(client.operations.DeleteBudget, request)
    typer.echo(f"deleted {budget_id}")


def _money(text: str | None, option: str) -> Money | None:
    from cli.amounts import nanos
    from nightdesk.v1 import common_pb2

    return None if text is None else common_pb2.Money(currency_code="USD", nanos=nanos(text, option))
