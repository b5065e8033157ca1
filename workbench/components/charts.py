"""The charts: lines and bars over time, intervals of metrics, and a turn's stages as a waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import altair as alt
import pandas as pd

from nightdesk.v1 import chat_pb2
from workbench.components.formatting import duration, words
from workbench.stages import SINCE_START, stage_spans

HEIGHT = 240
STAGE = "stage"
SINCE = "since the beginning"
_FROM = alt.Tooltip("time:T", title="From", format="%d %b %H:%M")
_GROUP_TOOLTIP = (alt.Tooltip("group:N", title="Group"), _FROM)

Span = tuple[datetime, datetime]


def lines(frame: pd.DataFrame, value: str, title: str, number_format: str, span: Span) -> alt.Chart:
    """One line a prompt version over the whole span; `number_format` is d3's, for example ".0%" or "$.4~f"."""
    chart: alt.Chart = (
        alt.Chart(frame, height=HEIGHT)
        .mark_line(point=alt.OverlayMarkDef(size=18), strokeWidth=2)
        .encode(
            x=_time_axis(span),
            y=alt.Y(f"{value}:Q", title=title, axis=alt.Axis(format=number_format, tickCount=5)),
            color=alt.Color("version:N", legend=alt.Legend(orient="top", title=None, offset=4)),
            tooltip=[
                alt.Tooltip("version:N", title="Prompt version"),
                _FROM,
                alt.Tooltip(f"{value}:Q", title=title, format=number_format),
                alt.Tooltip("turns:Q", title="Turns"),
            ],
        )
    )
    return chart


def stacked_bars(frame: pd.DataFrame, span: Span, step: timedelta) -> alt.Chart:
    """Dollars over time, one colour a group; the tooltip is exact."""
    y = alt.Y("dollars:Q", title="Cost, USD", stack="zero", axis=alt.Axis(format="$,.9~f", tickCount=5))
    color = alt.Color("group:N", legend=alt.Legend(orient="top", title=None, offset=4))
    return _bars(frame, span, step).encode(
        y=y, color=color, tooltip=[*_GROUP_TOOLTIP, alt.Tooltip("cost:N", title="Cost"), "calls:Q"]
    )


def verdict_bars(frame: pd.DataFrame, title: str, groups: Sequence[str], span: Span, step: timedelta) -> alt.Chart:
    """Verdicts over time, one colour a group; charts with the same `groups` give each the same colour."""
    y = alt.Y("verdicts:Q", title=title, stack="zero", axis=alt.Axis(tickCount=5, tickMinStep=1, format="d"))
    legend = alt.Legend(orient="top", title=None, offset=4, columns=2, symbolLimit=12)
    color = alt.Color("group:N", scale=alt.Scale(scheme="tableau10", domain=list(groups)), legend=legend)
    return _bars(frame, span, step).encode(
        y=y, color=color, tooltip=[*_GROUP_TOOLTIP, alt.Tooltip("verdicts:Q", title=title)]
    )


def _bars(frame: pd.DataFrame, span: Span, step: timedelta) -> alt.Chart:
    """Bars over the whole span, each as wide as its step."""
    chart: alt.Chart = (
        alt.Chart(frame.assign(until=frame["time"] + step), height=HEIGHT)
        .mark_bar(orient="vertical")
        .encode(x=_time_axis(span), x2="until:T")
    )
    return chart


def _time_axis(span: Span) -> alt.X:
    """The whole span in the reader's time zone: the time of day, and days where there is more than one."""
    domain = [moment.isoformat() for moment in span]
    form = "%H:%M" if span[1] - span[0] <= timedelta(hours=24) else "%d %b"
    return alt.X(
        "time:T",
        title="Your local time",
        scale=alt.Scale(domain=domain),
        axis=alt.Axis(tickCount=6, format=form, labelOverlap=True),
    )


def threshold_curve(frame: pd.DataFrame, threshold: float) -> alt.LayerChart:
    """Shares over a rail's threshold, and where it stands."""
    scale = alt.Scale(domain=["caught", "false alarms"], range=["#2a9d73", "#e5484d"])
    drawn = (
        alt.Chart(frame, height=200)
        .mark_line(interpolate="step-before", strokeWidth=2)
        .encode(
            x=alt.X("threshold:Q", title="Threshold", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y(
                "share:Q",
                title="Share of messages",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", tickCount=5),
            ),
            color=alt.Color("kind:N", scale=scale, legend=alt.Legend(orient="top", title=None, offset=4)),
            tooltip=["kind", "count", alt.Tooltip("threshold:Q", format=".2f")],
        )
    )
    stands = alt.Chart(pd.DataFrame({"threshold": [threshold]})).mark_rule(strokeDash=[4, 3], color="#8a8f98")
    chart: alt.LayerChart = drawn + stands.encode(x="threshold:Q")
    return chart


def intervals(frame: pd.DataFrame) -> alt.LayerChart:
    """The metrics' means with their 95 % intervals, one colour a run."""
    runs = alt.YOffset("run:N")
    color = alt.Color("run:N", title=None, legend=alt.Legend(orient="top"))
    row = len(frame["run"].unique()) * 14 + 14
    metric = alt.Y("metric:N", title=None, sort=None, axis=alt.Axis(labelLimit=220, labelOverlap=False))
    base = alt.Chart(frame, height=alt.Step(row, **{"for": "position"}))
    bars = base.mark_errorbar(ticks=True, thickness=2).encode(
        x=alt.X(
            "low:Q",
            title="Mean with 95 % interval",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(tickCount=10, format=".1f"),
        ),
        x2="high:Q",
        y=metric,
        yOffset=runs,
        color=color,
    )
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        x="mean:Q",
        y=metric,
        yOffset=runs,
        color=color,
        tooltip=["run", "metric", alt.Tooltip("mean", format=".3f"), alt.Tooltip("low", format=".3f"), "high"],
    )
    chart: alt.LayerChart = bars + points
    return chart


def waterfall(timings: Sequence[chat_pb2.StageTiming]) -> alt.LayerChart:
    """A turn's stages as bars over the time since it began, each with its length."""
    frame = pd.DataFrame(
        {
            "stage": words(span.stage),
            "start": span.start * 1000,
            "end": span.end * 1000,
            "length": duration(span.end - span.start),
            "kind": SINCE if span.stage in SINCE_START else STAGE,
        }
        for span in stage_spans(timings)
    )
    base = alt.Chart(frame, height=alt.Step(24)).encode(
        y=alt.Y("stage:N", title=None, sort=None, axis=alt.Axis(labelOverlap=False))
    )
    scale = alt.Scale(domain=[STAGE, SINCE], range=["#4f6df5", "#9aa0aa"])
    bars = base.mark_bar(cornerRadius=2, height=13, minBandSize=2).encode(
        x=alt.X("start:Q", title="ms since the turn began"),
        x2="end:Q",
        color=alt.Color("kind:N", title=None, scale=scale, legend=alt.Legend(orient="bottom")),
        tooltip=["stage", "length"],
    )
    texts = base.mark_text(align="left", dx=5, fontSize=11, color="#8a8f98").encode(x="end:Q", text="length")
    chart: alt.LayerChart = bars + texts
    return chart
