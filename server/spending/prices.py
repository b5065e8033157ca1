"""Prices of model calls: those of the settings, else genai-prices' offline table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

import genai_prices
from genai_prices.data_snapshot import get_snapshot

from server.domain import ModelPrices, PriceTier, TokenPrices, Usage

TABLE_VERSION = "0.2.3"
TABLE_DATE = "2026-11-04"
"""The newest date, not after its release, that the data of this version of genai-prices speaks of; it has none for the
whole."""

_BATCH = {"processing": "batch"}
_FEES = ("requests_kcount", "output_reasoning_mtok")
"""Prices that four counts of tokens cannot tell: a model that has one is unpriced unless the settings price it."""


class PriceTable:
    """Prices every call; `overrides` are the settings' own prices by deployment, which come first."""

    def __init__(self, overrides: Mapping[str, ModelPrices] | None = None) -> None:
        self._overrides = overrides or {}

    def find(self, deployment: str, provider: str, model: str, *, at: datetime | None = None) -> ModelPrices | None:
        """The prices in force now, or `at` a moment; None where nobody knows them."""
        moment = (at or datetime.now(UTC)).replace(second=0, microsecond=0)
        return self._overrides.get(deployment) or _published(provider, model, moment)

    def priced(self, usage: Usage, *, at: datetime | None = None) -> Usage:
        """`usage` with its cost; one that has a cost keeps it, an unpriced one stays at None.

        A call without any token costs nothing, whatever the prices are.
        """
        if usage.cost_nanos is not None:
            return usage
        if not usage.input_tokens + usage.output_tokens + usage.reasoning_tokens:
            return replace(usage, cost_nanos=0)
        prices = self.find(usage.deployment, usage.provider, usage.model, at=at)
        return usage if prices is None else replace(usage, cost_nanos=prices.cost_nanos(usage))


@lru_cache(maxsize=256)
def _published(provider: str, model: str, at: datetime) -> ModelPrices | None:
    """Some prices change with the date or the time of day, so that they are looked up anew every minute."""
    try:
        _, info = get_snapshot().find_provider_model(model, None, provider, None)
    except LookupError:
        return None
    # What is compared is what has been set: the attribute of a price that is not set is looked up in a registry.
    standard, batch = vars(info.get_prices(at)), vars(info.get_prices(at, _BATCH))
    if any(standard.get(fee) for fee in _FEES) or None in (standard.get("input_mtok"), standard.get("output_mtok")):
        return None
    return ModelPrices(
        prices=_token_prices(standard, 0),
        source=f"genai-prices {genai_prices.__version__}, {TABLE_DATE}",
        tiers=tuple(PriceTier(start, _token_prices(standard, start + 1)) for start in _tier_starts(standard)),
        batch=_token_prices(batch, 0) if batch != standard else None,
    )


def _token_prices(prices: Mapping[str, Any], input_tokens: int) -> TokenPrices:
    """Cached tokens without a price of their own are input like any other."""

    def of(key: str) -> Decimal:
        price = prices.get(key)
        if price is None:
            return of("input_mtok")
        if isinstance(price, Decimal):
            return price
        reached = [tier.price for tier in price.tiers if input_tokens > tier.start]
        return cast("Decimal", reached[-1] if reached else price.base)

    return TokenPrices(of("input_mtok"), of("cache_read_mtok"), of("cache_write_mtok"), of("output_mtok"))


def _tier_starts(prices: Mapping[str, Any]) -> list[int]:
    kinds = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok")
    return sorted({tier.start for kind in kinds for tier in getattr(prices.get(kind), "tiers", ())})
