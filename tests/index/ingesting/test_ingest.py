"""Files come in: each is reported, none stops the others, nothing is done twice."""

import logging
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from shelf import KILLED, Shelf, worker_processes

from index.document import Document
from index.errors import DocumentError, ModelError, StoreError
from index.ingesting import arrivals, ingest
from index.ingesting.ingest import Ingest
from index.ingesting.report import AddReport, FileDone
from index.ingesting.walking import found
from index.ingesting.watching import watch
from index.sandbox.isolation import Limits
from index.store.store import Store

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


BAD = "bad_readers:read"
UNREAD = "bad_readers:refuse"
"""A reader with which every file that is read fails."""


# Once is enough -----------------------------------------------------------------------------------


def test_unchanged_files_are_not_read_again(shelf, files, monkeypatch):
    write(files / "a.txt")
    write(files / "b.txt", NEW)
    first = shelf.add(files)
    monkeypatch.setattr(arrivals.hashlib, "file_digest", lambda *_: pytest.fail("was hashed"))
    again = shelf.add(files, reader=UNREAD)

    assert [done.document_id for done in again.unchanged] == [
        done.document_id for done in first.added
    ]
    assert not again.added + again.updated + again.failed


def test_a_file_touched_without_a_change_is_unchanged(shelf, files):
    path = write(files / "a.txt")
    (added,) = shelf.add(path).added
    os.utime(path, (1, 1))

    for _ in range(2):
        (unchanged,) = shelf.add(path, reader=UNREAD).unchanged
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
    with caplog.at_level(logging.ERROR, logger="index.sandbox.isolation"):
        report = shelf.add(files, reader=BAD)

    assert "(RuntimeError)" in reasons(report)["bad.txt"]
    assert len(report.added) == 2
    (record,) = caplog.records
    assert "bad.txt" in record.getMessage()
    assert "out of range" in record.getMessage()


def test_a_failed_file_is_tried_again_the_next_time(shelf, files):
    path = write(files / "bad.txt")
    assert "RuntimeError" in reasons(shelf.add(path, reader=BAD))["bad.txt"]

    assert len(shelf.add(path).added) == 1


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
    report = shelf.add(*bad, files / "pipe.txt", files / "missing.txt", uploads=True, reader=BAD)

    assert len(report.failed) == 5
    assert not list((shelf.store.folder / "uploads").iterdir())


def test_an_upload_does_not_erase_the_copy_of_the_same_document_when_it_fails(
    shelf, files, monkeypatch
):
    path = write(files / "note.txt")
    shelf.add(path, uploads=True)

    def locations(_store, _places):
        raise StoreError("The disk does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "same_content", locations)
        other = write(files / "other.txt")
        os.utime(next((shelf.store.folder / "uploads").rglob("note.txt")), (1, 1))
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


# A process of its own -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("crash", "The parser crashed on it (SIGSEGV); the file may be damaged."),
        ("leave", "Reading it ended in an unexpected error (SystemExit); the log tells more."),
        ("hang", "Reading it took longer than 3 seconds"),
        ("swell", "Reading it needed more than 200 MiB of memory"),
    ],
)
def test_a_parser_that_goes_wrong_costs_its_file_only(shelf, files, name, reason):
    write(files / "a.txt")
    write(files / f"{name}.txt", "Nobody reads this.")
    write(files / "z.txt", NEW)
    # The other two, with the start of who reads them, must be done within them on a busy machine.
    limits = Limits(seconds=3 if name == "hang" else 60, memory=200)
    report = shelf.add(files, reader=BAD, limits=limits)

    assert reasons(report)[f"{name}.txt"].startswith(reason)
    assert shelf.live() == sorted([OLD, NEW])


@pytest.mark.usefixtures("own_processes")
def test_what_a_parser_prints_is_not_taken_for_its_reply(shelf, files):
    write(files / "chatter.txt")

    assert len(shelf.add(files, reader=BAD).added) == 1


