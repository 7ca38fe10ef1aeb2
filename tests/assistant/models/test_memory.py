"""What was computed is remembered, up to a number of things, and never for something else."""

import threading

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.models import span_reader
from assistant.models.memory import Memory
from assistant.models.sentence_vectors import SentenceVectors
from assistant.models.span_reader import SpanReader
from index.models import minilm
from index.models.embeddings import MiniLM

PASSAGES = ["The gates were closed at noon.", "Ilse Brandt spoke for the harbour."]


@pytest.fixture
def runs(monkeypatch):
    """Grows by one whenever the trained reader's or the embedding model runs."""
    seen = []
    session = minilm.session

    class Counted:
        def __init__(self, *which):
            self._which = which

        def run(self, *given):
            seen.append(self._which)
            return session(*self._which).run(*given)

    monkeypatch.setattr(minilm, "session", lambda *which: Counted(*which))
    return seen


def test_no_more_is_kept_than_was_agreed_and_what_was_used_last_stays():
    memory: Memory[int, str] = Memory(3)
    memory.keep({1: "a", 2: "b", 3: "c"})
    memory.keep(memory.of([1]))
    memory.keep({4: "d"})

    assert memory.of([1, 2, 3, 4]) == {1: "a", 3: "c", 4: "d"}
    assert len(memory) == 3
    memory.forget()
    assert memory.of([1, 3, 4]) == {}


def test_many_threads_share_a_memory():
    memory: Memory[int, int] = Memory(50)
    wrong = []

    def use(first):
        for n in range(2_000):
            key = (first * 7 + n) % 100
            if memory.of([key]).get(key, key * key) != key * key:
                wrong.append(key)
            memory.keep({key: key * key})

    threads = [threading.Thread(target=use, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong
    assert len(memory) == 50


def test_a_passage_that_was_read_for_a_question_is_not_read_for_it_again(runs):
    reader = SpanReader()
    first = reader.read("When were the gates closed?", PASSAGES)
    assert len(runs) == 2
    again = reader.read("When were the gates closed?", [*reversed(PASSAGES), PASSAGES[0]])

    assert len(runs) == 2
    for one, other in zip([first[1], first[0], first[0]], again, strict=True):
        assert np.array_equal(one.pairs, other.pairs)
        assert np.array_equal(one.offsets, other.offsets)
        assert one.answers == other.answers


def test_another_question_reads_the_passage_anew(runs):
    reader = SpanReader()
    (one,) = reader.read("When were the gates closed?", PASSAGES[:1])
    (other,) = reader.read("Who closed the gates?", PASSAGES[:1])

    assert len(runs) == 2
    assert not np.array_equal(one.pairs, other.pairs)
    reader.forget()
    reader.read("Who closed the gates?", PASSAGES[:1])
    assert len(runs) == 3


def test_the_reader_keeps_no_more_than_it_says_and_no_words(monkeypatch):
    monkeypatch.setattr(span_reader, "REMEMBERED", 4)
    reader = SpanReader()
    for n in range(3):
        reader.read(f"Who said {n}?", PASSAGES)

    assert len(reader._known) == 4
    assert all(isinstance(key, bytes) and len(key) == 32 for key in reader._known._known)


def test_a_question_is_embedded_once_and_as_the_model_itself_does_it(runs):
    vectors = SentenceVectors(MiniLM())
    asked = vectors.embed_query("Who spoke for the harbour?")
    same = vectors.of(["Who spoke for the harbour?"])[0]

    assert len(runs) == 1
    assert np.array_equal(asked, same)
    assert np.array_equal(asked, MiniLM().embed_query("Who spoke for the harbour?"))


def test_a_question_that_was_searched_for_is_answered_without_reading_again(demo: Assistant, runs):
    question = "At what time was the key of the gatehouse handed over?"
    demo.search(question)
    read = [which for which in runs if len(which) > 1 and which[1] == span_reader.ADAPTER]
    assert read
    demo.query(question)

    assert read == [which for which in runs if len(which) > 1 and which[1] == span_reader.ADAPTER]


def test_a_changed_table_is_read_anew_and_a_removed_one_not_at_all(tmp_path):
    accounts = tmp_path / "accounts.md"
    question = "What was the total revenue in 2022?"
    table = "# Ferry accounts\n\n| | 2023 | 2022 |\n|---|---|---|\n| Total revenue | 56.4 | {} |\n"
    accounts.write_text(table.format("49.6"))
    with Assistant(tmp_path / "store") as assistant:
        (added,) = assistant.add(accounts).added
        assert "49.6" in assistant.query(question).text
        accounts.write_text(table.format("38.1"))
        assert assistant.add(accounts).updated
        changed = assistant.query(question).text
        (tmp_path / "other.md").write_text("The harbour has two gates.")
        assistant.add(tmp_path / "other.md")
        assistant.remove(added.document_id)
        removed = assistant.query(question).text

    assert "38.1" in changed
    assert "49.6" not in changed
    assert "38.1" not in removed
