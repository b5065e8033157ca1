"""Whether a routing can be followed: every chain leads somewhere, and every rule can make a difference."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from server.domain import RouteRule, Routing
from server.errors import InvalidArgument
from server.routing.decide import DEFAULT, EXTRACTIVE, HARD_LIMIT, SOFT_LIMIT, has_conditions

MAX_RULES = 32
MAX_CHAIN = 8
MAX_NAME_CHARACTERS = 64
HEDGE_SECONDS = (0.05, 60.0)


def validate_routing(routing: Routing, deployments: Collection[str], field: str = "routing") -> None:
    """Raises InvalidArgument naming the field, for example "routing.rules[0].chain".

    `deployments` are the names of the settings; the extractive one is always there and need not be among them.
    """
    _check_chain(routing.chain, deployments, f"{field}.chain")
    if routing.economy_chain:
        _check_chain(routing.economy_chain, deployments, f"{field}.economy_chain")
    shortest, longest = HEDGE_SECONDS
    if routing.hedge_after is not None and not shortest <= routing.hedge_after <= longest:
        raise InvalidArgument(
            f"{field}.hedge_after",
            f"hedge_after is {routing.hedge_after:g} s; it must be from {shortest:g} to {longest:g} s.",
            fix="Leave it out for never.",
        )
    if len(routing.rules) > MAX_RULES:
        raise InvalidArgument(f"{field}.rules", f"There are {len(routing.rules)} rules; at most {MAX_RULES} may be.")
    taken = {DEFAULT, SOFT_LIMIT, HARD_LIMIT}
    for index, rule in enumerate(routing.rules):
        where = f"{field}.rules[{index}]"
        _check_name(rule.name, taken, f"{where}.name")
        taken.add(rule.name)
        _check_chain(rule.chain, deployments, f"{where}.chain")
        _check_conditions(rule, where)


def _check_name(name: str, taken: set[str], field: str) -> None:
    if not name.strip() or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise InvalidArgument(
            field, f"A rule needs a name of 1 to {MAX_NAME_CHARACTERS} printable characters.", fix="Say what it is for."
        )
    if name in taken:
        raise InvalidArgument(field, f"The rule name {name!r} is taken.", fix="Give each rule a name of its own.")


def _check_chain(chain: Sequence[str], deployments: Collection[str], field: str) -> None:
    if not chain:
        raise InvalidArgument(field, f"{field} is empty.", fix="Name at least one deployment.")
    if len(chain) > MAX_CHAIN:
        raise InvalidArgument(field, f"{field} has {len(chain)} deployments; at most {MAX_CHAIN} are allowed.")
    for name in chain:
        if name != EXTRACTIVE and name not in deployments:
            known = ", ".join([*sorted(set(deployments) - {EXTRACTIVE}), EXTRACTIVE])
            raise InvalidArgument(field, f"There is no deployment {name!r}.", fix=f"Use one of: {known}.")
    if len(set(chain)) < len(chain):
        raise InvalidArgument(field, f"{field} names a deployment twice.", fix="Name each once.")
    if EXTRACTIVE in chain[:-1]:
        raise InvalidArgument(
            field, f"What comes behind {EXTRACTIVE!r} is never reached.", fix="Put it at the chain's end."
        )


def _check_conditions(rule: RouteRule, where: str) -> None:
    if not has_conditions(rule):
        raise InvalidArgument(
            where, f"The rule {rule.name!r} has no condition, so that it always applies.", fix="Set one, or use chain."
        )
    for name, highest in (("question_tokens", None), ("answerability", 1.0)):
        low, high = getattr(rule, f"min_{name}"), getattr(rule, f"max_{name}")
        for bound, value in ((f"min_{name}", low), (f"max_{name}", high)):
            if value is not None and not (value >= 0 and (highest is None or value <= highest)):
                allowed = "at least 0" if highest is None else f"from 0 to {highest:g}"
                raise InvalidArgument(f"{where}.{bound}", f"{bound} is {value:g}; it must be {allowed}.")
        if low is not None and high is not None and low > high:
            raise InvalidArgument(
                f"{where}.min_{name}", f"min_{name} {low:g} is above max_{name} {high:g}, so that it never applies."
            )
