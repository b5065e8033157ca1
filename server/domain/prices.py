"""What a model's tokens cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from server.domain.models import Usage

NANOS_PER_DOLLAR = 1_000_000_000
TOKENS_PER_PRICE = 1_000_000


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """US dollars for a million tokens of each kind; reasoning is charged as output."""

    input: Decimal
    cache_read: Decimal
    cache_write: Decimal
    output: Decimal

    def cost_nanos(self, usage: Usage) -> int:
        """The cost in billionths of a US dollar: summed exactly, then rounded once, halves up."""
        dollars_by_million = (
            usage.uncached_input_tokens * self.input
            + usage.cache_read_tokens * self.cache_read
            + usage.cache_write_tokens * self.cache_write
            + (usage.output_tokens + usage.reasoning_tokens) * self.output
        )
        nanos = dollars_by_million * NANOS_PER_DOLLAR / TOKENS_PER_PRICE
        return int(nanos.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class PriceTier:
    """Prices of every token of a call whose input has more than `above` tokens, cached ones included."""

    above: int
    prices: TokenPrices


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """A model's prices, and where they are from, with their date.

    `tiers` are in rising order. `batch` are those of the provider's batch API; None where none are known.
    """

    prices: TokenPrices
    source: str
    tiers: tuple[PriceTier, ...] = ()
    batch: TokenPrices | None = None

    def of(self, input_tokens: int) -> TokenPrices:
        """Those of a call with so many input tokens, cached ones included."""
        chosen = self.prices
        for tier in self.tiers:
            if input_tokens > tier.above:
                chosen = tier.prices
        return chosen

    def cost_nanos(self, usage: Usage) -> int:
        return self.of(usage.input_tokens).cost_nanos(usage)

    def most_nanos(self, input_tokens: int, output_tokens: int) -> int:
        """The most that a call with at most so many tokens can cost, however its input is cached."""
        reachable = [self.prices, *(tier.prices for tier in self.tiers if input_tokens > tier.above)]
        dearest_input = max(max(prices.input, prices.cache_read, prices.cache_write) for prices in reachable)
        dearest_output = max(prices.output for prices in reachable)
        most = TokenPrices(dearest_input, dearest_input, dearest_input, dearest_output)
        return most.cost_nanos(Usage("", "", uncached_input_tokens=input_tokens, output_tokens=output_tokens))
