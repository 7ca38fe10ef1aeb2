"""One store for many machines: what one of them adds all find, and nothing of it is half there."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from processes import FORKED
from shared_servers import needed
from shelf import Shelf, prepared

from index.document import Document, Span, Table
from index.errors import EmbeddingMismatch, SettingsError, StoreError, UnknownDocument
from index.models.embeddings import MiniLM
from index.store import replica
from index.store.engines import SharedBy
from index.store.lexical import LexicalIndex
from index.store.maintenance import Model
from index.store.replica import Replica
from index.store.store import Store

pytestmark = [needed, pytest.mark.xdist_group("shared")]

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."
KEPT = "The museum shows seven ferries."
ELSEWHERE = "A lantern of brass costs forty crowns."


def note(text):
    return Document(text=text, title="Note", media_type="text/plain")


def test_what_one_machine_adds_another_finds_at_its_next_question(machine):
    here, there = machine("here"), machine("there")
    here.add_documents(gates=note(OLD))
    assert here.finds(OLD)
    assert there.finds(OLD)

    there.add_documents(gates=note(NEW))
    assert [here.finds(OLD), here.finds(NEW), there.finds(OLD)] == [False, True, False]

    [info] = there.store.documents()
    here.store.remove(info.id)
    assert not there.finds(NEW)
    assert there.store.is_empty()
    assert here.store.check() == there.store.check() == []


def test_words_of_any_script_are_the_same_words_on_every_machine(machine):
    text = "Ἡ γέφυρα opened 🌉 at dawn: 橋は夜明けに開く。 “Naïve” l’été — 100 %."
    machine("here").add_documents(bridge=note(text), **{"ÿ/%_ ›": note(OLD)})
    store = machine("there").store
    first, second = sorted(store.documents(), key=lambda info: info.characters)

    assert store.document(first.id).text == OLD
    assert store.document(second.id).text == text
    start = text.index("橋")
    assert store.excerpt(second.id, second.version, start, start + 3) == "橋は夜"
    assert [v.document_id for v in store.versions_named(second.version[:8])] == [second.id]


def test_files_that_have_not_changed_cost_the_other_machine_nothing(machine, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "gates.txt").write_text(OLD)
    (folder / "museum.txt").write_text(KEPT)
    here, there = machine("here"), machine("there")
    assert len(here.add(folder).added) == 2
    assert len(there.add(folder).unchanged) == 2

    (folder / "gates.txt").write_text(NEW)
    (folder / "museum.txt").unlink()
    report = there.sync(folder)
    assert [len(report.updated), len(report.removed)] == [1, 1]
    assert here.live() == [NEW]


def test_what_is_moved_or_corrected_is_so_on_all_machines(machine, tmp_path):
    file = tmp_path / "gates.txt"
    file.write_text(OLD)
    here, there = machine("here"), machine("there")
    [done] = here.add(file).added
    assert [one.path for one in there.store.documents()] == [str(file)]
    here.store.correct(done.document_id, {"title": "Tollhouse"})
    assert [one.title for one in there.store.documents()] == ["Tollhouse"]
    assert there.lexical("tollhouse") == [OLD]

    moved = file.rename(tmp_path / "museum-of-ferries.txt")
    here.sync(tmp_path)
    assert str(moved) in [one.path for one in there.store.documents()]
    here.store.correct(done.document_id, {"title": None})
    assert "Tollhouse" not in [one.title for one in there.store.documents()]


def test_a_table_that_another_machine_has_added_can_be_asked(machine):
    text = "Year | Ships\n1931 | 12\n1932 | 15"
    port = Document(text, "Port", "text/csv", tables=(Table(0, len(text), Span(0, 12)),))
    here, there = machine("here"), machine("there")
    here.add_documents(port=port)
    [info] = there.store.documents()
    [table] = there.store.tables([info.id])

    assert table.rows == 2
    assert table.file.is_file()
    assert there.store.folder in table.file.parents


def test_two_stores_on_one_vector_server_do_not_mix(machine, shared, postgres):
    other = replace(shared, catalog=postgres.database())
    machine("here").add_documents(gates=note(OLD))
    apart = machine("apart", other)
    apart.add_documents(lantern=note(ELSEWHERE))

    assert not apart.finds(OLD)
    assert apart.store.check() == []


# The copy of the lexical index --------------------------------------------------------------------


def test_a_new_machine_answers_while_it_catches_up(machine, monkeypatch):
    machine("here").add_documents(gates=note(OLD), museum=note(KEPT), lantern=note(ELSEWHERE))
    monkeypatch.setattr(replica, "_WAIT", 0)
    monkeypatch.setattr(Replica, "_step", lambda _: False)
    new = machine("new")

    assert new.dense(OLD, k=1) == [OLD]
    assert new.lexical(OLD) == []
    with new.store.snapshot() as snapshot:
        # What is not known yet is not said to be nowhere.
        assert snapshot.mentioned(["museum", "nowher"]) == {"museum", "nowher"}

    monkeypatch.undo()
    assert new.finds(OLD)
    with new.store.snapshot() as snapshot:
        assert snapshot.mentioned(["museum", "nowher"]) == {"museum"}


def catch_up_and_die(folder, shared, step):
    """Take over one document a step, and be killed before one of them is noted."""
    replica._DOCUMENTS = 1
    steps = iter(range(9))
    change = LexicalIndex.change

    def dying(*arguments, **options):
        change(*arguments, **options)
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    LexicalIndex.change = dying
    Store(folder, MiniLM(), shared=replace(shared, word_ends=MiniLM().word_ends)).check()


@pytest.mark.parametrize("step", [0, 2])
def test_a_copy_whose_process_was_killed_goes_on_and_holds_nothing_twice(
    machine, shared, tmp_path, step
):
    here = machine("here")
    here.add_documents(gates=note(OLD), museum=note(KEPT), lantern=note(ELSEWHERE))
    plain = replace(shared, word_ends=str)  # a tokenizer does not go to another process
    process = FORKED.Process(target=catch_up_and_die, args=(tmp_path / "new", plain, step))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    process.close()

    new = machine("new")
    assert new.store.check() == []
    assert all(new.finds(text) for text in (OLD, KEPT, ELSEWHERE))


def test_two_processes_share_the_copy_of_their_machine(machine):
    first, second = machine("here"), machine("here")
    second.add_documents(gates=note(OLD))
    assert first.finds(OLD)
    first.add_documents(museum=note(KEPT))
    assert second.finds(KEPT)
    assert first.store.check() == second.store.check() == []


# Repair and purge ---------------------------------------------------------------------------------


def test_a_repair_is_followed_by_all_machines(machine, minilm):
    here, there = machine("here"), machine("there")
    here.add_documents(gates=note(OLD), museum=note(KEPT))
    assert there.finds(OLD)
    vectors = here.store.indexes.vectors(1)
    vectors.change(0, 0, remove=[1])
    assert [difference.where for difference in here.store.check()] == ["vectors"]

    here.store.repair(Model(minilm, minilm.word_ends))
    assert here.store.check() == there.store.check() == []
    assert there.finds(OLD)
    assert here.finds(OLD)


def test_a_purge_leaves_no_word_in_the_copies_of_machines_that_go_on(machine, minilm):
    here, there = machine("here"), machine("there")
    here.add_documents(gates=note(OLD), museum=note(KEPT))
    assert there.finds(OLD)
    gone = next(i for i in here.store.documents() if here.store.document(i.id).text == OLD)
    here.store.purge(gone.id, Model(minilm, minilm.word_ends))

    for shelf in (here, there):
        assert shelf.finds(KEPT)
        assert not shelf.finds(OLD)
        words = (p.read_bytes() for p in shelf.store.folder.rglob("*") if p.is_file())
        assert not any(b"harbour" in data for data in words)
        assert shelf.store.check() == []
    with pytest.raises(UnknownDocument):
        there.store.document(gone.id)


def test_a_back_up_of_the_database_is_the_whole_store(machine, minilm, postgres, shared):
    here = machine("here")
    here.add_documents(gates=note(OLD), museum=note(KEPT))
    restored = replace(shared, catalog=postgres.copied(shared.catalog))
    here.store.indexes.sweep(edition=0)  # the vectors are lost as well

    there = machine("there", restored)
    assert there.live() == sorted([OLD, KEPT])
    assert there.lexical(OLD, k=1) == [OLD]
    there.store.repair(Model(minilm, minilm.word_ends))
    assert there.finds(OLD)
    assert there.store.check() == []
    there.add_documents(bridge=note(NEW))
    assert there.finds(NEW)


# Writers ------------------------------------------------------------------------------------------


def test_a_writer_that_lost_its_lock_publishes_nothing(machine, minilm, postgres):
    here, there = machine("here"), machine("there")
    here.add_documents(museum=note(KEPT))
    vectors = here.store.indexes.vectors(1)
    adding = vectors.change

    def lose(*arguments, **options):
        """Another machine takes the lock, since the server has let go of this one's."""
        adding(*arguments, **options)
        postgres.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'",
        )
        there.add_documents(lantern=note(ELSEWHERE))

    vectors.change = lose
    with pytest.raises(StoreError, match=r"lost|terminat|closed"):
        here.store.put([prepared("memory:gates", note(OLD), minilm)])
    del vectors.change

    assert here.live() == sorted([KEPT, ELSEWHERE])
    assert not there.finds(OLD)
    here.add_documents(gates=note(OLD))
    assert there.finds(OLD)
    assert there.store.check() == []


