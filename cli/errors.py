"""What ends a command early, for a person to read."""

from __future__ import annotations


class CliError(Exception):
    """One clear line about what went wrong.

    Attributes:
        message: what is wrong.
        fix: the way out, or empty.
        exit_code: what the process ends with, 1 to 255.
    """

    def __init__(self, message: str, *, fix: str = "", exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()
