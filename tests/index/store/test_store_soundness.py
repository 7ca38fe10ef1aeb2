"""A store kept safely: differences found, indexes made anew, words erased, older formats read."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from processes import FORKED
from shelf import Shelf

import index.models.contexts
from index.document import Document, Heading, Page, Part, Span, StoredCell, Table
from index.errors import StoreError, UnknownDocument
from index.layout import PageLayout, Piece
from index.models.embeddings import MiniLM
from index.store import maintenance
from index.store.indexes import Indexes
from index.store.maintenance import Model
from index.store.store import Store

OLD = "The harbour gates closed at noon on Monday."
SECRET = "Quillfeather Marzipanovich owes ninetysix zorkmids."
OTHER = "A lantern of brass costs forty crowns."
STORES = Path(__file__).parent / "stores"
SUPPORT = Path(__file__).parents[2] / "support"
STRESS = Path(__file__).parents[3] / "benchmarks" / "stress.py"


def note(text):
    return Document(text=text, title="Note", media_type="text/plain")


def model(minilm):
    return Model(minilm, minilm.word_ends)


def only(shelf, text):
    """The document that has this text."""
    (found,) = [i for i in shelf.store.documents() if shelf.store.document(i.id).text == text]
    return found


def chroma(folder):
    (found,) = folder.glob("chroma*")
    return found


# What a document is made of -----------------------------------------------------------------------


def test_structure_language_and_print_of_a_document_are_kept(shelf):
    text = "Sales\nname, sum\nbrass, 40\n"
    document = Document(
        text=text,
        title="Sales",
        media_type="text/csv",
        accessed="2026-11-24",
        language="en",
        pages=(Page(1, 0, 6), Page(2, 6, len(text))),
        headings=(Heading(1, 0, 5),),
        parts=(Part("sheet", "Sales", 0, len(text)), Part("row", "2", 16, 25)),
        tables=(Table(6, len(text), Span(6, 15)),),
        stored=(StoredCell(len(text) - 1, "7.25"),),
        layout=(
            PageLayout(1, 100, 200, (Piece(0, 5, 10, 10, 40, 20),)),
            PageLayout(2, 100, 200, (Piece(6, 11, 10, 10, 40, 20), Piece(16, 22, 10, 30, 40, 40))),
        ),
    )
    shelf.add_documents(sales=document)
    (info,) = shelf.store.documents()

    assert shelf.store.document(info.id) == document
    assert (info.language, info.accessed) == ("en", "2026-11-24")
    with shelf.store.snapshot() as snapshot:
        chunks = list(snapshot.chunks(snapshot.chunk_ids([info.id])).values())
    for chunk in chunks:
        assert chunk.parts == document.parts_at(chunk.start, chunk.end)
        assert chunk.heading == document.heading_path(chunk.start)
    found = shelf.store.rectangles(info.id, info.version, 16, 22)
    assert [(place.page, place.top) for place in found] == [(2, 30)]
    with pytest.raises(UnknownDocument):
        shelf.store.rectangles(info.id, "other", 0, 5)


def test_a_store_of_the_first_format_is_migrated_when_it_is_opened(tmp_path, open_shelf, minilm):
    folder = tmp_path / "store"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        connection.executescript((STORES / "schema1.sql").read_text())
    shelf = open_shelf(folder)
    (info,) = shelf.store.documents()
    document = shelf.store.document(info.id)

    assert document.text.endswith("The bridge opens at dawn.")
    assert document.parts == ()
    assert shelf.store.rectangles(info.id, info.version, 0, 5) == []
    # The fixture is a catalog only: its indexes are made from it.
    shelf.store.repair(model(minilm))
    assert shelf.finds("The bridge opens at dawn.")
    assert shelf.store.check() == []


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path, minilm, monkeypatch):
    folder = tmp_path / "store"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        connection.executescript((STORES / "schema1.sql").read_text())
        before = list(connection.iterdump())
    from index.store import schema

    statements = (*schema.MIGRATIONS[1], "ALTER TABLE nothing ADD COLUMN more")
    monkeypatch.setitem(schema.MIGRATIONS, 1, statements)
    with pytest.raises(StoreError):
        Store(folder, minilm)

    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        assert list(connection.iterdump()) == before


# Differences --------------------------------------------------------------------------------------


@pytest.fixture
def pair(open_shelf, tmp_path):
    shelf = open_shelf()
    upload = tmp_path / "upload.txt"
    upload.write_text(OTHER)
    shelf.add_documents(one=note(OLD))
    shelf.add(upload, uploads=True)
    assert shelf.store.check() == []
    return shelf


def sql(shelf, statement):
    with shelf.store.catalog.writing() as connection:
        connection.exec_driver_sql(statement)


def in_vectors(shelf, **changes):
    with shelf.store.catalog.writing() as connection:
        state = shelf.store.catalog.state(connection)
        after = shelf.store.catalog.advance(connection)
    shelf.store.indexes.vectors(state.edition).change(state.generation, after, **changes)


def in_lexical(shelf, **changes):
    with shelf.store.catalog.reading() as connection:
        state = shelf.store.catalog.state(connection)
    shelf.store.indexes.lexical(state).change(**changes)


def copy_of(shelf):
    (path,) = [p for p in (shelf.store.folder / "uploads").rglob("*") if p.is_file()]
    return path


ROW = np.ones((1, MiniLM.dimension), np.float32)
SPOILT = {
    "a vector missing": (lambda s: in_vectors(s, remove=[1]), "vectors", "missing"),
    "a vector too many": (
        lambda s: in_vectors(s, add=[(99, "x")], vectors=ROW),
        "vectors",
        "the catalog does not know",
    ),
    "a vector of another document": (
        lambda s: (
            in_vectors(s, remove=[1]),
            in_vectors(s, add=[(1, "x")], vectors=ROW),
        ),
        "vectors",
        "under another document",
    ),
    "an entry missing": (lambda s: in_lexical(s, remove=[1]), "lexical", "missing"),
    "an entry too many": (
        lambda s: in_lexical(s, add=[maintenance.LexicalEntry(99, "x", "text", "")]),
        "lexical",
        "the catalog does not know",
    ),
    "an entry twice": (
        lambda s: in_lexical(s, add=[maintenance.LexicalEntry(1, "x", "text", "")]),
        "lexical",
        "more than once",
    ),
    "another text": (
        lambda s: sql(s, "UPDATE texts SET text = 'X' || substr(text, 2) WHERE version_id = 1"),
        "catalog",
        "not the one that was stored",
    ),
    "a chunk outside its text": (
        lambda s: sql(s, 'UPDATE chunks SET "end" = 999 WHERE id = 1'),
        "catalog",
        "outside its text",
    ),
    "another dimension": (
        lambda s: sql(s, "UPDATE meta SET value = '7' WHERE key = 'dimension'"),
        "vectors",
        "not one of 7 numbers",
    ),
    "a copy missing": (lambda s: copy_of(s).unlink(), "uploads", "is missing"),
    "a copy too many": (
        lambda s: copy_of(s).with_name("stray.txt").write_text("?"),
        "uploads",
        "Nothing refers to",
    ),
    "no vectors at all": (
        lambda s: (s.store.close(), shutil.rmtree(chroma(s.store.folder))),
        "vectors",
        "cannot be used",
    ),
    "no entries at all": (
        lambda s: (s.store.close(), shutil.rmtree(s.store.folder / "lexical")),
        "lexical",
        "cannot be used",
    ),
}
REPAIRED = [name for name, (_, where, _) in SPOILT.items() if where in ("vectors", "lexical")]


@pytest.mark.parametrize("name", SPOILT)
def test_every_kind_of_difference_is_found(pair, name):
    spoil, where, problem = SPOILT[name]
    spoil(pair)

    assert [d.where for d in pair.store.check() if problem in d.problem] == [where]


@pytest.mark.parametrize("name", [name for name in REPAIRED if name != "another dimension"])
def test_a_repair_makes_the_indexes_whole(pair, minilm, name):
    SPOILT[name][0](pair)
    pair.store.repair(model(minilm))

    assert pair.store.check() == []
    assert pair.finds(OLD)
    assert pair.finds(OTHER)
    fresh = Shelf(pair.store.folder, minilm, create=False)
    assert fresh.finds(OLD)
    fresh.store.close()


def repairing(folder, name):
    """Repair, and be killed after the first batch or before the exchange."""
    minilm = MiniLM()
    store = Store(folder, minilm)
    maintenance._REBUILD_BATCH = 1

    def kill(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    if name == "exchange":
        Indexes.sweep = kill
    store.repair(Model(minilm, minilm.word_ends), kill if name == "batch" else None)


@pytest.mark.parametrize("name", ["batch", "exchange"])
def test_a_repair_that_is_killed_leaves_a_store_that_works_and_goes_on(pair, minilm, name):
    in_vectors(pair, remove=[1])
    process = FORKED.Process(target=repairing, args=(pair.store.folder, name))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    process.close()

    assert pair.finds(OTHER)
    assert any("left over" in d.problem for d in pair.store.check())
    pair.store.repair(model(minilm))
    assert pair.store.check() == []
    assert pair.finds(OLD)


def test_a_repair_embeds_only_what_the_old_index_does_not_give(pair, minilm, monkeypatch):
    in_vectors(pair, remove=[1])
    embedded = []
    original = MiniLM.embed_passages

    def embed(self, texts):
        embedded.extend(texts)
        return original(self, texts)

    monkeypatch.setattr(MiniLM, "embed_passages", embed)
    pair.store.repair(model(minilm))

    assert embedded == [f"Note\n{OLD}"]


def test_of_a_very_long_table_all_rows_are_found_and_a_bounded_part_is_embedded(
    shelf, minilm, tmp_path, monkeypatch
):
    monkeypatch.setattr(index.models.contexts, "TABLE_REACH", 2_000)
    table = tmp_path / "meters.csv"
    rows = [f"M{n:06d},Street {n % 50},{n * 7},kWh" for n in range(600)]
    table.write_text("\n".join(["Meter,Street,Reading,Unit", *rows]))
    shelf.add(table)

    def embedded():
        with shelf.store.snapshot() as snapshot:
            return len(snapshot.nearest(minilm.embed_query("meter"), 1_000))

    before = embedded()
    assert before < 40
    for n in (0, 3, 299, 599):
        assert f"M{n:06d} | Street {n % 50} | {n * 7} | kWh" in shelf.lexical(f"M{n:06d}")[0]
    assert shelf.store.check() == []
    shelf.store.repair(model(minilm))
    assert shelf.store.check() == []
    assert embedded() == before
    assert shelf.lexical("M000599")


# Erasure ------------------------------------------------------------------------------------------


def traces(folder, words, vectors):
    """The files of a store that hold any of the words, or a vector but for rounding."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if any(word.encode() in data.lower() for word in words):
            found.append(path.name)
        for shift in range(4):
            numbers = np.frombuffer(data[shift : shift + (len(data) - shift) // 4 * 4], np.float32)
            for vector in vectors:
                at = np.flatnonzero(np.isclose(numbers, vector[7], rtol=1e-5, atol=0))
                begins = at[(at >= 7) & (at + 13 <= len(numbers))] - 7
                same = [np.allclose(numbers[b : b + 20], vector[:20], rtol=1e-4) for b in begins]
                found += [path.name] * any(same)
    return found


@pytest.mark.parametrize("how", ["at once", "after it was removed", "with a replaced version"])
def test_a_purged_document_leaves_no_trace_in_any_file(shelf, minilm, tmp_path, how):
    upload = tmp_path / "secret.txt"
    upload.write_text(SECRET)
    for n in range(30):
        shelf.add_documents(**{f"other{n}": note(f"{OTHER} Its number is {n}.")})
    if how == "with a replaced version":
        shelf.add_documents(secret=note(SECRET))
        document_id = only(shelf, SECRET).id
        shelf.add_documents(secret=note(OLD))
    else:
        shelf.add(upload, uploads=True)
        document_id = only(shelf, SECRET).id
    words = ["quillfeather", "marzipanovich", "zorkmids", "zorkmid"]
    title = "Note" if how == "with a replaced version" else "secret"
    vector = minilm.embed_passages([f"{title}\n{SECRET}"])[0]
    assert traces(shelf.store.folder, words, [])
    if how == "after it was removed":
        shelf.store.remove(document_id)
        assert traces(shelf.store.folder, [], [vector])
    shelf.store.purge(document_id, model(minilm))

    assert traces(shelf.store.folder, words, [vector]) == []
    assert shelf.finds(f"{OTHER} Its number is 17.")
    assert shelf.store.check() == []
    with pytest.raises(UnknownDocument):
        shelf.store.purge(document_id, model(minilm))


# Disks -------------------------------------------------------------------------------------------


FULL = """
import functools, resource, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from shelf import Shelf
from index.models.embeddings import MiniLM
from index.document import Document
# The same words for each disk: they are embedded once.
embed = functools.cache(MiniLM.embed_passages)
MiniLM.embed_passages = lambda self, texts: embed(self, tuple(texts))
minilm = MiniLM()
long = "\\n\\n".join(f"Entry {{n}} of the log says nothing new." for n in range(3_000))
allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit in {limits}:
    shelf = Shelf(Path({folder!r}) / str(limit), minilm)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, allowed[1]))
    report = shelf.add_documents(long=Document(text=long, title="Log", media_type="text/plain"))
    resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    print(report.failed[0].reason)
"""
LIMITS = (1 << 16, 1 << 18, 1 << 19)


@pytest.fixture(scope="module")
def full(minilm, tmp_path_factory):
    """Stores whose disk was full at one of the limits, and what was said about each."""
    folder = tmp_path_factory.mktemp("full")
    for limit in LIMITS:
        shelf = Shelf(folder / str(limit), minilm)
        shelf.add_documents(one=note(OLD))
        shelf.store.close()
    script = FULL.format(tests=str(SUPPORT), folder=str(folder), limits=LIMITS)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    said = done.stdout.splitlines()
    assert len(said) == len(LIMITS)
    return {limit: (folder / str(limit), line) for limit, line in zip(LIMITS, said, strict=True)}


@pytest.mark.xdist_group("full-disk")  # one process, and so all of it made once
@pytest.mark.parametrize("limit", LIMITS)
def test_a_full_disk_is_one_clear_line_and_the_store_opens_again_whole(open_shelf, full, limit):
    folder, said = full[limit]
    assert "The disk is full" in said
    fresh = open_shelf(folder)
    assert fresh.live() == [OLD]
    fresh.add_documents(two=note(OTHER))
    assert fresh.finds(OLD)
    assert fresh.finds(OTHER)
    assert fresh.store.check() == []


READ_ONLY = """
import os, sys, tempfile
from pathlib import Path
sys.path.insert(0, {tests!r})
from processes import FORKED
from shelf import Shelf
from index.models.embeddings import MiniLM
from index.document import Document
minilm = MiniLM()
# Modules and weights are loaded before they are out of this user's reach.
with tempfile.TemporaryDirectory() as other:
    warm = Shelf(Path(other) / "store", minilm)
    assert not warm.finds("anything")
    warm.store.close()
if os.getuid() == 0:
    os.setuid(65534)
shelf = Shelf(Path({folder!r}), minilm, create=False)
assert shelf.finds({text!r})
assert shelf.store.check() == []
report = shelf.add_documents(two=Document(text="More.", title="Note", media_type="text/plain"))
print(report.failed[0].reason)
"""


def test_a_read_only_store_answers_and_says_that_it_cannot_be_changed(open_shelf, tmp_path):
    shelf = open_shelf()
    shelf.add_documents(one=note(OLD))
    shelf.store.close()
    folder = tmp_path / "store"
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    above = [path for path in tmp_path.parents if path.owner() == tmp_path.owner()]
    modes = {path: path.stat().st_mode for path in [tmp_path, *above[:3]]}
    try:
        for path, mode in modes.items():
            path.chmod(mode | 0o055)
        script = READ_ONLY.format(tests=str(SUPPORT), folder=str(folder), text=OLD)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)

    assert done.returncode == 0, done.stderr
    assert "is read-only: it can be asked, but not changed" in done.stdout


# Stress -------------------------------------------------------------------------------------------


def test_killed_writers_beside_readers_lose_and_half_show_nothing():
    # For a minute and more, with more processes, it is run by hand (benchmarks/README.md).
    run = [sys.executable, str(STRESS), "--seconds", "5", "--kills", "10"]
    run += ["--writers", "3", "--readers", "3"]
    root = str(STRESS.parents[1])
    done = subprocess.run(
        run, capture_output=True, text=True, cwd=root, env={**os.environ, "PYTHONPATH": root}
    )

    assert done.returncode == 0, done.stdout + done.stderr
    rows = dict(line.strip("| ").split(" | ") for line in done.stdout.splitlines()[2:])
    assert int(rows["writers killed"]) >= 10
    assert int(rows["asked for what was there for certain"].replace(",", "")) > 0
