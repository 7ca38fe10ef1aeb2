"""The tables of a store follow its documents: there with them, new with them, gone with them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from index.models.embeddings import MiniLM
from index.store.maintenance import Model
from index.store.store import Store
from index.tables.engine import TableReader
from index.tables.query import TableQuery

OLD = "ship,tons\nAnn,5\nBob,7\n"
NEW = "ship,tons\nAnn,5\nBob,7\nEve,30\n"


def files_of(store: Store) -> list[Path]:
    return sorted((store.folder / "tables").glob("*"))


def tons(store: Store, document_id: str) -> object:
    (table,) = store.tables([document_id])
    with TableReader({"fleet": (table.file, table.columns)}) as reader:
        return reader.result("fleet", TableQuery("sum", 1)).value


def test_a_document_s_tables_come_change_and_go_with_it(shelf, files):
    path = files / "fleet.csv"
    path.write_text(OLD)
    (added,) = shelf.add(path).added
    assert tons(shelf.store, added.document_id) == 12

    path.write_text(NEW)
    shelf.add(path)
    assert tons(shelf.store, added.document_id) == 42
    assert len(files_of(shelf.store)) == 1
    assert shelf.store.check() == []

    shelf.store.remove(added.document_id)
    assert files_of(shelf.store) == []
    assert shelf.store.tables([added.document_id]) == []


def test_the_same_words_in_two_documents_share_a_file_until_both_are_gone(shelf, files):
    for name in ("a.csv", "b.csv"):
        (files / name).write_text(OLD)
    ids = sorted({one.document_id for one in shelf.add(files).added})
    shelf.store.remove(ids[0])

    for other in ids[1:]:
        assert tons(shelf.store, other) == 12
    assert shelf.store.check() == []


def test_a_lost_table_is_found_out_and_made_again(shelf, files, minilm):
    (files / "fleet.csv").write_text(OLD)
    (added,) = shelf.add(files / "fleet.csv").added
    (file,) = files_of(shelf.store)
    file.rename(file.with_name("stray.parquet"))

    found = {(one.where, one.problem) for one in shelf.store.check()}
    assert found == {
        ("tables", f"The table {file.name} is missing."),
        ("tables", "No document has the table stray.parquet."),
    }
    shelf.store.repair(Model(minilm, minilm.word_ends))
    assert shelf.store.check() == []
    assert tons(shelf.store, added.document_id) == 12


def test_a_store_from_before_there_were_tables_has_them_when_it_is_opened(shelf, files):
    (files / "fleet.csv").write_text(OLD)
    (added,) = shelf.add(files / "fleet.csv").added
    folder = shelf.store.folder
    shelf.store.close()
    for file in (folder / "tables").iterdir():
        file.unlink()
    (folder / "tables").rmdir()
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection, connection:
        later_tables = ("typed_tables", "corrections", "watched", "collected", "members")
        for later in (*later_tables, "collections"):
            connection.execute(f"DROP TABLE {later}")
        connection.execute("ALTER TABLE versions DROP COLUMN stored")
        connection.execute("UPDATE meta SET value = '3' WHERE key = 'schema'")

    with closing(Store(folder, MiniLM())) as store:
        assert tons(store, added.document_id) == 12
        assert store.check() == []
