"""Sexual texts: with children in them anywhere, explicit ones on request."""

from __future__ import annotations

from guardrails_config.detectors.harms.words import kind

CHILDREN = (
    kind(
        "children",
        0.98,
        r"\b(?:child|children|minors?|underage|kids|preteens?)\b[^.\n]{0,20}\b(?:porn\w*|"
        r"sexual(?:ly)? (?:content|images?|explicit|acts?|abuse material)|nudes?|erotica)\b|"
        r"\b(?:porn\w*|nudes?|erotica|sexual\w*) (?:of|with|about|involving) (?:a )?(?:child|children|"
        r"minors?|underage|kids)\b|\bgroom(?:ing)? (?:a )?(?:child|children|minors?|kids)\b",
        "porn",
        "sexual",
        "nude",
        "erotica",
        "groom",
    ),
)
EXPLICIT = (
    kind(
        "explicit writing",
        0.85,
        r"\b(?:write|describe|generate|create|role ?-?play|tell|continue|act|respond|give me)\b[^\n]{0,80}"
        r"\b(?:porn\w*|erotica|erotic (?:story|scene|roleplay|novel|fiction)|smut|hentai|nsfw|explicit sex\w*|"
        r"graphic \w{0,10} ?sex\w*|sex scene)\b",
        "porn",
        "erotic",
        "smut",
        "hentai",
        "nsfw",
        "sex",
    ),
)
