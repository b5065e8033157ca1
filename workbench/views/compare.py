"""Compare: two prompt versions side by side, on the same questions and in their bundles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import streamlit as st

from nightdesk import ApiError
from nightdesk.v1 import prompt_pb2
from workbench import queries
from workbench.comparison import MAX_QUESTIONS, ask_both, distinct_questions
from workbench.components.answer_pairs import pair_detail, pair_summary
from workbench.components.bundle_form import bundle_form
from workbench.components.bundles import split_difference
from workbench.components.connection import client
from workbench.components.labels import PRODUCTION, label_form, version_name, version_table
from workbench.components.messages import empty_state, server_errors

PAIRS = "compare.pairs"
MADE = "compare.made"
RECENT = timedelta(days=7)


def show() -> None:
    st.title("Compare", anchor=False)
    with server_errors():
        versions = queries.prompt_versions(client())
    if not versions:
        empty_state("No prompt version yet", "The server makes the first one when it starts.", "nightdesk serve")
        return
    by_number = {version.version: version for version in versions}
    left, right = _choose_versions(by_number)
    answers, bundles, new, labels = st.tabs(["Answers", "Bundles", "New version", "Labels"])
    with answers:
        _answers(left, right)
    with bundles:
        _bundles(by_number[left], by_number[right])
    with new:
        _new_version(by_number)
    with labels:
        version_table(versions)
        label_form(versions)


def _choose_versions(versions: Mapping[int, prompt_pb2.PromptVersion]) -> tuple[int, int]:
    """Version A (production unless chosen) and B (the newest unless chosen), kept in the address."""
    production = next((number for number, version in versions.items() if PRODUCTION in version.labels), min(versions))
    chosen = []
    for column, name, usual in zip(st.columns(2, gap="medium"), "ab", (production, max(versions)), strict=True):
        asked = st.query_params.get(name, "")
        number = int(asked) if asked.isdigit() and int(asked) in versions else usual
        options = list(versions)
        picked = column.selectbox(
            f"Version {name.upper()}",
            options,
            index=options.index(number),
            format_func=lambda option: version_name(versions[option]),
            key=f"compare.{name}",
        )
        st.query_params[name] = str(picked)
        chosen.append(picked or usual)
    # A place of its own: without one the tabs beneath would move up once there is a second version, and begin anew.
    hint = st.container()
    if len(versions) == 1:
        hint.info("There is only one version yet. Make another one under *New version*.", icon=":material/info:")
    return chosen[0], chosen[1]


def _answers(left: int, right: int) -> None:
    questions = _question_form()
    if questions:
        bar = st.progress(0.0, "Asking both versions …")
        st.session_state[PAIRS] = ask_both(client(), questions, left, right, bar.progress)
        bar.empty()
    pairs = st.session_state.get(PAIRS)
    if not pairs:
        st.caption("Each question costs one turn of either version; both are written to the ledger.")
        return
    pair_summary(pairs)
    marked = st.toggle("Mark the words that differ", value=True)
    for pair in pairs:
        pair_detail(pair, marked)


def _question_form() -> list[str]:
    """The questions to ask, once the form is sent."""
    with server_errors():
        turns = queries.newest_turns(client(), datetime.now(UTC) - RECENT, limit=100)
    recent = list(dict.fromkeys(turn.question for turn in turns if turn.question))
    with st.form("questions"):
        lines = st.text_area("Questions", height=110, placeholder=f"One question a line, at most {MAX_QUESTIONS}")
        picked = st.multiselect("Or pick from recent turns", recent)
        sent = st.form_submit_button("Run both versions", type="primary")
    if not sent:
        return []
    questions = distinct_questions(lines or "", picked)
    if not questions:
        st.warning("Write or pick a question first.")
    if len(questions) > MAX_QUESTIONS:
        st.warning(f"These are {len(questions)} questions; at most {MAX_QUESTIONS} are run at once.")
        return []
    return questions


def _bundles(left: prompt_pb2.PromptVersion, right: prompt_pb2.PromptVersion) -> None:
    view = st.segmented_control("View", ["Split", "Unified"], default="Split", required=True)
    if view == "Split":
        split_difference(left.bundle, right.bundle)
        return
    with server_errors():
        difference = queries.bundle_difference(client(), left.version, right.version)
    if difference:
        st.code(difference, language="diff", wrap_lines=True)
    else:
        st.markdown("The bundles are the same.")


def _new_version(versions: Mapping[int, prompt_pb2.PromptVersion]) -> None:
    if made := st.session_state.pop(MADE, ""):
        st.success(made)
    base = st.selectbox(
        "Begin with", list(versions), format_func=lambda option: version_name(versions[option]), key="compare.base"
    )
    sent = bundle_form(versions[base or max(versions)], _deployments(), _rails())
    if sent is None:
        return
    bundle, description = sent
    with server_errors():
        version = queries.create_version(client(), bundle, description)
    if version.version in versions:
        st.session_state[MADE] = f"v{version.version} already holds this bundle; no new version was made."
    else:
        st.session_state[MADE] = f"v{version.version} is made. No traffic goes to it until a label points at it."
    st.rerun()


def _deployments() -> list[str]:
    """To choose from; a chain's names may be typed as well, so that a server that does not list them is no obstacle."""
    try:
        return [one.name for one in queries.routes(client()).deployments]
    except ApiError:
        return []


def _rails() -> list[str]:
    """To choose from; an older server does not list them, and their names are typed then."""
    try:
        return list(dict.fromkeys(rail.rail for rail in queries.rails(client())))
    except ApiError:
        return []


if __name__ == "__main__":
    show()
