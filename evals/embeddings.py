"""Vectors for the metrics that compare meanings, without any endpoint."""

from __future__ import annotations

from pathlib import Path

import wordllama
from ragas.embeddings.base import BaseRagasEmbedding


class StaticEmbedding(BaseRagasEmbedding):
    """WordLlama's static vectors, which come in its wheel."""

    label = "wordllama"

    def __init__(self) -> None:
        super().__init__()
        self._model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)

    def embed_text(self, text: str, **_: object) -> list[float]:
        vector: list[float] = self._model.embed([text])[0].tolist()
        return vector

    async def aembed_text(self, text: str, **_: object) -> list[float]:
        return self.embed_text(text)
