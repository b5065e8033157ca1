"""Token counts where a provider does not tell them."""

from __future__ import annotations

from server.domain.models import ModelRequest, Usage

BYTES_PER_TOKEN = 4
"""OpenAI's and Anthropic's rule of thumb for English text, where a character is a byte. Their tokenisers work on UTF-8,
so that bytes come nearer than characters where scripts take several each."""


def estimate_usage(provider: str, model: str, request: ModelRequest, answer: str, pieces: int = 0) -> Usage:
    """The usage of a call by the length of its texts, marked as estimated.

    `pieces` is in how many the provider sent the answer, of a token at least each.
    """
    sent = [request.system, *(message.text for message in request.history), request.question, request.begun]
    return Usage(
        provider=provider,
        model=model,
        uncached_input_tokens=sum(estimate_tokens(text) for text in sent),
        output_tokens=max(pieces, estimate_tokens(answer)),
        estimated=True,
    )


def estimate_tokens(text: str) -> int:
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)
