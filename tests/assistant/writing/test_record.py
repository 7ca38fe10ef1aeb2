"""A writer is believed as far as what it wrote before has held."""

import threading
from pathlib import Path

import pytest
from chat_server import ChatServer, writes

from assistant.writing.record import BEGINS, FILE, HALVED, Counted, Record
from index.errors import StoreError

SURE, DOUBTFUL = 4.0, -4.0
"""Log-odds."""

PLAIN = "Within nine hours 61 millimetres of rain came down on the valley."
"""In other words than the document's."""


def noted(record: Record, odds: float, times: int = 30) -> Record:
    for _ in range(times):
        record.note(odds)
    return record


def test_who_invents_is_believed_less_and_who_quotes_more(tmp_path: Path):
    assert Record(tmp_path, "a").prior == BEGINS
    assert noted(Record(tmp_path, "b"), DOUBTFUL).prior < 0.2
    assert noted(Record(tmp_path, "c"), SURE).prior > 0.9


def test_it_is_kept_for_each_model_and_no_word_with_it(tmp_path: Path):
    bad = noted(Record(tmp_path, "small"), DOUBTFUL)
    bad.keep()
    assert Record(tmp_path, "small").prior == pytest.approx(bad.prior)
    assert Record(tmp_path, "large").prior == BEGINS


def test_what_several_note_is_added_up(tmp_path: Path):
    records = [noted(Record(tmp_path, "small"), DOUBTFUL, 5) for _ in range(6)]
    threads = [threading.Thread(target=record.keep) for record in records]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = noted(Record(tmp_path / "none", "small"), DOUBTFUL, 5)
    assert Record(tmp_path, "small").prior < alone.prior / 2


def test_a_model_that_got_better_is_believed_again():
    counted = Counted()
    for _ in range(1_000):
        counted = counted.with_one(0.0)
    assert counted.counted <= HALVED
    assert counted.prior < 0.05
    for _ in range(400):
        counted = counted.with_one(1.0)
    assert counted.prior > 0.8


def test_a_store_that_cannot_be_written_is_no_obstacle(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("assistant.writing.record.is_writable", lambda _: False)
    record = noted(Record(tmp_path, "small"), DOUBTFUL)
    record.keep()
    assert record.prior < 0.2
    assert not (tmp_path / FILE).exists()


def test_a_damaged_record_is_told_in_one_line(tmp_path: Path):
    for content in (b"{", b"[1]", b'{"small": 3}', b'{"small": ["a", 1]}', b"\xff\xfe"):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(StoreError, match="Delete it"):
            _ = Record(tmp_path, "small").prior


def test_the_same_sentence_is_refused_from_a_writer_that_has_invented_much(
    chat: ChatServer, writing
):
    chat.answers(writes(f"{PLAIN} [1]"))
    assistant = writing()
    shown = assistant.query("How much rain fell?")
    assert [sentence.text for sentence in shown.sentences] == [PLAIN]
    record = noted(Record(assistant.store, "quill-1"), DOUBTFUL, 150)
    record.keep()
    again = writing().query("How much rain fell?")
    assert PLAIN in [sentence.text for sentence in again.dropped]
    assert again.sentences
    assert all(sentence.supported for sentence in again.sentences)
