"""Lists of the contract that come in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

PAGE_SIZE = 100


def take(fetch: Callable[[int, str], tuple[Iterable[Item], str]], limit: int) -> Iterator[Item]:
    """The first `limit` items; 0 means all.

    `fetch(page_size, page_token)` returns one page and the token of the next, empty after the last.
    """
    return islice(_all(fetch, min(limit, PAGE_SIZE) or PAGE_SIZE), limit or None)


def _all(fetch: Callable[[int, str], tuple[Iterable[Item], str]], page_size: int) -> Iterator[Item]:
    token = ""
    while True:
        items, token = fetch(page_size, token)
        yield from items
        if not token:
            return
