"""What a turn's record says, in words."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk.amounts import short_dollars
from nightdesk.v1 import chat_pb2, common_pb2

ANSWER = "answer"
EXTRACTIVE = "extractive"
"""The deployment that answers where no model does."""


def answering_model(usage: Sequence[common_pb2.Usage]) -> str:
    """The model that wrote the answer's end, else the last that was to; empty where none was asked for an answer."""
    calls = [call for call in usage if call.purpose == ANSWER]
    ended = [call for call in calls if call.outcome == "ok"] or calls
    return ended[-1].model if ended else ""


def repeat_cost(usage: Sequence[common_pb2.Usage]) -> str:
    """What it cost to give an earlier answer again: "at no cost", or "at no cost but $0.0014 for its judges"."""
    beside = [call for call in usage if call.purpose != ANSWER]
    if not beside:
        return "at no cost"
    purposes = sorted({call.purpose.replace("_", " ") for call in beside})
    whom = "its judges" if purposes == ["judge"] else " and ".join(purposes)
    priced = all(call.HasField("cost") for call in beside)
    cost = f"${short_dollars(sum(call.cost.nanos for call in beside))}" if priced else "what is unpriced"
    return f"at no cost but {cost} for {whom}"


def switch_in_words(switch: chat_pb2.RouteSwitched) -> str:
    """ "strong → backup, which goes on with the answer"; models by deployment, the reason left out."""
    after = ""
    if switch.mid_stream:
        extractive = switch.to_model == EXTRACTIVE
        after = ", which quotes the sources below what was begun" if extractive else ", which goes on with the answer"
    return f"{switch.from_model} → {switch.to_model}{after}"
