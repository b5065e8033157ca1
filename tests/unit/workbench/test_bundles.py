"""Two bundles' parameters side by side."""

from __future__ import annotations

from nightdesk.v1 import common_pb2, prompt_pb2
from tests.twins.model_operations import routing
from workbench.components.bundles import parameter_table


def test_every_parameter_that_differs_is_marked_and_a_kind_without_a_weight_weighs_1() -> None:
    left = prompt_pb2.PromptBundle(recency_half_life_days=180, kind_weights={"faq": 1.0})
    right = prompt_pb2.PromptBundle(
        recency_half_life_days=30,
        recency_weight=0.5,
        rerank=True,
        search_question=common_pb2.SEARCH_QUESTION_SOURCE_MESSAGE,
        kind_weights={"ticket": 0.5},
    )

    rows = parameter_table(left, right).set_index("parameter")

    assert set(rows.index[rows["differs"]]) == {
        "recency half life days",
        "recency weight",
        "rerank",
        "search question",
        "kind weight: ticket",
    }
    assert rows.loc["search question", "B"] == "the message alone"


def test_routings_and_examples_are_compared_part_by_part() -> None:
    left = prompt_pb2.PromptBundle(routing=routing())
    right = prompt_pb2.PromptBundle(routing=routing(), examples=[prompt_pb2.Example(question="Trial?", answer="Yes.")])
    right.routing.rules[1].max_question_tokens = 60

    rows = parameter_table(left, right).set_index("parameter")

    assert rows["differs"].tolist() == sorted(rows["differs"], reverse=True)
    assert set(rows.index[rows["differs"]]) == {"routing: rule easy", "example 1"}
    assert rows.loc["routing: rule easy", "B"].startswith("2. question of at most 60 tokens")
    assert rows.loc["example 1"].tolist()[:2] == ["—", "Trial? → Yes."]
