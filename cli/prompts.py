"""`nightdesk prompts`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import CliError

if TYPE_CHECKING:
    from nightdesk.v1.prompt_pb2 import PromptVersion

app = typer.Typer(help="Make, compare and label prompt versions.")

AsJson = Annotated[bool, typer.Option("--json", help="Print protobuf JSON, one line a prompt version.")]
Version = Annotated[str, typer.Argument(help="A number or a label, for example 3 or production.")]


class SearchQuestion(StrEnum):
    """The most that may go into the search question."""

    MESSAGE = "message"
    CONVERSATION = "conversation"
    MODEL = "model"


@app.command("list")
def list_versions(as_json: AsJson = False) -> None:
    """List the prompt versions, newest first."""
    from rich.markup import escape
    from rich.table import Table

    from cli.output import console, echo_json, when
    from cli.paging import take
    from nightdesk import Client
    from nightdesk.v1 import prompt_pb2

    table = Table("version", "labels", "description", "author", "made", "hash")
    with Client() as client:

        def fetch(page_size: int, token: str) -> tuple[Iterable[PromptVersion], str]:
            request = prompt_pb2.ListPromptVersionsRequest(page_size=page_size, page_token=token)
            page = client.call(client.prompts.ListPromptVersions, request)
            return page.prompt_versions, page.next_page_token

        for one in take(fetch, 0):
            if as_json:
                echo_json(one)
                continue
            labels, made = ", ".join(one.labels), when(one.create_time)
            table.add_row(
                str(one.version), labels, escape(one.description), escape(one.author), made, one.content_hash[:12]
            )
    if not as_json:
        console().print(table)


@app.command()
def show(version: Version = "production", as_json: AsJson = False) -> None:
    """Show one prompt version with its template and parameters."""
    from cli.output import echo_json
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import prompt_pb2

    with Client() as client:
        request = prompt_pb2.GetPromptVersionRequest(prompt_version=checked(version, "The version"))
        found = client.call(client.prompts.GetPromptVersion, request).prompt_version
    if as_json:
        echo_json(found)
    else:
        from cli.prompts_view import print_version

        print_version(found)


@app.command()
def diff(
    from_version: Annotated[str, typer.Argument(metavar="FROM", help="A number or a label.")],
    to_version: Annotated[str, typer.Argument(metavar="TO", help="A number or a label.")],
) -> None:
    """Print what differs between two prompt versions, as a unified diff."""
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import prompt_pb2

    with Client() as client:
        request = prompt_pb2.DiffPromptVersionsRequest(
            from_prompt_version=checked(from_version, "FROM"), to_prompt_version=checked(to_version, "TO")
        )
        typer.echo(client.call(client.prompts.DiffPromptVersions, request).unified_diff, nl=False)


@app.command()
def create(
    base: Annotated[
        str, typer.Option("--from", help="The version whose bundle it starts from; the options below change it.")
    ] = "production",
    template: Annotated[Path | None, typer.Option(help="A file with the system instruction.", metavar="FILE")] = None,
    description: Annotated[str, typer.Option(help="Why it is made.")] = "",
    route: Annotated[
        str | None, typer.Option(help="A route of the server's settings, instead of a routing that there is.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(min=0, max=2, help="Of the generation.")] = None,
    max_output_tokens: Annotated[int | None, typer.Option(min=1, max=32768, help="Length of an answer.")] = None,
    retrieval_limit: Annotated[int | None, typer.Option(min=1, max=50, help="Chunks that go to the model.")] = None,
    vector_weight: Annotated[
        float | None, typer.Option(min=0, max=1, help="Weight of vector similarity against text search.")
    ] = None,
    answerability_floor: Annotated[
        float | None, typer.Option(min=0, max=1, help="Below it the answer is “I don't know”.")
    ] = None,
    history_turns: Annotated[int | None, typer.Option(min=0, max=50, help="Earlier turns that the model sees.")] = None,
    rail_thresholds: Annotated[
        list[str] | None,
        typer.Option("--rail-threshold", metavar="RAIL=SCORE", help="A rail's own threshold, 0 to 1; repeatable."),
    ] = None,
    kind_weights: Annotated[
        list[str] | None,
        typer.Option(
            "--kind-weight", metavar="KIND=WEIGHT", help="What scores of doc, faq or ticket are multiplied by, 0 to 2."
        ),
    ] = None,
    recency_weight: Annotated[
        float | None, typer.Option(min=0, max=1, help="The share of a score that age takes away in the end.")
    ] = None,
    recency_half_life_days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Days after which age has taken half of that.")
    ] = None,
    rerank: Annotated[
        bool | None, typer.Option("--rerank/--no-rerank", help="Let the reranker put the best candidates in order.")
    ] = None,
    search_question: Annotated[
        SearchQuestion | None, typer.Option(help="The most that may go into the search question.")
    ] = None,
    routing: Annotated[
        Path | None,
        typer.Option(help="A file with a routing in the contract's JSON, instead of the route.", metavar="FILE"),
    ] = None,
    examples: Annotated[
        Path | None,
        typer.Option(help="JSON lines of question and answer, in place of the examples there are.", metavar="FILE"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the next prompt version. An identical bundle gives back the version that already holds it."""
    from cli.output import echo_json
    from cli.routing_files import read_examples, read_routing, read_text
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import common_pb2, prompt_pb2

    changes = {
        "template": read_text(template) if template else None,
        "route": route,
        "temperature": temperature,
        "max_output_tokens": max_output_tokens,
        "retrieval_limit": retrieval_limit,
        "vector_weight": vector_weight,
        "answerability_floor": answerability_floor,
        "history_turns": history_turns,
        "recency_weight": recency_weight,
        "recency_half_life_days": recency_half_life_days,
        "rerank": rerank,
        "search_question": common_pb2.SearchQuestionSource.Value(f"SEARCH_QUESTION_SOURCE_{search_question.name}")
        if search_question
        else None,
    }
    thresholds = dict(_named_number("--rail-threshold RAIL=SCORE", text) for text in rail_thresholds or ())
    weights = dict(_named_number("--kind-weight KIND=WEIGHT", text) for text in kind_weights or ())
    new_routing = read_routing(routing) if routing else None
    new_examples = read_examples(examples) if examples else None
    with Client() as client:
        request = prompt_pb2.GetPromptVersionRequest(prompt_version=checked(base, "--from"))
        bundle = client.call(client.prompts.GetPromptVersion, request).prompt_version.bundle
        for name, value in changes.items():
            if value is not None:
                setattr(bundle, name, value)
        bundle.rail_thresholds.update(thresholds)
        bundle.kind_weights.update(weights)
        if new_routing is not None:
            bundle.routing.CopyFrom(new_routing)
        elif route is not None:
            bundle.ClearField("routing")
        if new_examples is not None:
            bundle.ClearField("examples")
            bundle.examples.extend(new_examples)
        wanted = prompt_pb2.CreatePromptVersionRequest(
            bundle=bundle, description=checked(description, "The description")
        )
        made = client.call(client.prompts.CreatePromptVersion, wanted).prompt_version
    if as_json:
        echo_json(made)
    else:
        typer.echo(f"prompt version {made.version}")


@app.command()
def label(
    name: Annotated[str, typer.Argument(metavar="LABEL", help="For example production or staging.")],
    version: Annotated[int, typer.Argument(min=1, help="The version that it is to point at.")],
) -> None:
    """Point a label at a prompt version. “production” is what customers get."""
    from cli.texts import checked
    from nightdesk import Client
    from nightdesk.v1 import prompt_pb2

    with Client() as client:
        request = prompt_pb2.SetPromptLabelRequest(label=checked(name, "LABEL"), version=version)
        moved = client.call(client.prompts.SetPromptLabel, request).prompt_version
    typer.echo(f"{name} → prompt version {moved.version}")


def _named_number(option: str, text: str) -> tuple[str, float]:
    """The name and the number of "NAME=NUMBER". `option` is the option's name and form."""
    name, _, number = text.rpartition("=")
    try:
        return name, float(number)
    except ValueError:
        flag, form = option.split()
        raise CliError(f"{flag} {text!r} is not {form}.", exit_code=2) from None
