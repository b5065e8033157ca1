"""What every embedder promises (server/ports.py), and what each adds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from server.domain import ComponentState
from server.embedders.fastembed import FastEmbedEmbedder
from server.embedders.openai import OpenAIEmbedder
from server.embedders.wordllama import WordLlamaEmbedder
from server.errors import FailedPrecondition, SettingsError, Unavailable
from server.ports import Embedder
from tests.twins.embeddings import EmbeddingsTwin, Failure, embeddings_twin


@pytest.fixture
def twin() -> Iterator[EmbeddingsTwin]:
    with embeddings_twin() as running:
        yield running


@pytest.fixture(scope="session")
def wordllama() -> WordLlamaEmbedder:
    return WordLlamaEmbedder()


@pytest.fixture(params=["wordllama", "openai", "fastembed"])
async def embedder(request: pytest.FixtureRequest) -> AsyncIterator[Embedder]:
    chosen: Embedder
    if request.param == "wordllama":
        chosen = request.getfixturevalue("wordllama")
    elif request.param == "openai":
        twin: EmbeddingsTwin = request.getfixturevalue("twin")
        chosen = await OpenAIEmbedder.connect("letters", twin.base_url, "key")
    else:
        folder = os.environ.get("NIGHTDESK_TEST_FASTEMBED_PATH")
        if not folder:
            pytest.skip("NIGHTDESK_TEST_FASTEMBED_PATH names no folder with an ONNX embedding model")
        chosen = FastEmbedEmbedder("", Path(folder))
    yield chosen
    await chosen.close()


class TestEveryEmbedder:
    async def test_one_unit_float32_row_for_each_text(self, embedder: Embedder) -> None:
        vectors = await embedder.embed(["How do I refund a deposit?", "Opening hours", "a"])

        assert vectors.shape == (3, embedder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    async def test_rows_keep_the_order_of_the_texts_in_any_batch(self, embedder: Embedder) -> None:
        texts = [f"{'refund ' * (number % 7)}payment number {number}" for number in range(300)]

        together = await embedder.embed(texts)
        alone = np.concatenate([await embedder.embed([text]) for text in texts[::97]])

        np.testing.assert_allclose(together[::97], alone, atol=1e-4)

    async def test_a_related_text_is_nearer_than_an_unrelated_one(self, embedder: Embedder) -> None:
        question, related, unrelated = await embedder.embed(
            ["refund a deposit", "how to refund the deposit", "quick lazy fox jumps high"]
        )

        assert question @ related > question @ unrelated

    @pytest.mark.parametrize("blank", ["", "  \n\t"])
    async def test_a_blank_text_is_similar_to_nothing(self, embedder: Embedder, blank: str) -> None:
        vectors = await embedder.embed(["something", blank, "else"])

        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1], atol=1e-5)

    async def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        assert (await embedder.embed([])).shape == (0, embedder.dimension)

    @pytest.mark.parametrize("text", ["🙂" * 500, "日本語のテキスト", "x" * 32_768, "line\r\nbreak\u0000", "٣ ½ ﬁ"])
    async def test_any_text_can_be_embedded_and_counted(self, embedder: Embedder, text: str) -> None:
        assert np.isfinite(await embedder.embed([text])).all()
        assert embedder.count_tokens(text) > 0

    async def test_tokens_are_counted_without_a_ceiling(self, embedder: Embedder) -> None:
        sentence = "the customer asks for a refund "

        assert embedder.count_tokens("") == 0
        several = ["", sentence, sentence * 3]
        assert embedder.count_tokens_of(several) == [embedder.count_tokens(text) for text in several]
        assert embedder.count_tokens(sentence * 400) >= 300 * embedder.count_tokens(sentence)

    async def test_tokens_do_not_depend_on_what_else_is_going_on(self, embedder: Embedder) -> None:
        text = "the customer asks for a refund " * 10
        alone = embedder.count_tokens(text)

        embedding = asyncio.gather(*(embedder.embed([text, "short"] * 4) for _ in range(4)))
        counts = set()
        while not embedding.done():
            counts.add(await asyncio.to_thread(embedder.count_tokens, text))
        await embedding

        assert counts == {alone}

    async def test_check_names_the_model(self, embedder: Embedder) -> None:
        status = await embedder.check()

        assert (status.component, status.state) == ("embedder", ComponentState.OK)
        assert embedder.name in status.detail


class TestWordLlama:
    async def test_vectors_are_those_of_the_package(self, wordllama: WordLlamaEmbedder) -> None:
        import wordllama as package

        reference = package.WordLlama.load(cache_dir=Path(package.__file__).parent, disable_download=True)
        texts = ["How do I refund a deposit?", "Opening hours " * 50]

        np.testing.assert_allclose(await wordllama.embed(texts), reference.embed(texts, norm=True), atol=1e-6)


class TestOpenAI:
    async def test_the_dimension_is_learnt_from_the_endpoint(self, twin: EmbeddingsTwin) -> None:
        twin.dimension = 48

        embedder = await OpenAIEmbedder.connect("letters", twin.base_url, "secret")

        assert embedder.dimension == 48
        assert twin.keys == ["Bearer secret"]
        await embedder.close()

    async def test_another_dimension_than_expected_is_refused_with_the_right_one(self, twin: EmbeddingsTwin) -> None:
        embedder = await OpenAIEmbedder.connect("letters", twin.base_url, "", dimension=512)

        with pytest.raises(SettingsError, match="NIGHTDESK_EMBEDDER_DIMENSION=26"):
            await embedder.embed(["text"])
        await embedder.close()

    async def test_requests_hold_at_most_256_texts_and_no_blank_one(self, twin: EmbeddingsTwin) -> None:
        embedder = OpenAIEmbedder("letters", twin.base_url, "", 26)

        await embedder.embed([f"text {number}" for number in range(600)] + [""])

        assert [len(request["input"]) for request in twin.requests] == [256, 256, 88]
        await embedder.close()

    async def test_overload_is_waited_out(self, twin: EmbeddingsTwin) -> None:
        embedder = OpenAIEmbedder("letters", twin.base_url, "", 26)
        twin.failures = [Failure(429, retry_after="0.01"), Failure(503, retry_after="0")]

        vectors = await embedder.embed(["text"])

        assert vectors.shape == (1, 26)
        assert len(twin.requests) == 3
        await embedder.close()

    async def test_lasting_overload_is_unavailable(self, twin: EmbeddingsTwin) -> None:
        embedder = OpenAIEmbedder("letters", twin.base_url, "", 26)
        twin.failures = [Failure(429, retry_after="0")] * 20

        with pytest.raises(Unavailable, match="overloaded"):
            await embedder.embed(["text"])
        assert len(twin.requests) == 4
        assert (await embedder.check()).state is ComponentState.FAILED
        await embedder.close()

    async def test_a_wrong_key_is_said_once_without_the_key(self, twin: EmbeddingsTwin) -> None:
        embedder = OpenAIEmbedder("letters", twin.base_url, "sk-secret", 26)
        twin.failures = [Failure(401, body='{"error": {"message": "bad key sk-secret"}}')]

        with pytest.raises(FailedPrecondition, match="NIGHTDESK_EMBEDDER_API_KEY") as raised:
            await embedder.embed(["text"])
        assert "sk-secret" not in str(raised.value)
        assert len(twin.requests) == 1
        await embedder.close()

    @pytest.mark.parametrize("body", ["<html>", "[]", '{"data": []}', '{"error": "no"}'])
    async def test_an_answer_that_is_no_embedding_is_unavailable(self, twin: EmbeddingsTwin, body: str) -> None:
        embedder = OpenAIEmbedder("letters", twin.base_url, "", 26)
        twin.failures = [Failure(200, body=body)]

        with pytest.raises(Unavailable, match="did not answer with"):
            await embedder.embed(["text"])
        await embedder.close()

    async def test_an_endpoint_that_is_down_is_unavailable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with embeddings_twin() as stopped:
            address = stopped.base_url
        monkeypatch.setattr("server.embedders.openai._ATTEMPTS", 1)

        with pytest.raises(Unavailable, match="cannot be reached"):
            await OpenAIEmbedder.connect("letters", address, "")


class TestFastEmbed:
    def test_a_folder_without_a_model_says_what_it_needs(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"NIGHTDESK_EMBEDDER_PATH.*model\.onnx"):
            FastEmbedEmbedder("", tmp_path)

    def test_an_unknown_model_lists_the_known_ones(self) -> None:
        with pytest.raises(SettingsError, match="BAAI/bge-small-en"):
            FastEmbedEmbedder("no/such-model")

    def test_a_model_that_cannot_be_downloaded_says_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path))

        with pytest.raises(Unavailable, match="NIGHTDESK_EMBEDDER=wordllama"):
            FastEmbedEmbedder("BAAI/bge-small-en-v1.5")
