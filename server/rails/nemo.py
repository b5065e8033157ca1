"""NeMo Guardrails with one configuration: its rails in their order, each run alone.

Two ways lead from a flow to its verdict. `LLMRails.check_async` interprets the flow: about 25 ms of CPU a rail. A flow
that does no more than execute one action and stop where the outcome is a block needs no interpreter: its action is run
through NeMo's action dispatcher in a few microseconds, as NeMo itself does for streamed output. Only flows with a logic
of their own, or whose action needs NeMo's language model, take the long way.
"""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.domain import Direction
from server.errors import SettingsError

if TYPE_CHECKING:
    from nemoguardrails.actions.rail_outcome import RailOutcome

_SECTIONS = {Direction.INPUT: "input", Direction.CONTEXT: "retrieval", Direction.OUTPUT: "output"}
_GIVEN = ("config", "context")
"""Parameters that NeMo Guardrails gives to every action that names them."""


@dataclass(frozen=True, slots=True)
class Rail:
    """A flow that executes one action.

    `parameters` are the flow's; a value such as "$user_message" names a variable. `given` are those of _GIVEN that the
    action wants.
    """

    name: str
    action: str
    parameters: Mapping[str, Any]
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowResult:
    """What NeMo's interpreter made of a text: the rail that blocked it or "", and the text as it was left."""

    blocked_by: str
    text: str


class NemoRuntime:
    """One loaded configuration. Safe to share among concurrent turns of one event loop."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._dispatcher = app.runtime.action_dispatcher
        self.custom_data: Mapping[str, Any] = app.config.custom_data
        self.rails: dict[Direction, list[Rail]] = {}
        self.flows: dict[Direction, list[str]] = {}
        for direction in Direction:
            self._sort_out(direction)

    @classmethod
    def load(cls, config_dir: Path) -> NemoRuntime:
        """Read and validate a configuration folder. Raises SettingsError saying what is wrong with it."""
        os.environ["DO_NOT_TRACK"] = "1"  # NeMo Guardrails reports its use to its makers unless told not to.
        from nemoguardrails import LLMRails, RailsConfig  # noqa: PLC0415 - seconds to import

        _keep_texts_out_of_logs()
        try:
            return cls(LLMRails(RailsConfig.from_path(str(config_dir))))
        except (ValueError, TypeError, KeyError, OSError, RuntimeError, AttributeError, ImportError) as error:
            raise SettingsError(
                f"The rails in {config_dir} do not load: {error}",
                fix="Mend config.yml or the flow it names, or unset NIGHTDESK_GUARDRAILS_DIR.",
            ) from error

    def action(self, name: str) -> Any:
        """The function registered under `name`. Raises SettingsError where there is none."""
        function = self._dispatcher.get_action(name)
        if function is None:
            raise SettingsError(
                f"The rails have no action {name!r}.",
                fix="Its file in actions/ is missing or could not be imported; the log above says which.",
            )
        return function

    async def run(self, rail: Rail, variables: Mapping[str, Any]) -> RailOutcome | None:
        """Execute the rail's action. None where it failed or returned something else than an outcome."""
        from nemoguardrails.actions.rail_outcome import RailOutcome  # noqa: PLC0415 - loaded with the configuration

        given = {"config": self._app.config, "context": variables}
        parameters = {name: _value(value, variables) for name, value in rail.parameters.items()}
        parameters |= {name: given[name] for name in rail.given}
        result, _ = await self._dispatcher.execute_action(rail.action, parameters)
        return result if isinstance(result, RailOutcome) else None

    async def run_flows(self, direction: Direction, text: str, variables: Mapping[str, Any]) -> FlowResult:
        """Let NeMo's interpreter run the flows of `direction` that have a logic of their own."""
        from nemoguardrails.rails.llm.options import RailStatus, RailType  # noqa: PLC0415 - loaded with the configuration

        role = "user" if direction is Direction.INPUT else "assistant"
        messages = [{"role": "context", "content": dict(variables)}, {"role": role, "content": text}]
        try:
            result = await self._app.check_async(messages, rail_types=[RailType(_SECTIONS[direction])])
        finally:
            self._app.events_history_cache.clear()  # It would keep every text for good.
        blocked = result.status is RailStatus.BLOCKED
        return FlowResult((result.rail or "flow") if blocked else "", text if blocked else result.content)

    def _sort_out(self, direction: Direction) -> None:
        """Tell the rails from the other flows, and leave only the latter to NeMo's interpreter."""
        section = getattr(self._app.config.rails, _SECTIONS[direction])
        rails = {name: self._rail(name) for name in section.flows}
        self.rails[direction] = [rail for rail in rails.values() if rail is not None]
        self.flows[direction] = section.flows = [name for name, rail in rails.items() if rail is None]
        if direction is Direction.CONTEXT and section.flows:
            raise SettingsError(
                f"The retrieval flow {section.flows[0]!r} does more than execute one action and stop on a block.",
                fix="Move its logic into the action: NeMo Guardrails cannot run retrieval flows by themselves.",
            )

    def _rail(self, name: str) -> Rail | None:
        flow = next((flow for flow in self._app.config.flows if flow.get("id") == name), None)
        if flow is None:  # NeMo has made sure that it exists: its name here carries parameters.
            return None
        executed = [step for step in flow["elements"] if step["_type"] == "run_action" and _is_execution(step)]
        if len(executed) != 1 or not _only_stops(flow["elements"], executed[0]):
            return None
        action, parameters = executed[0]["action_name"], dict(executed[0]["action_params"] or {})
        wanted = inspect.signature(self.action(action)).parameters.values()
        unmet = [
            p for p in wanted if p.default is p.empty and p.kind is not p.VAR_KEYWORD and p.kind is not p.VAR_POSITIONAL
        ]
        if any(p.name not in parameters and p.name not in _GIVEN for p in unmet):
            return None
        return Rail(name, action, parameters, tuple(p.name for p in wanted if p.name in _GIVEN))


def _is_execution(step: Mapping[str, Any]) -> bool:
    return step["action_name"] not in ("utter", "create_event")


def _only_stops(steps: Sequence[Mapping[str, Any]], executed: Mapping[str, Any]) -> bool:
    """Whether nothing but a block of the action decides about what the flow does."""
    blocked = f"${executed.get('action_result_key')}.is_blocked"
    conditions = [step["expression"] for step in steps if step["_type"] == "if"]
    kinds = {step["_type"] for step in steps}
    return conditions == [blocked] and kinds <= {"meta", "run_action", "if"}


def _value(value: Any, variables: Mapping[str, Any]) -> Any:
    return variables.get(value[1:]) if isinstance(value, str) and value.startswith("$") else value


class _WithoutTexts(logging.Filter):
    """Takes out of the dispatcher's records what an action was given: customers' texts and the whole configuration."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.msg if isinstance(record.msg, BaseException) else None
        if error is None:
            return not str(record.msg).startswith("Error while execution")
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "an unknown place"
        record.msg, record.args, record.exc_info = f"A rail's action raised {type(error).__name__} at {where}", (), None
        return True


def _keep_texts_out_of_logs() -> None:
    logging.getLogger("nemoguardrails").setLevel(logging.WARNING)
    dispatcher = logging.getLogger("nemoguardrails.actions.action_dispatcher")
    if not any(isinstance(existing, _WithoutTexts) for existing in dispatcher.filters):
        dispatcher.addFilter(_WithoutTexts())
