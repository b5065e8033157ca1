"""What of a message is worth searching for."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"\[[a-z_]+\]")


def searchable(masked: str) -> str:
    """A masked message without the placeholders of what was masked, or as it is where nothing else is left.

    A customer's own address or card number finds nothing but other people's, and makes a question look as if the
    knowledge base did not cover it.
    """
    bare = " ".join(_PLACEHOLDER.sub(" ", masked).split())
    return bare if any(character.isalnum() for character in bare) else masked
