"""A judge behind Anthropic's Messages API: the verdict comes as the arguments of a tool that the model must use."""

from __future__ import annotations

import json

import anthropic

from evals.judges import MAX_RETRIES, TIMEOUT_SECONDS, Judge, JudgeError

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
        arguments = [block.input for block in message.content if block.type == "tool_use"]
        return json.dumps(arguments[0]) if arguments else ""

    async def close(self) -> None:
        await self._client.close()
