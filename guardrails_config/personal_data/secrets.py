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
    r"|glptt-[0-9a-f]{40}|gl[a-z]{2,6}-[A-Za-z0-9_-]{20,64}|dapi[a-f0-9]{32}(?:-\d)?|hv[sbr]\.[A-Za-z0-9_-]{24,200}"
    r"|dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,64}|sl\.[A-Za-z0-9_-]{60,250}|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"
    r"|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}|[MNO][A-Za-z0-9]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}"
    r"|discord(?:app)?\.com/api/webhooks/\d{17,20}/[A-Za-z0-9_-]{40,100}|[a-f0-9]{32}-us\d{1,2}|key-[a-f0-9]{32}"
    r"|NR(?:AK|AA|JS|RA)-[A-Za-z0-9]{20,50}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"
    r"|(?:HRKU|access-(?:sandbox|development|production))-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}|LTAI[A-Za-z0-9]{12,24}|dckr_pat_[A-Za-z0-9_-]{20,40}"
    r"|amzn\.mws\.[0-9a-f-]{36}|(?:figd|ntn|r8|sq0[a-z]{3}|pscale_\w{2,5})[_-][A-Za-z0-9_-]{20,100}|"
    r"GOCSPX-[A-Za-z0-9_-]{20,40}"
    r"|[a-z]{2,12}[_-](?=(?:[a-z]*[0-9]){5})[a-z0-9]{32,250}"
    r"|[a-z][a-z0-9]{1,11}_(?:live|test|secret|key|token|prod)_[A-Za-z0-9]{12,250}"
    r")"
)
LOOK_BACK = 40
LONGEST_KEY = 16_000
"""Characters of a private key in PEM form; one of 16,384 bits has 12,800."""
_PRIVATE_KEY = re.compile(
    rf"-----BEGIN [A-Z ]{{0,30}}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){{0,{LONGEST_KEY}}}"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?"
)
_IN_URL = re.compile(r"(?<=://)[^\s:/@]{1,64}:[^\s:/@]{1,128}(?=@)")
_NAMED = re.compile(
    r"\b(?:api[ _-]?key|access[ _-]?key|account[ _-]?key|secret(?:[ _-]?key)?|client[ _-]?secret|"
    r"auth[ _-]?token|authorization:? basic|"
    r"access[ _-]?token|token|bearer|password|passwort|kennwort"
    r"|passcode|passwd|passphrase|pwd|pw|mot de passe|mdp|contraseña|clave|senha|palavra-passe|wachtwoord|"
    r"lösenord|passord|adgangskode|kodeord|salasana|hasło|heslo|\u30d1\u30b9\u30ef\u30fc\u30c9|pin(?: ?code)?|"
    r"code pin|tan|cvv2?|"
    r"cvc2?|security code|one-?time code|otp|verification code)\b"
    r"[\"'`]?(?: (?:number|is|was|ist|war|lautet|est|es|é|è|on|är|er|to|je|"
    r"for [\w ]{1,20} is))?[ ]?(?:[:=\uff1a]|\u3002|"
    r"=>)?[ ]?[\"'`(\u201c\u201e\u00ab\u2018*_]{0,3}([^\s\"'`,;()<>\u3002\u201c\u201d\u00ab\u00bb\u2018\u2019]{3,200})",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"[:=]|\u3002$|\b(?:is|was|ist|war|lautet|est|es|é|è|on|är|er|to|je)[ :]|(?:bearer|basic) ", re.IGNORECASE
)
_FINGERPRINT = re.compile(
    r"\b(?:commit|sha-?\d{0,3}|md5|checksum|hash|digest|etag|revision|rev|build|fingerprint|blob|tree)\b[^\n]{0,16}$",
    re.IGNORECASE,
)
"""What stands before a run of hexadecimal digits that is no key."""
_SHORT_CODE = re.compile(r"\d{3,8}")
_STRONG = re.compile(r"(?=.{0,200}[A-Za-z])(?=.{0,200}[\d!#$%^&*@?_+-]).{5,200}")
_DULL = re.compile(r"[A-Za-z]+(?:[-_'][A-Za-z]+)*|\d{1,2}|https?://.*|[<$]?\{?[A-Z_]+\}?>?|\W+|.*\.(?:com|org|net|io)")
_RANDOM = re.compile(r"(?<![A-Za-z0-9+/_=.:-])[A-Za-z0-9+/_-]{32,4000}={0,2}(?![A-Za-z0-9+/_-])")


_LONG = re.compile(r"\S{15}")
"""A key has no blank, but in PEM form; texts without such a run need no closer look."""
_STEMS = (
    *(
        "key",
        "secret",
        "token",
        "bearer",
        "basic",
        "pass",
        "pwd",
        "pw",
        "kennwort",
        "mdp",
        "contrase",
        "clave",
        "senha",
    ),
    *(
        "palavra",
        "wacht",
        "l\u00f6sen",
        "adgang",
        "kodeord",
        "salasana",
        "has\u0142o",
        "heslo",
        "pin",
        "tan",
        "cvv",
        "cvc",
    ),
    *("code", "otp", "\u30ef"),
)


def find_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand: by their issuer's form, by the word before them, or by looking random."""
    if _LONG.search(text) or "-----" in text:
        yield from _find_keys(text)
    lowered = text.lower()
    if not any(stem in lowered for stem in _STEMS):
        return
    for match in _NAMED.finditer(text):
        value = match.group(1).rstrip(".!?:]}*_|")
        if _is_value(value, bool(_MARKED.search(text[match.start() : match.start(1)]))):
            yield match.start(1), match.start(1) + len(value)


def _find_keys(text: str) -> Iterator[tuple[int, int]]:
    for form in (_PRIVATE_KEY, _ISSUED, _IN_URL):
        for match in form.finditer(text):
            yield match.span()
    for match in _RANDOM.finditer(text):
        before = text[max(0, match.start() - LOOK_BACK) : match.start()]
        if _looks_random(match.group()) and not _FINGERPRINT.search(before):
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
