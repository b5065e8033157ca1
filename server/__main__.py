"""`python -m server`: read the settings, build the application, serve it."""

from __future__ import annotations

import asyncio
import json
import os
import sys

import uvloop

from server.errors import NightdeskError
from server.logs import configure_logging
from server.settings import Settings, load_settings, split_address


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; with `--check`, print what the settings come to and stop. Returns the exit code."""
    try:
        settings = load_settings()
        if (sys.argv[1:] if arguments is None else arguments) == ["--check"]:
            print(json.dumps(_summary(settings)))  # noqa: T201 - this is what --check is for
            return 0
        configure_logging(settings.log_format, settings.log_level)
        # Read when numpy is imported: a turn's small products are slower on many threads, and starve the others.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings))
    except NightdeskError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the log may not be configured yet
        return 1
    return 0


async def _serve(settings: Settings) -> None:
    from server.run import run  # noqa: PLC0415 - a bad setting is told before seconds of imports

    await run(settings)


def _summary(settings: Settings) -> dict[str, str]:
    provider, model, decided_by = settings.chosen_model
    host, port = split_address(settings.address)
    return {
        "address": f"{host}:{port}",
        "metrics_address": settings.metrics_address,
        "data_dir": str(settings.data_dir),
        "auth": settings.auth,
        "model": f"{provider}:{model} ({decided_by})" if settings.models_file is None else f"by {settings.models_file}",
        "embedder": settings.embedder,
        "reranker": settings.reranker,
        "vector_store": settings.vector_store,
    }


if __name__ == "__main__":
    sys.exit(main())
