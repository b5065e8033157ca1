"""Entry point: settings of `.env`, one command, one line for whatever goes wrong."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from cli.app import build_app
from cli.errors import CliError

INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""


def main() -> int:
    """Run the command of `sys.argv`; the process's exit code."""
    try:
        _load_env_file(Path(".env"))
        return int(build_app()(standalone_mode=False, prog_name="nightdesk") or 0)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return 1
    except CliError as error:
        message, code = str(error), error.exit_code
    except _client_errors() as error:
        message, code = str(error), 1
    except typer.TyperException as error:
        message, code = f"{error.format_message().rstrip('.')}. `nightdesk --help` lists what there is.", 2
    except OSError as error:
        message, code = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", 1
    typer.echo(f"error: {message}", err=True)
    return code


def _client_errors() -> tuple[type[Exception], ...]:
    """The client's error, where a command imported the client: the others should not pay for it."""
    if "nightdesk" not in sys.modules:
        return ()
    from nightdesk import ApiError

    return (ApiError,)


def _load_env_file(path: Path) -> None:
    """Fill in what the environment does not already say."""
    if path.is_file():
        from dotenv import load_dotenv

        load_dotenv(path, override=False)


def _discard_output() -> None:
    """Whoever read our output has gone: keep the interpreter's last flush from failing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
