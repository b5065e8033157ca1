"""What a judge is: a model behind the interface of Ragas.

One call to the provider for one call of Ragas, in the provider's own way of asking for JSON; what comes back is
checked strictly, because Ragas would score a verdict of 7 as true.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from ragas.llms.base import InstructorBaseRagasLLM

TIMEOUT_SECONDS = 60.0
MAX_RETRIES = 3
"""Of the SDK, for 429, 5xx and broken connections; Retry-After is honoured."""
BINARY_FIELDS = ("verdict", "attributed", "noncommittal")
"""Fields of Ragas's models that are numbers and mean yes (1) or no (0)."""

Output = TypeVar("Output", bound=BaseModel)


class JudgeError(Exception):
    """Why the judge gave no usable verdict."""


class Judge(InstructorBaseRagasLLM):
    """Subclasses ask one provider. The model's name stands beside every number that it made."""

    def __init__(self, model: str) -> None:
        self.model = model

    @abstractmethod
    async def ask(self, prompt: str, name: str, schema: dict[str, object]) -> str:
        """The JSON text that the model gave for the JSON schema, empty where it gave none. Raises JudgeError."""

    @abstractmethod
    async def close(self) -> None: ...

    async def agenerate(self, prompt: str, response_model: type[Output]) -> Output:
        """Raises JudgeError, also where the JSON is not what was asked for."""
        text = await self.ask(prompt, response_model.__name__, response_model.model_json_schema())
        try:
            output = response_model.model_validate_json(text)
        except ValidationError as error:
            problem = f"{self.model}: not the JSON that was asked for ({error.error_count()} faults)."
            raise JudgeError(problem) from error
        self._require_binary(output.model_dump())
        return output

    def generate(self, prompt: str, response_model: type[Output]) -> Output:
        """Ragas wants it to exist; its metrics never call it."""
        raise JudgeError(f"{self.model}: {response_model.__name__} can only be asked for asynchronously ({prompt!r}).")

    def _require_binary(self, value: object) -> None:
        if isinstance(value, list):
            for item in value:
                self._require_binary(item)
        elif isinstance(value, dict):
            for name, item in value.items():
                if name in BINARY_FIELDS and item not in (0, 1):
                    raise JudgeError(f"{self.model}: {name} is {item}, not 0 or 1.")
                self._require_binary(item)
