"""BM25: words are found in whatever form they are asked for; a question is no query language."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from index.store.catalog import IndexState
from index.store.indexes import Indexes
from index.store.lexical import LexicalEntry, LexicalIndex, analyzed

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


def at_once(count, work):
    """What so many threads return that begin together."""
    gate = threading.Barrier(count)

    def begun(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begun, range(count)))


@pytest.fixture
def copied(monkeypatch):
    """A folder that may be read and not written, whoever runs the tests; the copies made of it."""
    monkeypatch.setattr("os.access", lambda *_: False)
    made = []

    def copy(*arguments, **options):
        made.append(TemporaryDirectory(*arguments, **options))
        return made[-1]

    monkeypatch.setattr("tempfile.TemporaryDirectory", copy)
    return lambda: [one.name for one in made if Path(one.name).exists()]


@pytest.mark.usefixtures("index")
def test_threads_that_come_first_to_an_edition_share_one_index(tmp_path):
    for edition in range(2, 12):
        shutil.copytree(tmp_path / "lexical", tmp_path / f"lexical-{edition}")
    indexes = Indexes(tmp_path)
    for edition in range(2, 12):
        state = IndexState(edition, 1)
        opened = at_once(8, lambda _, state=state: indexes.lexical(state))
        assert len(set(map(id, opened))) == 1
    indexes.close()


def test_threads_search_while_a_writer_writes(index, tmp_path):
    other = LexicalIndex(tmp_path / "lexical")
    written = threading.Event()

    def work(number):
        if number == 0:
            for id_ in range(100, 140):
                index.change(add=[LexicalEntry(id_, f"d{id_}", f"barnacle word{id_}", "")])
            written.set()
        while not written.is_set():
            if number % 3 == 0:
                other.close()
            other.reload()
            found = sorted(ids(other.search("barnacle", 100)))
            assert found == list(range(100, 100 + len(found)))
            assert other.mentioned(["gate", "unicorn"]) == {"gate"}
            assert len(other.ids()) >= len(TEXTS) + len(found)

    at_once(6, work)
    other.reload()
    assert len(other.search("barnacle", 100)) == 40


@pytest.mark.usefixtures("index")
def test_copies_of_an_index_that_may_not_be_written_are_deleted_however_many_reload(
    tmp_path, copied
):
    other = LexicalIndex(tmp_path / "lexical")

    def work(_):
        for _ in range(10):
            other.reload()
            assert ids(other.search("gates", 10))[0] == 1

    at_once(6, work)
    assert len(copied()) == 1
    other.close()
    assert copied() == []
    assert ids(other.search("gates", 10))[0] == 1
    other.close()
    assert copied() == []


def test_a_copy_is_whole_although_another_user_writes_meanwhile(index, tmp_path, copied):
    stop = threading.Event()

    def write():
        id_ = 100
        while not stop.is_set():
            index.change(add=[LexicalEntry(id_, "d", "a barnacle", "")], remove=[id_ - 1])
            id_ += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        other = LexicalIndex(tmp_path / "lexical")
        for _ in range(40):
            other.reload()
            assert len(other.ids()) >= len(TEXTS)
        other.close()
    finally:
        stop.set()
        writer.join()
    assert copied() == []
