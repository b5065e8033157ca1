"""The parts of the vector stores: words, fusion, and the embedded store's index in memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from server.domain import Document, DocumentKind, SearchQuery
from server.vector_stores.bm25 import K1, B, text_scores
from server.vector_stores.fusion import Scores, candidates_wanted, fuse
from server.vector_stores.index_postings import Postings
from server.vector_stores.index_segment import Rows, Segment
from server.vector_stores.index_snapshot import SEGMENT_ROWS, IndexSnapshot
from server.vector_stores.sqlite_hybrid import hybrid_candidates
from server.vector_stores.tags import document_tags
from server.vector_stores.text_query import MAX_TERMS, index_terms, query_terms, stem, stems
from server.vector_stores.vocabulary import Vocabulary


class TestQueryTerms:
    def test_words_without_function_words_and_repetitions(self) -> None:
        assert query_terms("How do I refund a deposit? The DEPOSIT was 20!") == ["refund", "deposit", "20"]

    def test_function_words_stay_where_there_is_nothing_else(self) -> None:
        assert query_terms("Who are you?") == ["who", "are", "you"]

    @pytest.mark.parametrize("text", ["", "🙂", '"*^()-+:{}', "\ud800", "\u0000"])
    def test_a_text_without_words_has_no_terms(self, text: str) -> None:
        assert query_terms(text) == []

    def test_a_composed_and_a_decomposed_letter_are_the_same(self) -> None:
        assert query_terms("cafe\u0301") == query_terms("café") == ["cafe"]

    @given(st.text(max_size=2_000))
    def test_no_text_makes_a_term_that_could_end_a_quoted_string(self, text: str) -> None:
        terms = query_terms(text)

        assert len(terms) <= MAX_TERMS
        assert all(term.isalnum() for term in terms)


class TestIndexTerms:
    def test_all_words_in_order_without_case_and_accents(self) -> None:
        assert index_terms("Où est-ce? WLAN_2, Ça: où!") == ["ou", "est", "ce", "wlan", "2", "ca", "ou"]

    def test_other_scripts_keep_their_letters(self) -> None:
        assert index_terms("ガイド 한국어 Ελλάδα й") == ["ガイド", "한국어", "ελλαδα", "и"]

    def test_only_the_beginning_of_a_very_long_word_counts(self) -> None:
        assert index_terms("a " + "x" * 1_000) == ["a", "x" * 64]
        assert index_terms("é " + "x" * 1_000) == ["e", "x" * 64]

    @given(st.text(st.characters(max_codepoint=127), max_size=200))
    def test_plain_text_is_cut_as_any_other(self, text: str) -> None:
        assert index_terms(text) == index_terms(text + " é")[:-1]

    @given(st.text(max_size=200))
    def test_a_questions_words_are_words_of_the_same_text(self, text: str) -> None:
        assert set(query_terms(text)) <= set(index_terms(text))


class TestVocabulary:
    def test_terms_that_share_a_stem(self) -> None:
        vocabulary = Vocabulary(1)
        vocabulary.add(enumerate(["refund", "refunds", "funds", "refunded", "univers", "universal"], 1))

        assert vocabulary.numbers["refunds"] == 2
        assert vocabulary.sharing_stem("refunding") == [1, 2, 4]
        assert vocabulary.sharing_stem("universe") == [6], '"univers" is the stem, and as a word has another'
        assert vocabulary.sharing_stem("opening") == []

    def test_what_is_there_already_changes_nothing(self) -> None:
        vocabulary = Vocabulary(1)
        for _ in range(2):
            vocabulary.add([(1, "refund"), (2, "refunds")])
        vocabulary.add([(2, "refunds"), (3, "refunded")])

        assert vocabulary.sharing_stem("refund") == [1, 2, 3]
        assert vocabulary.last == 3

    @given(st.lists(st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=20)))
    def test_many_stems_at_once_are_those_of_each(self, terms: list[str]) -> None:
        assert stems(terms) == [stem(term) for term in terms]


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


class TestPostings:
    def test_rows_and_counts_of_a_term(self) -> None:
        made = postings((7, 3, 1), (2, 0, 5), (7, 0, 255), (7, 65_535, 2))

        assert found(made, 7) == {0: 255, 3: 1, 65_535: 2}
        assert found(made, 2) == {0: 5}
        assert found(made, 5) == found(made, 8) == {}

    def test_no_postings(self) -> None:
        assert found(postings(), 0) == {}

    def test_merged_rows_move_and_disappear(self) -> None:
        first, second = postings((1, 0, 1), (1, 1, 2), (2, 1, 3)), postings((1, 0, 4), (3, 0, 5))

        merged = Postings.merged([(first, np.array([-1, 0])), (second, np.array([1]))])

        assert found(merged, 1) == {0: 2, 1: 4}
        assert found(merged, 2) == {0: 3}
        assert found(merged, 3) == {1: 5}
        assert merged.terms.tolist() == [1, 2, 3]


def postings(*triples: tuple[int, int, int]) -> Postings:
    columns = np.array(triples, dtype=np.int64).reshape(-1, 3).T
    return Postings.of(columns[0].astype(np.uint32), columns[1], columns[2].astype(np.uint8))


def found(made: Postings, term: int) -> dict[int, int]:
    rows, counts = made.find(term)
    return dict(zip(rows.tolist(), counts.tolist(), strict=True))


@dataclass(slots=True)
class Index:
    """A snapshot that is brought up to date document by document, beside what should be in it.

    A chunk's vector is one number wide: its own.
    """

    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary(1))
    snapshot: IndexSnapshot = field(init=False)
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    """Document → chunk → text."""
    last: int = 0

    def __post_init__(self) -> None:
        self.snapshot = IndexSnapshot.of(0, self.vocabulary)

    def put(self, document: int, *texts: str, tags: Sequence[str] = ()) -> None:
        chunks = dict(enumerate(texts, self.last + 1))
        self.last += len(chunks)
        self.texts[document] = chunks
        counts = [{**Counter(index_terms(text)), **dict.fromkeys(tags, 0)} for text in texts]
        known = self.vocabulary.numbers
        new = dict.fromkeys(term for of_chunk in counts for term in of_chunk if term not in known)
        self.vocabulary.add(enumerate(new, self.vocabulary.last + 1))
        fresh = [segment(document, list(chunks), counts, known)] if chunks else []
        changed = np.array([document])
        self.snapshot = self.snapshot.updated(self.snapshot.version + 1, self.vocabulary, changed, fresh)

    @property
    def alive(self) -> dict[int, str]:
        return {chunk: text for chunks in self.texts.values() for chunk, text in chunks.items()}


def segment(
    document: int, chunks: Sequence[int], counts: Sequence[Mapping[str, int]], numbers: Mapping[str, int]
) -> Segment:
    return Segment.of(
        Rows(
            chunks=np.array(chunks),
            documents=np.full(len(chunks), document),
            vectors=np.array([chunks], dtype=np.float32),
            term_counts=np.array([len(of_chunk) for of_chunk in counts]),
            terms=np.array([numbers[term] for of_chunk in counts for term in of_chunk], dtype=np.uint32),
            counts=np.array([count for of_chunk in counts for count in of_chunk.values()], dtype=np.uint8),
        )
    )


def contents(snapshot: IndexSnapshot) -> set[int]:
    """The live chunks, after checking that each row's vector is its chunk's."""
    live = snapshot.live
    assert snapshot.similarities(np.ones(1, dtype=np.float32))[live].tolist() == snapshot.chunks[live].tolist()
    return set(snapshot.chunks[live].tolist())


def expected_scores(texts: Mapping[int, str], terms: Sequence[str]) -> dict[int, float]:
    """The definition of the text score, chunk by chunk."""

    def bm25(words: Mapping[int, Counter[str]], asked: Sequence[str]) -> dict[int, float]:
        average = sum(counts.total() for counts in words.values()) / len(words)
        scores = dict.fromkeys(words, 0.0)
        for term in dict.fromkeys(asked):
            rows = [chunk for chunk, counts in words.items() if counts[term]]
            weight = math.log(1 + (len(words) - len(rows) + 0.5) / (len(rows) + 0.5))
            for chunk in rows:
                count, length = words[chunk][term], words[chunk].total()
                scores[chunk] += weight * count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))
        return scores

    plain = bm25({chunk: Counter(index_terms(text)) for chunk, text in texts.items()}, terms)
    roots = bm25({chunk: Counter(stems(index_terms(text))) for chunk, text in texts.items()}, stems(terms))
    return {chunk: (plain[chunk] + roots[chunk]) / 2 for chunk in texts}


WORDS = ["refund", "refunds", "refunded", "deposit", "deposits", "opening", "open", "hours", "the"]


class TestIndexSnapshot:
    def test_an_older_snapshot_stays_as_it_was(self) -> None:
        index = Index()
        history = []
        for number in range(60):
            index.put(number % 7, *["text"] * (number % 4))
            history.append((index.snapshot, set(index.alive)))

        for snapshot, alive in history:
            assert contents(snapshot) == alive

    def test_many_small_changes_leave_few_segments_and_few_dead_rows(self) -> None:
        index = Index()
        for number in range(600):
            index.put(number % 150, "text")
            assert len(index.snapshot.segments) <= 8

        assert len(contents(index.snapshot)) == 150
        assert len(index.snapshot.live) < 220

    def test_large_segments_are_not_merged(self) -> None:
        index = Index()
        for number in range(3):
            index.put(number, *["text"] * (SEGMENT_ROWS // 2 + 1))

        assert [len(part) for part in index.snapshot.segments] == [SEGMENT_ROWS // 2 + 1] * 3
        assert contents(index.snapshot) == set(index.alive)


class TestTextScores:
    @given(
        st.lists(
            st.tuples(st.integers(0, 4), st.lists(st.lists(st.sampled_from(WORDS), max_size=8), max_size=4)),
            min_size=1,
            max_size=12,
        ),
        st.lists(st.sampled_from([*WORDS, "refunding", "unknown"]), min_size=1, max_size=5, unique=True),
    )
    def test_they_are_as_defined_whatever_changed_before(
        self, changes: list[tuple[int, list[list[str]]]], terms: list[str]
    ) -> None:
        index = Index()
        for document, texts in changes:
            index.put(document, *map(" ".join, texts), tags=("label:eu",))
        snapshot = index.snapshot

        scores = dict(zip(snapshot.chunks.tolist(), text_scores(snapshot, terms).tolist(), strict=True))

        assert contents(snapshot) == set(index.alive)
        if index.alive:
            expected = expected_scores(index.alive, terms)
            assert {chunk: scores[chunk] for chunk in expected} == pytest.approx(expected, rel=1e-5)
        assert all(score == 0.0 for chunk, score in scores.items() if chunk not in index.alive)


class TestHybridCandidates:
    def test_the_best_of_thousands_are_the_best(self) -> None:
        index = Index()
        random = np.random.default_rng(3)
        for document in range(20):
            texts = [" ".join(random.choice(WORDS, 12)) for _ in range(200)]
            index.put(document, *texts, tags=("label:eu",) if document == 7 else ())

        for fields in ({}, {"labels": ("eu",)}):
            query = SearchQuery("refunds open", 5, 0.0, **fields)  # type: ignore[arg-type]
            best = hybrid_candidates(index.snapshot, query, np.ones(1, dtype=np.float32))
            scores = expected_scores(index.alive, ["refunds", "open"])
            chunks = index.texts[7] if fields else index.alive
            expected = sorted(chunks, key=lambda chunk: (-round(scores[chunk], 4), chunk))[:5]
            assert {entry.chunk for entry in best} <= {
                chunk for chunk in chunks if scores[chunk] >= scores[expected[-1]] - 1e-4
            }
            assert best[0].text_score == 1.0

        by_vector = hybrid_candidates(index.snapshot, SearchQuery("", 5, 1.0), np.ones(1, dtype=np.float32))
        assert [entry.chunk for entry in by_vector] == [4_000, 3_999, 3_998, 3_997, 3_996]


class TestTags:
    def test_each_once_and_none_for_everybody(self) -> None:
        document = Document("a", "", "", DocumentKind.FAQ, ("eu", "eu", "b"), "", "", access_groups=("x",))

        assert document_tags(document) == ["kind:faq", "label:eu", "label:b", "restricted:", "group:x"]
