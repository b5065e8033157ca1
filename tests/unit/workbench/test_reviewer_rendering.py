"""A turn as the reviewers' demo shows it."""

from __future__ import annotations

from nightdesk.v1 import chat_pb2, common_pb2
from workbench.reviewer.rendering import answer_markdown, citations_html, facts_html, safe_markdown, verdicts_html
from workbench.reviewer.turn_view import TurnView

CITATION = common_pb2.Citation(
    chunk_id="refunds#1",
    document_id="refunds",
    title="Refunds",
    uri="javascript:alert(1)",
    text="Card refunds take <b>5</b> business days.",
    score=0.875,
    number=1,
)


def turn(*events: chat_pb2.ChatResponse) -> TurnView:
    view = TurnView()
    for event in events:
        view.apply(event)
    return view


def completed(**fields: object) -> chat_pb2.ChatResponse:
    return chat_pb2.ChatResponse(turn_id="turn_1", completed=chat_pb2.TurnCompleted(**fields))  # type: ignore[arg-type]


def test_an_answer_grows_delta_by_delta_and_the_completed_one_counts() -> None:
    view = turn(
        chat_pb2.ChatResponse(turn_id="turn_1", started=chat_pb2.TurnStarted(conversation_id="conv_1")),
        chat_pb2.ChatResponse(turn_id="turn_1", delta=chat_pb2.AnswerDelta(text="Five ")),
        chat_pb2.ChatResponse(turn_id="turn_1", delta=chat_pb2.AnswerDelta(text="days")),
    )
    assert (view.answer, view.conversation_id) == ("Five days", "conv_1")

    view.apply(completed(answer="Five days. [1]", finish_reason=common_pb2.FINISH_REASON_ANSWERED))
    assert answer_markdown(view) == "Five days. [1]"


def test_a_refusal_says_so_above_its_text() -> None:
    view = turn(
        completed(
            answer="I can't help with that.",
            finish_reason=common_pb2.FINISH_REASON_REFUSED,
            refusal_category="prompt_injection",
        )
    )

    assert answer_markdown(view) == "**Refused: prompt injection**\n\nI can't help with that."
    assert "refused" in facts_html(view)


def test_neither_markup_nor_pictures_come_through() -> None:
    assert safe_markdown("<img src=x> ![a](http://b.example/c)") == "&lt;img src=x> \\![a](http://b.example/c)"


def test_a_citation_shows_score_and_mark_and_no_link_that_runs_code() -> None:
    found = chat_pb2.ChatResponse(citations=chat_pb2.CitationsFound(citations=[CITATION]))
    view = turn(found, completed(citation_ids=["refunds#1"]))

    html = citations_html(view)

    assert "0.88" in html
    assert ">cited<" in html
    assert "javascript:" not in html
    assert "&lt;b&gt;5&lt;/b&gt;" in html


def test_what_was_searched_for_is_shown_with_its_origin() -> None:
    found = chat_pb2.CitationsFound(
        search_question="How long is <it>?",
        search_question_source=common_pb2.SEARCH_QUESTION_SOURCE_MODEL,
        index_version="v7",
    )

    html = facts_html(turn(chat_pb2.ChatResponse(citations=found), completed()))

    assert "How long is &lt;it&gt;?<br><small>written by a model from the conversation</small>" in html
    assert "<dd>v7</dd>" in html


def test_an_unpriced_turn_is_not_free() -> None:
    assert "<dd>unpriced</dd>" in facts_html(turn(completed(finish_reason=common_pb2.FINISH_REASON_ANSWERED)))


def test_a_block_names_its_rail_and_score() -> None:
    verdict = common_pb2.RailVerdict(
        rail="prompt injection",
        direction=common_pb2.RAIL_DIRECTION_INPUT,
        verdict=common_pb2.VERDICT_BLOCK,
        score=0.97,
        threshold=0.8,
    )

    html = verdicts_html(turn(chat_pb2.ChatResponse(rail_verdict=verdict)))

    assert "block" in html
    assert "<strong>prompt injection</strong> on input, score 0.97, threshold 0.80" in html


def test_route_switch_cache_and_calls_are_told_and_cannot_become_markup() -> None:
    switch = chat_pb2.RouteSwitched(from_model="<a>", to_model="b", reason="timed_out", mid_stream=True)
    hit = chat_pb2.CacheHit(kind=common_pb2.CACHE_KIND_SEMANTIC, turn_id="turn_0", similarity=0.97)
    decision = chat_pb2.RouteDecision(rule="easy", chain=["<a>", "b"], reason="question_tokens 3 <= 40")
    call = common_pb2.Usage(deployment="<a>", model="m", purpose="judge", outcome="timed_out", output_tokens=5)
    view = turn(
        chat_pb2.ChatResponse(route_switched=switch),
        completed(cache_hit=hit, route_decision=decision, usage=[call]),
    )

    html = facts_html(view)

    assert "the prompt version&#x27;s routing, easy: &lt;a&gt;, then b" in html
    assert "question_tokens 3 &lt;= 40" in html
    assert "&lt;a&gt; → b, which goes on with the answer: timed out" in html
    assert "answered before, at no cost but what is unpriced for its judges (semantic, similarity 0.970)" in html
    assert "&lt;a&gt; (m) for the judge: 0 in, 5 out, unpriced, timed out" in html
    assert "<a>" not in html
