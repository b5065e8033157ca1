"""The search question that a model writes from the conversation."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import aclosing

import structlog

from server.chat.search_question_prompt import SYSTEM, conversation_as_data
from server.chat.searchable import searchable
from server.domain import (
    Message,
    ModelFinished,
    ModelRequest,
    PromptBundle,
    SearchQuestionSource,
    TextDelta,
)
from server.errors import BudgetExhausted, ModelError, Unavailable
from server.knowledge.search_question import SearchQuestion, leaning
from server.ports import Ask

MAX_CHARACTERS = 400
MAX_OUTPUT_TOKENS = 60

MAX_MESSAGES = 6
MAX_MESSAGE_CHARACTERS = 600
"""So much of the conversation is sent, the newest messages: what is asked next leans on little before them."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

log = structlog.get_logger()


def model_may_write(bundle: PromptBundle, question: str, history: Sequence[Message]) -> bool:
    """Whether a model is to write the search question: the bundle lets it, and the question gives a sign of leaning on
    the conversation. A question longer than a search question may be says enough by itself.

    The call costs money and time; the sign saves it for 32 of mtRAG's (Cloud) 163 questions with a history. What that
    leaves out: questions that name nothing of the conversation and still mean it ("Is storage included in the price?").
    People's own rewrites are no gain there that can be told from chance: Recall@5 over all .290, as with the words of
    the conversation; .257 against .274 where there is a sign, .426 against .355 where there is none (SE .03 to .08).
    """
    allowed = bundle.search_question in (None, SearchQuestionSource.MODEL)
    leans = bool(history) and len(question) <= MAX_CHARACTERS and leaning(question) > 0
    return allowed and leans


async def write_search_question(
    turn_id: str,
    ask: Ask,
    question: str,
    history: Sequence[Message],
    *,
    redact: Callable[[str], str],
    timeout: float,  # noqa: ASYNC109 - it is a setting, and running out of it is no error of the caller's
) -> SearchQuestion | None:
    """What the model makes of a masked question and its history; None where it fails, with a line in the log.

    It is asked for at most `timeout` seconds in all.
    """
    request = _request(question, history, redact)
    texts: list[str] = []
    try:
        async with asyncio.timeout(timeout):
            finish = await _read(ask, request, texts)
        problem = _problem("".join(texts).strip(), finish)
    except TimeoutError:
        problem = "timed_out"
    except (ModelError, BudgetExhausted, Unavailable) as error:
        problem = error.reason.lower()
    if problem:
        log.warning("search_question_not_written", turn_id=turn_id, reason=problem)
        return None
    text = searchable(redact("".join(texts).strip()))
    return SearchQuestion(text, source=SearchQuestionSource.MODEL)


async def _read(ask: Ask, request: ModelRequest, texts: list[str]) -> str:
    """Collect the model's words in `texts`; why it finished, empty where it did not say."""
    async with aclosing(ask(request)) as events:
        async for event in events:
            match event:
                case TextDelta(text):
                    texts.append(text)
                case ModelFinished(reason):
                    return reason
    return ""


def _request(question: str, history: Sequence[Message], redact: Callable[[str], str]) -> ModelRequest:
    """The newest messages as data, masked: a search needs nobody's personal data."""
    recent = [
        Message(message.role, redact(message.text[: 2 * MAX_MESSAGE_CHARACTERS])[:MAX_MESSAGE_CHARACTERS])
        for message in history[-MAX_MESSAGES:]
    ]
    return ModelRequest(
        system=SYSTEM,
        history=(),
        question=conversation_as_data(recent, question),
        search_question="",
        passages=(),
        max_output_tokens=MAX_OUTPUT_TOKENS,
        temperature=0.0,
    )


def _problem(text: str, finish: str) -> str:
    """Why a text is no search question; empty where it may be one."""
    if finish != "stop":
        return f"finished_with_{finish}"
    if not any(character.isalnum() for character in text):
        return "empty"
    if len(text) > MAX_CHARACTERS:
        return "too_long"
    return "not_one_line" if _CONTROL.search(text) else ""