# Stores that are not to be used -------------------------------------------------------------------


def test_a_machine_with_another_model_is_refused_in_one_line(machine, shared, tmp_path):
    machine("here")

    class Other:
        name, dimension = "another-model", 384

    with pytest.raises(EmbeddingMismatch, match=r"postgresql://127.*all-MiniLM-L6-v2") as said:
        Store(tmp_path / "there", Other(), shared=shared)
    assert "secret" not in str(said.value)


def test_a_store_of_a_newer_release_is_refused_in_one_line(machine, postgres, shared):
    machine("here")
    database = shared.catalog.rpartition("/")[2]
    postgres.sql("UPDATE meta SET value = '99' WHERE key = 'schema'", database)
    with pytest.raises(StoreError, match="has format 99; this version of Footnote reads"):
        machine("there")


def test_a_folder_that_is_a_store_of_its_own_is_not_taken_for_copies(
    machine, minilm, tmp_path, shared
):
    Shelf(tmp_path / "own", minilm).store.close()
    with pytest.raises(StoreError, match="is a store of its own"):
        machine("own", shared)


@pytest.mark.parametrize(
    "address", ["db.example", "sqlite:///x", "postgresql://db", "http://[", ""]
)
def test_an_address_that_is_none_is_told(tmp_path, minilm, address, chroma):
    for shared in (
        SharedBy(address, chroma.address, minilm.word_ends),
        SharedBy("postgresql://db/x", address, minilm.word_ends),
    ):
        with pytest.raises(SettingsError, match="cannot be used: It is an address like"):
            Store(tmp_path / "here", minilm, shared=shared)


