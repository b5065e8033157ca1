"""A judge behind any OpenAI-compatible endpoint that knows `response_format` json_schema."""

from __future__ import annotations

import os

import openai
from openai.types import CompletionUsage

from evals.judge_usage import note_usage
from evals.judges import MAX_RETRIES, TIMEOUT_SECONDS, Judge, JudgeError
from nightdesk.v1 import common_pb2


class OpenAIJudge(Judge):
    """Reads OPENAI_API_KEY and OPENAI_BASE_URL."""

    def __init__(self, model: str) -> None:
        super().__init__(model)
        self._client = openai.AsyncOpenAI(
            api_key=os.environ.get("OPENAI_API_KEY") or "none",
            base_url=os.environ.get("OPENAI_BASE_URL") or None,
            timeout=TIMEOUT_SECONDS,
            max_retries=MAX_RETRIES,
        )

    async def ask(self, prompt: str, name: str, schema: dict[str, object]) -> str:
        try:
            completion = await self._client.chat.completions.create(
                model=self.model,
                messages=[{"role": "user", "content": prompt}],
                response_format={"type": "json_schema", "json_schema": {"name": name, "schema": schema}},
            )
        except openai.OpenAIError as error:
            raise JudgeError(f"{self.model}: {error}") from error
        if completion.usage is not None:
            note_usage(_usage(self.model, completion.usage))
        return (completion.choices[0].message.content or "") if completion.choices else ""

    async def close(self) -> None:
        await self._client.close()


def _usage(model: str, usage: CompletionUsage) -> common_pb2.Usage:
    """OpenAI counts cached tokens among the prompt's and reasoning tokens among the completion's."""
    cached = (usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens) or 0
    reasoning = (usage.completion_tokens_details and usage.completion_tokens_details.reasoning_tokens) or 0
    return common_pb2.Usage(
        provider="openai",
        model=model,
        uncached_input_tokens=usage.prompt_tokens - cached,
        cache_read_tokens=cached,
        output_tokens=usage.completion_tokens - reasoning,
        reasoning_tokens=reasoning,
        purpose="judge",
        outcome="ok",
    )
