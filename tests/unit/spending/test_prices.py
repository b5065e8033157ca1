"""Prices: each kind of token at its own rate, unknown models unpriced."""

from __future__ import annotations

from server.domain import Usage
from server.spending.prices import PriceTable

priced = PriceTable().priced


def cost(**counts: int) -> int:
    nanos = priced(Usage("anthropic", "claude-haiku-4-5", **counts)).cost_nanos  # type: ignore[arg-type]
    assert nanos is not None
    return nanos


def test_input_and_output_are_priced_to_the_nano_dollar() -> None:
    # 1 dollar a million input tokens, 5 dollars a million output tokens.
    assert cost(uncached_input_tokens=1234) == 1_234_000
    assert cost(output_tokens=77) == 385_000


def test_cached_tokens_have_their_own_rates() -> None:
    # Reading costs a tenth of the input's rate, writing five quarters of it.
    assert cost(cache_read_tokens=1000) == 100_000
    assert cost(cache_write_tokens=1000) == 1_250_000


def test_the_parts_add_up() -> None:
    parts = {"uncached_input_tokens": 10, "cache_read_tokens": 20, "cache_write_tokens": 30, "output_tokens": 40}

    assert cost(**parts) == sum(cost(**{name: count}) for name, count in parts.items())


def test_reasoning_is_priced_as_output() -> None:
    assert cost(reasoning_tokens=100) == cost(output_tokens=100)


def test_an_unknown_model_is_unpriced_which_is_not_free() -> None:
    assert priced(Usage("openai", "a-model-of-our-own", output_tokens=5)).cost_nanos is None


def test_a_price_that_is_known_already_stays() -> None:
    assert priced(Usage("nightdesk", "extractive", cost_nanos=0)).cost_nanos == 0
