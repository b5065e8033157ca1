"""API keys, tokens, private keys and passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ISSUED = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{30,255}|glpat-[A-Za-z0-9_-]{20,64}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-[A-Za-z0-9-]{10,250}|hooks\.slack\.com/services/[A-Za-z0-9/]{20,100}"
    r"|\d{8,10}:[A-Za-z0-9_-]{35}|dop_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|gsk_[A-Za-z0-9]{20,100}"
    r"|lin_api_[A-Za-z0-9]{30,60}|nd-[A-Za-z0-9_-]{40,60}|AGE-SECRET-KEY-1[A-Z0-9]{50,60}|xai-[A-Za-z0-9]{40,120}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9+/=]{16,250}"
    r"|sk-[A-Za-z0-9_-]{16,250}|AIza[A-Za-z0-9_-]{30,45}|ya29\.[A-Za-z0-9_-]{20,250}"
    r"|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}|npm_[A-Za-z0-9]{30,64}|"
    r"hf_[A-Za-z0-9]{25,64}|pypi-[A-Za-z0-9_-]{30,250}"
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,2000}(?:\.[A-Za-z0-9_-]{0,2000})?"
    r"|[a-z][a-z0-9]{1,11}_(?:live|test|secret|key|token|prod)_[A-Za-z0-9]{12,250}"
    r")"
)
LONGEST_KEY = 16_000
"""Characters of a private key in PEM form; one of 16,384 bits has 12,800."""
_PRIVATE_KEY = re.compile(
    rf"-----BEGIN [A-Z ]{{0,30}}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){{0,{LONGEST_KEY}}}"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?"
)
_IN_URL = re.compile(r"(?<=://)[^\s:/@]{1,64}:[^\s:/@]{1,128}(?=@)")
_NAMED = re.compile(
    r"\b(?:api[ _-]?key|access[ _-]?key|secret(?:[ _-]?key)?|client[ _-]?secret|auth[ _-]?token|"
    r"access[ _-]?token|token|bearer|password|passwort|kennwort"
    r"|passcode|passwd|pwd|mot de passe|contraseña|senha|wachtwoord|hasło|pin(?: code)?|cvv2?|"
    r"cvc2?|security code|one-?time code|otp|verification code)\b"
    r"[\"'`]?(?: (?:number|is|was|ist|war|lautet|est|es|for [\w ]{1,20} is))?[ ]?(?:[:=]|"
    r"=>)?[ ]?[\"'`(\u201c\u201e\u00ab\u2018*_]{0,3}([^\s\"'`,;()<>\u3002\u201c\u201d\u00ab\u00bb\u2018\u2019]{3,200})",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[:=]|\b(?:is|was|ist|war|lautet|est|es)[ :]|bearer ", re.IGNORECASE)
_SHORT_CODE = re.compile(r"\d{3,8}")
_STRONG = re.compile(r"(?=.{0,200}[A-Za-z])(?=.{0,200}[\d!#$%^&*@?_+-]).{5,200}")
_DULL = re.compile(r"[A-Za-z]+(?:[-_'][A-Za-z]+)*|\d{1,2}|https?://.*|[<$]?\{?[A-Z_]+\}?>?|\W+|.*\.(?:com|org|net|io)")
_RANDOM = re.compile(r"(?<![A-Za-z0-9+/_=.:-])[A-Za-z0-9+/_-]{32,4000}={0,2}(?![A-Za-z0-9+/_-])")


def find_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand: by their issuer's form, by the word before them, or by looking random."""
    for form in (_PRIVATE_KEY, _ISSUED, _IN_URL):
        for match in form.finditer(text):
            yield match.span()
    for match in _NAMED.finditer(text):
        value = match.group(1).rstrip(".!?:]}*_|")
        if _is_value(value, bool(_MARKED.search(text[match.start() : match.start(1)]))):
            yield match.start(1), match.start(1) + len(value)
    for match in _RANDOM.finditer(text):
        if _looks_random(match.group()):
            yield match.span()


def _is_value(value: str, marked: bool) -> bool:
    if _DULL.fullmatch(value):
        return False
    if _SHORT_CODE.fullmatch(value):
        return marked or len(value) != 4 or not value.startswith(("19", "20"))
    return marked and bool(_STRONG.match(value))


def _looks_random(run: str) -> bool:
    """Upper case, lower case and at least three digits, without a path's slashes every few letters."""
    digits = sum(character.isdigit() for character in run)
    mixed = any(c.isupper() for c in run) and any(c.islower() for c in run)
    hexadecimal = digits >= 6 and all(c in "0123456789abcdef" for c in run)
    return (
        mixed and digits >= 3 and run.count("/") * 12 <= len(run) and run.count("-") * 10 <= len(run)
    ) or hexadecimal
