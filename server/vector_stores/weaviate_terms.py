"""The terms that Weaviate's BM25 counts, made by us on both sides: each word as it is, and its stem, marked.

One property with both scores as the sum of a BM25 over words and one over stems, in one query: both have the same
lengths relative to their means. A marked stem is never mistaken for a word that happens to be spelled like it.
"""

from __future__ import annotations

from collections.abc import Iterable

from server.vector_stores.text_query import index_terms, query_terms, stem

_STEM_MARK = "~"


def indexed_terms(text: str) -> str:
    """Of a text that is to be found."""
    found = index_terms(text)
    return " ".join([*found, *_marked_stems(found)])


def asked_terms(question: str) -> str:
    """Of a question; empty where it has no words."""
    found = query_terms(question)
    return " ".join([*found, *dict.fromkeys(_marked_stems(found))])


def _marked_stems(terms: Iterable[str]) -> list[str]:
    return [stem(term) + _STEM_MARK for term in terms]
