"""A store in one file: it can stand on something else afterwards, with all that it held."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from running import one_line, run
from shared_servers import needed

from assistant import Answer, Assistant
from assistant.keeping import restore
from assistant.settings import load
from index.errors import EmbeddingMismatch, StoreError
from index.models.embeddings import MiniLM
from index.store import store as store_module
from index.store.maintenance import Model
from index.store.store import Store

pytestmark = pytest.mark.xdist_group("shared")

SEEDS = Path(__file__).parents[2] / "seeds"
STORES = Path(__file__).parents[1] / "index" / "store" / "stores"
GATE = "Why did Gate 3 fail?"


@pytest.fixture(scope="module")
def laptop(tmp_path_factory):
    """A store of one machine, which the tests only read."""
    with Assistant(tmp_path_factory.mktemp("laptop") / "store") as own:
        own.add(SEEDS)
        own.add(SEEDS / "inspectors-report.pdf", uploads=True)
        own.conversations.keep("me", None, own.query(GATE), seconds=0.1)
        yield own


class Unable(MiniLM):
    """A model that makes no passage's vector: those of the back-up must do."""

    def embed_passages(self, texts):
        raise AssertionError(texts)


@needed
def test_a_store_moves_from_a_laptop_to_many_machines_and_back(
    laptop, shared, tmp_path, monkeypatch
):
    laptop.back_up(tmp_path / "notes.zip")
    monkeypatch.setattr(MiniLM, "embed_passages", Unable.embed_passages)
    settings = load(
        store=tmp_path / "copies",
        catalog=shared.catalog,
        chroma=shared.chroma,
        originals=tmp_path / "originals",
    )
    with Assistant(settings=settings) as many:
        many.restore(tmp_path / "notes.zip")
        assert many.documents() != []
        assert many.check() == []
        [kept] = many.conversations.listed("me")
        assert kept.title == GATE
        many.back_up(tmp_path / "back.zip")
    monkeypatch.undo()
    monkeypatch.setenv("FOOTNOTE_EMBEDDING", "minilm")

    with Assistant(settings=settings) as many:
        before, now = laptop.query(GATE), many.query(GATE)
        assert now.text == before.text
        assert [one.id for one in now.citations] == [one.id for one in before.citations]
        added = many.add(SEEDS).unchanged
        assert len(added) == len(laptop.documents())
        other = tmp_path / "other.txt"
        other.write_text("The museum of Quill Island shows seven ferries.")
        assert many.add(other).added  # its ids come after all that were restored
        assert many.check() == []

    with Assistant(tmp_path / "again") as again:
        again.restore(tmp_path / "back.zip")
        assert again.check() == []
        assert again.query(GATE).text == before.text
        originals = [again.original(one.id) for one in again.documents()]
        assert all(path.is_file() for path in originals)
        assert [one.title for one in again.conversations.listed("me")] == [GATE]


def test_replaced_versions_and_uploads_are_in_a_back_up(tmp_path):
    upload = tmp_path / "log.txt"
    upload.write_text("The log was lost.")
    with Assistant(tmp_path / "own") as own:
        [done] = own.add(upload, uploads=True).added
        before = own.document(done.document_id).version
        upload.write_text("The log was found.")
        own.replace(done.document_id, upload, uploads=True)
        own.back_up(tmp_path / "own.zip")
    with Assistant(tmp_path / "copy") as copy:
        copy.restore(tmp_path / "own.zip")
        assert copy.document(done.document_id).text == "The log was found."
        assert copy.document(done.document_id, before).text == "The log was lost."
        assert copy.original(done.document_id).read_text() == "The log was found."
        assert copy.original(done.document_id).is_relative_to((tmp_path / "copy").resolve())
        assert copy.check() == []


def test_only_an_empty_store_is_filled_and_no_file_is_overwritten(laptop, tmp_path, capsys):
    file = tmp_path / "notes.zip"
    laptop.back_up(file)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError, match="holds documents"):
        laptop.restore(file)
    refused = run(capsys, "backup", file, "--store", laptop.store)
    assert refused.status == 1
    assert one_line(refused.err)
    assert "is there already" in refused.err
    assert laptop.check() == []


@pytest.mark.parametrize("spoilt", ["cut", "none", "newer", "without its end", "escaping"])
def test_what_is_no_whole_back_up_is_refused_and_changes_nothing(laptop, tmp_path, capsys, spoilt):
    good, bad = tmp_path / "notes.zip", tmp_path / "bad.zip"
    laptop.back_up(good)
    if spoilt == "cut":
        bad.write_bytes(good.read_bytes()[:-200])
    elif spoilt == "none":
        bad.write_text("The pier fell.")
    else:
        with zipfile.ZipFile(good) as whole, zipfile.ZipFile(bad, "w") as made:
            for name in whole.namelist():
                data = whole.read(name)
                if name == "backup.json":
                    if spoilt == "without its end":
                        continue
                    if spoilt == "newer":
                        data = json.dumps(json.loads(data) | {"schema": 99}).encode()
                made.writestr(name, data)
            if spoilt == "escaping":
                made.writestr("uploads/../../outside.txt", "The pier fell.")
    refused = run(capsys, "restore", bad, "--store", tmp_path / "new")
    assert refused.status == 1
    assert one_line(refused.err)
    assert not (tmp_path / "outside.txt").exists()

    assert run(capsys, "restore", good, "--store", tmp_path / "new").status == 0
    asked = run(capsys, "ask", GATE, "--json", "--store", tmp_path / "new")
    assert Answer.model_validate_json(asked.out).text == laptop.query(GATE).text


def test_a_back_up_of_an_older_release_is_restored(laptop, tmp_path):
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as old:
        old.executescript((STORES / "schema1.sql").read_text())
    laptop.back_up(tmp_path / "new.zip")
    with (
        zipfile.ZipFile(tmp_path / "new.zip") as new,
        zipfile.ZipFile(tmp_path / "old.zip", "w") as packed,
    ):
        packed.write(tmp_path / "catalog.sqlite", "catalog.sqlite")
        head = json.loads(new.read("backup.json")) | {"schema": 1}
        packed.writestr("backup.json", json.dumps(head))
    with Assistant(tmp_path / "store") as own:
        own.restore(tmp_path / "old.zip")
        [info] = own.documents()
        assert own.document(info.id).text.endswith("The bridge opens at dawn.")
        assert "dawn" in own.query("When does the bridge open?").text
        assert own.check() == []


def test_a_back_up_of_another_model_is_refused(tmp_path, minilm, laptop):
    laptop.back_up(tmp_path / "notes.zip")

    class Other:
        name, dimension = "another-model", 384

    store = Store(tmp_path / "other", Other(), create=True)
    try:
        with pytest.raises(EmbeddingMismatch):
            restore(tmp_path / "notes.zip", store, {}, Model(Other(), minilm.word_ends))
        assert store.is_empty()
    finally:
        store.close()


def test_a_restore_that_was_interrupted_is_finished_by_a_repair(laptop, tmp_path, monkeypatch):
    laptop.back_up(tmp_path / "notes.zip")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(store_module, "rebuild", interrupted)
    with Assistant(tmp_path / "new") as new:
        with pytest.raises(KeyboardInterrupt):
            new.restore(tmp_path / "notes.zip")
        monkeypatch.undo()
        assert new.check() != []
        new.repair()
        assert new.check() == []
        assert "bearing" in new.query(GATE).text
    assert not [path for path in (tmp_path / "new").iterdir() if path.name.startswith(".")]
