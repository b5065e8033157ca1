"""What the rails that ask a model have in common: their instructions, and how a judgement becomes a finding."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Protocol

from guardrails_config.detectors.patterns import EVIDENCE_LENGTH, Finding


class Judgement(Protocol):
    @property
    def score(self) -> float: ...
    @property
    def category(self) -> str: ...
    @property
    def reason(self) -> str: ...


class Judge(Protocol):
    """The server's: see server.ports.Judge."""

    async def __call__(self, instructions: str, text: str) -> Judgement: ...


@cache
def instructions(action_file: str, name: str) -> str:
    """The text of prompts/NAME.md in the folder whose actions/ has `action_file`, so that a copied folder has its own.

    Read once in a process. Raises OSError where it is missing.
    """
    return (Path(action_file).parents[1] / "prompts" / f"{name}.md").read_text(encoding="utf-8")


async def ask(judge: Judge | None, told: str, text: str) -> Finding:
    """What the judge makes of a text, its reason as the evidence. What it raises passes: the rail has failed then.

    Raises LookupError where there is no judge.
    """
    if judge is None:
        raise LookupError("This rail asks a model, and none is configured.")
    judgement = await judge(told, text)
    return Finding(judgement.category or "policy", judgement.score, judgement.reason[:EVIDENCE_LENGTH])
