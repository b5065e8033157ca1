"""What the customer reads when there is no answer: polite, without internals, with a way to a person."""

from __future__ import annotations

HAND_OVER = "I can hand you over to a colleague who will look into it."

UNANSWERED = (
    "I don't know: our documentation does not cover this, and I would rather not guess. "
    "I can hand you over to a colleague who will look into it."
)

INTERRUPTED = "I could not reach the model that writes my answers. This is what our documentation says:"

NOTHING_TO_FALL_BACK_ON = (
    "I am having trouble answering right now. Please try again in a moment, or I can hand you over to a colleague."
)

_REFUSALS = {
    "off_topic": "That is outside of what I can help with here. I can answer questions about {product}.",
    "harmful": "I can't help with that.",
    "personal_data": "I can't share personal data of other people.",
    "model": "I can't help with that request.",
    "too_long": "That message is too long for me to read. Please send me the question in a few sentences.",
    "rail_error": "I could not check your message just now, so I had better not answer it.",
}

_DEFAULT_REFUSAL = "I can't help with that request, but I am happy to answer a question about {product}."


def refusal(category: str, product: str) -> str:
    """The refusal for a category, with the hand-over; unknown categories get a general one."""
    return f"{_REFUSALS.get(category, _DEFAULT_REFUSAL).format(product=product)} {HAND_OVER}"
