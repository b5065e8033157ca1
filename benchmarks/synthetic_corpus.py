"""Documents that read like nothing and are distributed like text, the same in every run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from server.domain import Chunk, Document, DocumentKind, SearchQuery
from server.embedders.wordllama import WordLlamaEmbedder
from server.ports import Vectors

EMBEDDER = WordLlamaEmbedder.name
DIMENSION = WordLlamaEmbedder.dimension
CHUNKS_A_DOCUMENT = 5
WORDS_A_CHUNK = 200
WORDS_A_DOCUMENT = 250
"""A document is about something: its chunks draw their words from so many that it draws from the whole vocabulary."""

WORDS_A_QUESTION = 6
MAX_EMBEDDED = 20_000

_SEED = 20_261_122
_FUNCTION_WORDS = """
the of and to in a is that for it as was with be by on not his but at are this have from or had an they which you
were all we can her has there been if more when will would who so no
""".split()  # noqa: SIM905 - easier to read
_SYLLABLES = [first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "n", "r", "l")]
_ENDINGS = ("", "s", "ed", "ing")
_ROOTS = 50_000
_ZIPF = 1.15

DocumentWithChunks = tuple[Document, list[Chunk], Vectors]


class SyntheticCorpus:
    """`chunk_count` chunks, CHUNKS_A_DOCUMENT to a document; each document is made when asked for, from its number."""

    def __init__(self, chunk_count: int) -> None:
        self.document_count = chunk_count // CHUNKS_A_DOCUMENT
        self.chunk_count = self.document_count * CHUNKS_A_DOCUMENT
        self._embedded = chunk_count <= MAX_EMBEDDED

    @property
    def vectors_from(self) -> str:
        return EMBEDDER if self._embedded else f"random directions, {DIMENSION} dimensions"

    async def documents(self, numbers: Iterable[int]) -> list[DocumentWithChunks]:
        made = [self._document(number) for number in numbers]
        vectors = await self._vectors([chunk.search_text for _, chunks in made for chunk in chunks], made[0][0].id)
        return [
            (document, chunks, vectors[place * CHUNKS_A_DOCUMENT : (place + 1) * CHUNKS_A_DOCUMENT])
            for place, (document, chunks) in enumerate(made)
        ]

    async def questions(self, count: int) -> list[tuple[SearchQuery, Vectors]]:
        """Each asks with a few neighbouring words of some chunk, function words beside."""
        random = np.random.default_rng([_SEED, 1])
        texts = []
        for number in random.integers(0, self.document_count, count).tolist():
            words = self._words(number)
            telling = [word for word in words if word not in _FUNCTION_WORDS]
            start = int(random.integers(0, len(telling) - WORDS_A_QUESTION))
            texts.append(f"what is the {' '.join(telling[start : start + WORDS_A_QUESTION])}?")
        vectors = await self._vectors(texts, "questions")
        return [(SearchQuery(text, limit=50), vector) for text, vector in zip(texts, vectors, strict=True)]

    @staticmethod
    def document_id(number: int) -> str:
        return f"document {number}"

    def _document(self, number: int) -> tuple[Document, list[Chunk]]:
        document = Document(
            id=self.document_id(number),
            title=f"Document {number}",
            uri="",
            kind=list(DocumentKind)[number % 3],
            labels=(f"label {number % 10}",),
            media_type="text/plain",
            content_hash=f"{number:064x}",
            access_groups=(f"group {number % 40}",) if number % 20 == 1 else (),
        )
        words = self._words(number)
        chunks = []
        for ordinal in range(CHUNKS_A_DOCUMENT):
            text = " ".join(words[ordinal * WORDS_A_CHUNK : (ordinal + 1) * WORDS_A_CHUNK])
            chunk_id = f"{document.id}#{ordinal}"
            search_text = f"{document.title}\n{text}"
            chunks.append(Chunk(chunk_id, document.id, ordinal, (), text, search_text, WORDS_A_CHUNK))
        return document, chunks

    def _words(self, number: int) -> list[str]:
        """Of all chunks of a document."""
        random = np.random.default_rng([_SEED, 0, number])
        own = np.searchsorted(self._shares, random.random(WORDS_A_DOCUMENT))
        return [self._vocabulary[place] for place in random.choice(own, CHUNKS_A_DOCUMENT * WORDS_A_CHUNK).tolist()]

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        """The vocabulary's cumulated shares: Zipf's law as Mandelbrot has it."""
        shares = np.cumsum((np.arange(len(self._vocabulary)) + 2.7) ** -_ZIPF)
        cumulated: NDArray[np.float64] = shares / shares[-1]
        return cumulated

    @cached_property
    def _vocabulary(self) -> list[str]:
        random = np.random.default_rng([_SEED, 2])
        roots = ["".join(random.choice(_SYLLABLES, 3)) for _ in range(_ROOTS)]
        words = list(dict.fromkeys(root + ending for root in roots for ending in _ENDINGS))
        random.shuffle(words)
        return [*_FUNCTION_WORDS, *words]

    @cached_property
    def _embedder(self) -> WordLlamaEmbedder:
        return WordLlamaEmbedder()

    async def _vectors(self, texts: list[str], seed: str) -> Vectors:
        if self._embedded:
            return await self._embedder.embed(texts)
        random = np.random.default_rng([_SEED, *seed.encode()])
        vectors: Vectors = random.standard_normal((len(texts), DIMENSION), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors
