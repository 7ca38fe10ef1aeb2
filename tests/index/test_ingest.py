"""Files come in: each is reported, none stops the others, nothing is done twice."""

import logging
import os
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from shelf import Shelf

from index import ingest
from index.document import Document
from index.errors import DocumentError, ModelError, StoreError
from index.ingest import Ingest
from index.isolation import Limits, Workers
from index.report import AddReport
from index.store import Store
from index.walking import found

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."


def write(path, text=OLD):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def reasons(report: AddReport) -> dict[str, str]:
    """The failed files' names and reasons; each is one line that ends a sentence."""
    for done in report.failed:
        assert done.reason
        assert "\n" not in done.reason
        assert done.reason.endswith(".")
    return {Path(done.path).name: done.reason for done in report.failed}


@pytest.fixture
def unread(monkeypatch):
    """From here on, reading a file fails the test."""

    def read(_workers, path, _name):
        pytest.fail(f"{path} was read")

    def start():
        monkeypatch.setattr(Workers, "read", read)

    return start


# Once is enough -----------------------------------------------------------------------------------


def test_unchanged_files_are_not_read_again(shelf, files, unread, monkeypatch):
    write(files / "a.txt")
    write(files / "b.txt", NEW)
    first = shelf.add(files)
    unread()
    monkeypatch.setattr(ingest.hashlib, "file_digest", lambda *_: pytest.fail("was hashed"))
    again = shelf.add(files)

    assert [done.document_id for done in again.unchanged] == [
        done.document_id for done in first.added
    ]
    assert not again.added + again.updated + again.failed


def test_a_file_touched_without_a_change_is_unchanged(shelf, files, unread):
    path = write(files / "a.txt")
    (added,) = shelf.add(path).added
    os.utime(path, (1, 1))
    unread()

    for _ in range(2):
        (unchanged,) = shelf.add(path).unchanged
        assert unchanged.document_id == added.document_id


def test_a_file_named_twice_is_added_once(shelf, files):
    path = write(files / "a.txt")
    report = shelf.add(path, str(path), files, path.parent / "." / "a.txt")

    assert len(report.added) == 1
    assert not report.unchanged


def test_two_runs_of_one_file_in_another_spelling_are_one_document(shelf, files, monkeypatch):
    path = write(files / "a.txt")
    (added,) = shelf.add(path).added
    monkeypatch.chdir(files)
    (unchanged,) = shelf.add("a.txt").unchanged

    assert unchanged.document_id == added.document_id
    assert unchanged.path == "a.txt"


# One bad file -------------------------------------------------------------------------------------


