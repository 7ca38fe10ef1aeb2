"""BM25: words are found in whatever form they are asked for; a question is no query language."""

import pytest

from index.lexical import LexicalEntry, LexicalIndex, analyzed

TEXTS = {
    1: "The harbour gates were closed at noon.",
    2: "Zürich's café reopened; its prices rose.",
    3: "The keeper of the light mended the lens and the lens again.",
    4: "A keeper of the light.",
    5: "Nothing of note.",
}


@pytest.fixture
def index(tmp_path):
    index = LexicalIndex(tmp_path / "lexical", create=True)
    index.change(
        LexicalEntry(id_, f"document-{id_}", text, "Log of the harbour")
        for id_, text in TEXTS.items()
    )
    return index


def ids(hits):
    return [id_ for id_, _ in hits]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("closing gate", 1),
        ("GATES", 1),
        ("zurich cafes", 2),
        ("Who was mending lenses?", 3),
        ("e\u0301teint? café", 2),
    ],
)
def test_words_match_by_stem_without_case_and_accents(index, question, best):
    assert ids(index.search(question, 10))[0] == best


@pytest.mark.parametrize(
    "sign",
    ["AND", "OR NOT", '"', "'", ":", "text:", "*", "(", ")", "[a TO b]", "~2", "^", "\\", "/"],
)
def test_signs_of_a_query_language_are_harmless_in_a_question(index, sign):
    plain = index.search("gates closed", 10)

    assert ids(index.search(f"{sign} gates {sign} closed {sign}", 10))[0] == ids(plain)[0] == 1


@pytest.mark.parametrize("question", ["", "  ", "?!", "()", "🚢", "x" * 5_000])
def test_a_question_without_words_finds_nothing(index, question):
    assert index.search(question, 10) == []


def test_a_question_of_many_words_is_answered(index):
    words = " ".join(f"word{n}" for n in range(5_000))

    assert ids(index.search(f"{words} gates", 10)) == [1]


def test_only_the_named_documents_are_searched_and_their_scores_do_not_change(index):
    everywhere = dict(index.search("keeper light", 10))
    within = index.search("keeper light", 10, ["document-4", "unknown"])

    assert within == [(4, everywhere[4])]
    assert index.search("keeper light", 10, []) == []


def test_a_match_in_the_title_counts_less_than_one_in_the_words(index):
    found = dict(index.search("harbour", 10))

    assert set(found) == set(TEXTS)
    assert max(found, key=found.__getitem__) == 1


def test_a_removed_chunk_is_gone_and_an_added_one_there(index):
    index.change(add=[LexicalEntry(6, "document-6", "gates of brass", "")], remove=[1])

    assert ids(index.search("gates", 10)) == [6]


def test_a_change_that_fails_changes_nothing_and_keeps_nobody_out(index):
    def entries():
        yield LexicalEntry(6, "document-6", "a barnacle", "")
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        index.change(add=entries(), remove=[1])
    index.change(add=[LexicalEntry(7, "document-7", "a limpet", "")])

    assert ids(index.search("barnacle limpet gates", 10)) == [7, 1]


def test_another_opened_index_sees_a_commit_when_it_reloads(index, tmp_path):
    other = LexicalIndex(tmp_path / "lexical")
    index.change(add=[LexicalEntry(6, "document-6", "a barnacle", "")])
    other.reload()

    assert ids(other.search("barnacles", 10)) == [6]


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_most(index):
    terms = analyzed("the keeper lens unicorn")
    weights = index.rarity(terms)
    the, keeper, lens, unicorn = (weights[term] for term in terms)

    assert 0 < the < keeper < lens < unicorn


def test_what_a_killed_commit_noted_of_deletions_does_not_keep_the_next_from_them(index, tmp_path):
    meta = next(tmp_path.rglob("meta.json"))
    before = meta.read_bytes()
    held = index.ids()
    index.change(remove=held[:1])
    # A kill between writing the deletions and naming them in the index's state.
    meta.write_bytes(before)
    left = list(meta.parent.glob("*.del"))

    again = LexicalIndex(meta.parent)
    assert sorted(again.ids()) == sorted(held)
    again.change(remove=held[:1])

    assert left
    assert sorted(again.ids()) == sorted(held[1:])
