"""Checks of request fields; each failure is an InvalidArgument that names the field and the fix."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from nightdesk.v1 import common_pb2
from server.errors import InvalidArgument

MAX_MESSAGE_BYTES = 32 * 1024
MAX_FEEDBACK_BYTES = 4 * 1024
MAX_CHECK_BYTES = 64 * 1024
MAX_ID_CHARACTERS = 512
MAX_HISTORY = 100
MAX_PUBLIC_TEXTS = 100
MAX_LABELS = 32
MAX_LABEL_CHARACTERS = 64
MAX_WHOLE_NUMBER = 2**63 - 1

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Not those from U+0080 on: a backend that takes Windows-1252 for Latin-1 has them in place of quotation marks."""
_UNSEEN = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
"""Unicode's categories of control and format characters, and of white space."""


def text(field: str, value: str, *, max_bytes: int, required: bool = True) -> str:
    """A text without control characters but tab and line breaks; where `required`, with something to see."""
    if required and all(unicodedata.category(character) in _UNSEEN for character in value):
        raise InvalidArgument(field, f"{field} is empty.", reason="FIELD_EMPTY", fix="Send at least one word.")
    control = _CONTROL.search(value)
    if control is not None:
        raise InvalidArgument(
            field,
            f"{field} has the control character U+{ord(control[0]):04X} at position {control.start()}.",
            reason="FIELD_HAS_CONTROL_CHARACTER",
            fix="Remove it; tab and line breaks are allowed.",
        )
    return sized(field, value, max_bytes=max_bytes)


def sized(field: str, value: str, *, max_bytes: int) -> str:
    """Any text of at most so many bytes in UTF-8."""
    size = len(value.encode())
    if size > max_bytes:
        raise InvalidArgument(
            field,
            f"{field} has {size} bytes; at most {max_bytes} are allowed.",
            reason="FIELD_TOO_LARGE",
            fix="Shorten it.",
        )
    return value


def identifier(field: str, value: str, *, required: bool = True, max_characters: int = MAX_ID_CHARACTERS) -> str:
    """A printable id without line breaks."""
    if not value and not required:
        return value
    if not value.strip():
        raise InvalidArgument(field, f"{field} is empty.", reason="FIELD_EMPTY")
    if len(value) > max_characters:
        raise InvalidArgument(
            field,
            f"{field} has {len(value)} characters; at most {max_characters} are allowed.",
            reason="FIELD_TOO_LARGE",
        )
    if not value.isprintable():
        raise InvalidArgument(
            field, f"{field} has a character that cannot be printed.", reason="FIELD_HAS_CONTROL_CHARACTER"
        )
    return value


def labels(field: str, values: Sequence[str]) -> tuple[str, ...]:
    """At most 32 labels of at most 64 characters."""
    if len(values) > MAX_LABELS:
        raise InvalidArgument(field, f"{field} has {len(values)} entries; at most {MAX_LABELS} are allowed.")
    return tuple(identifier(f"{field}[{i}]", v, max_characters=MAX_LABEL_CHARACTERS) for i, v in enumerate(values))


def messages(field: str, values: Sequence[common_pb2.Message]) -> None:
    """At most 100 earlier messages, each with a role and a text."""
    if len(values) > MAX_HISTORY:
        raise InvalidArgument(
            field, f"{field} has {len(values)} messages; at most {MAX_HISTORY} are allowed.", fix="Send the newest."
        )
    for index, message in enumerate(values):
        if message.role == common_pb2.MESSAGE_ROLE_UNSPECIFIED:
            raise InvalidArgument(f"{field}[{index}].role", "The role is missing.", fix="Say who wrote the message.")
        text(f"{field}[{index}].text", message.text, max_bytes=MAX_MESSAGE_BYTES)


def rail_thresholds(field: str, values: Mapping[str, float], known: Collection[str]) -> dict[str, float]:
    """Thresholds from 0 to 1 of rails that there are."""
    for rail, threshold in sorted(values.items()):
        place = f"{field}[{rail}]"
        if rail not in known:
            raise InvalidArgument(place, f"There is no rail {rail!r}.", fix=f"Name one of: {', '.join(sorted(known))}.")
        in_range(place, threshold, 0, 1)
    return dict(sorted(values.items()))


def public_texts(field: str, values: Sequence[str]) -> tuple[str, ...]:
    """At most 100 texts of the size of a checked one."""
    if len(values) > MAX_PUBLIC_TEXTS:
        raise InvalidArgument(field, f"{field} has {len(values)} texts; at most {MAX_PUBLIC_TEXTS} are allowed.")
    return tuple(sized(f"{field}[{i}]", value, max_bytes=MAX_CHECK_BYTES) for i, value in enumerate(values))


def page_size(value: int, *, default: int, maximum: int) -> int:
    """The wanted size: `default` for 0, at most `maximum`."""
    if value < 0:
        raise InvalidArgument("page_size", f"page_size is {value}.", fix="Send 0 for the default, or more.")
    return min(value or default, maximum)


def whole_number(field: str, value: str) -> int:
    """A page token that is a number in decimal digits, below 2**63."""
    number = int(value) if re.fullmatch(r"-?[0-9]{1,19}", value) else MAX_WHOLE_NUMBER + 1
    if number > MAX_WHOLE_NUMBER:
        raise InvalidArgument(
            field, f"{field} {value[:40]!r} is not one of this list's.", fix="Send the next_page_token of a page."
        )
    return number


def in_range(field: str, value: float, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    if not low <= value <= high:
        raise InvalidArgument(field, f"{field} is {value:g}; it must be from {low:g} to {high:g}.")
    return value
