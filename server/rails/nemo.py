"""NeMo Guardrails with one configuration: its actions and flows, each run alone.

Two ways lead from a flow to its verdict. `LLMRails.check_async` interprets the flow: about 25 ms of CPU a rail. A flow
that does no more than execute one action and stop where the outcome is a block needs no interpreter: its action is run
through NeMo's action dispatcher in a few microseconds, as NeMo itself does for streamed output, and a declared rail by
calling its function. Only flows with a logic of their own, or whose action needs NeMo's language model, take the long
way.
"""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.domain import Direction
from server.errors import SettingsError
from server.rails.action_files import failed_files, require_actions

if TYPE_CHECKING:
    from nemoguardrails.actions.rail_outcome import RailOutcome

_SECTIONS = {Direction.INPUT: "input", Direction.CONTEXT: "retrieval", Direction.OUTPUT: "output"}
_DISPATCHER = "nemoguardrails.actions.action_dispatcher"
_GIVEN = ("config", "context")
"""Parameters that NeMo Guardrails gives to every action that names them."""


@dataclass(frozen=True, slots=True)
class PlainFlow:
    """A flow that executes one action and stops where it blocks. A parameter such as "$user_message" is a variable."""

    name: str
    action: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeclaredRail:
    """An async function that guardrails_config.rail_action has declared, without what makes an action of it.

    `outcome`: NeMo's outcome of what the function found; None where it is neither a finding nor an outcome.
    """

    check: Callable[..., Coroutine[Any, Any, Any]]
    outcome: Callable[[Any], RailOutcome | None]


@dataclass(frozen=True, slots=True)
class FlowResult:
    """What NeMo's interpreter made of a text: the rail that blocked it or "", and the text as it was left."""

    blocked_by: str
    text: str


