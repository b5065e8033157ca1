"""How a file of actions/ declares a rail: one decorator over one function that says what it found."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypeVar, cast

from nemoguardrails.actions import action
from nemoguardrails.actions.rail_outcome import RailOutcome

from guardrails_config.detectors.patterns import Finding

Check = Callable[..., Awaitable[Finding | RailOutcome | None]]
Outcome = Callable[..., Awaitable[RailOutcome]]
Action = TypeVar("Action", bound=Callable[..., Any])

USUAL_THRESHOLD = 0.8
_NOTHING = RailOutcome.allow(metadata={"score": 0.0})
"""Shared: outcomes cannot be changed, and to make one takes as long as many a check."""


def rail(
    name: str,
    *,
    direction: Literal["input", "context", "output"],
    threshold: float = USUAL_THRESHOLD,
    mode: Literal["block", "flag"] = "block",
    judged: bool = False,
    on_error: Literal["block", "flag"] = "block",
    unit: Literal["piece", "sentence", "answer"] = "piece",
) -> Callable[[Check], Outcome]:
    """Make a rail of an async function, which returns what it found, or None. Raises TypeError for another one.

    The function names those of these parameters that it wants: `text`; `earlier`, the customer's messages before it,
    newest last; `sources`, what an answer was written from; `public`, texts whose personal data and links
    it may repeat; `config`, NeMo's configuration with its `custom_data`;
    `judge`, server.ports.Judge or None; `caller`, server.domain.CallerSignals or None. config.yml may set `threshold`,
    `mode`, `on_error` and `enabled` otherwise under `custom_data.rails.NAME`.

    Args:
        name: what verdicts call it, for example "prompt injection".
        direction: a customer's message, a chunk of a document, or an answer.
        threshold: the score, 0 to 1, from which it blocks. A score of 0 never does.
        mode: "flag" only notes what "block" would stop.
        judged: it asks a model; it runs after the others, and only where none of them blocks.
        on_error: what becomes of a text that it could not check.
        unit: of an answer, it sees each piece of the stream behind what was shown before, each sentence, or the whole.
    """

    def declare(check: Check) -> Outcome:
        if not inspect.iscoroutinefunction(check):
            known_as = getattr(check, "__name__", repr(check))
            raise TypeError(f"rail {name!r} is made of {known_as}, which is no async function; write it as `async def`")
        signature = inspect.signature(check)
        wanted = tuple(signature.parameters)

        @functools.wraps(check)
        async def run(*args: Any, config: Any = None, **given: Any) -> RailOutcome:
            # NeMo's own streaming gives every action all that there is.
            given["config"] = config
            taken = {parameter: given[parameter] for parameter in wanted if parameter in given}
            return outcome(await check(*args, **taken), config)

        def outcome(found: Finding | RailOutcome | None, config: Any) -> RailOutcome:
            if isinstance(found, Finding):
                return _outcome(found, _configured(config, name, threshold))
            return _NOTHING if found is None else found

        if "config" not in wanted:
            # NeMo gives its configuration to an action that names it.
            configured = inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None)
            signature = signature.replace(parameters=[*signature.parameters.values(), configured])
        declared = {
            "name": name,
            "direction": direction,
            "threshold": threshold,
            "mode": mode,
            "judged": judged,
            "on_error": on_error,
            "unit": unit,
        }
        # The server calls `check` itself, some hundred times an answer; a Colang flow and NeMo's streaming call `run`.
        vars(run).update(__signature__=signature, rail=declared, check=check, outcome=outcome)
        return cast("Outcome", action(name=f"check_{name.replace(' ', '_')}")(run))

    return declare


def rail_action(name: str) -> Callable[[Action], Action]:
    """Register a function that is no rail under the name by which it is called."""
    return cast("Callable[[Action], Action]", action(name=name))


def _configured(config: Any, name: str, declared: float) -> float:
    """The threshold that holds where a Colang flow executes the action; the server decides by itself."""
    rails: Mapping[str, Any] = (config.custom_data.get("rails") or {}) if config is not None else {}
    return float((rails.get(name) or {}).get("threshold", declared))


def _outcome(found: Finding, threshold: float) -> RailOutcome:
    """NeMo's outcome, with score, threshold, category and evidence in its metadata."""
    metadata = {
        "category": found.category,
        "score": found.score,
        "threshold": threshold,
        "evidence": found.evidence,
    }
    made = RailOutcome.block if 0 < found.score >= threshold else RailOutcome.allow
    return made(metadata=metadata)
