"""The fields of a form that hold a routing and the examples of a bundle."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.column_types import ColumnConfig

from nightdesk.v1 import prompt_pb2
from workbench.rule_rows import CHAIN, LIMITS, LISTS, NAME, example_rows, examples_of, rule_rows, rules_of

FAILURES = ("unanswered", "degraded", "cancelled", "thumbs_down")
MAX_HEDGE = 60.0


def routing_fields(bundle: prompt_pb2.PromptBundle, deployments: Sequence[str]) -> prompt_pb2.Routing | None:
    """The routing that is filled in, or None where it is left empty so that the route decides."""
    before = bundle.routing
    with st.expander("Routing of its own, instead of the route", expanded=bundle.HasField("routing")):
        first, second, third = st.columns([3, 3, 2])
        routing = prompt_pb2.Routing(
            chain=_chain(first, "Chain", before.chain, deployments, "The route decides"),
            economy_chain=_chain(
                second, "Past a soft limit", before.economy_chain, deployments, "The extractive answer"
            ),
        )
        hedge = third.number_input(
            "Ask the next as well after, s",
            0.05,
            MAX_HEDGE,
            before.hedge_after.ToTimedelta().total_seconds() if before.HasField("hedge_after") else None,
            step=0.25,
            placeholder="never",
        )
        if hedge is not None:
            routing.hedge_after.FromMilliseconds(round(hedge * 1000))
        st.caption("The first rule whose conditions all hold decides, else the chain above. Empty cells hold always.")
        routing.rules.extend(_rules(before.rules, deployments))
    return routing if routing.ByteSize() else None


def example_fields(bundle: prompt_pb2.PromptBundle) -> list[prompt_pb2.Example]:
    """Questions and how they should be answered, at most 20."""
    with st.expander("Examples, shown to the model before the conversation", expanded=bool(bundle.examples)):
        edited = st.data_editor(example_rows(bundle.examples), num_rows="dynamic", hide_index=True, alt="Examples")
    return examples_of(edited)


def _chain(
    place: DeltaGenerator, label: str, chain: Sequence[str], deployments: Sequence[str], empty: str
) -> list[str]:
    options = list(dict.fromkeys([*chain, *deployments]))
    return place.multiselect(label, options, default=list(chain), accept_new_options=True, placeholder=empty)


def _rules(rules: Sequence[prompt_pb2.RouteRule], deployments: Sequence[str]) -> list[prompt_pb2.RouteRule]:
    named = {name: sorted({value for rule in rules for value in getattr(rule, name)}) for name in LISTS}
    chains = list(dict.fromkeys([*deployments, *(name for rule in rules for name in rule.chain)]))
    tokens = st.column_config.NumberColumn(min_value=0, step=1, format="%d", width=95)
    share = st.column_config.NumberColumn(min_value=0.0, max_value=1.0, step=0.01, format="%.2f", width=125)
    edited = st.data_editor(
        rule_rows(rules),
        num_rows="dynamic",
        hide_index=True,
        alt="Rules",
        column_config={
            NAME: st.column_config.TextColumn(max_chars=64, width=110),
            CHAIN: st.column_config.MultiselectColumn(options=chains, accept_new_options=True, width=170),
            **{title: tokens if limit.endswith("tokens") else share for limit, title in LIMITS.items()},
            LISTS["topics"]: _words(named["topics"]),
            LISTS["customer_tiers"]: _words(named["customer_tiers"]),
            LISTS["previous_failures"]: st.column_config.MultiselectColumn(options=list(FAILURES), width=150),
        },
    )
    return rules_of(edited)


def _words(options: Sequence[str]) -> ColumnConfig:
    return st.column_config.MultiselectColumn(options=list(options), accept_new_options=True, width=130)
