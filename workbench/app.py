"""The workbench's entry point, run by Streamlit at every rerun: the pages and the frame around them."""

from __future__ import annotations

import streamlit as st

st.set_page_config(page_title="Nightdesk workbench", page_icon="🌙", layout="wide")
st.navigation(
    [
        st.Page("views/now.py", title="Now", icon=":material/bolt:", default=True),
        st.Page("views/trends.py", title="Trends", icon=":material/show_chart:"),
        st.Page("views/rails.py", title="Rails", icon=":material/fence:"),
        st.Page("views/models.py", title="Models", icon=":material/hub:"),
        st.Page("views/spend.py", title="Spend", icon=":material/payments:"),
        st.Page("views/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("views/evals.py", title="Evals", icon=":material/fact_check:"),
        st.Page("views/quarantine.py", title="Quarantine", icon=":material/shield:"),
        st.Page("views/turn.py", title="Turn", icon=":material/chat:", visibility="hidden"),
    ],
    position="top",
).run()
