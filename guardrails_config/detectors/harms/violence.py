"""Requests for violence, hate, pursuit and lies about people."""

from __future__ import annotations

from guardrails_config.detectors.harms.words import PEOPLE, TEACH, kind

VIOLENCE = (
    kind(
        "violence",
        0.95,
        rf"\b{TEACH}\b[^.\n]{{0,50}}\b(?:kill(?:ing)?|murder(?:ing)?|poison(?:ing)?|assassinat\w+|"
        rf"strangl\w+|kidnap(?:ping)?|tortur\w+|stab(?:bing)?|physically (?:assault|harm)|"
        rf"shoot(?:ing)?|physical harm to|harm(?:ing)?)\b[^.\n]{{0,20}}\b{PEOPLE}(?!\w)",
        "kill",
        "murder",
        "poison",
        "assassinat",
        "strangl",
        "kidnap",
        "tortur",
        "stab",
        "assault",
        "shoot",
        "harm",
    ),
    kind(
        "terror and hate",
        0.9,
        rf"\b{TEACH}\b[^.\n]{{0,50}}\b(?:terrorist attack|terrorism|mass shooting|school shooting|"
        rf"genocide|ethnic cleansing|lynch(?:ing)?|incit(?:e|es|ing) (?:violence|hatred|racial)|"
        rf"racial (?:hatred|tensions)|racism|hate speech|white supremac\w+|violence against)",
        "terror",
        "shooting",
        "genocide",
        "cleansing",
        "lynch",
        "incit",
        "racial",
        "racism",
        "hate",
        "supremac",
        "violence",
    ),
    kind(
        "stalking",
        0.85,
        rf"\b{TEACH}\b[^.\n]{{0,50}}\b(?:stalk(?:ing)?|blackmail(?:ing)?|extort(?:ing)?|doxx?(?:ing)?|"
        rf"cyberbully(?:ing)?|spy(?:ing)? on|secretly (?:track|record|monitor|install)\w*|"
        rf"human traffick\w+|traffic(?:king)? humans)\b",
        "stalk",
        "blackmail",
        "extort",
        "dox",
        "bully",
        "spy",
        "secretly",
        "traffick",
    ),
    kind(
        "disinformation",
        0.8,
        r"\b(?:write|create|generate|publish|produce|spread|design|compose)\b[^.\n]{0,30}"
        r"\b(?:fake (?:news|review|article)s?|false information|misinformation|disinformation|"
        r"propaganda|conspiracy theor\w+|death threats?|threatening (?:letter|message|e-?mail))\b",
        "fake",
        "false",
        "information",
        "propaganda",
        "conspiracy",
        "threat",
    ),
)
