"""Carries a turn through a chain of deployments until one of them, or several in turn, have answered it."""

from __future__ import annotations

import time
from asyncio import sleep
from collections import Counter, deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from math import inf

import structlog

from server.domain import ModelFinished, ModelRequest, RouteSwitch, TextDelta
from server.errors import BudgetExhausted, ModelError
from server.ports import Breakers, ModelCall
from server.routing.attempt import Attempt
from server.routing.continuation import Continuation, WholeWords
from server.routing.decide import EXTRACTIVE
from server.routing.hedging import first_to_speak
from server.routing.retry import RetryBudget, RetryPolicy

log = structlog.get_logger()

ChainEvent = TextDelta | RouteSwitch | ModelFinished


class ModelChain:
    """Retries, breakers, fail-over, continuation and hedging for all turns; one for a process.

    A deployment that fails before its first text is left for the next one at once. Only when all have failed are those
    asked again whose failure may be gone, after a wait; that is the one retry loop there is. A deployment that fails in
    mid-stream is not asked again in that turn; the next one goes on where it broke off.

    Where a request's `seconds` are limited, a deployment has half of what is left of them while another one is untried,
    and all of it where it is the last; one that has not finished in its share has failed with TIMED_OUT.
    """

    def __init__(
        self, breakers: Breakers, policy: RetryPolicy | None = None, retry_budget: RetryBudget | None = None
    ) -> None:
        self.breakers = breakers
        self.policy = policy or RetryPolicy()
        self.retry_budget = retry_budget or RetryBudget()

    def stream(
        self,
        chain: Sequence[str],
        request: ModelRequest,
        *,
        call: ModelCall,
        hedge_after: float | None = None,
        whole: bool = False,
    ) -> AsyncGenerator[ChainEvent, None]:
        """The answer's text, with the switches from one deployment to another between, then exactly one ModelFinished.

        Where another deployment may have to go on, text comes in whole words. With `whole` none comes before a
        deployment has finished, and nobody goes on with what another one has begun: the next one is asked afresh. That
        is for answers that cannot be put together, and does without hedging. Raises the last ModelError where all
        failed, and BREAKER_OPEN where no breaker let a call through. BudgetExhausted passes where it refuses the first
        call, and ends the chain where it refuses a later one. The extractive deployment never goes on with another's
        answer, because it would not know how to: a chain that ends with it fails then. Closing the generator closes
        every call.
        """
        return _Turn(self, chain, request, call, None if whole else hedge_after, whole=whole).events()


