"""Links and images in an answer, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from guardrails_config.detectors.patterns import Finding

_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)?//[^\s<>\"'`)\]}|\\^]{1,2000}|\bwww\.[^\s<>\"'`)\]}|\\^]{1,2000}", re.IGNORECASE
)
_UNSAFE = re.compile(r"\b(?:javascript|vbscript):[^\s]|\bdata:(?:text/html|image/svg\+xml|application/)", re.IGNORECASE)


def find_foreign_link(text: str, allowed: Iterable[str] = (), known: str = "") -> Finding | None:
    """A link to a host that is neither in `allowed` (with its subdomains) nor linked in the text `known`."""
    lowered = text.lower()
    # Beyond ASCII the expression knows other letters for those of "script".
    if ("script:" in lowered or "data:" in lowered or not text.isascii()) and _UNSAFE.search(text):
        return Finding("unsafe_link", 1.0, "a link that runs code")
    hosts = [_host(link) for link in _LINK.findall(text)] if "//" in text or "www." in lowered else []
    if not hosts:
        return None
    trusted = _hosts(known)
    for host in hosts:
        if host not in trusted and not any(host == name or host.endswith(f".{name}") for name in allowed):
            return Finding("unknown_link", 1.0, f"a link to {host or 'no host'}")
    return None


@lru_cache(maxsize=16)
def _hosts(text: str) -> frozenset[str]:
    return frozenset(_host(link) for link in _LINK.findall(text))


def _host(link: str) -> str:
    rest = link if "//" in link[:25] else f"//{link}"
    try:
        return (urlsplit(rest).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
