"""Shows a prompt version."""

from __future__ import annotations

import typer

from cli.output import enum_word, when
from cli.routes_view import routing_lines
from nightdesk.v1 import common_pb2
from nightdesk.v1.prompt_pb2 import PromptBundle, PromptVersion


def print_version(found: PromptVersion) -> None:
    bundle = found.bundle
    typer.echo(f"prompt version {found.version}  {', '.join(found.labels)}")
    typer.echo(f"made {when(found.create_time)} by {found.author}: {found.description}")
    typer.echo(f"hash {found.content_hash}")
    temperature = f"{bundle.temperature:g}" if bundle.HasField("temperature") else "the provider's default"
    route = "routing of its own" if bundle.HasField("routing") else f"route {bundle.route}"
    typer.echo(f"{route}, temperature {temperature}, at most {bundle.max_output_tokens} output tokens")
    if bundle.HasField("routing"):
        for line in routing_lines(bundle.routing):
            typer.echo(f"  {line}")
    typer.echo(
        f"{bundle.retrieval_limit} chunks, vector weight {bundle.vector_weight:g}, "
        f"answerability floor {bundle.answerability_floor:g}, {bundle.history_turns} earlier turns"
    )
    typer.echo(", ".join(_search_parts(bundle)))
    for rail, threshold in sorted(bundle.rail_thresholds.items()):
        typer.echo(f"rail “{rail}” from {threshold:g}")
    typer.echo(f"\n{bundle.template}")
    for example in bundle.examples:
        typer.echo(f"\nexample: {example.question}\n{example.answer}")


def _search_parts(bundle: PromptBundle) -> list[str]:
    source = (
        "model"
        if not bundle.search_question
        else enum_word(common_pb2.SearchQuestionSource.DESCRIPTOR, bundle.search_question)
    )
    parts = [f"search question from at most the {source}"]
    parts += [f"{kind} weighs {weight:g}" for kind, weight in sorted(bundle.kind_weights.items())]
    if bundle.recency_weight:
        parts.append(f"age takes {bundle.recency_weight:g}, half of it in {bundle.recency_half_life_days} days")
    return [*parts, "reranked"] if bundle.rerank else parts
