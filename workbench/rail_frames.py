"""What rails decided, and what other thresholds would decide, as tables. No call is made and nothing is drawn here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from nightdesk.labelled import Outcomes, ScoredText, Share, outcomes
from nightdesk.v1 import common_pb2, operations_pb2, rail_pb2
from workbench.components.formatting import NOTHING, direction, moment, percentage, rail_mode, share_text, words

Point = operations_pb2.RailMetricPoint
GROUPS: dict[str, Callable[[Point], str]] = {
    "category": lambda point: words(point.category) or NOTHING,
    "rail": lambda point: point.rail,
    "prompt version": lambda point: f"v{point.prompt_version}",
}
STEPS = 100
"""Points of a curve over thresholds, less one."""


def refusals(points: Iterable[Point]) -> list[Point]:
    """The verdicts that refused turns: blocks of messages and answers. A blocked passage refuses nothing."""
    return [
        point
        for point in points
        if point.verdict == common_pb2.VERDICT_BLOCK and point.direction != common_pb2.RAIL_DIRECTION_CONTEXT
    ]


def flagged(points: Iterable[Point]) -> list[Point]:
    """The verdicts that were only noted."""
    return [point for point in points if point.verdict == common_pb2.VERDICT_FLAG]


def over_time(points: Iterable[Point], by: str) -> pd.DataFrame:
    """One row an interval and group with its verdicts; `by` is one of GROUPS."""
    return _over_time(points, by, lambda point: point.turn_count)


def disputed_over_time(points: Iterable[Point], by: str) -> pd.DataFrame:
    """The same of the turns that somebody rated down; empty where nobody did."""
    return _over_time(points, by, lambda point: point.disputed_count)


def _over_time(points: Iterable[Point], by: str, verdicts: Callable[[Point], int]) -> pd.DataFrame:
    counts: Counter[tuple[object, str]] = Counter()
    for point in points:
        if verdicts(point):
            counts[moment(point.start_time), GROUPS[by](point)] += verdicts(point)
    return pd.DataFrame({"time": time, "group": group, "verdicts": count} for (time, group), count in counts.items())


def sums(points: Sequence[Point], by: str, turns: Mapping[int, int]) -> pd.DataFrame:
    """One row a group and prompt version, most verdicts first, and how many of these somebody rated down.

    A turn has a verdict of each rail that decides against it. So only by rail they are turns, and a share of the
    version's turns.
    """
    found: Counter[tuple[str, int]] = Counter()
    disputed: Counter[tuple[str, int]] = Counter()
    for point in points:
        place = (GROUPS[by](point), point.prompt_version)
        found[place] += point.turn_count
        disputed[place] += point.disputed_count
    return pd.DataFrame(
        {
            **({by: group} if by != "prompt version" else {}),
            "version": f"v{version}",
            "verdicts": count,
            **({"of turns": percentage(count, turns.get(version, 0))} if by == "rail" else {}),
            "over-refusal": share_text(Share(disputed[group, version], count)),
        }
        for (group, version), count in found.most_common()
    )


def refusal_rates(totals: Iterable[operations_pb2.MetricPoint]) -> str:
    """ "Turns refused: v1 38 of 117, 32 % (25 to 41); v2 …", with 95 % bounds."""
    shares = (f"v{point.prompt_version} {share_text(Share(point.refused_count, point.turn_count))}" for point in totals)
    return f"Turns refused: {'; '.join(shares)}"


def busiest_rail(rails: Iterable[rail_pb2.Rail], points: Iterable[Point]) -> str:
    """The rail of customers' messages that blocked most turns, the first one where none did; "" without any."""
    blocked: Counter[str] = Counter()
    for point in refusals(points):
        blocked[point.rail] += point.turn_count
    names = [rail.rail for rail in rails if rail.direction == common_pb2.RAIL_DIRECTION_INPUT]
    return max(names, key=lambda name: blocked[name], default="")


def with_thresholds(rails: Iterable[rail_pb2.Rail]) -> list[rail_pb2.Rail]:
    """Without what only masks, which has none."""
    return [rail for rail in rails if rail.mode != rail_pb2.RAIL_MODE_MASK]


