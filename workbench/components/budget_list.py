"""The budgets with their bars, and the form that sets or deletes one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from nightdesk.amounts import parse_dollars
from nightdesk.v1 import common_pb2, operations_pb2
from workbench import queries
from workbench.components.badges import Color
from workbench.components.budget_bar import budget_bar, budget_facts, budget_state
from workbench.components.connection import client
from workbench.components.formatting import budget_period, escape_markdown
from workbench.components.messages import empty_state, server_errors

DONE = "budgets.done"
PERIODS = (operations_pb2.BUDGET_PERIOD_DAY, operations_pb2.BUDGET_PERIOD_MONTH)
STATE_COLORS: dict[str, Color] = {"open": "green", "soft limit passed": "orange", "used up": "red"}


def budget_list(budgets: Sequence[operations_pb2.Budget]) -> None:
    if done := st.session_state.pop(DONE, ""):
        st.toast(done, icon=":material/check:")
    if not budgets:
        empty_state(
            "No budget is set",
            "Nothing limits what models cost. Set one below, or in a terminal:",
            "nightdesk budgets set --period day --soft 5 --hard 10",
        )
    for budget in budgets:
        _budget(budget)
    with st.expander("Set a budget", icon=":material/savings:"):
        _form()


def _budget(budget: operations_pb2.Budget) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            whose = f"Key {budget.key}" if budget.key else "All keys"
            st.markdown(f"**{escape_markdown(whose)}**, a {budget_period(budget.period)}", width="content")
            state = budget_state(budget)
            st.badge(state, color=STATE_COLORS[state])
            st.space("stretch")
            if st.button("Delete", key=f"delete {budget.budget_id}", icon=":material/delete:", type="tertiary"):
                _confirm_deletion(budget.budget_id)
        st.html(budget_bar(budget))
        colors = {"Spent": "red" if state == "used up" else "blue", "Reserved": "gray", "Soft limit": "orange"}
        for column, (name, value) in zip(st.columns([3, 2, 1, 1, 2]), budget_facts(budget), strict=True):
            key = f":{colors[name]}[■] " if name in colors else ""
            column.caption(f"{key}{name}  \n**{escape_markdown(value)}**")


def _form() -> None:
    st.caption("Wants a key of role engineer or admin. An existing budget of the same key and period is changed.")
    with st.form("budget", border=False):
        first, second, third, fourth = st.columns(4)
        period = first.selectbox("Period (UTC)", PERIODS, format_func=budget_period)
        key = second.text_input("Key", placeholder="all keys", max_chars=128)
        soft = third.text_input("Soft limit, USD", placeholder="none", help="From here on, the economy chain answers.")
        hard = fourth.text_input("Hard limit, USD", placeholder="none", help="No call is made that could pass it.")
        sent = st.form_submit_button("Set the budget", type="primary")
    if not sent:
        return
    budget = operations_pb2.Budget(period=period, key=key.strip())
    try:
        if soft.strip():
            budget.soft_limit.CopyFrom(_usd(soft))
        if hard.strip():
            budget.hard_limit.CopyFrom(_usd(hard))
    except ValueError as error:
        st.warning(escape_markdown(str(error)), icon=":material/warning:")
        return
    if not soft.strip() and not hard.strip():
        st.warning("Write a soft or a hard limit, or delete the budget.", icon=":material/warning:")
        return
    with server_errors():
        made = queries.set_budget(client(), budget)
    st.session_state[DONE] = f"{escape_markdown(made.budget_id)} is set."
    st.rerun()


@st.dialog("Delete the budget?")
def _confirm_deletion(budget_id: str) -> None:
    st.markdown(f"Nothing will limit what **{escape_markdown(budget_id)}** limits now, but for other budgets.")
    if st.button("Yes, delete it", type="primary"):
        with server_errors():
            queries.delete_budget(client(), budget_id)
        st.session_state[DONE] = f"{escape_markdown(budget_id)} is deleted."
        st.rerun()


def _usd(text: str) -> common_pb2.Money:
    return common_pb2.Money(currency_code="USD", nanos=parse_dollars(text))
