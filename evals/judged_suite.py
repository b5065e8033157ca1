"""The metrics that ask a model. Importing this loads the providers' SDKs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evals.anthropic_judge import AnthropicJudge
from evals.judge_choice import JudgeChoice
from evals.judges import Judge
from evals.metrics.answer_relevancy import AnswerRelevancy
from evals.metrics.base import Metric
from evals.metrics.factual_correctness import FactualCorrectness
from evals.metrics.faithfulness import Faithfulness
from evals.openai_judge import OpenAIJudge

JUDGES: dict[str, type[Judge]] = {"openai": OpenAIJudge, "anthropic": AnthropicJudge}


@asynccontextmanager
async def judged_metrics(choice: JudgeChoice) -> AsyncIterator[list[Metric]]:
    """They share one judge, whose connections end with the block."""
    judge = JUDGES[choice.provider](choice.model)
    try:
        yield [Faithfulness(judge), AnswerRelevancy(judge), FactualCorrectness(judge)]
    finally:
        await judge.close()
