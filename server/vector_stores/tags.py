"""What a search can be narrowed to, as terms beside a chunk's words: a filter is then a posting list like any other.

A tag has a colon and a word has none, so that no text can make or find one.
"""

from __future__ import annotations

from server.domain import Document, DocumentKind

RESTRICTED = "restricted:"
"""Of chunks that only members of certain groups may be shown."""


def kind_tag(kind: DocumentKind) -> str:
    return f"kind:{kind.value}"


def label_tag(label: str) -> str:
    return f"label:{label}"


def group_tag(group: str) -> str:
    return f"group:{group}"


def document_tags(document: Document) -> list[str]:
    """The distinct tags of every chunk of a document."""
    groups = [RESTRICTED, *map(group_tag, document.access_groups)] if document.access_groups else []
    return list(dict.fromkeys([kind_tag(document.kind), *map(label_tag, document.labels), *groups]))
