"""Answers that incite or instruct."""

from __future__ import annotations

from guardrails_config.detectors.harms.words import kind

ANSWERS = (
    kind(
        "urging self-harm",
        0.95,
        r"\b(?:you should|just|go|please) (?:and )?(?:kill|hang|hurt|cut) yourself\b|\byou (?:should|"
        r"deserve to) die\b|\bend your (?:own )?life\b",
        "yourself",
        "die",
        "your life",
        "your own life",
    ),
    kind(
        "weapon recipe",
        0.9,
        r"\b(?:to (?:make|build|assemble) (?:a|the) (?:pipe )?(?:bomb|explosive device|"
        r"molotov cocktail|ied))\b|\b(?:mix|combine|heat|dissolve)\b[^.\n]{0,80}\b(?:to (?:make|form|"
        r"produce|obtain|synthesi[sz]e) (?:the )?(?:explosive|nitroglycerin|tatp|napalm|thermite|"
        r"methamphetamine|ricin|sarin))\b",
        "bomb",
        "explosive",
        "molotov",
        "ied",
        "nitro",
        "tatp",
        "napalm",
        "thermite",
        "meth",
        "ricin",
        "sarin",
    ),
    kind(
        "incitement",
        0.9,
        r"\b(?:kill|exterminate|lynch|gas|deport|attack) (?:all|every|those|these) (?:the )?(?:jews|"
        r"muslims|christians|blacks|whites|gays|immigrants|women|foreigners)\b",
        "kill",
        "exterminate",
        "lynch",
        "gas",
        "deport",
        "attack",
    ),
)
