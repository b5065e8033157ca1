"""The answer's text: from the chain of models that a route decides on, and from the passages where all of it fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog

from server.chat import replies
from server.domain import (
    Account,
    ModelFinished,
    ModelRequest,
    PromptVersion,
    RouteDecision,
    RouteFacts,
    RouteSwitch,
    Routing,
    TextDelta,
    Turn,
    TurnRequest,
)
from server.domain.token_estimate import estimate_tokens
from server.errors import BudgetExhausted, FailedPrecondition, ModelError, Unavailable
from server.ledger.turns import TurnLedger
from server.ports import Ask, ModelCall
from server.routing.chain import ModelChain
from server.routing.decide import EXTRACTIVE, HARD_LIMIT, SOFT_LIMIT, decide
from server.spending.meter import Meter

log = structlog.get_logger()


@dataclass(slots=True)
class Generation:
    """How a generation went: `finish` is stop, length, refusal or unanswered, as the model said."""

    finish: str = ""
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class AnswerWriter:
    """Writes answers. `routes` and `deployments` are those of the settings; every call is paid for through `meter`.

    `known`: hashes of prompt versions whose deployments the settings name; neither ever changes.
    """

    routes: Mapping[str, Routing]
    deployments: Collection[str]
    chain: ModelChain
    meter: Meter
    ledger: TurnLedger
    known: set[str] = field(default_factory=set)

    async def decide(self, turn: Turn, request: TurnRequest, version: PromptVersion) -> RouteDecision:
        """The chain for a turn whose passages are known, noted on it. Raises FailedPrecondition."""
        routing = self.routing(version)
        standing = await self.meter.standing(_account(request))
        failure = None
        if request.conversation_id and any(rule.previous_failures for rule in routing.rules):
            failure = await self.ledger.last_failure(turn.tenant, request.conversation_id)
        facts = RouteFacts(
            question_tokens=estimate_tokens(request.message),
            answerability=turn.answerability,
            topics=frozenset(label for hit in turn.citations for label in hit.labels),
            customer_tier=request.customer_tier,
            previous_failure=failure,
            soft_limit_passed=standing.soft_limit_passed,
        )
        turn.route_decision = decide("" if version.bundle.routing else version.bundle.route, routing, facts)
        return turn.route_decision

    async def write(
        self,
        turn: Turn,
        request: TurnRequest,
        version: PromptVersion,
        model_request: ModelRequest,
        generation: Generation,
    ) -> AsyncGenerator[str, None]:
        """Stream the text of the chain that was decided on; where all of it fails, also in mid-stream, or the counters
        of its budgets are out of reach, the extractive answer follows.

        Usage and route switches are noted on `turn`, the end on `generation`. Raises BudgetExhausted where nothing was
        written and no call could be paid, and ModelError where the extractive answer fails too.
        """
        call = self._call(turn, request, "answer")
        routing = self.routing(version)
        written = False
        try:
            async with aclosing(self._paid(turn, routing, model_request, call, generation)) as texts:
                async for text in texts:
                    written = True
                    yield text
        except (ModelError, Unavailable) as error:
            chain = _decided(turn).chain
            if chain == (EXTRACTIVE,):
                raise
            log.warning("models_failed", turn_id=turn.id, reason=error.reason, in_mid_stream=written)
            calls = turn.answer_calls
            last = calls[-1].deployment if calls else chain[0]
            turn.route_switches.append(RouteSwitch(last, EXTRACTIVE, error.reason.lower(), written))
            generation.degraded = True
            interrupted = replies.interrupted(turn.language)
            yield f"\n\n{interrupted}\n\n" if written else f"{interrupted}\n\n"
            async with aclosing(self._texts(turn, (EXTRACTIVE,), model_request, call, generation)) as texts:
                async for text in texts:
                    yield text
            if generation.finish == "unanswered":
                yield replies.nothing_to_fall_back_on(turn.language)

    def search_question_writer(self, turn: Turn, request: TurnRequest, version: PromptVersion) -> Ask | None:
        """Asks the route's cheapest model; None where no model is configured. Raises FailedPrecondition."""
        routing = self.routing(version)
        chain = (routing.economy_chain or routing.chain)[:1]
        if chain == (EXTRACTIVE,):
            return None
        call = self._call(turn, request, "search_question")
        return lambda model_request: self.chain.stream(chain, model_request, call=call)

    def routing(self, version: PromptVersion) -> Routing:
        """The version's own, or the one of the settings that it names. Raises FailedPrecondition."""
        if version.bundle.routing is not None:
            self._require_known(version, version.bundle.routing)
            return version.bundle.routing
        try:
            return self.routes[version.bundle.route]
        except KeyError:
            raise FailedPrecondition(
                f"Prompt version {version.version} wants route {version.bundle.route!r}, which is not in the settings.",
                reason="ROUTE_UNKNOWN",
                fix=f"Its routes are: {', '.join(sorted(self.routes))}.",
            ) from None

    def _require_known(self, version: PromptVersion, routing: Routing) -> None:
        """The settings may have changed since the version was made. Asked up to three times a turn."""
        if version.content_hash in self.known:
            return
        chains = (routing.chain, routing.economy_chain, *(rule.chain for rule in routing.rules))
        unknown = sorted({name for chain in chains for name in chain} - {*self.deployments, EXTRACTIVE})
        if unknown:
            raise FailedPrecondition(
                f"Prompt version {version.version} wants {', '.join(unknown)}, which the settings do not name.",
                reason="DEPLOYMENT_UNKNOWN",
                fix=f"Their deployments are: {', '.join(sorted(self.deployments)) or 'none'}.",
            )
        self.known.add(version.content_hash)

    def _call(self, turn: Turn, request: TurnRequest, purpose: str) -> ModelCall:
        return self.meter.call(_account(request), purpose=purpose, note=turn.usage.append, turn_id=turn.id)

    async def _paid(
        self, turn: Turn, routing: Routing, request: ModelRequest, call: ModelCall, generation: Generation
    ) -> AsyncGenerator[str, None]:
        """The text of the decided chain, or of the economy chain where the hard limit leaves no room for the first."""
        decided = _decided(turn)
        generation.degraded = decided.rule == SOFT_LIMIT and decided.chain == (EXTRACTIVE,) != routing.chain
        try:
            async with aclosing(
                self._texts(turn, decided.chain, request, call, generation, routing.hedge_after)
            ) as texts:
                async for text in texts:
                    yield text
        except BudgetExhausted as error:
            if not routing.economy_chain or routing.economy_chain == decided.chain:
                raise
            reason = f"{decided.rule}: {' > '.join(decided.chain)} could pass {error.budget}"
            turn.route_decision = RouteDecision(decided.route, HARD_LIMIT, routing.economy_chain, reason)
            async with aclosing(self._texts(turn, routing.economy_chain, request, call, generation)) as texts:
                async for text in texts:
                    yield text

    async def _texts(
        self,
        turn: Turn,
        chain: tuple[str, ...],
        request: ModelRequest,
        call: ModelCall,
        generation: Generation,
        hedge_after: float | None = None,
    ) -> AsyncGenerator[str, None]:
        # The upstream calls end with the turn, however the turn ends.
        async with aclosing(self.chain.stream(chain, request, call=call, hedge_after=hedge_after)) as events:
            async for event in events:
                match event:
                    case TextDelta(text):
                        yield text
                    case RouteSwitch():
                        turn.route_switches.append(event)
                    case ModelFinished(reason, usage):
                        generation.finish = reason
                        # Quoted because the models before it failed, not because a rule wanted it.
                        generation.degraded |= usage.deployment == EXTRACTIVE and chain != (EXTRACTIVE,)


def _account(request: TurnRequest) -> Account:
    return Account(request.principal.tenant, request.principal.name)


def _decided(turn: Turn) -> RouteDecision:
    if turn.route_decision is None:
        raise ValueError("Nothing was decided on for this turn.")
    return turn.route_decision
