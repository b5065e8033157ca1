"""Markup that a model may take for its own: of roles, of turns, of tools."""

from __future__ import annotations

import re

from guardrails_config.detectors.normalise import readings
from guardrails_config.detectors.patterns import Finding, Pattern, strongest, weigh

_MARKUP = (
    Pattern(
        "chat tokens",
        0.95,
        re.compile(
            r"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|"
            r"begin_of_text)\|>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>"
        ),
        ("<|", "[inst]", "[/inst]", "<<", "_of_turn>"),
    ),
    Pattern(
        "tool call",
        0.95,
        re.compile(
            r"</?(?:tool_call|tool_use|tool_response|tool_result|function_calls?|function_results?|invoke|"
            r"antml:\w+|execute_tool)\b[^>]{0,100}>|\"(?:tool_calls|function_call)\" ?:"
        ),
        ("<", "tool_calls", "function_call"),
    ),
    Pattern(
        "role tags",
        0.9,
        re.compile(
            r"</?(?:system|assistant|developer)(?:[_-](?:prompt|message|instructions?))?>|(?:^|"
            r"\n) ?#{2,4} ?(?:system|assistant) ?(?:prompt|message|instructions?)? ?:"
        ),
        ("system", "assistant", "developer"),
    ),
    Pattern(
        "a turn of its own",
        0.85,
        re.compile(
            r"\n ?\n ?(?:human|user|customer) ?: [^\n]{1,300}\n\s{0,3}(?:assistant|ai|bot) ?: |\"role\" ?: "
            r"?\"(?:system|"
            r"developer)\"[^}]{0,40}\"content\" ?: ?\"(?:[^\"]{0,200}\b(?:always|never|must|ignore|from now on)\b)"
        ),
        ("assistant", "ai:", "bot:", "role"),
    ),
    Pattern(
        "end of the sources",
        0.85,
        re.compile(
            r"</(?:context|sources?|documents?|passages?|search_results?|data|knowledge)>\s{0,3}(?:<|\w)|"
            r"(?:^|\n) ?(?:-{3,}|={3,}|#{3,}|\*{3,}) ?end of (?:the )?(?:document|context|sources?|page|text)s? ?"
            r"(?:-{3,}|={3,}|#{3,}|\*{3,})|</?instructions>"
        ),
        ("</", "end of ", "<instructions>"),
    ),
    Pattern(
        "block of the system's",
        0.9,
        re.compile(r"(?:```|~~~) ?(?:system|assistant|developer)\b|\[tool_calls\]|\[/?system\]\(?"),
        ("```", "~~~", "[tool_calls]", "[system]", "[/system]"),
    ),
)


def find_tool_markup(text: str) -> Finding | None:
    """Chat tokens, tool calls, role tags, forged turns, and marks that pretend to end the sources."""
    return strongest(weigh("tool_markup", _MARKUP, reading) for reading in readings(text))
