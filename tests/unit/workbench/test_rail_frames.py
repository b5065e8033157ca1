"""Decisions of rails as tables, and labelled messages against thresholds."""

from __future__ import annotations

import pytest

from nightdesk.labelled import Check, InvalidLabels, LabelledText, Outcomes, ScoredText, Share, outcomes, read_labelled
from nightdesk.v1 import common_pb2, operations_pb2, rail_pb2
from tests.twins.rails import RAILS, rail_point
from workbench import rail_frames
from workbench.components.formatting import share_text

POINTS = [
    rail_point("prompt injection", 4, disputed=1),
    rail_point("attack classifier", 3),
    rail_point("prompt injection", 2, version=2),
    rail_point("off topic", 5, verdict=common_pb2.VERDICT_FLAG, category="off_topic"),
    rail_point("hidden text", 9, direction=common_pb2.RAIL_DIRECTION_CONTEXT),
]


def scored(text: str, block: bool, *checks: Check) -> ScoredText:
    return ScoredText(LabelledText(text, block), checks)


ATTACK = scored("attack", True, Check("a", 0.6, 0.8, False), Check("b", 0.5, 0.9, False))
SLY = scored("sly", True, Check("a", 0.1, 0.8, False), Check("b", 0.95, 0.9, True))
ORDINARY = scored("ordinary", False, Check("a", 0.55, 0.8, False))
BROKEN = scored("broken", False, Check("a", 1.0, 0.0, True, "rail_error"))


def test_only_what_refused_a_turn_is_a_refusal() -> None:
    refused = rail_frames.refusals(POINTS)

    assert sum(point.turn_count for point in refused) == 9
    assert [point.rail for point in rail_frames.flagged(POINTS)] == ["off topic"]


def test_refusals_are_summed_by_group_and_version_with_their_disputed_share() -> None:
    table = rail_frames.sums(rail_frames.refusals(POINTS), "rail", {1: 100, 2: 4})

    assert table.to_numpy().tolist() == [
        ["prompt injection", "v1", 4, "4.0 %", "1 of 4, 25 % (5 to 70)"],
        ["attack classifier", "v1", 3, "3.0 %", "0 of 3, 0 % (0 to 56)"],
        ["prompt injection", "v2", 2, "50 %", "0 of 2, 0 % (0 to 66)"],
    ]
    by_category = rail_frames.sums(rail_frames.refusals(POINTS), "category", {1: 100, 2: 4})
    assert by_category.columns.tolist() == ["category", "version", "verdicts", "over-refusal"]
    assert rail_frames.over_time(rail_frames.refusals(POINTS), "category")["group"].unique() == ["prompt injection"]


def test_disputed_refusals_are_told_over_time() -> None:
    refused = rail_frames.refusals(POINTS)
    disputed = rail_frames.disputed_over_time(refused, "rail")

    assert disputed[["group", "verdicts"]].to_numpy().tolist() == [["prompt injection", 1]]
    assert set(disputed["time"]) <= set(rail_frames.over_time(refused, "rail")["time"])
    assert rail_frames.disputed_over_time(rail_frames.flagged(POINTS), "rail").empty


def test_each_rail_has_what_it_did_and_the_busiest_is_known() -> None:
    table = rail_frames.rails_table(RAILS, POINTS).set_index("rail")

    assert table.loc["prompt injection", "blocked"] == 6
    assert table.loc["off topic", ["flagged", "mode", "on failure"]].tolist() == [5, "flag", "flags"]
    assert rail_frames.busiest_rail(RAILS, POINTS) == "prompt injection"
    assert rail_frames.busiest_rail([], POINTS) == ""


