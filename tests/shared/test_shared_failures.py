"""Servers that are down or go away: one line, nothing half, and all goes on when they are back."""

import errno
import random
import socket
import time
import traceback
from dataclasses import replace

import pytest
from processes import FORKED
from shared_servers import needed
from shelf import Shelf

from index.document import Document
from index.errors import StoreError
from index.models.embeddings import MiniLM
from index.store import chroma_server
from index.store import postgres as postgres_engine
from index.store.lexical import LexicalIndex

pytestmark = [needed, pytest.mark.xdist_group("shared")]

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."
WORDS = ("harbour", "bridge", "lantern", "ferry", "museum", "keeper", "lens", "barley", "copper")
WRITTEN = 8


def note(text):
    return Document(text=text, title="Note", media_type="text/plain")


def added(shelf, **documents):
    """Add them; raises what is reported of one that is not stored."""
    for done in shelf.add_documents(**documents).failed:
        raise StoreError(done.reason)


def said(call):
    """What is told of it, in one line without a password."""
    with pytest.raises(StoreError) as raised:
        call()
    line = str(raised.value)
    assert "\n" not in line
    assert "secret" not in line
    return line


def test_without_its_database_a_store_says_so_and_goes_on_when_it_is_back(machine, postgres):
    here = machine("here")
    here.add_documents(gates=note(OLD))
    postgres.stop()
    try:
        for call in (
            lambda: machine("new"),
            here.store.documents,
            lambda: here.dense(OLD),
            lambda: added(here, bridge=note(NEW)),
        ):
            line = said(call)
            assert "catalog at postgresql://127.0.0.1" in line
            assert "FOOTNOTE_CATALOG" in line
    finally:
        postgres.start()

    assert here.finds(OLD)
    added(here, bridge=note(NEW))
    assert machine("new").finds(NEW)


def test_without_its_vectors_a_store_says_so_and_goes_on_when_they_are_back(machine, chroma):
    here = machine("here")
    here.add_documents(gates=note(OLD))
    assert here.finds(OLD)
    chroma.stop()
    try:
        for call in (
            lambda: here.dense(OLD),
            lambda: added(here, bridge=note(NEW)),
            lambda: machine("new").dense(OLD),
        ):
            line = said(call)
            assert f"vectors at {chroma.address}" in line
            assert "FOOTNOTE_CHROMA" in line
        # What needs no vectors goes on, and what was not acknowledged is nowhere.
        assert here.lexical(OLD) == [OLD]
        assert here.live() == [OLD]
    finally:
        chroma.start()

    added(here, bridge=note(NEW))
    assert here.finds(NEW)
    assert machine("new").store.check() == []


def test_a_server_that_does_not_answer_is_not_waited_for_without_end(machine, shared, monkeypatch):
    monkeypatch.setattr(postgres_engine, "_SECONDS", 2)
    monkeypatch.setattr(chroma_server, "_CONNECT", 1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        began = time.monotonic()
        away = replace(shared, catalog=f"postgresql://footnote:secret@127.0.0.1:{port}/store")
        assert f"127.0.0.1:{port}" in said(lambda: machine("here", away))
        away = replace(shared, chroma=f"http://127.0.0.1:{port}")
        assert f"127.0.0.1:{port}" in said(lambda: machine("here", away))
    assert time.monotonic() - began < 20


def test_a_full_disk_of_one_machine_costs_it_its_newest_words_until_there_is_room(
    machine, monkeypatch, caplog
):
    here, there = machine("here"), machine("there")
    here.add_documents(gates=note(OLD))
    assert there.finds(OLD)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(LexicalIndex, "change", full)
    here.add_documents(bridge=note(NEW))
    assert there.dense(NEW, k=1) == [NEW]
    assert there.lexical(OLD) == [OLD]
    assert "is behind: The store" in caplog.text
    assert "No space left" in said(there.store.check)

    monkeypatch.undo()
    assert there.finds(NEW)


# Two processes while servers are restarted --------------------------------------------------------


def sentence(writer, number):
    words = random.Random(f"{writer} {number}").choices(WORDS, k=8)
    return f"The w{writer}n{number} {' '.join(words)} stays."


def work(folder, shared, journal, writer):
    """Add documents one by one, and ask for one of all that are acknowledged after each."""
    minilm = MiniLM()
    shelf = Shelf(folder, minilm, shared=replace(shared, word_ends=minilm.word_ends))
    choice = random.Random(writer).choice

    def persist(call):
        """Its result, however often a server is away meanwhile, which is told in one line."""
        ends = time.monotonic() + 30
        while True:
            try:
                return call()
            except StoreError as error:
                if "\n" in str(error) or time.monotonic() > ends:
                    raise AssertionError(str(error)) from error
                time.sleep(0.1)

    for number in range(WRITTEN):
        arriving = {f"w{writer}n{number}": note(sentence(writer, number))}
        persist(lambda arriving=arriving: added(shelf, **arriving))
        with journal.open("a") as file:
            file.write(f"{writer} {number}\n")
        text = sentence(*map(int, choice(journal.read_text().splitlines()).split()))
        assert persist(lambda text=text: shelf.dense(f"Note\n{text}", k=1)) == [text]
        assert persist(lambda text=text: shelf.lexical(text, k=1)) == [text]
        time.sleep(0.1)
    shelf.store.close()


def guarded(faults, target, *arguments):
    try:
        target(*arguments)
    except Exception:  # noqa: BLE001
        faults.put(traceback.format_exc())
    else:
        faults.put(None)


def test_no_acknowledged_document_is_lost_while_the_servers_are_restarted(
    machine, shared, postgres, chroma, tmp_path
):
    machine("here")
    journal = tmp_path / "journal"
    journal.touch()
    plain = replace(shared, word_ends=str)  # a tokenizer does not go to another process
    faults = FORKED.Queue()
    processes = [
        FORKED.Process(
            target=guarded, args=(faults, work, tmp_path / f"w{writer}", plain, journal, writer)
        )
        for writer in (0, 1)
    ]
    try:
        for process in processes:
            process.start()
        for server in (postgres, chroma, postgres):
            at = len(journal.read_text().splitlines())
            while len(journal.read_text().splitlines()) < at + 3:
                assert any(process.is_alive() for process in processes)
                time.sleep(0.02)
            server.stop()
            time.sleep(0.3)
            server.start()
        for _ in processes:
            fault = faults.get(timeout=90)
            assert fault is None, fault
    finally:
        for process in processes:
            process.kill()
            process.join()
            process.close()
        faults.close()

    there = [tuple(map(int, line.split())) for line in journal.read_text().splitlines()]
    assert len(there) == 2 * WRITTEN
    here = machine("here")
    assert here.live() == sorted(sentence(*pair) for pair in there)
    assert here.store.check() == []
