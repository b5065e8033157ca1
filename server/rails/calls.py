"""How one rail is called: a declared one directly, any other action by NeMo's dispatcher."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from server.domain import RailVerdict, Verdict
from server.ports import CheckOptions
from server.rails.holds import RailOverran
from server.rails.nemo import NemoRuntime
from server.rails.rail import Rail
from server.rails.verdicts import cause_of, decide, failure, threshold_of

log = structlog.get_logger(__name__)

Running = Coroutine[Any, Any, Any]


class RailCall:
    """One rail, ready to be called.

    NeMo's dispatcher looks up for each text which action a name stands for and how such a thing is called. A declared
    rail (guardrails_config.rail_action) is an async function, found once; and nearly always it finds nothing, for which
    one verdict serves.
    """

    __slots__ = ("_allowed", "_declared", "_redact", "_runtime", "_wanted", "name", "rail")

    def __init__(self, rail: Rail, runtime: NemoRuntime, redact: Callable[[str], str]) -> None:
        self.rail, self.name = rail, rail.info.name
        self._runtime, self._redact = runtime, redact
        self._declared = runtime.declared(rail.action)
        asked = inspect.signature(self._declared.check).parameters if self._declared else rail.variables
        self._wanted = [(name, variable) for name, variable in rail.variables.items() if name in asked]
        self._allowed = RailVerdict(self.name, rail.info.direction, Verdict.ALLOW, threshold=rail.info.threshold)

    def start(self, variables: Mapping[str, Any]) -> Running:
        """The coroutine that checks; nothing of it has run yet."""
        parameters = {name: variables.get(variable) for name, variable in self._wanted}
        if self._declared is not None:
            return self._declared.check(**parameters)
        return self._runtime.run(self.rail.action, {**parameters, **self.rail.constants})

    def verdict(self, found: Any, options: CheckOptions) -> RailVerdict:
        """On what the coroutine has returned."""
        if self._declared is None:
            return decide(self.rail, found, options, self._redact)
        if found is None:
            threshold = threshold_of(self.rail, options)
            if threshold != self._allowed.threshold:
                self._allowed = RailVerdict(self.name, self.rail.info.direction, Verdict.ALLOW, threshold=threshold)
            return self._allowed
        return decide(self.rail, self._declared.outcome(found), options, self._redact)

    def failed(self, error: BaseException) -> RailVerdict:
        """Where it could not check; the log has it, and what it raised without a word of the text."""
        if isinstance(error, RailOverran):
            log.error("rail_overran", rail=self.name, place=str(error))
        else:
            self._runtime.log_error(error)
        return self.unasked(cause_of(error))

    def unasked(self, cause: str) -> RailVerdict:
        """Where it was not to be asked, or did not come to its end."""
        return failure(self.rail, cause)
