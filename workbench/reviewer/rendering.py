"""A turn as safe HTML for the demo's panels, and its answer as safe Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from nightdesk.routings import chain_in_words
from nightdesk.turns import repeat_cost, switch_in_words
from nightdesk.v1 import chat_pb2, common_pb2
from workbench.components.formatting import (
    breadcrumb,
    cache_kind,
    direction,
    document_kind,
    duration,
    exact_cost,
    finish_reason,
    flag_note,
    search_question_source,
    seconds,
    verdict,
    web_link,
    words,
)
from workbench.reviewer.turn_view import TurnView

EXCERPT = 420
"""Characters of a passage that are shown at once."""
_EMPTY = '<p class="nd-empty">{}</p>'
_BLANK_LINES = re.compile(r"\n\s*\n")
_IMAGE = re.compile(r"!(?=\[)")


def safe_markdown(text: str) -> str:
    """`text` as Markdown without HTML and without images: a picture's address could carry the conversation away."""
    return _IMAGE.sub(r"\\!", text.replace("<", "&lt;"))


def answer_markdown(view: TurnView) -> str:
    """The answer so far, headed by how the turn ended where that was not a plain answer."""
    text = safe_markdown(view.answer)
    if view.completed is None:
        return text
    outcome = finish_reason(view.completed.finish_reason)
    if outcome == "answered":
        return text
    category = f": {words(view.completed.refusal_category)}" if view.completed.refusal_category else ""
    return f"**{outcome.capitalize()}{category}**\n\n{text}"


def panels(view: TurnView) -> tuple[str, str, str]:
    """The three panels beside the conversation: the last turn's facts, its rail verdicts, its citations."""
    return (
        _panel("Last turn", facts_html(view)),
        _panel("Rail verdicts", verdicts_html(view)),
        _panel("Citations", citations_html(view)),
    )


def citations_html(view: TurnView) -> str:
    """Every passage with score, place and excerpt; the cited ones are marked, the others' excerpts folded away."""
    if not view.citations:
        return _EMPTY.format("No passage was shown to the model." if view.completed else "Ask something first.")
    cited = view.cited
    return "".join(_citation(citation, citation.chunk_id in cited) for citation in view.citations)


def verdicts_html(view: TurnView) -> str:
    """What the rails objected to."""
    rows = [_verdict(item) for item in view.verdicts]
    if rows:
        return f'<ul class="nd-list">{"".join(rows)}</ul>'
    return _EMPTY.format("No rail objected." if view.completed else "Ask something first.")


