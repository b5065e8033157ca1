"""Which models judge for the rails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.domain import RailInfo, Routing
from server.errors import SettingsError
from server.routing.decide import DEFAULT, EXTRACTIVE

JUDGE = "judge"
"""The route that says so, where there is one."""


def judge_chain(routes: Mapping[str, Routing]) -> tuple[str, ...]:
    """The chain of the route "judge", else the default route's economy chain, else its chain: the first that names a
    model. Empty where none does, since the extractive deployment cannot judge."""
    default = routes[DEFAULT]
    named = (routes[JUDGE].chain,) if JUDGE in routes else (default.economy_chain, default.chain)
    models = (tuple(name for name in chain if name != EXTRACTIVE) for chain in named)
    return next(filter(None, models), ())


def require_judge(rails: Iterable[RailInfo], routes: Mapping[str, Routing]) -> None:
    """Raises SettingsError where a rail asks a model and no model can be asked."""
    judged = sorted(rail.name for rail in rails if rail.judged)
    if judged and not judge_chain(routes):
        raise SettingsError(
            f"These rails ask a model, and none is configured: {', '.join(judged)}.",
            fix="Set NIGHTDESK_MODEL, or NIGHTDESK_MODELS_FILE to a file with [routes.judge]; or set "
            f'custom_data.rails."{judged[0]}".enabled to false in the rails\' config.yml.',
        )
