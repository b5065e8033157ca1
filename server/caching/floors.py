"""How close two questions' vectors must be, by embedder: cosines are not comparable between models."""

from __future__ import annotations

from server.errors import SettingsError

FLOORS = {
    "wordllama/l2_supercat_256": 0.70,
    "fastembed/sentence-transformers/all-MiniLM-L6-v2": 0.85,
}
"""From `python -m benchmarks.models.semantic_cache`: the highest that hardly costs a hit of the pairs to choose with.
None of its look-alikes passes the other tests of a hit, whatever the floor; this is for those that it does not hold."""


def similarity_floor(embedder: str) -> float:
    """The floor, 0 to 1, measured for an embedder. Raises SettingsError where none was."""
    try:
        return FLOORS[embedder]
    except KeyError:
        raise SettingsError(
            f"NIGHTDESK_CACHE=semantic: no similarity floor was measured for the embedder {embedder}.",
            fix=f"Set NIGHTDESK_CACHE=exact, or use one of {', '.join(FLOORS)}.",
        ) from None
