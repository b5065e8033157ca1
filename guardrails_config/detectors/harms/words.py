"""Words that patterns of several subjects share."""

from __future__ import annotations

import re

from guardrails_config.detectors.patterns import Pattern

MAKE = (
    r"(?:make|making|build|building|create|creating|write|writing|develop|developing|design|"
    r"designing|construct|constructing|assemble|produce|producing|synthesi[sz]e|synthesi[sz]ing|"
    r"manufacture|manufacturing|cook|cooking|plant|planting|spread|spreading|distribute|"
    r"distributing|provide|give|generate|program|code|acquire|detonate|launch|launching|deploy|"
    r"recipe for|guide (?:on|to|for)|tutorial (?:on|for)|instructions (?:for|on)|script (?:for|"
    r"that))"
)
TEACH = (
    r"(?:how (?:to|do i|can i|do you|one can|would i|might i)|teach|explain|instruct|guide|"
    r"tutorial|instructions|steps|plan|strategy|write|create|develop|give|provide|show|educate|"
    r"help me|ways? to|want to|i will|outline|describe|advice|publish|design|hack|generate|"
    r"compose|produce|use|encourag\w+|promot\w+)"
)
PEOPLE = (
    r"(?:someone|somebody|people|a person|my (?:wife|husband|boss|neighbou?r|ex|girlfriend|"
    r"boyfriend|parents|mother|father|colleague|coworker)|children|a child|kids|civilians|him|her|"
    r"them|others|victims?|an individual|individuals|another person|a man|a woman|"
    r"minority groups?)"
)


def kind(name: str, weight: float, expression: str, *needs: str) -> Pattern:
    """A pattern for texts that hold one of `needs`."""
    return Pattern(name, weight, re.compile(expression), needs)
