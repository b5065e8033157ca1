"""Prices of model calls, from genai-prices' offline table."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import genai_prices

from server.domain import Usage

NANOS = Decimal(1_000_000_000)


def priced(usage: Usage) -> Usage:
    """`usage` with its cost in billionths of a US dollar; unpriced (None) where the table has no such model.

    The table counts cached tokens as part of the input and reasoning tokens as part of the output, so the disjoint
    counts are added up again here.
    """
    if usage.cost_nanos is not None:
        return usage
    counts = genai_prices.Usage(
        input_tokens=usage.uncached_input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens + usage.reasoning_tokens,
    )
    try:
        price: Any = genai_prices.calc_price(counts, usage.model, provider_id=usage.provider)
    except LookupError:
        return usage
    nanos = (Decimal(price.total_price) * NANOS).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return replace(usage, cost_nanos=int(nanos))
