"""Requests for theft, fraud and ways around the law."""

from __future__ import annotations

from guardrails_config.detectors.harms.words import TEACH, kind

MONEY_AND_LAW = (
    kind(
        "theft and fraud",
        0.9,
        rf"\b{TEACH}\b[^.\n]{{0,50}}\b(?:identity theft|insurance fraud|tax fraud|tax evasion|"
        rf"credit card fraud|commit(?:ting)? (?:fraud|a crime|murder|arson|identity|tax|credit|"
        rf"insurance|insider)|insider trading|launder(?:ing)?(?: money)?|money laundering|"
        rf"counterfeit(?:ing)? (?:money|bills|currency|products|documents|passports?)|fake (?:ids?|"
        rf"passports?|identity|documents|online store)|pyramid scheme|ponzi|clon(?:e|ing) (?:a |"
        rf"credit |debit )*cards?|skimm(?:er|ing) (?:device|cards?)|steal(?:ing)? (?:a |the (?!show|scene"
        rf"|thunder|spotlight|limelight)|"
        rf"someone(?:'s)?(?!'s| (?:heart|thunder|show))|people'?s?|"
        rf"from|cars?|money|personal|confidential|sensitive|credit|identit|"
        rf"customers?|user|data)|shoplift|rob(?:bing)? (?:a|the) (?:bank|store|house)|(?:us|buy|sell|"
        rf"cash)(?:e|ing|ing out)? (?:a )?stolen (?:credit )?cards?)",
        "theft",
        "fraud",
        "evasion",
        "commit",
        "insider",
        "launder",
        "counterfeit",
        "fake",
        "scheme",
        "ponzi",
        "clon",
        "skimm",
        "steal",
        "shoplift",
        "rob",
        "stolen",
    ),
    kind(
        "evading the law",
        0.8,
        rf"\b{TEACH}\b[^.\n]{{0,50}}\b(?:evad(?:e|ing) (?:law enforcement|the police|detection|taxes)|"
        rf"get(?:ting)? away with (?:murder|a crime|crime)|dispos(?:e|ing) of (?:a |"
        rf"the )?(?:dead )?bod(?:y|ies)|smuggl(?:e|ing)|hide a body|illegally download\w*)\b",
        "evad",
        "away with",
        "dispos",
        "smuggl",
        "hide",
        "illegally",
    ),
)