class NemoRuntime:
    """One loaded configuration. Safe to share among concurrent turns of one event loop.

    Attributes:
        plain: by direction, the listed flows that need no interpreter.
        interpreted: by direction, the names of the others.
    """

    def __init__(self, app: Any) -> None:
        from nemoguardrails.actions.rail_outcome import RailOutcome  # noqa: PLC0415 - seconds to import
        from nemoguardrails.exceptions import LLMCallException  # noqa: PLC0415

        self._outcome, self._lets_through = RailOutcome, LLMCallException
        self._app = app
        self._dispatcher = app.runtime.action_dispatcher
        self.config: Any = app.config
        self.custom_data: Mapping[str, Any] = app.config.custom_data
        self.plain: dict[Direction, list[PlainFlow]] = {}
        self.interpreted: dict[Direction, list[str]] = {}
        for direction in Direction:
            self._sort_out(direction)

    @classmethod
    def load(cls, config_dir: Path) -> NemoRuntime:
        """Read and validate a configuration folder. Raises SettingsError saying what is wrong with it."""
        os.environ["DO_NOT_TRACK"] = "1"  # NeMo Guardrails reports its use to its makers unless told not to.
        from nemoguardrails import LLMRails, RailsConfig  # noqa: PLC0415 - seconds to import
        from yaml import YAMLError  # noqa: PLC0415 - loaded with NeMo Guardrails

        _keep_texts_out_of_logs()
        try:
            with failed_files() as reasons:
                runtime = cls(LLMRails(RailsConfig.from_path(str(config_dir))))
        except YAMLError as error:
            problem, mark = getattr(error, "problem", None) or error, getattr(error, "problem_mark", None)
            line = f" at line {mark.line + 1}" if mark else ""
            raise SettingsError(
                f"The rails in {config_dir} are not valid YAML: {problem}{line}.", fix="Mend config.yml."
            ) from error
        except (ValueError, TypeError, KeyError, OSError, RuntimeError, AttributeError, ImportError) as error:
            raise SettingsError(
                f"The rails in {config_dir} do not load: {error}",
                fix="Mend config.yml or the flow it names, or unset NIGHTDESK_GUARDRAILS_DIR.",
            ) from error
        require_actions(config_dir, runtime.actions(), reasons)
        return runtime

    def actions(self) -> Mapping[str, Any]:
        """The functions and classes that are registered, by name; those of NeMo's library only once they are used."""
        return dict(self._dispatcher.registered_actions.items())

    def action(self, name: str) -> Any:
        """The function registered under `name`. Raises SettingsError where there is none."""
        function = self._dispatcher.get_action(name)
        if function is None:
            raise SettingsError(
                f"The rails have no action {name!r}.", fix="Put back the file in actions/ that declares it."
            )
        return function

    def declared(self, name: str) -> DeclaredRail | None:
        """The rail that the action `name` was made of; None where the action is not one of ours."""
        action = self.action(name)
        check, outcome = getattr(action, "check", None), getattr(action, "outcome", None)
        if check is None or outcome is None or not inspect.iscoroutinefunction(check):
            return None

        def known(found: Any) -> RailOutcome | None:
            made = outcome(found, self.config)
            return made if isinstance(made, self._outcome) else None

        return DeclaredRail(check, known)

    def log_error(self, error: BaseException) -> None:
        """As the dispatcher logs what an action raised: its type and place, and nothing of a text."""
        logging.getLogger(_DISPATCHER).error(error)

    async def run(self, action: str, parameters: Mapping[str, Any]) -> RailOutcome | None:
        """Execute an action. None where it failed or returned something else than an outcome."""
        try:
            result, _ = await self._dispatcher.execute_action(action, parameters)
        except self._lets_through:
            return None
        return result if isinstance(result, self._outcome) else None

    async def run_flows(self, direction: Direction, text: str, variables: Mapping[str, Any]) -> FlowResult:
        """Let NeMo's interpreter run the flows of `direction` that have a logic of their own."""
        from nemoguardrails.rails.llm.options import RailStatus, RailType  # noqa: PLC0415 - loaded with the configuration

        # NeMo puts a message before an answer that has none, in front of the context, and then runs no rail.
        said = [("user", text)] if direction is Direction.INPUT else [("user", ""), ("assistant", text)]
        messages = [{"role": "context", "content": dict(variables)}]
        messages += [{"role": role, "content": content} for role, content in said]
        try:
            result = await self._app.check_async(messages, rail_types=[RailType(_SECTIONS[direction])])
        finally:
            self._app.events_history_cache.clear()  # It would keep every text for good.
        blocked = result.status is RailStatus.BLOCKED
        return FlowResult((result.rail or "flow") if blocked else "", text if blocked else result.content)

    def _sort_out(self, direction: Direction) -> None:
        """Tell the plain flows from the others, and leave only the latter to NeMo's interpreter."""
        section = getattr(self._app.config.rails, _SECTIONS[direction])
        flows = {name: self._plain(name) for name in section.flows}
        self.plain[direction] = [flow for flow in flows.values() if flow is not None]
        self.interpreted[direction] = section.flows = [name for name, flow in flows.items() if flow is None]
        if direction is Direction.CONTEXT and section.flows:
            raise SettingsError(
                f"The retrieval flow {section.flows[0]!r} does more than execute one action and stop on a block.",
                fix="Move its logic into the action: NeMo Guardrails cannot run retrieval flows by themselves.",
            )

    def _plain(self, name: str) -> PlainFlow | None:
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
        given = {p.name: f"${p.name}" for p in wanted if p.name in _GIVEN}
        return PlainFlow(name, action, {**parameters, **given})


def _is_execution(step: Mapping[str, Any]) -> bool:
    return step["action_name"] not in ("utter", "create_event")


def _only_stops(steps: Sequence[Mapping[str, Any]], executed: Mapping[str, Any]) -> bool:
    """Whether nothing but a block of the action decides about what the flow does."""
    blocked = f"${executed.get('action_result_key')}.is_blocked"
    conditions = [step["expression"] for step in steps if step["_type"] == "if"]
    kinds = {step["_type"] for step in steps}
    return conditions == [blocked] and kinds <= {"meta", "run_action", "if"}


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
    dispatcher = logging.getLogger(_DISPATCHER)
    if not any(isinstance(existing, _WithoutTexts) for existing in dispatcher.filters):
        dispatcher.addFilter(_WithoutTexts())
