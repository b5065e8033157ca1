"""The ledger's charges beside a provider's own count of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.models.counting_upstream import Charged
from server.ledger.tables import ChargeRow

RATES = {"openai": (400, 100, 400, 1_600), "anthropic": (1_000, 100, 1_250, 5_000)}
"""Billionths a token of gpt-4.1-mini and claude-haiku-4-5 by the providers' pages: input, read, written, output."""


def print_comparison(rows: Iterable[ChargeRow], counted: dict[str, Charged]) -> None:
    """Each row against what the provider counted for the same call."""
    told, cut = Sums(), Sums()
    unmatched = dict(counted)
    kinds: dict[str, Sums] = {}
    for row in rows:
        upstream = unmatched.pop(f"{row.turn_id}/{row.purpose}/{row.deployment}", Charged())
        (cut if row.estimated else told).add(row, upstream)
        if row.estimated:
            stage = "after" if row.output_tokens else "before"
            kinds.setdefault(f"{row.outcome} {stage} the first text, {row.deployment}", Sums()).add(row, upstream)
    print("  counts told by the provider (complete answers and refused requests):")
    print(f"    {told}")
    print("  counts never told (cut, stalled, timed out, cancelled, usage missing), estimated:")
    print(f"    {cut}")
    for kind, sums in sorted(kinds.items()):
        print(f"      {kind}: {sums.short()}")
    whole = Sums.of(told, cut)
    print(f"  all: {whole.short()}; calls that the provider saw and the ledger did not: {len(unmatched)}")


@dataclass
class Sums:
    """Tokens and billionths of the ledger's rows and of the provider's count."""

    calls: int = 0
    ours: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    differing: int = 0

    def add(self, row: ChargeRow, upstream: Charged) -> None:
        ours = Counter(
            input=row.uncached_input_tokens + row.cache_read_tokens + row.cache_write_tokens,
            output=row.output_tokens + row.reasoning_tokens,
            nanos=row.cost_nanos or 0,
        )
        theirs = Counter(
            input=upstream.fresh + upstream.read + upstream.written,
            output=upstream.output + upstream.reasoning,
            nanos=_price(row.deployment, upstream),
        )
        kinds = (row.uncached_input_tokens, row.cache_read_tokens, row.cache_write_tokens, row.output_tokens)
        same_kinds = kinds == (upstream.fresh, upstream.read, upstream.written, upstream.output)
        self.calls += 1
        self.differing += ours != theirs or not same_kinds
        self.ours += ours
        self.theirs += theirs

    @classmethod
    def of(cls, *parts: Sums) -> Sums:
        whole = cls()
        for part in parts:
            whole.calls += part.calls
            whole.differing += part.differing
            whole.ours += part.ours
            whole.theirs += part.theirs
        return whole

    def __str__(self) -> str:
        return (
            f"{self.calls} calls, {self.differing} differ; "
            f"ledger {self.ours['input']:,} + {self.ours['output']:,} tokens, "
            f"provider {self.theirs['input']:,} + {self.theirs['output']:,}; "
            f"ledger {self.ours['nanos']:,} nanos, provider {self.theirs['nanos']:,}: "
            f"difference {self.ours['nanos'] - self.theirs['nanos']:,}"
        )

    def short(self) -> str:
        parts = [
            f"{kind} {self.ours[kind] - self.theirs[kind]:+,} of {self.theirs[kind]:,} "
            f"({100 * (self.ours[kind] / self.theirs[kind] - 1) if self.theirs[kind] else 0:+.2f} %)"
            for kind in ("input", "output", "nanos")
        ]
        return f"{self.calls} calls, {', '.join(parts)}"


def _price(deployment: str, upstream: Charged) -> int:
    """By hand: no table, no rounding, as every rate is a whole number of billionths."""
    fresh, read, written, output = RATES[deployment]
    return (
        upstream.fresh * fresh
        + upstream.read * read
        + upstream.written * written
        + (upstream.output + upstream.reasoning) * output
    )
