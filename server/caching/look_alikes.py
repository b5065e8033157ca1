"""Whether two questions that lie close together as vectors ask the same.

A mean of word vectors hardly sees a number, a negation or a swapped verb, so closeness alone lets "How do I upgrade my
plan?" have the answer to "How do I cancel my plan?". Here nothing is weighed: the readings of both texts must be equal,
and every word counts (numbers and their units, negations, names, roles, actions, quantifiers, times, directions,
conditions) but for the few that `wording` lists as saying the same.
"""

from __future__ import annotations

from server.caching.reading import read


def ask_the_same(one: str, other: str) -> bool:
    """Whether both texts say the same in other words. False wherever that is not certain."""
    reading = read(one)
    return bool(reading) and reading == read(other)