def test_a_file_over_the_limits_is_refused_with_the_setting_that_raises_them(shelf, files):
    (files / "big.txt").write_bytes(b"word " * 300_000)
    write(files / "long.txt", "Ferry. " * 100)
    report = shelf.add(files, limits=Limits(size=1, characters=600))

    why = reasons(report)
    assert "FOOTNOTE_FILE_LIMIT" in why["big.txt"]
    assert "700 characters" in why["long.txt"]


def test_many_files_side_by_side_are_reported_in_their_order(shelf, files):
    names = [f"{'slow' if n % 7 == 0 else 'quick'} {n:02}.txt" for n in range(40)]
    paths = [write(files / name, f"Ferry number {name} leaves at noon.") for name in names]
    heard = []
    report = shelf.add(*paths, reader=BAD, progress=heard.append)

    assert [Path(done.path).name for done in report.added] == names
    assert [done.path for done in heard] == [done.path for done in report.added]


@pytest.mark.usefixtures("own_processes")
def test_code_beside_the_documents_is_not_run(shelf, files, monkeypatch):
    for name in ("index/__init__.py", "pickle.py", "json.py"):
        write(files / name, "import pathlib; pathlib.Path(__file__).with_name('run').touch()")
    monkeypatch.chdir(files)

    assert len(shelf.add(write(files / "a.txt")).added) == 1
    assert not list(files.rglob("run"))


@pytest.mark.usefixtures("own_processes")
def test_no_process_is_left_behind(shelf, files):
    # Other tests of this process may have an assistant open, which draws pages in one.
    before = worker_processes()
    for n in range(4):
        write(files / f"slow {n}.txt", f"Ferry number {n}.")
    write(files / "hang.txt")
    busy = []

    def stop(_done):
        busy.extend(worker_processes() - before)
        raise KeyboardInterrupt

    # The missing file fails, and is told of, while those behind it are being read.
    paths = [files / "slow 0.txt", files / "missing.txt", files]
    with pytest.raises(KeyboardInterrupt):
        shelf.add(*paths, reader=BAD, progress=stop)

    assert busy
    assert worker_processes() <= before


def test_a_long_document_is_embedded_in_slices_that_are_told(shelf, files, monkeypatch):
    monkeypatch.setattr(ingest, "_BATCH_CHUNKS", 3)
    text = "\n\n".join(f"Ferry number {n} leaves the harbour at noon. " * 12 for n in range(8))
    write(files / "long.txt", text)
    heard = []
    shelf.add(files, progress=heard.append)

    *slices, done = heard
    assert isinstance(done, FileDone)
    assert len(slices) > 1
    assert [part.done for part in slices] == sorted(part.done for part in slices)
    assert slices[-1].done == slices[-1].total


def test_a_run_that_is_killed_goes_on_where_it_stopped(open_shelf, tmp_path, files):
    for n in range(10):
        write(files / f"{n}.txt", f"Ferry number {n} leaves at noon.")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "killed"), str(files)]
    killed = subprocess.run(command, check=False)
    shelf = open_shelf(tmp_path / "killed")
    report = shelf.add(files)

    assert killed.returncode == -signal.SIGKILL
    assert len(report.unchanged) >= 4
    assert len(report.unchanged) + len(report.added) == 10
    assert len(shelf.live()) == 10
    assert not shelf.store.check()


# Moved, gone, ignored -----------------------------------------------------------------------------


def test_a_moved_file_stays_the_same_document(shelf, files):
    path = write(files / "a.txt")
    (added,) = shelf.add(files).added
    path.rename(files / "renamed.txt")
    (moved,) = shelf.add(files, reader=UNREAD).unchanged
    (info,) = shelf.store.documents()

    assert moved.document_id == added.document_id == info.id
    assert info.path == str(files / "renamed.txt")


def test_a_copy_is_one_document_with_two_places_until_both_are_gone(shelf, files):
    paths = [write(files / "a.txt"), write(files / "b.txt")]
    write(files / "c.txt", NEW)
    shelf.sync(files)
    paths[0].unlink()
    first = shelf.sync(files)
    assert len(first.removed) == 1
    assert shelf.live() == sorted([OLD, NEW])
    paths[1].unlink()
    shelf.sync(files)

    assert shelf.live() == [NEW]


