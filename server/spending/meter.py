"""Every paid call to a model: reserved before it is made, settled when it ends, however it ends."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import stamina
import structlog

from server.domain import (
    Account,
    ModelEvent,
    ModelFinished,
    ModelRequest,
    Usage,
)
from server.errors import ModelError, Unavailable
from server.ledger.charges import Charge, ChargeLedger
from server.ports import Model, ModelCall
from server.spending.budgets import Budgets, Standing
from server.spending.estimating import Calibration, Received, most_input_tokens
from server.spending.limits import Limit
from server.spending.prices import PriceTable

FREE_PROVIDER = "nightdesk"
"""The extractive answerer's: it is noted at no cost, neither reserved nor charged."""
HOLD_SECONDS = 300.0
SETTLE_RETRY_SECONDS = 12 * 3600.0
"""Half of the time for which counters know a reservation as settled, so that a late try never counts twice."""
CLOSE_SECONDS = 10.0

CANCELLED = "cancelled"
TIMED_OUT = "timed_out"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Call:
    """One call under way."""

    id: str
    account: Account
    made_at: datetime
    purpose: str
    turn_id: str
    deployment: str
    model: Model
    request: ModelRequest


class Meter:
    """Makes calls to the deployments in `models`, each paid for by an account.

    Args:
        hold_seconds: how long a reservation is held where nobody settles it: longer than any call takes.
    """

    def __init__(
        self,
        models: Mapping[str, Model],
        prices: PriceTable,
        budgets: Budgets,
        charges: ChargeLedger,
        *,
        hold_seconds: float = HOLD_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._models = models
        self._prices = prices
        self._budgets = budgets
        self._charges = charges
        self._hold_seconds = hold_seconds
        self._clock = clock
        self._calibrations: defaultdict[str, Calibration] = defaultdict(Calibration)
        self._settling: set[asyncio.Task[None]] = set()

    def call(self, account: Account, *, purpose: str, note: Callable[[Usage], None], turn_id: str = "") -> ModelCall:
        """Calls that `account` pays for. Each one's priced usage is handed to `note` before its generator ends, failed
        and cancelled ones' too.

        What it returns raises BudgetExhausted before anything is sent, Unavailable where budgets cannot be checked, and
        what the model raises.
        """

        def stream(deployment: str, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
            model = self._models[deployment]
            call = _Call(uuid4().hex, account, self._clock(), purpose, turn_id, deployment, model, request)
            return self._free(call, note) if model.provider == FREE_PROVIDER else self._paid(call, note)

        return stream

    async def charge(self, account: Account, usage: Usage, *, charge_id: str) -> Usage:
        """Count a call that somebody else made and `account` pays for; its priced usage. Durable on return.

        A `charge_id` that was charged before changes nothing, so that a report may be sent twice.
        """
        now = self._clock()
        usage = self._prices.priced(usage, at=now)
        charge = Charge(charge_id, account, now, usage)
        with ExitStack() as settling:
            settling.enter_context(self._budgets.settling(charge_id))
            if await self._charges.record_once(charge):
                self._in_background(self._spend_within(settling.pop_all(), charge))
        return usage

    async def standing(self, account: Account) -> Standing:
        """Whether a soft limit of the account is passed."""
        return await self._budgets.standing(account)

    async def close(self) -> None:
        """Wait for what is being settled, but not for counters that stay away: what the last calls spent is then in the
        ledger alone."""
        if self._settling:
            _, left = await asyncio.wait(self._settling, timeout=CLOSE_SECONDS)
            for task in left:
                task.cancel()
            if left:
                log.error("calls_not_settled", count=len(left))

    async def _free(self, call: _Call, note: Callable[[Usage], None]) -> AsyncGenerator[ModelEvent, None]:
        usage = Usage(call.model.provider, call.model.name, cost_nanos=0)
        outcome = CANCELLED
        try:
            async with aclosing(call.model.stream(call.request)) as events:
                async for event in events:
                    if isinstance(event, ModelFinished):
                        usage, outcome = replace(event.usage, cost_nanos=0), "ok"
                        event = replace(event, usage=_labelled(usage, call, outcome))  # noqa: PLW2901 - the event goes on
                    yield event
        except Exception as error:
            outcome = _outcome(error)
            raise
        finally:
            note(_labelled(usage, call, outcome))

    async def _paid(self, call: _Call, note: Callable[[Usage], None]) -> AsyncGenerator[ModelEvent, None]:
        limits = await self._reserve(call)
        received = Received()
        usage: Usage | None = None
        outcome = CANCELLED
        try:
            async with aclosing(call.model.stream(call.request)) as events:
                async for event in events:
                    if isinstance(event, ModelFinished):
                        outcome = "ok"
                        usage = self._finished(call, received, event.usage)
                        yield replace(event, usage=usage)
                    else:
                        received.see(event)
                        yield event
        except Exception as error:
            outcome = _outcome(error)
            raise
        finally:
            usage = usage or self._unfinished(call, received, outcome)
            self._in_background(self._settle(Charge(call.id, call.account, call.made_at, usage, call.turn_id), limits))
            note(usage)

    async def _reserve(self, call: _Call) -> Sequence[Limit]:
        prices = self._prices.find(call.deployment, call.model.provider, call.model.name, at=call.made_at)
        most_input = most_input_tokens(call.request)
        nanos = 0 if prices is None else prices.most_nanos(most_input, call.request.max_output_tokens)
        try:
            return await self._budgets.reserve(call.account, call.id, nanos, call.made_at, seconds=self._hold_seconds)
        except asyncio.CancelledError:
            # It may have been made all the same.
            nothing = Charge(call.id, call.account, call.made_at, Usage(call.model.provider, call.model.name))
            self._in_background(self._spend(nothing, (), retry_seconds=self._hold_seconds))
            raise

    def _finished(self, call: _Call, received: Received, told: Usage) -> Usage:
        """The priced usage of a complete call. A provider that tells no counts is estimated by those that it told."""
        calibration = self._calibrations[call.deployment]
        if told.estimated:
            return self._estimated(call, received, "ok")
        calibration.learn(call.request, received, told)
        return self._prices.priced(_labelled(told, call, "ok"), at=call.made_at)

    def _unfinished(self, call: _Call, received: Received, outcome: str) -> Usage:
        """What a provider charges for a call that did not end: nothing where it refused it, else the input and what it
        had said. One that was given up while it let us wait had read the input.
        """
        if received.started or outcome in (CANCELLED, TIMED_OUT):
            return self._estimated(call, received, outcome)
        return self._prices.priced(_labelled(Usage(call.model.provider, call.model.name), call, outcome))

    def _estimated(self, call: _Call, received: Received, outcome: str) -> Usage:
        unknown = Usage(call.model.provider, call.model.name)
        usage = self._calibrations[call.deployment].estimate(call.request, received, unknown)
        return self._prices.priced(_labelled(usage, call, outcome), at=call.made_at)

    async def _settle(self, charge: Charge, limits: Sequence[Limit]) -> None:
        # The ledger first: what could not be settled is found there.
        with self._budgets.settling(charge.id):
            try:
                await self._charges.record(charge)
            finally:
                await self._spend(charge, limits, retry_seconds=SETTLE_RETRY_SECONDS)

    async def _spend_within(self, settling: ExitStack, charge: Charge) -> None:
        with settling:
            await self._spend(charge, (), retry_seconds=SETTLE_RETRY_SECONDS)

    async def _spend(self, charge: Charge, limits: Sequence[Limit], *, retry_seconds: float) -> None:
        nanos = charge.usage.cost_nanos or 0

        async def spend() -> None:
            await self._budgets.settle(charge.account, charge.id, nanos, charge.created_at, limits)

        try:
            await spend()
        except Unavailable:
            async for attempt in stamina.retry_context(
                on=Unavailable, attempts=None, timeout=retry_seconds, wait_initial=0.1, wait_max=5.0
            ):
                with attempt:
                    await spend()

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        """Do it whatever becomes of the caller."""
        task = asyncio.create_task(work)
        self._settling.add(task)
        task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._settling.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("settlement_failed", error_type=type(error).__name__)


def _labelled(usage: Usage, call: _Call, outcome: str) -> Usage:
    return replace(usage, deployment=call.deployment, purpose=call.purpose, outcome=outcome)


def _outcome(error: Exception) -> str:
    return error.reason.lower() if isinstance(error, ModelError) else "bad_response"
