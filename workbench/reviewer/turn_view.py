"""What is known of a turn while its events come in."""

from __future__ import annotations

from dataclasses import dataclass, field

from nightdesk.v1 import chat_pb2, common_pb2


@dataclass(slots=True)
class TurnView:
    """One turn, filled event by event; `completed` is set once it has ended."""

    turn_id: str = ""
    conversation_id: str = ""
    answer: str = ""
    search_question: str = ""
    search_question_source: common_pb2.SearchQuestionSource.ValueType = common_pb2.SEARCH_QUESTION_SOURCE_UNSPECIFIED
    index_version: str = ""
    citations: list[common_pb2.Citation] = field(default_factory=list)
    verdicts: list[common_pb2.RailVerdict] = field(default_factory=list)
    switches: list[chat_pb2.RouteSwitched] = field(default_factory=list)
    completed: chat_pb2.TurnCompleted | None = None

    def apply(self, event: chat_pb2.ChatResponse) -> None:
        """Take in the next event. A rail may replace what was streamed, so `completed` has the last word."""
        self.turn_id = event.turn_id
        match event.WhichOneof("event"):
            case "started":
                self.conversation_id = event.started.conversation_id
            case "citations":
                self.citations = list(event.citations.citations)
                self.search_question = event.citations.search_question
                self.search_question_source = event.citations.search_question_source
                self.index_version = event.citations.index_version
            case "delta":
                self.answer += event.delta.text
            case "rail_verdict":
                self.verdicts.append(event.rail_verdict)
            case "route_switched":
                self.switches.append(event.route_switched)
            case "completed":
                self.completed = event.completed
                self.answer = event.completed.answer

    @property
    def refused(self) -> bool:
        """Whether a rail, or the model, refused it."""
        return self.completed is not None and self.completed.finish_reason == common_pb2.FINISH_REASON_REFUSED

    @property
    def cited(self) -> frozenset[str]:
        """The chunk ids that the finished answer refers to."""
        return frozenset(self.completed.citation_ids) if self.completed else frozenset()
