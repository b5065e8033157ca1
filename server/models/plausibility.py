"""Compares a provider's token counts with our own estimate."""

from __future__ import annotations

import structlog

from server.domain import Usage

FACTOR = 4
"""The estimate takes four bytes a token. Text of one byte a token (digits, random letters) and of sixteen (long runs of
blanks) are the ends of what tokenisers make of real texts; beyond them the count is of something else."""
SLACK_TOKENS = 250
"""What a provider may add to any request: the frame of each message, instructions of its own."""

log = structlog.get_logger()


def warn_where_implausible(deployment: str, told: Usage, estimate: Usage) -> None:
    """Log `usage_implausible`, with counts only. The provider's counts are used all the same: it charges by them.

    Reasoning is left out: nothing of it can be seen, so that there is nothing to compare it with.
    """
    pairs = ((told.input_tokens, estimate.uncached_input_tokens), (told.output_tokens, estimate.output_tokens))
    if not all(_plausible(count, expected) for count, expected in pairs):
        log.warning(
            "usage_implausible",
            deployment=deployment,
            input_tokens=told.input_tokens,
            estimated_input_tokens=estimate.uncached_input_tokens,
            output_tokens=told.output_tokens,
            estimated_output_tokens=estimate.output_tokens,
        )


def _plausible(count: int, expected: int) -> bool:
    return count <= FACTOR * expected + SLACK_TOKENS and expected <= FACTOR * count + SLACK_TOKENS
