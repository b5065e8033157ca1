"""Counts that cannot be of the texts that were sent and came back."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from server.domain import Usage
from server.models.plausibility import warn_where_implausible


def usage(uncached: int, output: int, cached: int = 0, reasoning: int = 0) -> Usage:
    return Usage("openai", "gpt-5", uncached, cached, 0, output, reasoning)


@pytest.mark.parametrize(
    ("told", "estimate", "warned"),
    [
        (usage(1000, 100), usage(1000, 100), False),
        (usage(3900, 100), usage(1000, 100), False),
        (usage(4300, 100), usage(1000, 100), True),
        (usage(100, 100), usage(1000, 100), True),
        (usage(100, 100, cached=900), usage(1000, 100), False),
        (usage(1000, 100, reasoning=9000), usage(1000, 100), False),
        (usage(1000, 9100), usage(1000, 100), True),
        (usage(0, 0), usage(1000, 100), True),
        (usage(200, 12), usage(5, 1), False),
    ],
)
def test_a_factor_of_four_and_what_a_provider_may_add(told: Usage, estimate: Usage, warned: bool) -> None:
    with capture_logs() as lines:
        warn_where_implausible("strong", told, estimate)

    assert [line["event"] for line in lines] == (["usage_implausible"] if warned else [])
