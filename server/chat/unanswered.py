"""The sentence by which a model says that the sources do not hold the answer, told before the customer reads it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from server.chat.generation import Generation
from server.chat.prompt import UNANSWERED_SENTENCE


async def without_unanswered_sentence(
    texts: AsyncGenerator[str, None], generation: Generation
) -> AsyncGenerator[str, None]:
    """The texts; none where all of them together are the sentence, which is noted as the finish "unanswered".

    The model is told to say it in English. Whoever calls says it in the customer's language instead. Nothing else is
    held back: an answer that begins otherwise starts at once.
    """
    held: str | None = ""
    async with aclosing(texts):
        async for text in texts:
            if held is None:
                yield text
                continue
            held += text
            if not UNANSWERED_SENTENCE.startswith(_compared(held)):
                yield held
                held = None
    if not held:
        return
    if _compared(held) == UNANSWERED_SENTENCE:
        generation.finish = "unanswered"
    else:
        yield held


def _compared(text: str) -> str:
    return text.replace("\u2019", "'").strip()
