"""Routings and examples in files, for a prompt version or to be explained."""

from __future__ import annotations

from pathlib import Path

from google.protobuf import json_format

from cli.errors import CliError
from nightdesk import routings
from nightdesk.v1 import prompt_pb2


def read_routing(path: Path) -> prompt_pb2.Routing:
    """The routing in a file of JSON. Raises CliError where it cannot be read or is none."""
    text = read_text(path)
    try:
        return routings.from_json(text)
    except ValueError as error:
        raise CliError(f"{path}: {error}", exit_code=2) from None


def read_examples(path: Path) -> list[prompt_pb2.Example]:
    """The examples in a file of JSON lines, `{"question","answer"}` each. Raises CliError that names the line."""
    examples = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            try:
                examples.append(json_format.Parse(line, prompt_pb2.Example()))
            except (json_format.ParseError, RecursionError) as error:
                raise CliError(f"{path}, line {number}: {error}", exit_code=2) from None
    return examples


def read_text(path: Path) -> str:
    """Raises CliError where the file cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}.", exit_code=2) from None
    except UnicodeDecodeError:
        raise CliError(f"{path} is not valid UTF-8.", exit_code=2) from None
