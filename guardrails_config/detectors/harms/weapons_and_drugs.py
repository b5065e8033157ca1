"""Requests for weapons and drugs."""

from __future__ import annotations

from guardrails_config.detectors.harms.words import MAKE, kind

WEAPONS_AND_DRUGS = (
    kind(
        "weapons",
        0.95,
        rf"\b{MAKE}\b[^.\n]{{0,50}}\b(?:(?:pipe |nail |dirty |car |fertili[sz]er )?bombs?"
        rf"\b(?! (?:calorimeter|cyclone|bath|cake|game))|explosives?|explosive devices?|molotov|"
        rf"nerve agent|sarin|ricin|anthrax|napalm|ied|landmines?|ghost guns?|untraceable (?:gun|"
        rf"firearm)s?|silencer|(?:chemical|biological|nuclear|deadly|dangerous|illegal) weapons?|"
        rf"weapons? of mass)\b",
        "bomb",
        "explosi",
        "molotov",
        "nerve",
        "sarin",
        "ricin",
        "anthrax",
        "napalm",
        "ied",
        "landmine",
        "gun",
        "firearm",
        "silencer",
        "weapon",
    ),
    kind(
        "drugs",
        0.95,
        rf"\b(?!give|provide|generate|code|launch)(?:sell|buy|smuggle|{MAKE})\b[^.\n]{{0,40}}"
        rf"\b(?:meth|methamphetamine|crystal meth|heroin|fentanyl|cocaine|crack cocaine|lsd|mdma|"
        rf"ecstasy|date rape drug|ghb|illegal drugs)\b",
        "meth",
        "heroin",
        "fentanyl",
        "cocaine",
        "lsd",
        "mdma",
        "ecstasy",
        "ghb",
        "drug",
    ),
)