def test_vectors_are_found_among_some_documents_only(machine):
    here = machine("here")
    here.add_documents(gates=note(OLD), museum=note(KEPT))
    ids = {here.store.document(i.id).text: i.id for i in here.store.documents()}

    assert here.dense(OLD, documents=[ids[KEPT]]) == [KEPT]
    assert here.lexical("harbour museum", documents=[ids[KEPT]]) == [KEPT]
    assert here.dense(OLD, documents=[]) == []
    vector = np.zeros(384, np.float32)
    vector[0] = 1
    with here.store.snapshot() as snapshot:
        assert len(snapshot.nearest(vector, k=1_000)) == 2


def test_a_store_of_an_older_release_is_brought_up_to_date_by_whoever_comes_first(
    machine, postgres, shared
):
    here = machine("here")
    here.add_documents(gates=note(OLD))
    database = shared.catalog.rpartition("/")[2]
    postgres.sql("DROP TABLE corrections, watched, collected, members, collections", database)
    postgres.sql("UPDATE meta SET value = '5' WHERE key = 'schema'", database)

    there = machine("there")
    assert there.finds(OLD)
    [info] = there.store.documents()
    there.store.correct(info.id, {"title": "The gates"})
    assert [one.title for one in here.store.documents()] == ["The gates"]
    assert [one.title for one in machine("new").store.documents()] == ["The gates"]
