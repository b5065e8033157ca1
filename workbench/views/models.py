"""Models: where they run, what they cost, whether they take calls, and which of them a turn would ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from nightdesk.routings import JUDGE
from nightdesk.v1 import operations_pb2, prompt_pb2
from workbench import queries
from workbench.components.connection import client
from workbench.components.formatting import NOTHING, escape_markdown, words
from workbench.components.labels import version_name
from workbench.components.messages import empty_state, server_errors
from workbench.components.route_decisions import decision_box
from workbench.spending_frames import PRICE_KINDS, deployments_frame, prices_frame, rules_table

BREAKERS = {"closed": "green", "half open": "orange", "open": "red"}
FAILURES = ("", "unanswered", "degraded", "cancelled", "thumbs_down")
LONGEST_QUESTION = 400


def show() -> None:
    st.title("Models", anchor=False)
    with server_errors():
        found = queries.routes(client())
        versions = [one for one in queries.prompt_versions(client()) if one.bundle.HasField("routing")]
    _deployments(found.deployments)
    st.header("Routes", anchor=False)
    for route in found.routes:
        _route(route.name, route.routing)
    if not found.routes:
        empty_state("No route is named", "Routes stand in the file that `NIGHTDESK_MODELS_FILE` names.")
    _explain(found.routes, versions)


def _deployments(deployments: Sequence[operations_pb2.Deployment]) -> None:
    if not deployments:
        empty_state(
            "No model is named",
            "Answers are the best sentences of the sources. Name models in the file of `NIGHTDESK_MODELS_FILE`.",
        )
        return
    name = st.column_config.TextColumn(width=150)
    st.dataframe(
        deployments_frame(deployments),
        hide_index=True,
        placeholder=NOTHING,
        alt="Deployments",
        column_config={
            "deployment": name,
            "breaker": st.column_config.MultiselectColumn(
                options=list(BREAKERS),
                color=list(BREAKERS.values()),
                width=95,
                help="closed: takes calls. open: failed too often, and is not asked. half open: one call is tried.",
            ),
            "tried again": st.column_config.DatetimeColumn(
                format="MMM DD HH:mm:ss", width=120, timezone=st.context.timezone
            ),
        },
    )
    price = st.column_config.TextColumn(width=85, alignment="right")
    st.dataframe(
        prices_frame(deployments),
        hide_index=True,
        alt="Prices",
        column_config={
            "deployment": name,
            **dict.fromkeys(PRICE_KINDS.values(), price),
            "batch in / out": st.column_config.TextColumn(width=110, alignment="right"),
        },
    )
    st.caption(
        "Prices are for a million tokens. What has no price of its own is charged as its neighbour: cached input as "
        "input, reasoning as output. Calls that are unpriced are counted, but no budget sees them."
    )


def _route(name: str, routing: prompt_pb2.Routing) -> None:
    st.subheader(escape_markdown(name), anchor=False)
    st.dataframe(
        rules_table(routing, judges=name == JUDGE),
        hide_index=True,
        alt=f"Rules of {name}",
        column_config={
            "rule": st.column_config.TextColumn(width=110),
            "where": st.column_config.TextColumn(width=440),
            "asked": st.column_config.TextColumn("asked, in this order", width=310),
        },
    )
    if routing.HasField("hedge_after"):
        seconds = routing.hedge_after.ToTimedelta().total_seconds()
        st.caption(f"The next model is asked as well where the first has not begun after {seconds:g} s; both are paid.")


def _explain(routes: Iterable[operations_pb2.Route], versions: Sequence[prompt_pb2.PromptVersion]) -> None:
    """A question's facts, and what the chosen routing makes of them at once."""
    routings = {f"route {route.name}": route.routing for route in routes}
    names = {f"prompt {version_name(version)}": version for version in versions}
    routings |= {name: version.bundle.routing for name, version in names.items()}
    if not routings:
        return
    st.header("What would be asked?", anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left:
        chosen = st.selectbox("Routing", list(routings), key="models.routing") or next(iter(routings))
        facts = _facts(routings[chosen])
    if version := names.get(chosen):
        request = operations_pb2.ExplainRouteRequest(prompt_version=str(version.version), facts=facts)
    else:
        request = operations_pb2.ExplainRouteRequest(route=chosen.removeprefix("route "), facts=facts)
    with right, server_errors():
        explained = queries.explain_route(client(), request)
        with st.container(border=True):
            decision_box(explained.decision)
        for number, step in enumerate(explained.steps, start=1):
            st.markdown(f"{number}. {escape_markdown(step)}")
        if not explained.steps:
            st.caption("This routing has no rules.")


def _facts(routing: prompt_pb2.Routing) -> operations_pb2.RouteFacts:
    """The topics and tiers to choose from are those that the rules name; others may be typed."""
    tokens = st.slider("Tokens of the question", 0, LONGEST_QUESTION, 12)
    answerability = st.slider(
        "Answerability", 0.0, 1.0, 0.7, step=0.01, help="How far the best passages cover the question."
    )
    topics = sorted({topic for rule in routing.rules for topic in rule.topics})
    tiers = sorted({tier for rule in routing.rules for tier in rule.customer_tiers})
    chosen_topics = st.multiselect("Topics", topics, accept_new_options=True, placeholder="Labels of the passages")
    tier = st.selectbox("Customer's tier", tiers, index=None, accept_new_options=True, placeholder="None")
    failure = st.selectbox("Last turn failed", FAILURES, format_func=lambda name: words(name) or "no")
    passed = st.toggle("A soft limit is passed", help="Of a budget; see the page Spend.")
    return operations_pb2.RouteFacts(
        question_tokens=tokens,
        answerability=answerability,
        topics=chosen_topics,
        customer_tier=tier or "",
        previous_failure=failure or "",
        soft_limit_passed=passed,
    )


if __name__ == "__main__":
    show()
