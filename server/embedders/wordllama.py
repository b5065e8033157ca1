"""Static word vectors that come with the wordllama package: no download, no model server, well under 1 ms a text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np

from server.domain import ComponentState, ComponentStatus
from server.embedders.unit_vectors import unit_rows
from server.errors import FailedPrecondition
from server.ports import Vectors

_INLINE_CHARACTERS = 4_000
"""Up to here embedding costs less than handing it to a thread."""

_BATCH = 256
"""Texts tokenised at once; bounds the memory that the tokens take."""


class WordLlamaEmbedder:
    """The mean of each text's token vectors (WordLlama's `l2_supercat`, 256 dimensions), scaled to length 1.

    Token order plays no part and there is no limit to a text's length. The tokenizer's settings are fixed when it is
    loaded (no padding, no truncation, no special tokens), so that any number of threads may use it.
    """

    name = "wordllama/l2_supercat_256"
    dimension = 256

    def __init__(self) -> None:
        """Load the weights, 33 MB, from the installed package. Raises FailedPrecondition where they are missing."""
        from wordllama import WordLlama  # noqa: PLC0415 - its import takes a second, and not every command embeds

        package = Path(str(files("wordllama")))
        try:
            model = WordLlama.load(cache_dir=package, dim=self.dimension, disable_download=True)
        except FileNotFoundError as error:
            raise FailedPrecondition(
                f"The installed wordllama package has no usable weights: {error}",
                fix="Run `make setup` again to reinstall it.",
            ) from error
        self._tokenizer = model.tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._table: Vectors = model.embedding

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def count_tokens_of(self, texts: Sequence[str]) -> list[int]:
        return [len(found) for found in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, shape (n, 256); zeros for a blank text."""
        if sum(map(len, texts)) <= _INLINE_CHARACTERS:
            return self._embed(texts)
        return await asyncio.to_thread(self._embed, texts)

    async def check(self) -> ComponentStatus:
        vectors = await self.embed(["Does it work?"])
        return ComponentStatus(
            "embedder", "wordllama", ComponentState.OK, f"{self.name}, {vectors.shape[1]} dimensions"
        )

    async def close(self) -> None:
        """Nothing is held but memory."""

    def _embed(self, texts: Sequence[str]) -> Vectors:
        means = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            for offset, encoding in enumerate(self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)):
                if encoding.ids and not batch[offset].isspace():
                    means[start + offset] = self._table[encoding.ids].mean(axis=0)
        return unit_rows(means)
