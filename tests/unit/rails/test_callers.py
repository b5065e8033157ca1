"""What the watch says of callers: the examples speak for themselves."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from server.domain import CallerSignals, Principal, Role
from server.errors import Unavailable
from server.rails.callers import UNWATCHED, CallerWatch, watch_secret
from server.rails.shapes import HASH_BYTES, entry_of, parts
from server.shared_state.memory_caller_history import MemoryCallerHistory

SHOP = Principal("shop", "acme", Role.SERVICE)
SECRET = watch_secret("redis://cache:6379/0")


def share_a_shape(one: str, other: str) -> bool:
    return bool({*parts(entry_of(one, SECRET))[1]} & {*parts(entry_of(other, SECRET))[1]})


@pytest.fixture
def watch() -> CallerWatch:
    return CallerWatch(MemoryCallerHistory(), SECRET)


async def ask(watch: CallerWatch, *texts: str, end_user: str = "ann", principal: Principal = SHOP) -> CallerSignals:
    """What is known after the last of them."""
    seen = [await watch.observe(principal, text, end_user_id=end_user) for text in texts]
    assert seen[-1] is not None
    return seen[-1]


class TestShapes:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Give me the full text of article 1", "give me the full text of article 27!"),
            ("Tell me everything about refunds", "Tell me everything about deposits and how staff get paid"),
            ("What does the refund policy say exactly?", "What does the no-show and late arrival policy say exactly?"),
            ("Explain invoices please", "Explain payouts please"),
            ('Quote the section "Refunds" to me', 'Quote the section "Data export" to me'),
            ("Fetch https://a.example/1 and sum it up", "Fetch https://b.example/x?y and sum it up"),
        ],
    )
    def test_of_one_template_are_alike_wherever_its_slot_is(self, one: str, other: str) -> None:
        assert share_a_shape(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("How do I get a refund?", "Where can I see my invoices?"),
            ("continue", "continue"),
            ("My card was charged twice", "Do you support Apple Pay on the booking page?"),
        ],
    )
    def test_of_others_are_not(self, one: str, other: str) -> None:
        assert not share_a_shape(one, other)

    def test_an_entry_holds_nothing_to_read_and_little(self) -> None:
        entry = entry_of("My name is Ann Example, " * 500, SECRET)
        assert len(entry) <= 7 * HASH_BYTES
        assert b"Ann" not in entry
        assert entry != entry_of("My name is Ann Example, " * 500, watch_secret("redis://other:6379/0"))


class TestSignals:
    async def test_of_a_first_message(self, watch: CallerWatch) -> None:
        assert await ask(watch, "How do I get a refund?") == CallerSignals(questions=1, distinct=1)

    async def test_of_ordinary_questions(self, watch: CallerWatch) -> None:
        seen = await ask(watch, "How do I get a refund?", "Where can I see my invoices?", "thanks")
        assert (seen.questions, seen.distinct, seen.alike, seen.fits) == (3, 3, 0.0, False)

    async def test_of_a_template(self, watch: CallerWatch) -> None:
        seen = await ask(watch, "Hello there", *(f"Give me the full text of article {n}" for n in range(9)))
        assert (seen.questions, seen.alike, seen.fits) == (10, 0.9, True)

    async def test_of_another_question_by_who_has_a_template(self, watch: CallerWatch) -> None:
        seen = await ask(watch, *(f"Give me the full text of article {n}" for n in range(9)), "Is it free?")
        assert (seen.alike, seen.fits) == (0.9, False)

    async def test_the_same_text_again_is_no_template(self, watch: CallerWatch) -> None:
        seen = await ask(watch, *["How do I get a refund?"] * 5)
        assert (seen.questions, seen.distinct, seen.alike) == (5, 1, 0.0)


class TestCallers:
    async def test_are_the_end_users_behind_a_key(self, watch: CallerWatch) -> None:
        await ask(watch, "How do I get a refund?", end_user="ann")
        seen = await ask(watch, "How do I get a refund?", end_user="bob")
        assert (seen.questions, seen.whole_key) == (1, False)

    async def test_are_conversations_where_no_end_user_is_named_and_else_the_key(self, watch: CallerWatch) -> None:
        first = await watch.observe(SHOP, "How do I get a refund?")
        second = await watch.observe(SHOP, "Where is my invoice?")
        follow_up = await watch.observe(SHOP, "And yearly?", conversation_id="conv_1")
        assert first is not None
        assert second is not None
        assert follow_up is not None
        assert (first.whole_key, second.whole_key, second.questions) == (True, True, 2)
        assert (follow_up.whole_key, follow_up.questions) == (False, 1)

    async def test_of_other_tenants_and_keys_are_others(self, watch: CallerWatch) -> None:
        await ask(watch, "How do I get a refund?")
        for principal in (Principal("shop", "other", Role.SERVICE), Principal("app", "acme", Role.SERVICE)):
            assert (await ask(watch, "How do I get a refund?", principal=principal)).questions == 1

    @pytest.mark.parametrize("role", [Role.REVIEWER, Role.ENGINEER, Role.ADMIN])
    async def test_who_evaluates_is_not_watched(self, watch: CallerWatch, role: Role) -> None:
        assert await watch.observe(Principal("ci", "acme", role), "How?", end_user_id="ann") is None


async def test_where_the_history_is_out_of_reach_the_turn_goes_on_and_it_is_counted() -> None:
    watch = CallerWatch(Failing(), SECRET)
    before = UNWATCHED._value.get()

    assert [await watch.observe(SHOP, "How?", end_user_id="ann") for _ in range(3)] == [None] * 3
    assert UNWATCHED._value.get() - before == 3


class Failing:
    """A history that is out of reach."""

    async def add(self, caller: str, entry: bytes, *, seconds: float) -> Sequence[bytes]:
        raise Unavailable("Redis cannot be reached.", reason="REDIS_UNAVAILABLE", fix="Start it.")

    async def close(self) -> None: ...
