"""An embedder without a measured floor is refused."""

from __future__ import annotations

import pytest

from server.caching.floors import FLOORS, similarity_floor
from server.embedders.wordllama import WordLlamaEmbedder
from server.errors import SettingsError


def test_the_default_embedder_has_one() -> None:
    assert similarity_floor(WordLlamaEmbedder.name) == FLOORS[WordLlamaEmbedder.name]


def test_an_unmeasured_embedder_is_refused_with_the_way_out() -> None:
    with pytest.raises(SettingsError, match=r"NIGHTDESK_CACHE=semantic.*openai/x") as raised:
        similarity_floor("openai/x")
    assert "NIGHTDESK_CACHE=exact" in raised.value.fix
