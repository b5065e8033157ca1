"""Which models judge, and that a rail that asks one is not started without any."""

from __future__ import annotations

import pytest

from server.domain import Direction, RailInfo, Routing
from server.errors import SettingsError
from server.routing.judging import judge_chain, require_judge

PLAIN = RailInfo("jailbreak", Direction.INPUT, 0.8)
JUDGED = RailInfo("judge input", Direction.INPUT, 0.5, judged=True)


@pytest.mark.parametrize(
    ("routes", "chain"),
    [
        ({"default": Routing(("large",))}, ("large",)),
        ({"default": Routing(("large", "extractive"))}, ("large",)),
        ({"default": Routing(("large",), economy_chain=("small",))}, ("small",)),
        ({"default": Routing(("large",), economy_chain=("extractive",))}, ("large",)),
        ({"default": Routing(("large",)), "judge": Routing(("nano", "small"))}, ("nano", "small")),
        ({"default": Routing(("extractive",))}, ()),
    ],
)
def test_the_route_for_judges_comes_first_then_the_cheap_models_then_the_others(
    routes: dict[str, Routing], chain: tuple[str, ...]
) -> None:
    assert judge_chain(routes) == chain


def test_a_rail_that_asks_a_model_needs_one_at_the_start() -> None:
    with pytest.raises(SettingsError) as caught:
        require_judge([PLAIN, JUDGED], {"default": Routing(("extractive",))})

    assert "judge input" in caught.value.message
    assert "NIGHTDESK_MODEL" in caught.value.fix
    assert 'custom_data.rails."judge input".enabled' in caught.value.fix


def test_without_such_a_rail_or_with_a_model_nothing_is_wanting() -> None:
    require_judge([PLAIN], {"default": Routing(("extractive",))})
    require_judge([PLAIN, JUDGED], {"default": Routing(("large",))})