def test_bad_files_never_stop_the_rest_and_each_has_its_reason(shelf, files):
    write(files / "a good.txt")
    write(files / "z good.txt", NEW)
    locked = Canvas(str(files / "locked.pdf"), encrypt="secret")
    locked.drawString(72, 720, "Nobody reads this.")
    locked.save()
    (files / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj <<")
    (files / "empty.txt").touch()
    (files / "loop.txt").symlink_to(files / "loop.txt")
    os.mkfifo(files / "pipe.txt")
    (files / "picture.bin").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    report = shelf.add(files, files / "picture.bin", files / "missing.txt", files / ("x" * 300))

    why = reasons(report)
    assert set(why) == {
        *("locked.pdf", "cut.pdf", "empty.txt", "loop.txt", "pipe.txt", "picture.bin"),
        *("missing.txt", "x" * 300),
    }
    assert "password" in why["locked.pdf"]
    assert why["missing.txt"] == "It cannot be read: No such file or directory."
    assert why["pipe.txt"] == "This is a pipe or a device, not a file."
    assert why["loop.txt"] == "It cannot be read: Too many levels of symbolic links."
    assert len(report.added) == 2
    assert shelf.finds(OLD)
    assert shelf.finds(NEW)


def test_a_path_that_the_system_refuses_costs_that_file_only(shelf, files):
    write(files / "a.txt")
    report = shelf.add("no\0name.txt", files)

    assert "ValueError" in reasons(report)["no\\x00name.txt"]
    assert len(report.added) == 1


def test_a_file_that_breaks_its_parser_costs_that_file_only(shelf, files, caplog):
    write(files / "a.txt")
    write(files / "bad.txt", NEW)
    write(files / "c.txt", "The museum shows seven ferries.")
    with caplog.at_level(logging.ERROR, logger="index.ingest"):
        report = shelf.add(files, reader="bad_parsers:raising")

    assert "(RuntimeError)" in reasons(report)["bad.txt"]
    assert len(report.added) == 2
    (record,) = caplog.records
    assert "bad.txt" in record.getMessage()
    assert "in raising" in record.getMessage()


@pytest.mark.parametrize(
    ("parser", "reason"),
    [("crashing", "crashed"), ("hanging", "longer than 3 seconds"), ("eating", "more memory")],
)
def test_a_parser_that_ruins_its_process_costs_that_file_only(shelf, files, parser, reason):
    for name in ("a.txt", "bad.txt", "c.txt"):
        write(files / name, f"The museum shows {name}.")
    report = shelf.add(files, reader=f"bad_parsers:{parser}", limits=Limits(3, 256))

    assert reason in reasons(report)["bad.txt"]
    assert [Path(done.path).name for done in report.added] == ["a.txt", "c.txt"]


def test_code_beside_the_documents_is_not_run(shelf, files, monkeypatch):
    for name in ("index/__init__.py", "pickle.py", "json.py"):
        write(files / name, "import pathlib; pathlib.Path(__file__).with_name('run').touch()")
    monkeypatch.chdir(files)

    assert len(shelf.add(write(files / "a.txt")).added) == 1
    assert not list(files.rglob("run"))


def test_a_file_beyond_the_limit_is_refused_unread(shelf, files):
    path = write(files / "long.txt", OLD * 100)
    (failed,) = shelf.add(path, largest=1_000).failed

    assert "FOOTNOTE_FILE_LIMIT" in failed.reason


def test_a_failed_file_is_tried_again_the_next_time(shelf, files):
    path = write(files / "bad.txt")
    assert "RuntimeError" in reasons(shelf.add(path, reader="bad_parsers:raising"))["bad.txt"]
    assert len(shelf.add(path).added) == 1


def test_forty_files_are_reported_in_their_order(shelf, files):
    paths = [write(files / f"{n:02}.txt", f"Ferry {n} left at noon.") for n in range(40)]
    report = shelf.add(files)

    assert [done.path for done in report.added] == list(map(str, paths))
    assert [done.done for done in report.added] == list(range(1, 41))


# What moves, and what is gone ---------------------------------------------------------------------


def test_a_file_that_was_moved_keeps_its_document(shelf, files, unread):
    path = write(files / "old name.txt")
    (added,) = shelf.add(path).added
    path.rename(files / "new name.txt")
    unread()
    (unchanged,) = shelf.add(files).unchanged

    assert unchanged.document_id == added.document_id
    (info,) = shelf.store.documents()
    assert info.path.endswith("new name.txt")
    assert shelf.store.location(str(path)) is None


def test_sync_removes_what_is_gone_and_nothing_else(shelf, files):
    elsewhere = write(files / "elsewhere" / "d.txt", "A lantern costs forty crowns.")
    gone = write(files / "kept" / "a.txt")
    write(files / "kept" / "b.txt", NEW)
    shelf.add(files)
    gone.unlink()
    report = shelf.sync(files / "kept")

    assert [done.path for done in report.removed] == [str(gone)]
    assert len(report.unchanged) == 1
    assert shelf.live() == sorted([NEW, elsewhere.read_text()])
    assert not shelf.finds(OLD)


def test_sync_of_a_renamed_file_keeps_its_document(shelf, files):
    path = write(files / "a.txt")
    (added,) = shelf.add(path).added
    path.rename(files / "z.txt")
    report = shelf.sync(files)

    assert not report.removed
    assert [info.id for info in shelf.store.documents()] == [added.document_id]


def test_a_file_that_two_places_hold_stays_while_one_is_left(shelf, files):
    first = write(files / "a.txt")
    write(files / "b.txt")
    shelf.add(files)
    first.unlink()

    assert not shelf.sync(files).removed
    assert shelf.live() == [OLD]


def test_an_empty_or_missing_folder_empties_no_store(shelf, files):
    path = write(files / "disk" / "a.txt")
    shelf.add(files)
    path.unlink()
    with pytest.raises(DocumentError, match="is empty"):
        shelf.sync(files / "disk")
    path.parent.rmdir()
    with pytest.raises(DocumentError, match="no folder"):
        shelf.sync(files / "disk")
    assert shelf.live() == [OLD]


def test_a_commit_that_fails_is_reported_for_each_of_its_files(shelf, files, monkeypatch):
    write(files / "a.txt")
    write(files / "b.txt", NEW)

    def put(_store, _batch):
        raise StoreError("The disk is full.")

    with monkeypatch.context() as full:
        full.setattr(Store, "put", put)
        assert reasons(shelf.add(files)) == dict.fromkeys(["a.txt", "b.txt"], "The disk is full.")
        assert reasons(shelf.add(files, uploads=True)).keys() == {"a.txt", "b.txt"}

    assert not list((shelf.store.folder / "uploads").iterdir())
    assert len(shelf.add(files).added) == 2


def test_a_model_that_does_not_answer_is_the_reason_of_each_file(shelf, files):
    write(files / "a.txt")
    write(files / "b.txt", NEW)

    class Mute:
        name, dimension = shelf.embedder.name, 384

        def embed_passages(self, _texts):
            raise ModelError("The model does not answer.")

    report = Ingest(shelf.store, Mute(), shelf.embedder).add([files])

    assert set(reasons(report).values()) == {"The model does not answer."}
    assert len(report.failed) == 2


def test_one_bad_document_that_is_no_file_costs_itself_only(shelf, monkeypatch):
    def embed(texts, original=shelf.embedder.embed_passages):
        if "bad" in texts[0]:
            raise ModelError("It is too long.")
        return original(texts)

    monkeypatch.setattr(shelf.embedder, "embed_passages", embed)
    good, bad = (Document(text, "Note", "text/plain") for text in (OLD, "This one is bad."))
    report = shelf.add_documents(one=bad, two=good)

    assert reasons(report) == {"one": "It is too long."}
    assert [done.path for done in report.added] == ["two"]


# Progress -----------------------------------------------------------------------------------------


def test_progress_is_told_of_each_file_once(shelf, files):
    for n in range(5):
        write(files / f"{n}.txt", f"{OLD} Its number is {n}.")
    (files / "empty.txt").touch()
    heard = []
    report = shelf.add(files, files / "missing.txt", progress=heard.append)

    assert [done.done for done in heard] == list(range(1, 8))
    assert {done.total for done in heard} == {7}
    assert len({done.path for done in heard}) == 7
    assert sorted(done.outcome for done in heard) == ["added"] * 5 + ["failed"] * 2
    assert len(report.added) == 5


def test_a_file_is_reported_when_it_can_be_found_and_not_before(shelf, files, monkeypatch):
    monkeypatch.setattr(ingest, "_BATCH_CHUNKS", 2)
    for n in range(5):
        write(files / f"{n}.txt", f"Number {n} lies in the harbour.")

    def look(done):
        assert shelf.finds(f"Number {Path(done.path).name[0]} lies")

    assert len(shelf.add(files, progress=look).added) == 5


def test_progress_that_is_broken_off_ends_the_run(shelf, files):
    write(files / "a.txt")

    class Stopped(Exception):
        pass

    def stop(_done):
        raise Stopped

    with pytest.raises(Stopped):
        shelf.add(files, progress=stop)
    assert len(shelf.add(files).unchanged) == 1


# Uploads ------------------------------------------------------------------------------------------


def copies(shelf: Shelf) -> list[str]:
    """The names of all files that the store keeps of uploads."""
    uploads = shelf.store.folder / "uploads"
    return sorted(path.name for path in uploads.rglob("*") if path.is_file())


def test_an_upload_is_kept_in_the_store_and_erased_with_its_document(shelf, files):
    path = write(files / "note.txt")
    (added,) = shelf.add(path, uploads=True).added
    path.unlink()
    (info,) = shelf.store.documents()

    assert copies(shelf) == ["note.txt"]
    assert Path(info.path).read_text("utf-8") == OLD
    assert added.path == str(path)
    shelf.store.remove(added.document_id)
    assert not list((shelf.store.folder / "uploads").iterdir())


def test_the_same_upload_again_is_unchanged(shelf, files):
    path = write(files / "note.txt")
    (added,) = shelf.add(path, uploads=True).added
    (again,) = shelf.add(path, uploads=True).unchanged

    assert again.document_id == added.document_id
    assert copies(shelf) == ["note.txt"]


def test_one_document_uploaded_under_two_names_is_erased_wholly(shelf, files):
    (added,) = shelf.add(write(files / "one.txt"), uploads=True).added
    (same,) = shelf.add(write(files / "two.txt"), uploads=True).unchanged
    assert same.document_id == added.document_id
    shelf.store.remove(added.document_id)

    assert copies(shelf) == []
    assert shelf.store.documents() == []


def test_a_failed_upload_leaves_no_copy(shelf, files):
    bad = [write(files / "bad.txt"), write(files / "bad too.txt"), write(files / "x.txt", " ")]
    os.mkfifo(files / "pipe.txt")
    report = shelf.add(
        *bad, files / "pipe.txt", files / "missing.txt", uploads=True, reader="bad_parsers:raising"
    )

    assert len(report.failed) == 5
    assert not list((shelf.store.folder / "uploads").iterdir())


def test_an_upload_does_not_erase_the_copy_of_the_same_document_when_it_fails(
    shelf, files, monkeypatch
):
    path = write(files / "note.txt")
    shelf.add(path, uploads=True)

    def location(_store, _place):
        raise StoreError("The disk does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "location", location)
        other = write(files / "other.txt")
        assert len(shelf.add(path, other, uploads=True).failed) == 2

    assert copies(shelf) == ["note.txt"]


# Folders ------------------------------------------------------------------------------------------


def test_a_folder_means_the_readable_files_in_it_and_below_in_order(files):
    wanted = [write(files / name) for name in ("a.txt", "b.MD", "sub/deep/c.txt")]
    for name in (".hidden/a.txt", ".secret.txt", "program.exe", "noname", "store/own.txt"):
        write(files / name)

    assert list(found([files], outside=files / "store")) == wanted


def test_a_file_named_itself_is_tried_whatever_its_name(files):
    paths = [write(files / name) for name in (".secret.txt", "noname", "program.exe")]

    assert list(found(paths, outside=files / "store")) == paths


def test_what_an_ignore_file_names_is_left_out_of_its_folder(files):
    wanted = [write(files / name) for name in ("a.txt", "sub/keep.txt")]
    for name in ("drafts/b.txt", "c.tmp.txt", "sub/drop.txt", "node_modules/d.txt"):
        write(files / name)
    write(files / ".footnoteignore", "drafts/\n*.tmp.txt\n")
    write(files / "sub" / ".footnoteignore", "*\n!keep.txt\n")

    assert list(found([files], outside=files / "store")) == wanted


def test_folders_that_link_to_each_other_end(files):
    path = write(files / "one" / "a.txt")
    (files / "one" / "back").symlink_to(files, target_is_directory=True)

    assert list(found([files], outside=files / "store")) == [path]


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.txt",
        'it\'s "quoted" & <b>.txt',
        "%s{0}.txt",
        "🚢 港.txt",
        "-rf.txt",
        "'; DROP TABLE.txt",
    ],
)
def test_a_name_may_hold_any_character(shelf, files, name):
    path = write(files / name)
    (added,) = shelf.add(files).added
    (info,) = shelf.store.documents()

    assert info.path == str(path)
    assert "\n" not in info.title
    assert shelf.add(path).unchanged[0].document_id == added.document_id
    assert shelf.finds(OLD)


@pytest.mark.parametrize("uploads", [False, True])
def test_a_name_that_is_not_utf_8_is_one_line_and_costs_that_file_only(shelf, files, uploads):
    write(files / os.fsdecode(b"caf\xe9.txt"), NEW)
    write(files / "a.txt")
    report = shelf.add(files, uploads=uploads)

    assert len(report.added) == 1
    why = reasons(report)
    assert list(why) == ["caf\\udce9.txt"]
    assert "not valid UTF-8" in why["caf\\udce9.txt"]
    assert report.failed[0].path.isprintable()
