"""The languages that the bot speaks of itself in. One file and one line below make another one."""

from __future__ import annotations

from server.chat.languages.dutch import DUTCH
from server.chat.languages.english import ENGLISH
from server.chat.languages.french import FRENCH
from server.chat.languages.german import GERMAN
from server.chat.languages.italian import ITALIAN
from server.chat.languages.language import Language, Replies
from server.chat.languages.polish import POLISH
from server.chat.languages.portuguese import PORTUGUESE
from server.chat.languages.spanish import SPANISH
from server.chat.languages.swedish import SWEDISH
from server.chat.languages.turkish import TURKISH

LANGUAGES = {
    language.code: language
    for language in (
        ENGLISH,
        GERMAN,
        FRENCH,
        SPANISH,
        ITALIAN,
        PORTUGUESE,
        DUTCH,
        POLISH,
        TURKISH,
        SWEDISH,
    )
}

__all__ = ["ENGLISH", "LANGUAGES", "Language", "Replies"]
