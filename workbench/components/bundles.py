"""What differs between two prompt versions' bundles."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from nightdesk.v1 import common_pb2, prompt_pb2
from workbench.components.difference import word_difference
from workbench.components.formatting import NOTHING

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
    """Every parameter of both bundles, weights of kinds and rail thresholds included."""
    rows = [(name, parameter_value(left, name), parameter_value(right, name)) for name in PARAMETERS]
    rows += [(f"kind weight: {kind}", str(kind_weight(left, kind)), str(kind_weight(right, kind))) for kind in KINDS]
    rails = sorted({*left.rail_thresholds, *right.rail_thresholds})
    rows += [(f"rail threshold: {rail}", _threshold(left, rail), _threshold(right, rail)) for rail in rails]
    frame = pd.DataFrame(rows, columns=["parameter", "A", "B"])
    frame["differs"] = frame["A"] != frame["B"]
    return frame


def split_difference(left: prompt_pb2.PromptBundle, right: prompt_pb2.PromptBundle) -> None:
    """Both templates side by side with their differing words marked, and the parameters beneath."""
    for column, side, text in zip(
        st.columns(2, gap="medium"), "AB", word_difference(left.template, right.template), strict=True
    ):
        with column.container(border=True):
            st.caption(f"Template of {side}")
            st.html(text)
    st.dataframe(parameter_table(left, right), hide_index=True, alt="Parameters of both versions")