def test_a_sync_adds_updates_and_removes(shelf, files, tmp_path):
    elsewhere = write(tmp_path / "elsewhere" / "x.txt", "The museum shows seven ferries.")
    shelf.add(elsewhere)
    write(files / "a.txt")
    gone = write(files / "sub" / "b.txt", "The lighthouse is shut.")
    shelf.sync(files)
    write(files / "a.txt", NEW)
    os.utime(files / "a.txt", (1, 1))
    shutil.rmtree(files / "sub")
    write(files / "c.txt", "A third ferry is built.")
    report = shelf.sync(files)

    assert [len(x) for x in (report.added, report.updated, report.removed)] == [1, 1, 1]
    assert report.removed[0].path == str(gone)
    assert shelf.live() == sorted(
        [NEW, "A third ferry is built.", "The museum shows seven ferries."]
    )


def test_a_folder_that_is_missing_or_empty_removes_nothing(shelf, files):
    path = write(files / "sub" / "a.txt")
    shelf.sync(files)
    path.unlink()
    with pytest.raises(DocumentError, match="is empty"):
        shelf.sync(files)
    shutil.rmtree(files / "sub")
    with pytest.raises(DocumentError, match="no folder"):
        shelf.sync(files / "sub")

    assert shelf.live() == [OLD]


def test_files_that_change_places_while_others_change_lose_nothing(shelf, files, monkeypatch):
    monkeypatch.setattr(ingest, "_BATCH_CHUNKS", 1)
    write(files / "a.txt")
    shelf.add(files)
    write(files / "a.txt", NEW)
    os.utime(files / "a.txt", (1, 1))
    write(files / "b.txt")
    shelf.add(files)

    assert shelf.live() == sorted([OLD, NEW])


def test_ignored_files_are_left_out_by_the_innermost_rule(files, tmp_path):
    wanted = [write(files / name) for name in (".kept.txt", "a.txt", "sub/draft b.txt")]
    for name in ("draft a.txt", "node_modules/a.txt", "__pycache__/a.txt", "old/a.txt", ".b.txt"):
        write(files / name)
    write(files / ".footnoteignore", "draft*\nold/\n!.kept.txt\n")
    write(files / "sub" / ".footnoteignore", "!draft*\n")

    assert list(found([files], outside=tmp_path / "store")) == wanted


# Watching -----------------------------------------------------------------------------------------


def test_a_watched_folder_is_kept_in_step(shelf, files):
    path = write(files / "a.txt")
    write(files / "bad.txt", "Nobody reads this.")
    stop = Event()

    def begin(failed):
        return shelf.ingest(failed=failed, reader=BAD)

    reports = watch(files, shelf.store.folder, begin, stop)
    try:
        first = next(reports)
        assert [Path(done.path).name for done in first.added] == ["a.txt"]
        assert list(reasons(first)) == ["bad.txt"]
        path.rename(files / "b.txt")
        write(files / "new" / "c.txt", NEW)
        later = []
        while NEW not in shelf.live() or (files / "b.txt").as_posix() not in {
            info.path for info in shelf.store.documents()
        }:
            later.append(next(reports))
        assert shelf.live() == sorted([OLD, NEW])
        assert not any(report.failed for report in later)
    finally:
        stop.set()
        reports.close()


def test_pages_that_were_left_out_are_told_with_the_file_that_is_added(shelf, files, monkeypatch):
    canvas = Canvas(str(files / "half.pdf"), pagesize=(595, 842))
    canvas.drawString(60, 700, OLD)
    canvas.showPage()
    canvas.drawInlineImage(Image.new("L", (60, 84), 255), 0, 0, 595, 842)
    canvas.save()
    monkeypatch.setenv("PATH", str(files))  # where no tesseract is

    (done,) = shelf.add(files).added

    assert done.reason.startswith("Page 2 is a picture and not read: install text recognition")
    assert shelf.lexical("harbour gates")
