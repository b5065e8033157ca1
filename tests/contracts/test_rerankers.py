"""What every reranker promises (server/ports.py), and what the endpoint adds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from server.domain import ComponentState
from server.errors import FailedPrecondition, Unavailable
from server.ports import Reranker
from server.rerankers.endpoint import EndpointReranker
from tests.twins.rerank import Failure, RerankTwin, rerank_twin

QUESTION = "how to refund a deposit"
TEXTS = ["opening hours", "to refund a deposit press Refund", "a deposit"]


@pytest.fixture
def twin() -> Iterator[RerankTwin]:
    with rerank_twin() as running:
        yield running


@pytest.fixture(params=["rerank-model", ""], ids=["cohere", "tei"])
async def reranker(request: pytest.FixtureRequest, twin: RerankTwin) -> AsyncIterator[Reranker]:
    chosen = EndpointReranker(twin.url, request.param, "secret", 5.0)
    yield chosen
    await chosen.close()


class TestEveryReranker:
    async def test_one_score_for_each_text_in_their_order(self, reranker: Reranker) -> None:
        assert await reranker.score(QUESTION, TEXTS) == pytest.approx([0.0, 0.8, 0.4])

    async def test_no_texts_give_no_scores(self, reranker: Reranker) -> None:
        assert await reranker.score(QUESTION, []) == []

    async def test_check_names_the_reranker(self, reranker: Reranker) -> None:
        status = await reranker.check()

        assert (status.component, status.state) == ("reranker", ComponentState.OK)
        assert reranker.name in status.detail


class TestEndpoint:
    async def test_a_named_model_is_asked_in_coheres_shape_and_an_unnamed_one_in_that_of_tei(
        self, twin: RerankTwin
    ) -> None:
        named, unnamed = EndpointReranker(twin.url, "m", "secret", 5.0), EndpointReranker(twin.url, "", "", 5.0)

        await named.score("q", ["one", "two"])
        await unnamed.score("q", ["one", "two"])

        assert twin.requests == [
            {"model": "m", "query": "q", "documents": ["one", "two"], "top_n": 2},
            {"query": "q", "texts": ["one", "two"], "raw_scores": False, "truncate": True},
        ]
        assert twin.keys == ["Bearer secret", ""]
        await named.close()
        await unnamed.close()

    async def test_overload_is_waited_out(self, reranker: Reranker, twin: RerankTwin) -> None:
        twin.failures = [Failure(429, retry_after="0.01"), Failure(503, retry_after="0")]

        assert len(await reranker.score(QUESTION, TEXTS)) == 3
        assert len(twin.requests) == 3

    async def test_lasting_overload_is_unavailable(self, reranker: Reranker, twin: RerankTwin) -> None:
        twin.failures = [Failure(503, retry_after="0")] * 10

        with pytest.raises(Unavailable, match="HTTP 503"):
            await reranker.score(QUESTION, TEXTS)
        assert len(twin.requests) == 3
        assert (await reranker.check()).state is ComponentState.FAILED

    async def test_the_time_is_for_all_attempts_together(self, twin: RerankTwin) -> None:
        reranker = EndpointReranker(twin.url, "m", "", 0.2)
        twin.failures = [Failure(429, retry_after="20")]

        with pytest.raises(Unavailable, match=r"within 0\.2 s|cannot be reached|HTTP 429"):
            await reranker.score(QUESTION, TEXTS)
        twin.failures = [Failure(200, delay=0.5)]
        with pytest.raises(Unavailable, match=r"within 0\.2 s|cannot be reached"):
            await reranker.score(QUESTION, TEXTS)
        await reranker.close()

    @pytest.mark.parametrize(
        ("status", "setting"), [(401, "API_KEY"), (403, "API_KEY"), (404, "RERANKER_MODEL"), (422, "RERANKER_MODEL")]
    )
    async def test_a_refusal_is_said_once_without_the_endpoints_words(
        self, reranker: Reranker, twin: RerankTwin, status: int, setting: str
    ) -> None:
        twin.failures = [Failure(status, body='{"message": "bad key secret"}')]

        with pytest.raises(FailedPrecondition) as raised:
            await reranker.score(QUESTION, TEXTS)
        assert setting in raised.value.fix
        assert "secret" not in str(raised.value)
        assert len(twin.requests) == 1

    @pytest.mark.parametrize(
        "body",
        [
            "<html>",
            "[]",
            "null",
            '{"results": []}',
            '{"results": [{"index": 0}, {"index": 1}, {"index": 2}]}',
            '[{"index": 0, "score": 4.2}, {"index": 1, "score": -3}, {"index": 2, "score": 0.1}]',
            '[{"index": 0, "score": NaN}, {"index": 1, "score": 0}, {"index": 2, "score": 0.1}]',
        ],
    )
    async def test_an_answer_without_a_score_from_0_to_1_for_each_text_is_unavailable(
        self, reranker: Reranker, twin: RerankTwin, body: str
    ) -> None:
        twin.failures = [Failure(200, body=body)]

        with pytest.raises(Unavailable, match="answer"):
            await reranker.score(QUESTION, TEXTS)

    async def test_an_endpoint_that_is_down_is_unavailable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with rerank_twin() as stopped:
            url = stopped.url
        monkeypatch.setattr("server.rerankers.endpoint._ATTEMPTS", 1)
        reranker = EndpointReranker(url, "m", "", 5.0)

        with pytest.raises(Unavailable, match="cannot be reached"):
            await reranker.score(QUESTION, TEXTS)
        await reranker.close()
