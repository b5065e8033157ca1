"""What differs between two prompt versions' bundles."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from nightdesk.routings import chain_in_words, conditions_in_words
from nightdesk.v1 import common_pb2, prompt_pb2
from workbench.components.difference import word_difference
from workbench.components.formatting import NOTHING, words

PARAMETERS = (
    "route",
    "temperature",
    "max_output_tokens",
    "retrieval_limit",
    "vector_weight",
    "recency_weight",
    "recency_half_life_days",
    "rerank",
    "search_question",
    "answerability_floor",
    "history_turns",
)
KINDS = ("doc", "faq", "ticket")
SEARCH_QUESTIONS: dict[common_pb2.SearchQuestionSource.ValueType, str] = {
    common_pb2.SEARCH_QUESTION_SOURCE_UNSPECIFIED: "the server's choice",
    common_pb2.SEARCH_QUESTION_SOURCE_MESSAGE: "the message alone",
    common_pb2.SEARCH_QUESTION_SOURCE_CONVERSATION: "words of the conversation",
    common_pb2.SEARCH_QUESTION_SOURCE_MODEL: "a model's words",
}
"""The most that may go into the search question, as people choose it."""


def parameter_value(bundle: prompt_pb2.PromptBundle, name: str) -> str:
    """One parameter as text; an absent temperature is the provider's default."""
    if name == "temperature" and not bundle.HasField("temperature"):
        return "provider's default"
    if name == "search_question":
        return SEARCH_QUESTIONS.get(bundle.search_question, str(bundle.search_question))
    return str(getattr(bundle, name))


def kind_weight(bundle: prompt_pb2.PromptBundle, kind: str) -> float:
    """1 where the bundle says nothing of the kind."""
    return bundle.kind_weights.get(kind, 1.0)


def _threshold(bundle: prompt_pb2.PromptBundle, rail: str) -> str:
    return str(bundle.rail_thresholds[rail]) if rail in bundle.rail_thresholds else NOTHING


def parameter_table(left: prompt_pb2.PromptBundle, right: prompt_pb2.PromptBundle) -> pd.DataFrame:
    """Every parameter of both bundles, those that differ first.

    Weights of kinds, rail thresholds, routings and examples are among them.
    """
    rows = [(words(name), parameter_value(left, name), parameter_value(right, name)) for name in PARAMETERS]
    rows += [(f"kind weight: {kind}", str(kind_weight(left, kind)), str(kind_weight(right, kind))) for kind in KINDS]
    rails = sorted({*left.rail_thresholds, *right.rail_thresholds})
    rows += [(f"rail threshold: {rail}", _threshold(left, rail), _threshold(right, rail)) for rail in rails]
    rows += _both(_routing_parts(left), _routing_parts(right)) + _both(_example_parts(left), _example_parts(right))
    frame = pd.DataFrame(rows, columns=["parameter", "A", "B"])
    frame["differs"] = frame["A"] != frame["B"]
    return frame.sort_values("differs", ascending=False, kind="stable", ignore_index=True)


def _both(left: dict[str, str], right: dict[str, str]) -> list[tuple[str, str, str]]:
    """A row a name that either side has."""
    return [(name, left.get(name, NOTHING), right.get(name, NOTHING)) for name in dict.fromkeys([*left, *right])]


def _routing_parts(bundle: prompt_pb2.PromptBundle) -> dict[str, str]:
    """A routing in words by its parts; empty where the route decides."""
    if not bundle.HasField("routing"):
        return {}
    routing = bundle.routing
    parts = {"routing: chain": chain_in_words(routing.chain)}
    parts["routing: past a soft limit"] = chain_in_words(routing.economy_chain)
    if routing.HasField("hedge_after"):
        parts["routing: next asked after"] = f"{routing.hedge_after.ToTimedelta().total_seconds():g} s"
    for place, rule in enumerate(routing.rules, start=1):
        parts[f"routing: rule {rule.name}"] = f"{place}. {conditions_in_words(rule)} → {chain_in_words(rule.chain)}"
    return parts


def _example_parts(bundle: prompt_pb2.PromptBundle) -> dict[str, str]:
    return {f"example {place}": f"{one.question} → {one.answer}" for place, one in enumerate(bundle.examples, start=1)}


def split_difference(left: prompt_pb2.PromptBundle, right: prompt_pb2.PromptBundle) -> None:
    """Both templates side by side with their differing words marked, and the parameters beneath."""
    for column, side, text in zip(
        st.columns(2, gap="medium"), "AB", word_difference(left.template, right.template), strict=True
    ):
        with column.container(border=True):
            st.caption(f"Template of {side}")
            st.html(text)
    wide = st.column_config.TextColumn(width=290)
    st.dataframe(
        parameter_table(left, right),
        hide_index=True,
        height="content",
        alt="Parameters of both versions",
        column_config={
            "parameter": st.column_config.TextColumn(width=170),
            "A": wide,
            "B": wide,
            "differs": st.column_config.CheckboxColumn(width=60),
        },
    )
