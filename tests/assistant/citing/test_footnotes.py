"""Between engine and reader: whatever an engine writes, only what its places carry is shown."""

from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.citing.footnotes import Footnotes
from assistant.draft import Claim, Evidence
from assistant.retrieving.fusion import POOL, Fusion
from index.document import Span
from index.store.store import Store

TEXT = (
    "The ferry carried 4,212 passengers. It left at 08:15. Nobody was hurt. “Fine,” said Ann Lee."
)


@pytest.fixture
def store(assistant: Assistant, tmp_path: Path) -> Store:
    (tmp_path / "ferry.txt").write_text(TEXT)
    assistant.add(tmp_path / "ferry.txt")
    return assistant._opening.made()


def evidence(store: Store, words: str) -> Evidence:
    (info,) = store.documents()
    start = TEXT.index(words)
    return Evidence(info, start, start + len(words))


def draft(store: Store, text: str, *places: str, **fields: object) -> Claim:
    return Claim(text, tuple(evidence(store, place) for place in places), **fields)  # type: ignore[arg-type]


def test_a_sentence_that_its_places_carry_is_shown_with_their_words(store: Store):
    footnotes = Footnotes(store)
    sentence, new = footnotes.verified(draft(store, "It left at 08:15.", "It left at 08:15."))
    assert sentence is not None
    assert (sentence.citations, sentence.supported) == ((1,), True)
    assert [citation.quote for citation in new] == ["It left at 08:15."]
    assert footnotes.dropped == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("It left at 08:16.", ["08:16"]),
        ("It left Marbury at 08:15.", ["Marbury"]),
        ("It never left at 08:15.", ["never"]),
    ],
)
def test_a_sentence_that_its_places_do_not_carry_is_dropped_and_says_why(store, text, wrong):
    footnotes = Footnotes(store)
    assert footnotes.verified(draft(store, text, "It left at 08:15.")) == (None, ())
    assert footnotes.sentences == footnotes.citations == []
    (dropped,) = footnotes.dropped
    assert (dropped.supported, dropped.citations) == (False, ())
    assert [dropped.text[start:end] for start, end in dropped.unsupported] == wrong


def test_a_sentence_without_any_place_is_dropped(store: Store):
    footnotes = Footnotes(store)
    assert footnotes.verified(Claim("It left.", ())) == (None, ())
    assert footnotes.dropped[0].unsupported == ((0, 8),)


def test_one_place_has_one_number_however_often_it_is_cited(store: Store):
    footnotes = Footnotes(store)
    first, second = "It left at 08:15.", "Nobody was hurt."
    footnotes.verified(draft(store, first, first))
    footnotes.verified(draft(store, second, second, first))
    _, new = footnotes.verified(draft(store, first, first))
    assert new == ()
    assert [sentence.citations for sentence in footnotes.sentences] == [(1,), (2, 1), (1,)]
    assert [citation.number for citation in footnotes.citations] == [1, 2]


def test_a_dropped_sentence_takes_no_number(store: Store):
    footnotes = Footnotes(store)
    footnotes.verified(draft(store, "It left at 09:15.", "It left at 08:15."))
    sentence, _ = footnotes.verified(draft(store, "Nobody was hurt.", "Nobody was hurt."))
    assert sentence is not None
    assert sentence.citations == (1,)


def test_conflicts_name_the_sentences_that_are_shown(store: Store):
    footnotes = Footnotes(store)
    for text in ("It left at 08:15.", "It left at 09:15.", "It left at 08:15."):
        footnotes.verified(draft(store, text, "It left at 08:15."))
    assert footnotes.renumbered(((0, 2),)) == ((1, 2),)
    assert footnotes.renumbered(((0, 1, 2),)) == ((1, 2),)


def test_an_account_that_is_left_alone_differs_from_nothing(store: Store):
    footnotes = Footnotes(store)
    for text in ("It left at 08:15.", "It left at 09:15."):
        footnotes.verified(draft(store, text, "It left at 08:15."))
    assert footnotes.renumbered(((0, 1),)) == ()


def test_a_name_the_program_adds_must_stand_in_a_place_that_is_cited(store: Store):
    text, span = "[Ann Lee:] “Fine,” said", (Span(0, 10),)
    footnotes = Footnotes(store)
    alone, _ = footnotes.verified(draft(store, text, "“Fine,” said", added=span))
    named, new = footnotes.verified(draft(store, text, "“Fine,” said", "Ann Lee", added=span))
    assert alone is None
    assert named is not None
    assert named.added == ((0, 10),)
    assert [citation.quote for citation in new] == ["“Fine,” said", "Ann Lee"]


def test_the_first_sentence_opens_no_paragraph(store: Store):
    footnotes = Footnotes(store)
    for text in ("It left at 08:15.", "Nobody was hurt."):
        footnotes.verified(draft(store, text, text, paragraph=True))
    assert [sentence.paragraph for sentence in footnotes.sentences] == [False, True]


def test_a_document_that_is_removed_meanwhile_is_never_cited(store: Store):
    written = draft(store, "It left at 08:15.", "It left at 08:15.")
    store.remove(written.evidence[0].document.id)
    footnotes = Footnotes(store)
    assert footnotes.verified(written) == (None, ())
    assert footnotes.citations == []
    (dropped,) = footnotes.dropped
    assert (dropped.text, dropped.unsupported) == ("It left at 08:15.", ((0, 17),))


def test_what_both_indexes_find_comes_before_what_one_finds():
    fusion = Fusion()
    fusion.add([(1, 0.6), (3, 0.55), (2, 0.1)], [(3, 9.0), (4, 3.0)])
    assert fusion.best(4) == [3, 1, 2, 4]
    assert fusion.scores(3).bm25 == 1.0
    assert fusion.scores(3).rank == pytest.approx((11 / 12 + 11 / 11) / 2)


def test_equal_scores_have_one_order():
    fusion = Fusion()
    fusion.add([(2, 0.5)], [(2, 1.0)])
    fusion.add([(1, 0.5)], [(1, 1.0)])
    assert fusion.best(2) == [1, 2]


def test_what_only_bm25_finds_is_as_alike_as_the_last_of_the_pool_at_most():
    fusion = Fusion()
    fusion.add([(n, 0.9 - n / 100) for n in range(POOL)], [(99, 5.0)])
    assert fusion.scores(99).cosine == pytest.approx(0.41)


def test_of_two_searches_the_better_likeness_counts_and_the_order_goes_by_both():
    fusion = Fusion()
    fusion.add([(1, 0.6), (2, 0.5)], [])
    fusion.add([(2, 0.7), (1, 0.1)], [], weight=0.5)
    assert fusion.best(2) == [2, 1]
    assert fusion.scores(1).cosine == 0.6
