"""What Prometheus sees of turns."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from server.domain import Turn

TURNS = Counter("nightdesk_turns_total", "Turns that ended.", ["finish_reason", "prompt_version"])
TURNS_IN_FLIGHT = Gauge("nightdesk_turns_in_flight", "Turns that run now.")
TURN_SECONDS = Histogram("nightdesk_turn_duration_seconds", "How long turns took.")
FIRST_TOKEN_SECONDS = Histogram("nightdesk_turn_first_token_seconds", "Time to the first text of a turn.")
COST = Counter("nightdesk_turn_cost_dollars_total", "What priced turns cost, in US dollars.", ["model"])
UNPRICED = Counter("nightdesk_unpriced_turns_total", "Turns with a call whose price is not known.", ["model"])
VERDICTS = Counter("nightdesk_rail_verdicts_total", "Verdicts of rails.", ["rail", "verdict"])


def observe(turn: Turn) -> None:
    """Count one turn that ended."""
    TURNS.labels(turn.finish_reason.value, str(turn.prompt_version)).inc()
    TURN_SECONDS.observe(turn.timings.get("total", 0.0))
    if "first_token" in turn.timings:
        FIRST_TOKEN_SECONDS.observe(turn.timings["first_token"])
    for usage in turn.usage:
        if usage.cost_nanos is None:
            UNPRICED.labels(usage.model).inc()
        else:
            COST.labels(usage.model).inc(usage.cost_nanos / 1e9)
    for verdict in turn.rail_verdicts:
        VERDICTS.labels(verdict.rail, verdict.verdict.value).inc()
