"""A tenant's terms in memory: which number each has, and which share a stem."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from server.vector_stores.text_query import stem, stems


class Vocabulary:
    """Grows as documents come and never changes a number, so that threads share it without waiting for each other.

    Terms that a search's snapshot does not know yet have no postings in it.
    """

    def __init__(self, edition: int) -> None:
        """`edition` counts how often the stored vocabulary dropped its unused terms; numbers hold within one."""
        self.edition = edition
        self.last = 0
        """The greatest number here."""
        self._numbers: dict[str, int] = {}
        self._of_stem: dict[str, list[int]] = {}
        """Of the terms that are not their own stem, which saves most of the memory."""
        self._growing = threading.Lock()

    @property
    def numbers(self) -> Mapping[str, int]:
        """Term → number, 1 and up."""
        return self._numbers

    def sharing_stem(self, term: str) -> list[int]:
        """The numbers of all terms with the stem of `term`, ascending."""
        root = stem(term)
        numbers = list(self._of_stem.get(root, ()))
        own = self._numbers.get(root)
        return sorted([*numbers, own]) if own is not None and stem(root) == root else sorted(numbers)

    def add(self, terms: Iterable[tuple[int, str]]) -> None:
        """Terms with their numbers, ascending; those that are here already change nothing."""
        with self._growing:
            fresh = [(number, term) for number, term in terms if number > self.last]
            if not fresh:
                return
            numbers, words = zip(*fresh, strict=True)
            self._numbers.update(zip(words, numbers, strict=True))
            for number, word, root in zip(numbers, words, stems(words), strict=True):
                if root != word:
                    self._of_stem.setdefault(root, []).append(number)
            self.last = numbers[-1]
