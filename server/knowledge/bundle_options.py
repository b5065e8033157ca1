"""What a prompt version says about retrieval."""

from __future__ import annotations

from server.domain import PromptBundle, SearchQuestionSource
from server.knowledge.retrieve import RetrievalOptions
from server.knowledge.search_question import SearchQuestion


def bundle_options(bundle: PromptBundle, question: str) -> RetrievalOptions:
    """The bundle's options for a question; what a request says (its groups, its labels) is still to be added."""
    alone = bundle.search_question is SearchQuestionSource.MESSAGE
    return RetrievalOptions(
        limit=bundle.retrieval_limit,
        vector_weight=bundle.vector_weight,
        kind_weights=bundle.kind_weights,
        recency_weight=bundle.recency_weight,
        recency_half_life_days=bundle.recency_half_life_days,
        rerank=bundle.rerank,
        searched=SearchQuestion(question) if alone else None,
    )
