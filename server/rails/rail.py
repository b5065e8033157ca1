"""A rail as the engine runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from server.domain import Direction, RailInfo


class Unit(StrEnum):
    """How much of an answer a rail sees at once."""

    PIECE = "piece"
    SENTENCE = "sentence"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Rail:
    """An action of NeMo's dispatcher, and how it is called and judged by.

    Attributes:
        variables: the action's parameters, each with the name of the variable that it gets.
        constants: parameters that always have the same value.
        decides: the action's own decision holds as long as nobody sets a threshold.
    """

    info: RailInfo
    action: str
    variables: Mapping[str, str]
    constants: Mapping[str, Any] = field(default_factory=dict)
    unit: Unit = Unit.PIECE
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A text under check, with what rails may want to know beside it.

    `earlier`: the customer's messages before it, newest last. `sources`: what an answer was written from. `public`:
    texts whose personal data and links it may repeat.
    """

    direction: Direction
    text: str
    earlier: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
