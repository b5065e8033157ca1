"""The one connection of this process to the server."""

from __future__ import annotations

import streamlit as st

from nightdesk import Client


@st.cache_resource(show_spinner=False)
def client() -> Client:
    """A client for NIGHTDESK_ADDRESS with NIGHTDESK_API_KEY, shared by all sessions; it reconnects by itself."""
    return Client()