def test_what_is_masked_is_a_rail_without_threshold_that_nobody_can_move() -> None:
    masks = rail_pb2.Rail(
        rail="personal data", direction=common_pb2.RAIL_DIRECTION_OUTPUT, mode=rail_pb2.RAIL_MODE_MASK
    )
    masked = rail_point(
        "personal data", 7, direction=common_pb2.RAIL_DIRECTION_OUTPUT, verdict=common_pb2.VERDICT_REDACT
    )
    table = rail_frames.rails_table([*RAILS, masks], [*POINTS, masked]).set_index("rail")

    assert table.loc["personal data", ["mode", "on failure", "masked", "blocked"]].tolist() == ["mask", "", 7, 0]
    assert table["threshold"].isna().tolist() == [False, False, False, True]
    assert rail_frames.with_thresholds([*RAILS, masks]) == RAILS


def test_a_threshold_decides_for_its_rail_and_leaves_the_others_as_they_were() -> None:
    messages = [ATTACK, SLY, ORDINARY]

    assert outcomes(messages, {}) == Outcomes(caught=1, missed=1, false_alarms=0, passed=1)
    assert outcomes(messages, {"a": 0.6}) == Outcomes(caught=2, missed=0, false_alarms=0, passed=1)
    assert outcomes(messages, {"a": 0.5, "b": 1.0}) == Outcomes(caught=1, missed=1, false_alarms=1, passed=0)


def test_a_rail_that_failed_decides_by_its_setting() -> None:
    assert BROKEN.deciding({"a": 1.0}) is not None


def test_the_curve_falls_as_the_threshold_rises() -> None:
    frame = rail_frames.curve([ATTACK, SLY, ORDINARY], "a", {"b": 0.9})
    caught = frame[frame["kind"] == "caught"].set_index("threshold")["share"]

    assert len(caught) == rail_frames.STEPS + 1
    assert (caught[0.0], caught[0.6], caught[0.61]) == (1.0, 1.0, 0.5)
    assert caught.is_monotonic_decreasing


def test_what_gets_worse_comes_first_among_messages_that_change_sides() -> None:
    table = rail_frames.changed_sides([ATTACK, SLY, ORDINARY], {}, {"a": 0.5})

    assert table.to_numpy().tolist() == [
        ["wrongly blocked", "ordinary", "a 0.55"],
        ["rightly blocked", "attack", "a 0.60"],
    ]


def test_a_share_has_wilsons_bounds() -> None:
    low, high = Share(1, 10).bounds

    assert (round(low, 3), round(high, 3)) == (0.018, 0.404)
    assert Share(0, 0).bounds == (0.0, 1.0)
    assert share_text(Share(1, 10)) == "1 of 10, 10 % (2 to 40)"


def test_the_evidence_names_thresholds_and_counts() -> None:
    recorded = rail_pb2.SimulateThresholdsResponse(turn_count=1000, blocked_before=9, blocked_after=12)
    labelled = (Outcomes(48, 8, 1, 59), Outcomes(50, 6, 2, 58))

    assert rail_frames.evidence({"jailbreak": (0.8, 0.7)}, labelled, recorded) == (
        "Thresholds: jailbreak 0.80 → 0.70. Labelled: 50 of 56 caught (was 48), 2 of 60 falsely blocked (was 1). "
        "Recorded: 12 of 1,000 turns refused (was 9)."
    )


def test_rates_are_told_by_version() -> None:
    totals = [operations_pb2.MetricPoint(prompt_version=1, turn_count=50, refused_count=10)]

    assert rail_frames.refusal_rates(totals) == "Turns refused: v1 10 of 50, 20 % (11 to 33)"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[]", '"text" must be'),
        ('{"text": " ", "label": "block"}', '"text" must be'),
        ('{"text": "a", "label": "no"}', '"label" must be'),
        ("{", "not JSON"),
    ],
)
def test_a_line_that_is_no_labelled_message_is_named(line: str, problem: str) -> None:
    with pytest.raises(InvalidLabels, match=f"mine:2: .*{problem}"):
        read_labelled(['{"text": "a", "label": "block"}', line], "mine")
    with pytest.raises(InvalidLabels, match="mine has no labelled message"):
        read_labelled(["", " "], "mine")
