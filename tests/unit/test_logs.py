"""What is logged of calls that are made again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina
from structlog.testing import capture_logs

from server.errors import Unavailable
from server.logs import log_retry


@pytest.fixture(autouse=True)
def hooked() -> Iterator[None]:
    stamina.instrumentation.set_on_retry_hooks([log_retry])
    yield
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.mark.parametrize(("reason", "lines"), [("SPEND_COUNTERS_UNAVAILABLE", 0), ("EMBEDDER_UNAVAILABLE", 1)])
def test_a_retry_is_logged_but_where_the_outage_has_its_own_line(reason: str, lines: int) -> None:
    asked = 0

    @stamina.retry(on=Unavailable, attempts=2, wait_initial=0.0, wait_max=0.0)
    def ask() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise Unavailable("away", reason=reason)

    with capture_logs() as logs:
        ask()

    assert [line["event"] for line in logs] == ["retry_scheduled"] * lines
