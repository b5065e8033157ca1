"""Links and images that lead where neither the customer nor a citation points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guardrails_config.detectors.links import find_foreign_link
from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail


@rail("foreign links", direction="output")
async def check_foreign_links(text: str, public: Sequence[str], config: Any) -> Finding | None:
    return find_foreign_link(text, config.custom_data.get("allowed_hosts", ()), "\n".join(public))
