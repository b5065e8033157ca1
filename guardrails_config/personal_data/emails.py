"""E-mail addresses, also written out: "jane at example dot com", "jane [at] example.com"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails_config.personal_data.characters import APART, NO_BLANKS, WORD

AT_WORDS = r"(?:at|\u00e4t|arroba|arobase|chiocciola|apenstaartje|ma\u0142pa|snabel-a)"
DOT_WORDS = r"(?:dot|d0t|punkt|punto|point|ponto|kropka|punt)"
JOINT_WORDS = rf"(?:{DOT_WORDS}|underscore|dash|hyphen|minus|plus)"

_LOCAL = rf"{WORD}(?:[.!#$%&'+^~-]|{WORD}){{0,63}}"
_LABEL = rf"[\w{APART}-]{{1,63}}"
_LAST = rf"(?:[A-Za-z\u00df-\u024f\u0370-\u05ff][\w-]{{0,62}}?(?![^\W{NO_BLANKS}]|-\w)|\w{{2,4}}(?!\w))"
_EMAIL = re.compile(rf"(?<![.+-])(?<!{WORD}){_LOCAL}(?:@ ?|%40)(?:{_LABEL}\.){{1,8}}{_LAST}")

_TOP = (
    r"(?:com|org|net|edu|gov|info|biz|io|co|ai|app|dev|me|eu|uk|us|de|fr|es|it|nl|be|ch|at|pl|pt|br|se|no|dk|fi|ie|cz|"
    r"gr|ro|hu|tr|ru|ua|jp|kr|cn|in|au|nz|za|mx|ar|cl|ca|il|tv|xyz|online|shop|email|mail|example|test)(?!\w)"
)
_NAME = r"[A-Za-z0-9\u00c0-\u024f](?:[\w.+-]{0,62}\w)?"
_JOINT = rf"(?:\s*[(\[{{<]\s*{JOINT_WORDS}\s*[)\]}}>]\s*|\s+{JOINT_WORDS}\s+)"
_DOT = rf"(?:\s*[(\[{{<]\s*(?:{DOT_WORDS}|\.)\s*[)\]}}>]\s*|\s+{DOT_WORDS}\s+)"
_HOST = r"[\w-]{1,63}"
_MAIL_HOST = (
    r"(?:gmail|googlemail|hotmail|outlook|live|yahoo|icloud|gmx|web|proton(?:mail)?|orange|wanadoo|libero|wp|seznam)"
)
_WRITTEN_OUT = re.compile(
    rf"(?<![\w.+-])(?P<local>{_NAME}(?:{_JOINT}{_NAME}){{0,3}})"
    rf"(?:\s*[(\[{{<]\s*(?:{AT_WORDS}|@)\s*[)\]}}>]\s*{_HOST}(?:(?:\.|{_DOT}){_HOST}){{0,6}}(?:\.|{_DOT}){_TOP}"
    rf"|\s+(?:{AT_WORDS}|@)\s+{_HOST}(?:{_DOT}{_HOST}){{0,6}}{_DOT}{_TOP}"
    rf"|\s+@\s+{_HOST}(?:\.{_HOST}){{0,6}}\.{_TOP}"
    rf"|\s+(?-i:AT)\s+{_HOST}(?:\.{_HOST}){{0,6}}\.{_TOP}|\s+{AT_WORDS}\s+{_MAIL_HOST}(?:\.\w{{2,3}}){{1,2}}(?!\w))",
    re.IGNORECASE,
)
_WORTH_READING = re.compile(
    rf"[(\[{{<]\s*(?:{AT_WORDS}|@)\s*[)\]}}>]|\s@\s|\s{AT_WORDS}\s(?:(?=[\s\S]{{1,300}}?{DOT_WORDS}\b)|{_MAIL_HOST}\.)"
    rf"|\s(?-i:AT)\s",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:look\w*|available|found|find|is|are|be|visit\w*|us|it|him|her|them|here|online|hosted|lives?|shop|buy|"
    r"stop|only|"
    r"page|site|website|read|see|and|or|start\w*|arrive\w*)",
    re.IGNORECASE,
)
"""Words before "at" that are no mailbox."""


def find_emails(text: str) -> Iterator[tuple[int, int]]:
    """Where e-mail addresses stand."""
    if "@" in text or "%40" in text:
        for match in _EMAIL.finditer(text):
            yield match.span()
    if not _WORTH_READING.search(text):
        return
    for match in _WRITTEN_OUT.finditer(text):
        if not _NOBODY.fullmatch(match["local"]):
            yield match.span()
