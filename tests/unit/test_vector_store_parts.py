"""The parts of the vector stores: words of a question, fusion, the matrix of vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from server.vector_stores.fusion import Scores, candidates_wanted, fuse
from server.vector_stores.text_query import MAX_TERMS, query_terms
from server.vector_stores.vector_snapshot import Numbers, VectorSnapshot


class TestQueryTerms:
    def test_words_without_function_words_and_repetitions(self) -> None:
        assert query_terms("How do I refund a deposit? The DEPOSIT was 20!") == ["refund", "deposit", "20"]

    def test_function_words_stay_where_there_is_nothing_else(self) -> None:
        assert query_terms("Who are you?") == ["who", "are", "you"]

    @pytest.mark.parametrize("text", ["", "🙂", '"*^()-+:{}', "\ud800", "\u0000"])
    def test_a_text_without_words_has_no_terms(self, text: str) -> None:
        assert query_terms(text) == []

    def test_a_composed_and_a_decomposed_letter_are_the_same(self) -> None:
        assert query_terms("cafe\u0301") == query_terms("café") == ["café"]

    @given(st.text(max_size=2_000))
    def test_no_text_makes_a_term_that_could_end_a_quoted_string(self, text: str) -> None:
        terms = query_terms(text)

        assert len(terms) <= MAX_TERMS
        assert all(term.isalnum() for term in terms)


class TestFusion:
    def test_the_weighted_sum_of_both_sides_scaled_to_0_to_1(self) -> None:
        fused = fuse(scores(4.0, 2.0, 0.0), scores(0.1, 0.5, 0.3), vector_weight=0.5)

        np.testing.assert_allclose(fused.text_score, [1.0, 0.5, 0.0])
        np.testing.assert_allclose(fused.vector_score, [0.0, 1.0, 0.5])
        np.testing.assert_allclose(fused.score, [0.5, 0.75, 0.25])
        assert fused.best(2) == [1, 0]

    def test_a_single_candidate_that_both_sides_found_scores_1(self) -> None:
        assert fuse(scores(0.3), scores(0.2), 0.5).score.tolist() == [1.0]

    def test_without_any_match_the_vectors_decide_alone(self) -> None:
        assert fuse(scores(0.0, 0.0), scores(0.2, 0.4), 0.3).score.tolist() == [0.0, 1.0]

    def test_without_any_vector_the_words_decide_alone(self) -> None:
        assert fuse(scores(1.0, 3.0), scores(0.0, 0.0), 0.7).score.tolist() == [0.0, 1.0]

    def test_no_candidates_no_scores(self) -> None:
        assert fuse(scores(), scores(), 0.5).best(5) == []

    def test_equal_scores_keep_their_order(self) -> None:
        assert fuse(scores(1.0, 1.0, 1.0), scores(0.5, 0.5, 0.5), 0.5).best(3) == [0, 1, 2]

    def test_enough_candidates_for_any_limit(self) -> None:
        assert candidates_wanted(1) == 100
        assert candidates_wanted(300) == 600

    @given(
        arrays.arrays(np.float64, (7, 2), elements=st.floats(-1, 1, allow_subnormal=False)),
        st.floats(0, 1, allow_subnormal=False),
    )
    def test_scores_are_always_between_0_and_1(self, sides: Scores, weight: float) -> None:
        fused = fuse(np.abs(sides[:, 0]), sides[:, 1], weight)

        for values in (fused.score, fused.text_score, fused.vector_score):
            assert ((values >= 0.0) & (values <= 1.0 + 1e-12)).all()


def scores(*values: float) -> Scores:
    return np.array(values, dtype=np.float64)


class TestVectorSnapshot:
    """Rows are one number wide; a chunk's vector is its own number."""

    def test_rows_are_added_and_replaced_by_document(self) -> None:
        first = changed(VectorSnapshot.empty(1), 1, documents=[7, 8], chunks={1: 7, 2: 7, 3: 8})
        second = changed(first, 2, documents=[7], chunks={4: 7})

        assert contents(first) == {1: 7, 2: 7, 3: 8}
        assert contents(second) == {3: 8, 4: 7}
        assert (first.version, second.version) == (1, 2)

    def test_an_older_snapshot_stays_as_it_was(self) -> None:
        snapshot = changed(VectorSnapshot.empty(1), 1, documents=[1], chunks={1: 1})
        history = [snapshot]
        for version in range(2, 50):
            snapshot = changed(snapshot, version, documents=[version % 5], chunks={version: version % 5})
            history.append(snapshot)

        alive: dict[int, int] = {}
        for version, old in enumerate(history, 1):
            alive = {chunk: document for chunk, document in alive.items() if document != version % 5}
            alive[version] = version % 5
            assert contents(old) == alive

    def test_room_of_deleted_rows_is_taken_back(self) -> None:
        snapshot = VectorSnapshot.empty(1)
        for version in range(1, 40):
            first = version * 1_000
            snapshot = changed(snapshot, version, documents=[1], chunks=dict.fromkeys(range(first, first + 1_000), 1))

        assert len(contents(snapshot)) == 1_000
        assert len(snapshot.live) < 12_000

    def test_positions_find_the_rows_of_chunks(self) -> None:
        snapshot = changed(VectorSnapshot.empty(1), 1, documents=[1], chunks={10: 1, 20: 1, 30: 1})

        assert snapshot.positions(np.array([30, 10])).tolist() == [2, 0]


def changed(snapshot: VectorSnapshot, version: int, documents: list[int], chunks: dict[int, int]) -> VectorSnapshot:
    numbers: Numbers = np.array(list(chunks), dtype=np.int64)
    owners: Numbers = np.array(list(chunks.values()), dtype=np.int64)
    rows = numbers.astype(np.float32).reshape(-1, 1)
    return snapshot.updated(version, np.array(documents, dtype=np.int64), numbers, owners, rows)


def contents(snapshot: VectorSnapshot) -> dict[int, int]:
    """Chunk → document of the live rows, after checking that each row's vector is its chunk's."""
    values = snapshot.similarities(np.ones(1, dtype=np.float32))[snapshot.live]
    assert values.tolist() == snapshot.chunks[snapshot.live].tolist()
    return dict(zip(snapshot.chunks[snapshot.live].tolist(), snapshot.documents[snapshot.live].tolist(), strict=True))
