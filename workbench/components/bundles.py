"""Prompt versions' bundles: what differs between two, and a form to make another one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from nightdesk.v1 import prompt_pb2
from workbench.components.difference import word_difference
from workbench.components.formatting import NOTHING

PARAMETERS = (
    "route",
    "temperature",
    "max_output_tokens",
    "retrieval_limit",
    "vector_weight",
    "answerability_floor",
    "history_turns",
)


def parameter_value(bundle: prompt_pb2.PromptBundle, name: str) -> str:
    """One parameter as text; an absent temperature is the provider's default."""
    if name == "temperature" and not bundle.HasField("temperature"):
        return "provider's default"
    return str(getattr(bundle, name))


def _threshold(bundle: prompt_pb2.PromptBundle, rail: str) -> str:
    return str(bundle.rail_thresholds[rail]) if rail in bundle.rail_thresholds else NOTHING


def parameter_table(left: prompt_pb2.PromptBundle, right: prompt_pb2.PromptBundle) -> pd.DataFrame:
    """Every parameter of both bundles, rail thresholds included."""
    rows = [(name, parameter_value(left, name), parameter_value(right, name)) for name in PARAMETERS]
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


def bundle_form(base: prompt_pb2.PromptVersion) -> tuple[prompt_pb2.PromptBundle, str] | None:
    """A form filled in from `base`. The bundle and its description once it is sent, else None."""
    bundle = base.bundle
    with st.form(f"bundle-{base.version}", border=True):
        template = st.text_area("Template", bundle.template, height=280, help="{product} and {context} are replaced.")
        first, second, third, fourth = st.columns(4)
        route = first.text_input("Route", bundle.route)
        temperature = second.number_input(
            "Temperature",
            0.0,
            2.0,
            bundle.temperature if bundle.HasField("temperature") else None,
            placeholder="provider's default",
        )
        max_tokens = third.number_input("Output tokens at most", 1, 32_768, bundle.max_output_tokens)
        history = fourth.number_input("Earlier turns the model sees", 0, 50, bundle.history_turns)
        limit = first.number_input("Passages for the model", 1, 50, bundle.retrieval_limit)
        weight = second.number_input("Weight of vector similarity", 0.0, 1.0, bundle.vector_weight, step=0.05)
        floor = third.number_input("Answerability floor", 0.0, 1.0, bundle.answerability_floor, step=0.05)
        thresholds = _threshold_editor(bundle)
        description = st.text_input("Description", placeholder="Why this version is made", max_chars=2000)
        if not st.form_submit_button("Make the version", type="primary"):
            return None
    made = prompt_pb2.PromptBundle(
        template=template,
        route=route,
        temperature=temperature,
        max_output_tokens=max_tokens,
        retrieval_limit=limit,
        vector_weight=weight,
        answerability_floor=floor,
        history_turns=history,
        rail_thresholds=thresholds,
    )
    return made, description


def _threshold_editor(bundle: prompt_pb2.PromptBundle) -> dict[str, float]:
    """Rails with thresholds of their own; rows without a name or a number are left out."""
    st.caption("Rail thresholds that differ from guardrails_config")
    rows = pd.DataFrame(sorted(bundle.rail_thresholds.items()), columns=["rail", "threshold"])
    edited = st.data_editor(
        rows.astype({"rail": "string", "threshold": "float"}),
        num_rows="dynamic",
        hide_index=True,
        alt="Rail thresholds",
        column_config={"threshold": st.column_config.NumberColumn(min_value=0.0, max_value=1.0, step=0.01)},
    ).dropna()
    return {str(rail): float(threshold) for rail, threshold in zip(edited["rail"], edited["threshold"], strict=True)}