def rails_table(rails: Iterable[rail_pb2.Rail], points: Sequence[Point]) -> pd.DataFrame:
    """One row a rail, with what it did in the period."""

    def count(rail: rail_pb2.Rail, verdict: common_pb2.Verdict.ValueType) -> int:
        same = (p for p in points if (p.rail, p.direction, p.verdict) == (rail.rail, rail.direction, verdict))
        return sum(point.turn_count for point in same)

    return pd.DataFrame(
        {
            "rail": rail.rail,
            "checks": direction(rail.direction),
            "threshold": None if rail.mode == rail_pb2.RAIL_MODE_MASK else rail.threshold,
            "mode": rail_mode(rail.mode),
            "judged": rail.judged,
            "on failure": "" if rail.mode == rail_pb2.RAIL_MODE_MASK else "flags" if rail.fails_open else "blocks",
            "blocked": count(rail, common_pb2.VERDICT_BLOCK),
            "flagged": count(rail, common_pb2.VERDICT_FLAG),
            "masked": count(rail, common_pb2.VERDICT_REDACT),
        }
        for rail in rails
    )


def verdicts_table(verdicts: Iterable[common_pb2.RailVerdict]) -> pd.DataFrame:
    """One row a verdict, the highest score first."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.score, reverse=True)
    return pd.DataFrame(
        {
            "rail": verdict.rail,
            "checks": direction(verdict.direction),
            "score": verdict.score,
            "threshold": verdict.threshold,
        }
        for verdict in ordered
    )


def outcomes_table(before: Outcomes, after: Outcomes) -> pd.DataFrame:
    """Shares with counts and 95 % bounds, as things are and as they would be."""
    shares = {
        "caught": (before.recall, after.recall),
        "false alarms": (before.false_alarm_rate, after.false_alarm_rate),
        "precision": (before.precision, after.precision),
    }
    return pd.DataFrame(
        {"": name, "now": share_text(now), "with these thresholds": share_text(then)}
        for name, (now, then) in shares.items()
    )


def curve(scored: Sequence[ScoredText], rail: str, thresholds: Mapping[str, float]) -> pd.DataFrame:
    """Shares caught and falsely blocked over this rail's threshold, the other thresholds as given."""
    rows = []
    for step in range(STEPS + 1):
        found = outcomes(scored, {**thresholds, rail: step / STEPS})
        shares = {"caught": found.recall, "false alarms": found.false_alarm_rate}
        rows += [
            {"threshold": step / STEPS, "kind": kind, "share": share.value, "count": f"{share.part} of {share.whole}"}
            for kind, share in shares.items()
            if share.whole
        ]
    return pd.DataFrame(rows, columns=["threshold", "kind", "share", "count"])


def changed_sides(
    scored: Iterable[ScoredText], before: Mapping[str, float], after: Mapping[str, float]
) -> pd.DataFrame:
    """The labelled messages that are decided otherwise, and which rail decides; what gets worse comes first."""
    rows = []
    for one in scored:
        old, new = one.deciding(before), one.deciding(after)
        if (old is None) == (new is None):
            continue
        deciding = new or old
        is_right = (new is not None) == one.labelled.block
        rows.append(
            {
                "becomes": f"{'rightly' if is_right else 'wrongly'} {'blocked' if new else 'passed'}",
                "text": one.labelled.text,
                "decided by": f"{deciding.rail} {deciding.score:.2f}" if deciding else "",
            }
        )
    return pd.DataFrame(sorted(rows, key=lambda row: row["becomes"], reverse=True))


def simulated_frame(turns: Iterable[rail_pb2.SimulatedTurn]) -> pd.DataFrame:
    """One row a turn that would be decided otherwise, with the address of its page."""
    return pd.DataFrame(
        {
            "turn": f"/turn?id={turn.turn_id}",
            "question": turn.question,
            "decided by": f"{turn.rail} {turn.score:.2f}",
            "disputed": turn.disputed,
        }
        for turn in turns
    )


def evidence(
    moved: Mapping[str, tuple[float, float]],
    labelled: tuple[Outcomes, Outcomes] | None,
    recorded: rail_pb2.SimulateThresholdsResponse | None,
) -> str:
    """Why a version has its thresholds, in one line: each from and to, and the counts that spoke for it."""
    parts = ["; ".join(f"{rail} {old:.2f} → {new:.2f}" for rail, (old, new) in moved.items())]
    if labelled is not None:
        before, after = labelled
        parts.append(
            f"Labelled: {after.caught} of {after.recall.whole} caught (was {before.caught}), "
            f"{after.false_alarms} of {after.false_alarm_rate.whole} falsely blocked (was {before.false_alarms})"
        )
    if recorded is not None:
        parts.append(
            f"Recorded: {recorded.blocked_after:,} of {recorded.turn_count:,} turns refused "
            f"(was {recorded.blocked_before:,})"
        )
    return "Thresholds: " + ". ".join(parts) + "."
