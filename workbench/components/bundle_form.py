"""A form to make another prompt version."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from nightdesk.v1 import prompt_pb2
from workbench.components.bundles import KINDS, SEARCH_QUESTIONS, kind_weight
from workbench.components.routing_form import example_fields, routing_fields

DEFAULT_HALF_LIFE_DAYS = 180


def bundle_form(
    base: prompt_pb2.PromptVersion, deployments: Sequence[str], rails: Sequence[str]
) -> tuple[prompt_pb2.PromptBundle, str] | None:
    """A form filled in from `base`, with deployments and rails to choose from.

    The bundle and its description once it is sent.
    """
    bundle = base.bundle
    with st.form(f"bundle-{base.version}", border=True):
        template = st.text_area("Template", bundle.template, height=280, help="{product} and {context} are replaced.")
        made = _generation(bundle)
        made.template = template
        st.caption("Retrieval")
        made.MergeFrom(_retrieval(bundle))
        made.kind_weights.update(_kind_weights(bundle))
        made.rail_thresholds.update(_rail_thresholds(bundle, rails))
        routing = routing_fields(bundle, deployments)
        if routing is not None:
            made.routing.CopyFrom(routing)
        made.examples.extend(example_fields(bundle))
        description = st.text_input("Description", placeholder="Why this version is made", max_chars=2000)
        if not st.form_submit_button("Make the version", type="primary"):
            return None
    return made, description


def _generation(bundle: prompt_pb2.PromptBundle) -> prompt_pb2.PromptBundle:
    """How the answer is written."""
    first, second, third, fourth = st.columns(4)
    return prompt_pb2.PromptBundle(
        route=first.text_input("Route", bundle.route, help="Its rules choose the model; see the page Models."),
        temperature=second.number_input(
            "Temperature",
            0.0,
            2.0,
            bundle.temperature if bundle.HasField("temperature") else None,
            placeholder="provider's default",
            help="0: the likeliest words each time. More: other words each time.",
        ),
        max_output_tokens=third.number_input("Output tokens at most", 1, 32_768, bundle.max_output_tokens),
        history_turns=fourth.number_input("Earlier turns the model sees", 0, 50, bundle.history_turns),
    )


def _retrieval(bundle: prompt_pb2.PromptBundle) -> prompt_pb2.PromptBundle:
    """What the answer may draw on."""
    first, second, third, fourth = st.columns(4)
    half_life = bundle.recency_half_life_days or DEFAULT_HALF_LIFE_DAYS
    return prompt_pb2.PromptBundle(
        retrieval_limit=first.number_input(
            "Passages for the model", 1, 50, bundle.retrieval_limit, help="More cost more input tokens."
        ),
        vector_weight=second.number_input(
            "Vector weight",
            0.0,
            1.0,
            bundle.vector_weight,
            step=0.05,
            help="1: passages are found by meaning alone. 0: by their words alone.",
        ),
        answerability_floor=third.number_input(
            "Answerability floor",
            0.0,
            1.0,
            bundle.answerability_floor,
            step=0.05,
            help="Where the passages cover less of the question than this, the answer is: I don't know.",
        ),
        search_question=fourth.selectbox(
            "Search question",
            list(SEARCH_QUESTIONS),
            index=list(SEARCH_QUESTIONS).index(bundle.search_question),
            format_func=SEARCH_QUESTIONS.__getitem__,
            help="The most that what is searched for may be made from.",
        ),
        recency_weight=first.number_input(
            "Weight of age",
            0.0,
            1.0,
            bundle.recency_weight,
            step=0.05,
            help="The share of a passage's score that fades with its age. 0: age does not count.",
        ),
        recency_half_life_days=second.number_input(
            "Half-life of age in days", 1, 36_500, half_life, help="The age at which half of that share is gone."
        ),
        rerank=third.checkbox(
            "Rerank the best candidates", bundle.rerank, help="Only where the server has a reranker."
        ),
    )


def _kind_weights(bundle: prompt_pb2.PromptBundle) -> dict[str, float]:
    """The weights that are not 1."""
    weights = {
        kind: column.number_input(f"Weight of kind {kind}", 0.0, 2.0, kind_weight(bundle, kind), step=0.1)
        for kind, column in zip(KINDS, st.columns(4), strict=False)
    }
    return {kind: weight for kind, weight in weights.items() if weight != 1.0}


def _rail_thresholds(bundle: prompt_pb2.PromptBundle, rails: Sequence[str]) -> dict[str, float]:
    """Rails with thresholds of their own; rows without a name or a number are left out."""
    st.caption("Rail thresholds that differ from guardrails_config")
    rows = pd.DataFrame(sorted(bundle.rail_thresholds.items()), columns=["rail", "threshold"])
    names = list(dict.fromkeys([*rails, *bundle.rail_thresholds]))
    edited = st.data_editor(
        rows.astype({"rail": "string", "threshold": "float"}),
        num_rows="dynamic",
        hide_index=True,
        alt="Rail thresholds",
        column_config={
            "rail": st.column_config.SelectboxColumn(options=names) if rails else st.column_config.TextColumn(),
            "threshold": st.column_config.NumberColumn(min_value=0.0, max_value=1.0, step=0.01),
        },
    ).dropna()
    return {str(rail): float(threshold) for rail, threshold in zip(edited["rail"], edited["threshold"], strict=True)}
