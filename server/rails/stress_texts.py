"""Texts over which a careless rail computes for ever: long runs, and what the rail's own expressions repeat.

An expression such as `(a+)+$` tries every way of dividing a run of "a" once the text does not end as it wants. So each
repetition in an expression gives a text: what has to come before it, what it repeats many times, and an end that does
not fit (the pumping of Kirrage, Rathnayake and Thielecke, "Static Analysis for Regular Expression Denial-of-Service
Attacks", 2013, without its proof: whether a text is slow is measured).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from re import _constants, _parser  # type: ignore[attr-defined]  # the only parser that reads what `re` reads
from typing import Any

CHARACTERS = 16_000
"""As long as a customer's message may be (`max_characters` as it is packaged)."""
_END = "\x00!"
"""What hardly any expression ends in."""
_RUNS = {
    "letters": "a",
    "capitals": "A",
    "digits": "1",
    "blanks": " ",
    "empty lines": "\n",
    "dots": ".",
    "dashes": "-",
    "commas": ",",
    "quotation marks": '"',
    "words": "word ",
    "numbers": "12 ",
    "words and numbers": "a1 ",
    "near e-mail addresses": "a@a.",
    "near links": "http://a",
    "near keys": "A1b2",
    "letters beyond ASCII": "\u00e4\u0436",
}
_MOST_FROM_A_FILE = 200
_DEEPEST = 30
_REPEATED_BEFORE = 3
_USUAL = "a1 -A.b"
_SAMPLES = {
    _constants.CATEGORY_DIGIT: "1",
    _constants.CATEGORY_NOT_DIGIT: "a",
    _constants.CATEGORY_SPACE: " ",
    _constants.CATEGORY_NOT_SPACE: "a",
    _constants.CATEGORY_WORD: "a",
    _constants.CATEGORY_NOT_WORD: "-",
}


def long_runs(characters: int = CHARACTERS) -> Iterator[tuple[str, str]]:
    """The kind of each text, and the text."""
    for kind, seed in _RUNS.items():
        yield f"a run of {kind}", _filled("", seed, characters)
    half = characters // 2
    yield "nested brackets", "(" * half + ")" * half
    yield "open brackets", _filled("", "[{(<", characters)


def pumped(source: str, characters: int = CHARACTERS) -> Iterator[tuple[str, str]]:
    """A text for each repetition in the expressions of a Python file: its kind, which quotes the expression, and it."""
    seen: set[str] = set()
    for expression in _expressions(source):
        for before, repeated in _repetitions(expression):
            text = _filled(before, repeated, characters)
            if repeated and text not in seen and len(seen) < _MOST_FROM_A_FILE:
                seen.add(text)
                yield f"a text made for {_short(expression)}", text


def _expressions(source: str) -> Iterator[str]:
    """The strings of a file that are expressions with a repetition."""
    strings = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    for string in sorted(each for each in strings if isinstance(each, str)):
        if any(sign in string for sign in "*+{"):
            yield string


def _repetitions(expression: str) -> list[tuple[str, str]]:
    """Of each repetition: a text for what comes before it, and one for what it repeats. None where it is no
    expression."""
    try:
        parsed = _parser.parse(expression)
    except (re.error, RecursionError, OverflowError):
        return []
    found: list[tuple[str, str]] = []
    _sample(parsed, "", found, _DEEPEST)
    return found


def _sample(parts: Iterable[Any], before: str, found: list[tuple[str, str]], depth: int) -> str:
    """A text that the parts match, as far as that is easily said; the repetitions among them are put into `found`."""
    text = ""
    for operator, argument in parts:
        text += _one(operator, argument, before + text, found, depth) if depth else ""
    return text


def _one(operator: Any, argument: Any, before: str, found: list[tuple[str, str]], depth: int) -> str:
    match operator:
        case _constants.SUBPATTERN:
            text = _sample(argument[3], before, found, depth - 1)
        case _constants.ATOMIC_GROUP:
            text = _sample(argument, before, found, depth - 1)
        case _constants.BRANCH:
            text, *_ = [_sample(branch, before, found, depth - 1) for branch in argument[1]]
        case _constants.MAX_REPEAT | _constants.MIN_REPEAT | _constants.POSSESSIVE_REPEAT:
            fewest, most, repeated = argument
            once = _sample(repeated, before, found, depth - 1)
            if most > 1:
                found.append((before, once))
            text = once * min(fewest, _REPEATED_BEFORE)
        case _:
            text = _character(operator, argument)
    return text


def _character(operator: Any, argument: Any) -> str:
    match operator:
        case _constants.LITERAL:
            return chr(argument)
        case _constants.NOT_LITERAL:
            return "a" if argument != ord("a") else "b"
        case _constants.ANY:
            return "a"
        case _constants.IN:
            return _of_a_class(argument)
        case _:
            return ""  # An anchor, a look around, a reference to a group.


def _of_a_class(members: Iterable[tuple[Any, Any]]) -> str:
    """A character of a class; of a negated one, the first of a few that it does not name."""
    [first, *others] = members
    if first[0] is _constants.NEGATE:
        return next((each for each in _USUAL if not any(_names(member, each) for member in others)), "a")
    operator, value = first
    if operator is _constants.LITERAL:
        return chr(value)
    if operator is _constants.RANGE:
        return chr(value[0])
    return _SAMPLES.get(value, "a")


def _names(member: tuple[Any, Any], character: str) -> bool:
    operator, value = member
    if operator is _constants.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    return chr(value) == character if operator is _constants.LITERAL else _SAMPLES.get(value) == character


def _filled(before: str, seed: str, characters: int) -> str:
    room = max(0, characters - len(before) - len(_END))
    return before + seed * (room // max(1, len(seed))) + _END


def _short(expression: str) -> str:
    return repr(expression if len(expression) <= 60 else f"{expression[:57]}...")
