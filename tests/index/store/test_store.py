"""A document's life in a store: found, replaced, moved, removed, in every index at once."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from shelf import Shelf, ids_on_disk
from sqlalchemy import event
from sqlalchemy.engine import Engine

from index.document import Document, Span, Table
from index.errors import DocumentError, EmbeddingMismatch, StoreError, UnknownDocument
from index.store import queries
from index.store.lexical import LexicalIndex
from index.store.store import Store

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."
OTHER = "A lantern of brass costs forty crowns."


def write(path, text, at=1_700_000_000):
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def note(text):
    return Document(text=text, title="Note", media_type="text/plain")


def test_an_added_document_is_found_by_both_indexes(shelf, files):
    (done,) = shelf.add(write(files / "a.txt", OLD)).added

    assert shelf.finds(OLD)
    assert shelf.store.document(done.document_id).text == OLD
    (info,) = shelf.store.documents()
    assert (info.id, info.path, info.characters) == (
        done.document_id,
        str(files / "a.txt"),
        len(OLD),
    )


def test_versions_are_found_by_the_beginning_of_their_hash_and_by_words(shelf, files):
    path = files / "a.txt"
    (added,) = shelf.add(write(path, OLD)).added
    old = note(OLD).version
    shelf.add(write(path, NEW, at=1_700_000_001))
    new = note(NEW).version

    store = shelf.store
    assert store.versions_named(old[:16]) == [(added.document_id, old, False)]
    assert (
        store.versions_named(new)
        == [(added.document_id, new, True)]
        == [store.live_version(added.document_id)]
    )
    assert store.versions_named("f" * 64) == []
    assert [v.hash for v in store.replaced_holding(["HARBOUR", "noon"])] == [old]
    assert store.replaced_holding(["harbour", "bridge"]) == []
    assert store.replaced_holding(["bridge"]) == []  # it is the live one
    assert store.replaced_holding(["h_rbour"]) == []

    # What came back is one version, and the live one.
    shelf.add(write(path, OLD, at=1_700_000_002))
    assert store.versions_named(old[:16]) == [(added.document_id, old, True)]
    assert [v.hash for v in store.replaced_holding(["bridge"])] == [new]
    shelf.store.remove(added.document_id)
    assert store.versions_named(old[:16]) == []
    with pytest.raises(UnknownDocument):
        store.live_version(added.document_id)


def test_a_changed_file_replaces_its_old_version_at_once(shelf, files):
    path = files / "a.txt"
    (added,) = shelf.add(write(path, OLD)).added
    before = shelf.store.documents()[0].version
    (updated,) = shelf.add(write(path, NEW, at=1_700_000_001)).updated

    assert updated.document_id == added.document_id
    assert shelf.finds(NEW)
    assert not shelf.finds(OLD)
    assert shelf.live() == [NEW]
    assert ids_on_disk(shelf.store).agree()
    # A kept answer may still cite the old words.
    assert shelf.store.document(added.document_id, before).text == OLD
    assert shelf.store.excerpt(added.document_id, before, 4, 17) == "harbour gates"


def test_a_removed_document_is_gone_from_everywhere(shelf, files):
    path = files / "a.txt"
    (added,) = shelf.add(write(path, OLD)).added
    shelf.add(write(files / "b.txt", OTHER))
    version = shelf.store.document(added.document_id).version
    shelf.store.remove(added.document_id)

    assert not shelf.finds(OLD)
    assert shelf.finds(OTHER)
    for asked in (None, version):
        with pytest.raises(UnknownDocument, match="'footnote documents' lists"):
            shelf.store.document(added.document_id, asked)
    with pytest.raises(UnknownDocument):
        shelf.store.remove(added.document_id)
    ids = ids_on_disk(shelf.store)
    assert ids.agree()
    assert len(ids.catalog) == 1
    assert path.exists()


def test_identical_files_at_two_places_are_one_document(shelf, files):
    first, second = write(files / "a.txt", OLD), write(files / "b.txt", OLD)
    report = shelf.add(first, second)

    assert len(report.added) == len(report.unchanged) == 1
    assert report.added[0].document_id == report.unchanged[0].document_id
    with shelf.store.catalog.reading() as connection:
        paths = shelf.store.catalog.paths(connection, report.added[0].document_id)
    assert paths == [str(first), str(second)]
    assert len(shelf.store.documents()) == 1


def test_a_change_to_one_of_two_identical_files_splits_it_off(shelf, files):
    write(files / "a.txt", OLD)
    second = write(files / "b.txt", OLD)
    (added,) = shelf.add(files).added
    (split,) = shelf.add(write(second, NEW, at=1_700_000_001)).added

    assert split.document_id != added.document_id
    assert shelf.live() == sorted([OLD, NEW])
    assert shelf.store.document(added.document_id).text == OLD


def test_a_file_overwritten_with_another_document_withdraws_its_old_content(shelf, files):
    first, second = write(files / "a.txt", OLD), write(files / "b.txt", OTHER)
    shelf.add(files)
    (same,) = shelf.add(write(first, OTHER, at=1_700_000_001)).unchanged

    assert shelf.live() == [OTHER]
    assert not shelf.finds(OLD)
    shelf.store.remove(same.document_id)
    assert shelf.live() == []
    assert second.exists()


def test_a_renamed_file_is_the_same_document(shelf, files):
    (added,) = shelf.add(write(files / "a.txt", OLD)).added
    (files / "a.txt").rename(files / "b.txt")
    (moved,) = shelf.add(files).unchanged

    assert moved.document_id == added.document_id


def test_files_that_swap_their_content_lose_none_of_it(shelf, files):
    write(files / "a.txt", OLD)
    write(files / "b.txt", NEW)
    shelf.add(files)
    write(files / "a.txt", NEW, at=1_700_000_001)
    write(files / "b.txt", OLD, at=1_700_000_001)
    shelf.add(files)

    assert shelf.live() == sorted([OLD, NEW])
    assert shelf.finds(OLD)
    assert shelf.finds(NEW)


def test_a_text_that_moves_to_another_name_while_its_own_changes_is_kept(shelf):
    shelf.add_documents(one=note(OLD))
    shelf.add_documents(one=note(NEW), two=note(OLD))

    assert shelf.live() == sorted([OLD, NEW])
    assert shelf.finds(OLD)


def test_the_last_of_several_texts_for_one_name_counts(shelf, files):
    path = write(files / "a.txt", OLD)
    shelf.add(path)
    write(path, NEW, at=1_700_000_001)
    link = files / "link.txt"
    link.symlink_to(path)
    shelf.add(path, link)

    assert shelf.live() == [NEW]


def test_the_same_file_has_the_same_id_in_every_store(open_shelf, tmp_path, files):
    path = write(files / "a.txt", OLD)
    ids = {
        open_shelf(tmp_path / name).add(path).added[0].document_id for name in ("one", "another")
    }

    assert len(ids) == 1


def test_an_id_taken_by_another_document_is_not_given_again(shelf, files):
    write(files / "a.txt", OLD)
    second = write(files / "b.txt", OLD)
    (added,) = shelf.add(files).added
    write(files / "a.txt", NEW, at=1_700_000_001)
    (split,) = shelf.add(files / "a.txt").added

    assert added.document_id != split.document_id
    assert shelf.store.document(added.document_id).text == second.read_text()


def test_ids_of_chunks_never_come_back(shelf, files):
    (first,) = shelf.add(write(files / "a.txt", OLD)).added
    before = ids_on_disk(shelf.store).catalog
    shelf.store.remove(first.document_id)
    shelf.add(write(files / "b.txt", NEW))

    assert min(ids_on_disk(shelf.store).catalog) > max(before)


def test_only_the_named_documents_are_searched(shelf):
    report = shelf.add_documents(one=note(OLD), two=note(NEW), three=note(OTHER))
    first, second, _ = (done.document_id for done in report.added)

    assert set(shelf.dense("gates", documents=[first, second])) == {OLD, NEW}
    assert shelf.lexical("gates bridge lantern", documents=[second]) == [NEW]


def test_no_documents_named_is_nothing_found(shelf):
    shelf.add_documents(one=note(OLD))

    assert shelf.dense(OLD, documents=[]) == []
    assert shelf.lexical(OLD, documents=[]) == []


def test_an_empty_store_finds_nothing(shelf):
    assert shelf.store.is_empty()
    assert shelf.dense("anything") == []
    assert shelf.lexical("anything") == []


def test_a_long_document_comes_back_as_it_was(shelf):
    text = "".join(f"Entry {n} of the log 🚢 says nothing.\n\n" for n in range(4_000))
    shelf.add_documents(log=note(text))
    (info,) = shelf.store.documents()

    assert shelf.store.document(info.id).text == text
    for start in (0, 65_530, 65_536, 131_071, len(text) - 5):
        assert (
            shelf.store.excerpt(info.id, info.version, start, start + 20)
            == text[start : start + 20]
        )


def test_a_reading_goes_on_in_one_state_while_another_removes(shelf):
    shelf.add_documents(one=note(OLD))
    with shelf.store.catalog.reading() as connection:
        (info,) = queries.documents(connection)
        with ThreadPoolExecutor(1) as other:
            other.submit(shelf.store.remove, info.id).result()
        assert queries.document(connection, info.id).text == OLD

    assert shelf.live() == []


def test_a_change_that_fails_half_way_is_not_seen_and_is_cleared_by_the_next(
    shelf, files, monkeypatch
):
    path = write(files / "a.txt", OLD)
    shelf.add(path)
    write(path, NEW, at=1_700_000_001)

    def change(_index, **_):
        raise StoreError("The disk is full.")

    with monkeypatch.context() as full:
        full.setattr(LexicalIndex, "change", change)
        assert shelf.add(path).failed[0].reason == "The disk is full."
    assert shelf.finds(OLD)
    assert not shelf.finds(NEW)

    assert len(shelf.add(path).updated) == 1
    assert shelf.finds(NEW)
    assert ids_on_disk(shelf.store).agree()


def test_threads_query_while_another_adds(shelf):
    shelf.add_documents(one=note(OLD))
    done = Event()

    def ask():
        asked = 0
        while not done.is_set() or asked == 0:
            assert shelf.finds(OLD)
            asked += 1
        return asked

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(ask) for _ in range(8)]
        try:
            for n in range(15):
                shelf.add_documents(**{f"text{n}": note(f"{OTHER} Its number is {n}.")})
                assert shelf.lexical(f"number {n}")[0].endswith(f" {n}.")
        finally:
            done.set()
        assert sum(reader.result() for reader in readers) >= 8


# What cannot be opened ----------------------------------------------------------------------------


def fault(folder, embedder, act=Shelf.live):
    """The one line of the StoreError that opening a store, or then using it, raises."""

    def opened():
        shelf = Shelf(folder, embedder)
        try:
            act(shelf)
        finally:
            shelf.store.close()

    with pytest.raises(StoreError) as caught:
        opened()
    line = str(caught.value)
    assert line
    assert "\n" not in line
    return line


@pytest.fixture
def filled(open_shelf, tmp_path):
    """The folder of a store with two documents, closed."""
    shelf = open_shelf()
    shelf.add_documents(one=note(OLD), two=note("\n\n".join(f"{NEW} {n}" for n in range(800))))
    shelf.store.close()
    return tmp_path / "store"


def test_a_store_of_another_embedding_model_is_refused_with_the_way_out(filled):
    class Other:
        name = "another-model"
        dimension = 384

    with pytest.raises(EmbeddingMismatch) as caught:
        Store(filled, Other())

    assert "all-MiniLM-L6-v2, not another-model. Set FOOTNOTE_EMBEDDING" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_store_is_not_made_by_looking_for_it(tmp_path, minilm):
    with pytest.raises(StoreError, match="'footnote add PATH' makes one"):
        Store(tmp_path / "none", minilm)

    assert not (tmp_path / "none").exists()


def test_a_folder_with_other_files_is_never_made_a_store(files, minilm):
    (files / "thesis.odt").write_text("mine")

    assert "thesis.odt" in fault(files, minilm)
    assert [path.name for path in files.iterdir()] == ["thesis.odt"]


def test_a_store_cannot_be_made_where_a_file_is(tmp_path, minilm):
    (tmp_path / "file").write_text("mine")

    fault(tmp_path / "file", minilm)
    fault(tmp_path / "file" / "store", minilm)


def test_a_store_of_a_newer_format_is_refused(filled, minilm):
    with closing(sqlite3.connect(filled / "catalog.sqlite")) as connection, connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")

    assert "has format 99; this version of Footnote reads" in fault(filled, minilm)


def use(shelf):
    """Everything that a damaged file could spoil."""
    shelf.live()
    shelf.dense(OLD)
    shelf.lexical(OLD)
    shelf.add_documents(three=note(OTHER))


def overwrite(path):
    path.write_bytes(bytes(range(256)) * (path.stat().st_size // 256 + 1))


def shorten(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    os.truncate(path, 0)


@pytest.mark.parametrize("damage", [overwrite, shorten, empty])
def test_a_damaged_catalog_is_one_clear_line(filled, minilm, damage):
    damage(filled / "catalog.sqlite")

    fault(filled, minilm, use)


@pytest.mark.parametrize("damage", [overwrite, shorten, empty])
@pytest.mark.parametrize("name", ["chroma/chroma.sqlite3", "lexical/meta.json"])
def test_a_damaged_index_is_one_clear_line(filled, minilm, name, damage):
    damage(filled / name)

    fault(filled, minilm, use)


def test_a_file_of_another_name_can_replace_a_document(shelf, files):
    (done,) = shelf.add(write(files / "a.txt", OLD), uploads=True).added
    other = write(files / "b.txt", NEW)

    (replaced,) = shelf.ingest().replace(done.document_id, other, uploads=True).updated

    assert replaced.document_id == done.document_id
    assert shelf.finds(NEW)
    assert not shelf.finds(OLD)
    (info,) = shelf.store.documents()
    assert info.path.endswith("b.txt")
    old = note(OLD).version
    assert shelf.store.document(done.document_id, old).text == OLD
    assert [copy.name for copy in shelf.store.uploads.rglob("*.txt")] == ["b.txt"]
    assert not shelf.store.check()


def test_what_the_store_has_or_a_folder_keeps_replaces_nothing(shelf, files):
    (kept,) = shelf.add(write(files / "a.txt", OLD)).added
    (upload,) = shelf.add(write(files / "b.txt", OTHER), uploads=True).added
    new = write(files / "c.txt", NEW)

    with pytest.raises(DocumentError, match="change that file, then sync"):
        shelf.ingest().replace(kept.document_id, new, uploads=True)
    with pytest.raises(UnknownDocument):
        shelf.ingest().replace("ffff", new, uploads=True)
    (refused,) = shelf.ingest().replace(upload.document_id, files / "a.txt", uploads=True).failed
    assert "as another document" in refused.reason
    (bad,) = shelf.ingest().replace(upload.document_id, write(files / "d.txt", " ")).failed
    assert bad.reason
    assert shelf.finds(OLD)
    assert shelf.finds(OTHER)
    (same,) = shelf.ingest().replace(upload.document_id, files / "b.txt", uploads=True).unchanged
    assert same.document_id == upload.document_id


def test_a_search_asks_the_catalog_as_often_for_forty_chunks_as_for_two(shelf):
    rows = "\n".join(f"Line {n} | {n},100 | {n},200" for n in range(200))
    text = f"Name | 2021 | 2022\n{rows}"
    table = Table(0, len(text), Span(0, len("Name | 2021 | 2022")))
    shelf.add_documents(a=Document(text, "Sheet", "text/csv", tables=(table,)), b=note(OLD * 2_000))
    asked = []

    def counted(ids):
        with shelf.store.snapshot() as snapshot:
            asked.clear()
            return snapshot.chunks(ids), len(asked)

    with shelf.store.snapshot() as snapshot:
        ids = snapshot.chunk_ids([one.id for one in shelf.store.documents()])

    def note_it(*given):
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note_it)
    try:
        few, some = counted(ids[:2])
        many, as_many = counted([*ids[:20], *ids[-20:]])
    finally:
        event.remove(Engine, "before_cursor_execute", note_it)

    assert (len(few), len(many)) == (2, 40)
    assert some == as_many
    for chunk in many.values():
        document = shelf.store.document(chunk.document.id)
        assert chunk.text == document.text[chunk.start : chunk.end]
        assert all(words == "Name | 2021 | 2022" for _, words in chunk.tables)


def test_the_words_of_few_and_of_many_chunks_are_asked_for_by_the_same_statement(shelf):
    shelf.add_documents(a=note(OLD * 500), b=note(NEW * 500))
    asked = []

    def note_it(*given):
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note_it)
    try:
        with shelf.store.snapshot() as snapshot:
            ids = snapshot.chunk_ids([one.id for one in shelf.store.documents()])
            snapshot.chunks(ids[:1])
            few = asked[-1]
            found = snapshot.chunks(ids)
            many = asked[-1]
    finally:
        event.remove(Engine, "before_cursor_execute", note_it)

    assert len(found) == len(ids) > 50
    assert many == few


def test_a_changed_document_is_counted_and_found_at_once(shelf, files):
    path = write(files / "a.txt", OLD)
    shelf.add(path)
    assert shelf.dense(OLD) == [OLD]
    shelf.add(write(path, NEW, at=1_700_000_001), write(files / "b.txt", OTHER))
    assert set(shelf.dense(NEW)) == {NEW, OTHER}
