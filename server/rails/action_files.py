"""Whether each file of a folder's actions/ was loaded: NeMo Guardrails logs one that was not, and does without."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.errors import SettingsError

_DISPATCHER = "nemoguardrails.actions.action_dispatcher"
_FAILED = "Failed to register "


@contextmanager
def failed_files() -> Iterator[dict[str, str]]:
    """Collects, while it is open, why files could not be imported, by file name."""
    reasons: dict[str, str] = {}

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage()
            if message.startswith(_FAILED):
                name, _, reason = message.removeprefix(_FAILED).partition(" in action dispatcher due to exception: ")
                reasons[name] = reason

    collect = Collect(logging.ERROR)
    logger = logging.getLogger(_DISPATCHER)
    logger.addHandler(collect)
    try:
        yield reasons
    finally:
        logger.removeHandler(collect)


def require_actions(folder: Path, actions: Mapping[str, Any], reasons: Mapping[str, str]) -> None:
    """Raises SettingsError where a file of actions/ has no registered action: a rail would be missing unnoticed."""
    loaded = source_files(actions.values())
    for file in sorted((folder / "actions").rglob("*.py")):
        if file.name == "__init__.py" or file.resolve() in loaded:
            continue
        name = file.relative_to(folder)
        if file.name in reasons:
            raise SettingsError(f"{name} could not be imported: {reasons[file.name]}.", fix="Mend or remove the file.")
        raise SettingsError(
            f"{name} declares no action of its own: it has none, or another file has one of the same name.",
            fix="Put helpers elsewhere, and give each rail a name of its own.",
        )


def source_files(actions: Iterable[Any]) -> set[Path]:
    """The files in which functions, and the methods of classes, are written."""
    functions = [
        function
        for action in actions
        for function in (vars(action).values() if inspect.isclass(action) else (inspect.unwrap(action),))
    ]
    return {Path(f.__code__.co_filename).resolve() for f in functions if inspect.isfunction(f)}