class _Turn:
    """One turn's way through its chain."""

    def __init__(
        self,
        owner: ModelChain,
        chain: Sequence[str],
        request: ModelRequest,
        call: ModelCall,
        hedge_after: float | None,
        *,
        whole: bool,
    ) -> None:
        self._owner = owner
        self._request = request
        self._call = call
        self._hedge_after = hedge_after
        self._whole = whole
        self._ends_at = inf if request.seconds is None else time.monotonic() + request.seconds
        self._untried = deque(chain)
        self._waiting: list[tuple[float, str]] = []
        self._attempts: Counter[str] = Counter()
        self._answer = WholeWords(hold_back=sum(name != EXTRACTIVE for name in chain) > 1)
        self._error: ModelError | None = None
        self._refused: BudgetExhausted | None = None
        self._left: tuple[str, str] | None = None
        self._switches: list[RouteSwitch] = []
        self._open: list[Attempt] = []

    async def events(self) -> AsyncGenerator[ChainEvent, None]:
        try:
            while True:
                attempt = await self._speaking()
                while self._switches:
                    yield self._switches.pop(0)
                if attempt is None:
                    raise self._failure()
                try:
                    async with aclosing(self._texts(attempt)) as texts:
                        async for event in texts:
                            yield event
                    return
                except ModelError as error:
                    self._answer.break_off()
                    self._failed(attempt, error)
        finally:
            for attempt in self._open:
                await attempt.close()

    async def _speaking(self) -> Attempt | None:
        """The next attempt that has something to say; None where none is left."""
        while (deployment := await self._next()) is not None:
            attempt = self._begin(deployment)
            self._note_switch(deployment)
            if self._hedge_after is not None and self._may_hedge():
                winner = await first_to_speak(attempt, self._hedge_after, self._second, self._failed)
                if winner is not None:
                    if winner is not attempt:
                        self._left = self._left or (attempt.deployment, "hedged")
                        self._note_switch(winner.deployment)
                    return winner
                continue
            try:
                await (attempt.finish() if self._whole else attempt.speak())
            except (ModelError, BudgetExhausted) as error:
                self._failed(attempt, error)
            else:
                return attempt
        return None

    def _begin(self, deployment: str) -> Attempt:
        self._attempts[deployment] += 1
        if self._attempts[deployment] == 1:
            self._owner.retry_budget.deposit()
        begun = self._answer.said if self._answer.begun else self._request.begun
        request = replace(self._request, begun=begun, seconds=self._share())
        attempt = Attempt(deployment, self._call(deployment, request), self._owner.breakers, begun=self._answer.begun)
        self._open.append(attempt)
        return attempt

    def _share(self) -> float | None:
        """The seconds that the next attempt has; None where there is no limit."""
        if self._ends_at == inf:
            return None
        left = self._ends_at - time.monotonic()
        return left / 2 if any(name != EXTRACTIVE for name in self._untried) else left

    async def _texts(self, attempt: Attempt) -> AsyncGenerator[TextDelta | ModelFinished, None]:
        continuation = Continuation(self._answer.said)
        async with aclosing(attempt.spoken()) as spoken:
            async for event in spoken:
                match event:
                    case TextDelta(text):
                        shown = self._answer.add(continuation.feed(text))
                        if shown:
                            yield TextDelta(shown)
                    case ModelFinished():
                        shown = self._answer.add(continuation.finish()) + self._answer.finish()
                        if shown:
                            yield TextDelta(shown)
                        yield event

    async def _next(self) -> str | None:
        """The next deployment that a call may be made to, untried ones first."""
        if self._refused is not None or time.monotonic() >= self._ends_at:
            return None
        return await self._next_untried() or await self._next_again()

    async def _next_untried(self) -> str | None:
        while self._untried:
            deployment = self._untried.popleft()
            if deployment == EXTRACTIVE and self._answer.begun:
                continue
            if await self._owner.breakers.admit(deployment):
                return deployment
            self._left = self._left or (deployment, "breaker_open")
        return None

    async def _next_again(self) -> str | None:
        """One that failed before, once its wait is over."""
        while self._waiting:
            ready, deployment = min(self._waiting)
            self._waiting.remove((ready, deployment))
            if not self._owner.retry_budget.withdraw():
                log.warning("retry_budget_used_up", deployment=deployment)
                return None
            await sleep(max(0.0, ready - time.monotonic()))
            if await self._owner.breakers.admit(deployment):
                return deployment
        return None

    def _may_hedge(self) -> bool:
        """The extractive answer would win every race, and need not be raced for."""
        return bool(self._untried) and self._untried[0] != EXTRACTIVE

    async def _second(self) -> Attempt | None:
        """Another attempt to race the first; the extractive one stays in the chain for when all fail."""
        while self._may_hedge():
            deployment = self._untried.popleft()
            if await self._owner.breakers.admit(deployment):
                return self._begin(deployment)
        return None

    def _failed(self, attempt: Attempt, error: ModelError | BudgetExhausted) -> None:
        """Remember why a deployment is left, and whether to come back."""
        deployment = attempt.deployment
        if isinstance(error, BudgetExhausted):
            self._refused = error
            return
        log.warning("model_failed", deployment=deployment, reason=error.reason, in_mid_stream=attempt.spoke)
        self._error = error
        self._left = (deployment, error.reason.lower())
        if attempt.spoke:
            return
        wait = self._owner.policy.wait(error, self._attempts[deployment])
        if wait is not None:
            self._waiting.append((time.monotonic() + wait, deployment))

    def _note_switch(self, deployment: str) -> None:
        if self._left is not None and self._left[0] != deployment:
            self._switches.append(RouteSwitch(self._left[0], deployment, self._left[1], self._answer.begun))
        self._left = None

    def _failure(self) -> ModelError | BudgetExhausted:
        if self._error is not None:
            return self._error
        if self._refused is not None:
            return self._refused
        return ModelError(
            "Every deployment of the chain failed lately and is left alone for a moment.", reason="BREAKER_OPEN"
        )
