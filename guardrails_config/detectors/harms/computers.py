"""Requests for malware and for ways into other people's computers and accounts."""

from __future__ import annotations

from guardrails_config.detectors.harms.words import MAKE, TEACH, kind

COMPUTERS = (
    kind(
        "malware",
        0.95,
        rf"\b{MAKE}\b[^.\n]{{0,50}}\b(?:malware|ransomware|keylogger|trojan|botnet|rootkit|spyware|"
        rf"computer (?:virus|worm)|phishing (?:e-?mail|page|site|scam|attack|campaign|message|"
        rf"website)s?|ddos|denial of service|cyber ?attacks?|exploit (?:code|kit))\b",
        "malware",
        "ransomware",
        "keylogger",
        "trojan",
        "botnet",
        "rootkit",
        "spyware",
        "virus",
        "worm",
        "phishing",
        "ddos",
        "denial of",
        "cyber",
        "exploit",
    ),
    kind(
        "virus",
        0.9,
        r"\b(?:develop|create|write|release|spread|code|program)\b[^.\n]{0,20}\b(?:virus|worm)"
        r"\b[^.\n]{0,30}\b(?:that|which|to)\b[^.\n]{0,30}\b(?:infect|destroy|disable|delete|damage|"
        r"harm|kill|steal|spread|corrupt)\w*",
        "virus",
        "worm",
    ),
    kind(
        "breaking in",
        0.9,
        rf"\b{TEACH}\b[^.\n]{{0,40}}\b(?:hack(?:ing|s)?\b[^.\n]{{0,25}}\b(?:in ?to|someone|somebody|another"
        rf"|government|"
        rf"corporate|bank|network|database|e-?mail|facebook|instagram|server|account|wi-?fi|security system|secure)|"
        rf"break(?:ing)? in ?to|gain(?:ing)? unauthori[sz]ed access)\b(?! (?:my|our)\b)",
        "hack",
        "break",
        "unauthori",
    ),
    kind(
        "cracking passwords",
        0.85,
        rf"\b{TEACH}\b[^.\n]{{0,40}}\b(?:crack(?:ing)?|steal(?:ing)?|brute[- ]force)\b[^.\n]{{0,25}}"
        rf"\b(?:passwords?|credentials|login details)\b",
        "crack",
        "steal",
        "brute",
    ),
)
