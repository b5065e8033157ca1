"""The rails of a configuration: what the actions' files and the flows declare, and what config.yml says otherwise."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.domain import Direction, RailInfo, RailMode
from server.errors import SettingsError
from server.rails.action_files import source_files
from server.rails.nemo import NemoRuntime, PlainFlow
from server.rails.rail import Rail, Unit

PARAMETERS = ("text", "earlier", "sources", "public", "config", "judge", "caller")
"""What the function of a rail may ask for."""


Model = TypeVar("Model", bound=BaseModel)


class Overrides(BaseModel):
    """`custom_data.rails.NAME` of config.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float = Field(default=1.0, ge=0, le=1, allow_inf_nan=False)
    mode: RailMode = RailMode.BLOCK
    on_error: Literal["block", "flag"] = "block"
    enabled: bool = True


class Declaration(Overrides):
    """What the decorator of guardrails_config.rail_action notes on an action, with the overrides."""

    name: str = Field(min_length=1, max_length=64)
    direction: Direction
    judged: bool = False
    unit: Unit = Unit.PIECE


def configured_rails(runtime: NemoRuntime, folder: Path) -> dict[Direction, tuple[Rail, ...]]:
    """The rails by direction, in the order in which config.yml names them, then by name.

    Raises SettingsError where a declaration is wrong, or config.yml names a rail that there is not.
    """
    settings = _settings(runtime.custom_data)
    actions = {name: action for name, action in runtime.actions().items() if _is_rail_of(action, folder)}
    rails = [_declared(runtime, name, action.rail, settings) for name, action in actions.items()]
    rails += [
        _flow(direction, flow, settings)
        for direction in Direction
        for flow in runtime.plain[direction]
        if flow.action not in actions  # A declared rail runs anyway.
    ]
    interpreted = [name for names in runtime.interpreted.values() for name in names]
    _require_names_of_their_own([*(rail.info.name for rail in rails), *interpreted])
    _require_known(settings, rails, interpreted)
    order = {name: position for position, name in enumerate(settings)}
    rails.sort(key=lambda rail: (order.get(rail.info.name, len(order)), rail.info.name))
    enabled = [rail for rail in rails if settings.get(rail.info.name, Overrides()).enabled]
    return {direction: tuple(rail for rail in enabled if rail.info.direction is direction) for direction in Direction}


def _settings(custom_data: Mapping[str, Any]) -> dict[str, Overrides]:
    if "thresholds" in custom_data:
        raise SettingsError(
            "config.yml has custom_data.thresholds, which nothing reads.",
            fix='Write each as custom_data.rails.NAME.threshold: "  rails:\\n    off topic: {threshold: 0.8}".',
        )
    rails = custom_data.get("rails") or {}
    if not isinstance(rails, Mapping):
        raise SettingsError("custom_data.rails of config.yml is no mapping.", fix="Map rails' names to their settings.")
    given = {str(name): {} if value is None else value for name, value in rails.items()}
    return {name: _valid(Overrides, f"custom_data.rails.{name}", value) for name, value in given.items()}


def _declared(runtime: NemoRuntime, action: str, declared: Any, settings: Mapping[str, Overrides]) -> Rail:
    function = runtime.action(action)
    file = f"actions/{Path(inspect.unwrap(function).__code__.co_filename).name}"
    given = settings.get(declared["name"], Overrides())
    overrides = given.model_dump(exclude_unset=True)
    rail = _valid(Declaration, f"{file}: rail {declared['name']!r}: ", {**declared, **overrides})
    _require_meaning(rail.name, given, rail.mode)
    wanted = inspect.signature(function).parameters.values()
    for parameter in wanted:
        if parameter.name not in PARAMETERS and parameter.default is parameter.empty:
            raise SettingsError(
                f"{file}: rail {rail.name!r} asks for {parameter.name!r}, which nothing provides.",
                fix=f"Name its parameters among {', '.join(PARAMETERS)}.",
            )
    if rail.judged and rail.direction is Direction.OUTPUT and rail.unit is Unit.PIECE:
        raise SettingsError(
            f"{file}: rail {rail.name!r} would ask a model about every word of an answer.",
            fix='Declare it with unit="sentence" or unit="answer".',
        )
    info = _info(rail.name, rail.direction, rail, judged=rail.judged, description=_description(function))
    return Rail(info, action, {p.name: p.name for p in wanted if p.name in PARAMETERS}, unit=rail.unit)


