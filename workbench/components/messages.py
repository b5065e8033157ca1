"""What a page says instead of data: errors with the way out, and honest empty states."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from nightdesk import ApiError
from workbench.components.formatting import code_markdown, escape_markdown


def error_box(error: ApiError) -> None:
    """What went wrong, which fields are at fault and what to do about it."""
    lines = [f"**{escape_markdown(error.message)}**"]
    lines += [f"- `{item.field}`: {escape_markdown(item.description)}" for item in error.violations]
    if error.fix:
        lines.append(code_markdown(error.fix))
    if error.retry_after is not None:
        lines.append(f"Try again in {error.retry_after:.0f} s.")
    st.error("\n\n".join(lines), icon=":material/error:")


@contextmanager
def server_errors() -> Iterator[None]:
    """Show a refused or unreachable call as an error box and end the page, or the fragment, there."""
    try:
        yield
    except ApiError as error:
        error_box(error)
        st.stop()


def empty_state(title: str, text: str, command: str = "") -> None:
    """Why there is nothing to see yet, and what makes that change."""
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.markdown(text)
        if command:
            st.code(command, language="bash")