def facts_html(view: TurnView) -> str:
    """How the last turn ended, on which prompt version, how long it took and what it cost."""
    done = view.completed
    if done is None:
        return _EMPTY.format("The turn is running." if view.turn_id else "Ask something first.")
    outcome = finish_reason(done.finish_reason)
    category = f" over {html.escape(words(done.refusal_category))}" if done.refusal_category else ""
    facts = [
        ("Outcome", f"{_badge(outcome, outcome)}{category}"),
        ("Prompt version", f"v{done.prompt_version}"),
        *_searched(view),
        *_route(view),
        ("Cost", html.escape(exact_cost(done))),
        ("Model calls", _models(done.usage)),
        ("Timings", " · ".join(f"{words(item.stage)} {duration(seconds(item.duration))}" for item in done.timings)),
        ("A person should take over", "yes" if done.hand_over else "no"),
        ("Turn", f"<code>{html.escape(view.turn_id)}</code>"),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    return f'<dl class="nd-facts">{rows}</dl>'


def _panel(title: str, body: str) -> str:
    return f'<section class="nd-panel" aria-label="{title}"><h2>{title}</h2>{body}</section>'


def _searched(view: TurnView) -> list[tuple[str, str]]:
    if not view.search_question:
        return []
    made_from = search_question_source(view.search_question_source)
    return [
        ("Searched for", f"{html.escape(view.search_question)}<br><small>{made_from}</small>"),
        ("Index", html.escape(view.index_version)),
    ]


def _route(view: TurnView) -> list[tuple[str, str]]:
    """Why these models were to answer, who took over, and whose answer was given again."""
    facts = []
    done = view.completed
    if done is not None and done.HasField("route_decision"):
        decision = done.route_decision
        where = f"route {decision.route}" if decision.route else "the prompt version's routing"
        told = f"{where}, {decision.rule}: {chain_in_words(decision.chain)}"
        reason = f"<br><small>{html.escape(decision.reason)}</small>" if decision.reason else ""
        facts.append(("Route", html.escape(told) + reason))
    if view.switches:
        facts.append(("Switched", "<br>".join(map(_switch, view.switches))))
    if done is not None and done.HasField("cache_hit"):
        hit = done.cache_hit
        alike = f", similarity {hit.similarity:.3f}" if hit.kind == common_pb2.CACHE_KIND_SEMANTIC else ""
        told = f"answered before, {repeat_cost(done.usage)} ({cache_kind(hit.kind)}{alike})"
        first = f"<br><small>first in turn <code>{html.escape(hit.turn_id)}</code></small>"
        facts.append(("Cache", f"{_badge('cache', 'answered')} {told}{first}"))
    return facts


def _switch(item: chat_pb2.RouteSwitched) -> str:
    told = f"{switch_in_words(item)}: {words(item.reason)}"
    return f"{_badge('switched', 'degraded')} {html.escape(told)}"


def _models(usage: Iterable[common_pb2.Usage]) -> str:
    """A call a line, failed ones too: where, for what, its tokens and its cost."""
    return "<br>".join(map(_call, usage)) or "none"


def _call(call: common_pb2.Usage) -> str:
    name = call.deployment if call.deployment in ("", call.model) else f"{call.deployment} ({call.model})"
    purpose = "" if call.purpose in ("", "answer") else f" for the {words(call.purpose)}"
    outcome = "" if call.outcome in ("", "ok") else f", {words(call.outcome)}"
    read = call.uncached_input_tokens + call.cache_read_tokens + call.cache_write_tokens
    counts = f"{read:,} in, {call.output_tokens + call.reasoning_tokens:,} out"
    estimated = " estimated" if call.estimated else ""
    return html.escape(f"{name or call.model}{purpose}: {counts}{estimated}, {exact_cost(call)}{outcome}")


def _citation(citation: common_pb2.Citation, cited: bool) -> str:
    place = html.escape(breadcrumb(citation.title, citation.heading_path))
    link = web_link(citation.uri)
    if link:
        place = f'<a href="{html.escape(link)}" target="_blank" rel="noopener noreferrer">{place}</a>'
    return (
        f'<details class="nd-citation{" nd-cited" if cited else ""}"{" open" if cited else ""}>'
        f'<summary><span class="nd-score" title="retrieval score, 0 to 1">{citation.score:.2f}</span>'
        f"<strong>[{citation.number}]</strong> {place} {_badge('cited', 'answered') if cited else ''}</summary>"
        f"<p>{html.escape(_excerpt(citation.text))}</p>"
        f"<footer>{document_kind(citation.kind)} · {html.escape(citation.document_id)}</footer></details>"
    )


def _verdict(item: common_pb2.RailVerdict) -> str:
    decision = verdict(item.verdict)
    category = f": {html.escape(words(item.category))}" if item.category else ""
    score = f", score {item.score:.2f}, threshold {item.threshold:.2f}" if item.threshold else ""
    passed = f"<br><small>{flag_note(item)}</small>" if decision == "flag" else ""
    detail = f"<br><q>{html.escape(item.detail)}</q>" if item.detail else ""
    return (
        f"<li>{_badge(decision, decision)} <strong>{html.escape(item.rail)}</strong> "
        f"on {direction(item.direction)}{category}{score}{passed}{detail}</li>"
    )


def _badge(text: str, kind: str) -> str:
    return f'<span class="nd-badge nd-{html.escape(kind)}">{html.escape(text)}</span>'


def _excerpt(text: str) -> str:
    text = _BLANK_LINES.sub("\n", text)
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rsplit(' ', 1)[0]} …"
