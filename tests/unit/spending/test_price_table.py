"""The price table: invoices computed by hand, tiers, batch prices, and what the settings say instead."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot

from server.domain import ModelPrices, PriceTier, TokenPrices, Usage
from server.spending.prices import TABLE_VERSION, PriceTable

NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)
OWN = TokenPrices(Decimal("0.2"), Decimal("0.05"), Decimal("0.2"), Decimal("0.8"))


@pytest.mark.parametrize(
    ("usage", "nanos"),
    [
        # Dollars a million tokens: input 0.40, cached 0.10, output 1.60.
        # 1,276 x 400 + 1,024 x 100 + 311 x 1,600 billionths.
        (Usage("openai", "gpt-4.1-mini", 1_276, 1_024, 0, 311), 510_400 + 102_400 + 497_600),
        # Reasoning is output: 0.25, 0.025, 2.00. 57 x 250 + 1,920 x 25 + (88 + 640) x 2,000.
        (Usage("openai", "gpt-5-mini", 57, 1_920, 0, 88, 640), 14_250 + 48_000 + 1_456_000),
        # 0.15, 0.075, 0.60: 7 x 75 = 525 whole billionths, nothing is lost to rounding.
        (Usage("openai", "gpt-4o-mini", 1, 7, 0, 1), 150 + 525 + 600),
        # 1.75, 0.175, 14: 3 x 175 = 525.
        (Usage("openai", "gpt-5.2", 1_001, 3, 0, 17), 1_751_750 + 525 + 238_000),
        # Claude Haiku 4.5: 1.00, read 0.10, written 1.25, output 5.00.
        (Usage("anthropic", "claude-haiku-4-5", 21, 2_048, 513, 190), 21_000 + 204_800 + 641_250 + 950_000),
        # Claude Opus 4.5: 5.00, read 0.50, written 6.25, output 25.00.
        (Usage("anthropic", "claude-opus-4-5", 4, 9_999, 1, 1), 20_000 + 4_999_500 + 6_250 + 25_000),
    ],
)
def test_calls_cost_what_the_invoice_says(usage: Usage, nanos: int) -> None:
    assert PriceTable().priced(usage, at=NOVEMBER).cost_nanos == nanos


def test_above_a_tiers_limit_every_token_has_the_tiers_price() -> None:
    table = PriceTable()
    at_the_limit = Usage("anthropic", "claude-sonnet-4-5", 100_000, 100_000, 0, 10)
    above = Usage("anthropic", "claude-sonnet-4-5", 100_001, 100_000, 0, 10)

    # 3.00, read 0.30, output 15.00; above 200,000 tokens of input 6.00, 0.60 and 22.50.
    assert table.priced(at_the_limit, at=NOVEMBER).cost_nanos == 300_000_000 + 30_000_000 + 150_000
    assert table.priced(above, at=NOVEMBER).cost_nanos == 600_006_000 + 60_000_000 + 225_000


def test_the_sum_is_rounded_once_and_halves_go_up() -> None:
    # 0.0375 dollars a million are 37.5 billionths a token: two such parts are 75, not twice 38.
    half = TokenPrices(Decimal("0.0375"), Decimal("0.0375"), Decimal("0.0375"), Decimal("0.0375"))

    assert half.cost_nanos(Usage("", "", uncached_input_tokens=1, output_tokens=1)) == 75
    assert half.cost_nanos(Usage("", "", uncached_input_tokens=1)) == 38


def test_the_settings_prices_come_first_and_say_so() -> None:
    table = PriceTable({"ours": ModelPrices(OWN, "settings, 2026-11-01")})
    usage = Usage("openai", "gpt-4.1-mini", 1_000, 100, 0, 10, deployment="ours")

    assert table.priced(usage).cost_nanos == 200_000 + 5_000 + 8_000
    found = table.find("ours", "openai", "gpt-4.1-mini")
    assert found is not None
    assert found.source == "settings, 2026-11-01"


def test_published_prices_name_their_version_and_date() -> None:
    found = PriceTable().find("", "anthropic", "claude-haiku-4-5", at=NOVEMBER)

    assert found is not None
    assert found.source == "genai-prices 0.2.3, 2026-11-04"
    # Whoever raises the version looks for its date as well.
    assert version("genai-prices") == TABLE_VERSION


def test_batch_prices_are_told_where_they_are_known() -> None:
    haiku = PriceTable().find("", "anthropic", "claude-haiku-4-5", at=NOVEMBER)
    before_they_were_known = PriceTable().find("", "anthropic", "claude-haiku-4-5", at=datetime(2026, 1, 1, tzinfo=UTC))

    assert haiku is not None
    assert haiku.batch == TokenPrices(Decimal("0.5"), Decimal("0.05"), Decimal("0.625"), Decimal("2.5"))
    assert before_they_were_known is not None
    assert before_they_were_known.batch is None


def test_unpriced_is_not_free_but_a_call_without_tokens_is() -> None:
    table = PriceTable()

    assert table.find("ours", "openai", "a-model-of-our-own") is None
    assert table.priced(Usage("openai", "a-model-of-our-own", output_tokens=5)).cost_nanos is None
    assert table.priced(Usage("openai", "a-model-of-our-own")).cost_nanos == 0


def test_the_most_a_call_can_cost_looks_at_every_tier_and_kind_it_may_fall_into() -> None:
    dearer = TokenPrices(Decimal(2), Decimal("0.2"), Decimal("2.5"), Decimal(8))
    prices = ModelPrices(
        TokenPrices(Decimal(1), Decimal("0.1"), Decimal("1.25"), Decimal(4)), "", (PriceTier(1_000, dearer),)
    )

    assert prices.most_nanos(1_000, 10) == 1_250_000 + 40_000
    assert prices.most_nanos(1_001, 10) == 2_502_500 + 80_000


def models(provider: str) -> list[str]:
    found = next(entry for entry in get_snapshot().providers if entry.id == provider)
    return [model.id for model in found.models]


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "mistral", "deepseek", "groq"])
def test_every_published_model_costs_what_genai_prices_says(provider: str) -> None:
    table, chance, compared = PriceTable(), random.Random(7), 0
    for model in models(provider):
        fresh, read, written, said = (chance.randrange(0, 260_000) for _ in range(4))
        usage = Usage(provider, model, fresh, read, written, said, reasoning_tokens=99)
        cost = table.priced(usage, at=NOVEMBER).cost_nanos
        if cost is None:
            continue
        counts = genai_prices.Usage(
            input_tokens=usage.input_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            output_tokens=usage.output_tokens + usage.reasoning_tokens,
        )
        theirs = genai_prices.calc_price(counts, model, provider_id=provider, genai_request_timestamp=NOVEMBER)
        assert cost == (theirs.total_price * 10**9).quantize(Decimal(1), rounding=ROUND_HALF_UP), model
        compared += 1
    assert compared > len(models(provider)) / 2