def _flow(direction: Direction, flow: PlainFlow, settings: Mapping[str, Overrides]) -> Rail:
    """A listed flow: its action's own threshold holds unless config.yml sets one."""
    overrides = settings.get(flow.name, Overrides())
    _require_meaning(flow.name, overrides, overrides.mode)
    named = {name: value[1:] for name, value in flow.parameters.items() if _is_variable(value)}
    constants = {name: value for name, value in flow.parameters.items() if not _is_variable(value)}
    info = _info(flow.name, direction, overrides, description=f"The flow {flow.name!r} of this configuration.")
    decides = "threshold" not in overrides.model_fields_set
    return Rail(info, flow.action, named, constants, decides=decides)


def _info(name: str, direction: Direction, settings: Overrides, *, judged: bool = False, description: str) -> RailInfo:
    """A rail that is only watched stops nothing when it fails either."""
    watched = settings.mode is RailMode.FLAG
    return RailInfo(
        name=name,
        direction=direction,
        threshold=settings.threshold,
        mode=settings.mode,
        judged=judged,
        fails_open=watched or settings.on_error == "flag",
        description=description,
    )


def _require_meaning(name: str, given: Overrides, mode: RailMode) -> None:
    """A rail that stops nothing cannot be told to stop what it could not check."""
    if mode is RailMode.FLAG and "on_error" in given.model_fields_set and given.on_error == "block":
        raise SettingsError(
            f"custom_data.rails.{name}.on_error is 'block', and its mode is 'flag', which stops nothing.",
            fix="Set its mode to block as well, or leave on_error out.",
        )


def _require_names_of_their_own(names: Iterable[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise SettingsError(f"Two rails or flows are named {twice[0]!r}.", fix="Give one of them another name.")


def _require_known(settings: Iterable[str], rails: Iterable[Rail], interpreted: Iterable[str]) -> None:
    known = sorted(rail.info.name for rail in rails)
    for name in settings:
        if name in interpreted:
            raise SettingsError(
                f"custom_data.rails.{name}: {name!r} is a flow with a logic of its own, which has no such settings.",
                fix="Remove the entry, and set what it needs in the flow.",
            )
        if name not in known:
            raise SettingsError(
                f"custom_data.rails.{name}: there is no rail {name!r}.", fix=f"Name one of: {', '.join(known)}."
            )


def _is_rail_of(action: Any, folder: Path) -> bool:
    """NeMo Guardrails also loads an actions/ folder that happens to lie where the process was started."""
    return hasattr(action, "rail") and any(folder.resolve() in file.parents for file in source_files([action]))


def _is_variable(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _description(function: Any) -> str:
    """The first paragraph of the function's docstring, else of its file's, on one line."""
    written = inspect.unwrap(function)
    text = inspect.cleandoc(written.__doc__ or written.__globals__.get("__doc__") or "")
    return " ".join(text.partition("\n\n")[0].split())


def _valid(model: type[Model], place: str, value: Any) -> Model:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{place} is no mapping.", fix="Write for example {threshold: 0.8}.")
    try:
        return model(**{str(name): field for name, field in value.items()})
    except ValidationError as error:
        [first, *_] = error.errors()
        field = ".".join(str(part) for part in first["loc"])
        joint = "" if place.endswith(" ") else "."
        raise SettingsError(
            f"{place}{joint}{field} is {first['input']!r}: {first['msg']}.",
            fix=f"It takes {', '.join(model.model_fields)}; see README.md of guardrails_config.",
        ) from error
