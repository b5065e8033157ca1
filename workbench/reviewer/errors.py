"""How the demo tells that a call failed."""

from __future__ import annotations

import html

import gradio as gr

from nightdesk import ApiError


def tell(error: ApiError) -> None:
    """A warning where the request is at fault; raises gradio's Error where the server is."""
    text = html.escape(str(error))
    if error.violations:
        gr.Warning(text)
    else:
        raise gr.Error(text, print_exception=False)
