"""Logging, configured in this one place: structlog for our lines and for those of the libraries below us."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import stamina
import structlog

from server.errors import NightdeskError

log = structlog.get_logger()


def configure_logging(form: Literal["console", "json"], level: str) -> None:
    """Write lines to stderr, for people or as JSON. No line holds what customers or models wrote."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor
    if form == "json":
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ]
            if form == "json"
            else [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    stamina.instrumentation.set_on_retry_hooks([log_retry])
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    # structlog filters our own lines; libraries are heard from WARNING on, because their chatter may quote texts.
    logging.getLogger("server").setLevel(level.upper())


def log_retry(details: stamina.instrumentation.RetryDetails) -> None:
    """A line for each retry; none where shared counters are away, as the outage has a line of its own."""
    error = details.caused_by
    if isinstance(error, NightdeskError) and error.reason == "SPEND_COUNTERS_UNAVAILABLE":
        return
    log.warning("retry_scheduled", error_type=type(error).__name__, number=details.retry_num, seconds=details.wait_for)
