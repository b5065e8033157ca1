"""A judge behind Anthropic's Messages API: the verdict comes as the arguments of a tool that the model must use."""

from __future__ import annotations

import json

import anthropic
from anthropic.types import Usage

from evals.judge_usage import note_usage
from evals.judges import MAX_RETRIES, TIMEOUT_SECONDS, Judge, JudgeError
from nightdesk.v1 import common_pb2

MAX_OUTPUT_TOKENS = 4096


class AnthropicJudge(Judge):
    """Reads ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL."""

    def __init__(self, model: str) -> None:
        super().__init__(model)
        self._client = anthropic.AsyncAnthropic(timeout=TIMEOUT_SECONDS, max_retries=MAX_RETRIES)

    async def ask(self, prompt: str, name: str, schema: dict[str, object]) -> str:
        try:
            message = await self._client.messages.create(
                model=self.model,
                max_tokens=MAX_OUTPUT_TOKENS,
                messages=[{"role": "user", "content": prompt}],
                tools=[{"name": name, "input_schema": schema}],
                tool_choice={"type": "tool", "name": name},
            )
        except anthropic.AnthropicError as error:
            raise JudgeError(f"{self.model}: {error}") from error
        if message.usage is not None:  # compatible servers may leave it out, whatever the SDK's types say
            note_usage(_usage(self.model, message.usage))
        arguments = [block.input for block in message.content if block.type == "tool_use"]
        return json.dumps(arguments[0]) if arguments else ""

    async def close(self) -> None:
        await self._client.close()


def _usage(model: str, usage: Usage) -> common_pb2.Usage:
    return common_pb2.Usage(
        provider="anthropic",
        model=model,
        uncached_input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cache_read_input_tokens or 0,
        cache_write_tokens=usage.cache_creation_input_tokens or 0,
        output_tokens=usage.output_tokens,
        purpose="judge",
        outcome="ok",
    )
