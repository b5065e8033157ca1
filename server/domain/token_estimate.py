"""Token counts where a provider does not tell them."""

from __future__ import annotations

from server.domain.models import ModelRequest, Usage

CHARACTERS_PER_TOKEN = 4
"""OpenAI's and Anthropic's rule of thumb for English text; other languages take more tokens."""


def estimate_usage(provider: str, model: str, request: ModelRequest, answer: str) -> Usage:
    """The usage of a call by the length of its texts, marked as estimated."""
    sent = [request.system, *(message.text for message in request.history), request.question]
    return Usage(
        provider=provider,
        model=model,
        uncached_input_tokens=sum(estimate_tokens(text) for text in sent),
        output_tokens=estimate_tokens(answer),
        estimated=True,
    )


def estimate_tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)
