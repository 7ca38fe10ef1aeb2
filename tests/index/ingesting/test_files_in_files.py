"""What a file holds becomes documents of its own, in step with that file."""

import io
import os
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from threading import Event

import pytest
from shelf import KILLED, ids_on_disk

from index.document import Document
from index.errors import DocumentError
from index.ingesting import arrivals, ingest
from index.ingesting.walking import document_states
from index.ingesting.watching import watch
from index.places import shown_name
from index.readers.containers import Cursor, unpacked

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."
THIRD = "The museum shows seven ferries."
UNREAD = "bad_readers:refuse"


def packed(members: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def tarred(members: dict[str, str], mode: str = "w:gz") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return made.getvalue()


def save(path: Path, data: bytes, at: int = 1_700_000_000) -> Path:
    path.write_bytes(data)
    os.utime(path, (at, at))
    return path


def names(done) -> list[str]:
    return [shown_name(one.path) for one in done]


def where(shelf) -> dict[str, str]:
    """The text of each document by the name of its place."""
    return {
        shown_name(one.path): shelf.store.document(one.id).text for one in shelf.store.documents()
    }


@pytest.mark.parametrize("run", ["add", "sync"])
@pytest.mark.parametrize("name", ["report.zip", "report.tar", "report.tar.gz", "report.tgz"])
def test_each_file_of_an_archive_is_a_document_with_its_place(shelf, files, run, name):
    members = {"a.txt": OLD, "annex/b.txt": NEW}
    made = {"report.zip": packed, "report.tar": lambda m: tarred(m, "w")}.get(name, tarred)
    save(files / name, made(members))

    report = getattr(shelf, run)(files)

    assert names(report.added) == [f"{name} › a.txt", f"{name} › annex/b.txt"]
    assert where(shelf) == {f"{name} › a.txt": OLD, f"{name} › annex/b.txt": NEW}
    assert shelf.finds(NEW)
    assert not shelf.store.check()


def test_an_archive_that_is_unchanged_costs_a_stat(shelf, files, monkeypatch):
    save(files / "report.zip", packed({"a.txt": OLD, "b.txt": NEW}))
    heard = []
    first = shelf.add(files, progress=heard.append)
    monkeypatch.setattr(arrivals, "UNPACK", "bad_readers:refuse")
    again = shelf.add(files, reader=UNREAD)

    assert [one.document_id for one in again.unchanged] == [one.document_id for one in first.added]
    assert [(one.done, one.total) for one in heard] == [(1, 2), (2, 2)]


def test_an_archive_that_changed_is_read_anew_and_keeps_its_documents(shelf, files):
    path = save(files / "report.zip", packed({"a.txt": OLD, "b.txt": NEW, "c.txt": THIRD}))
    ids = {shown_name(one.path): one.document_id for one in shelf.add(files).added}
    save(path, packed({"a.txt": OLD, "b.txt": NEW + " And at dusk."}), at=1_700_000_001)

    report = shelf.add(files)

    assert names(report.unchanged) == ["report.zip › a.txt"]
    assert names(report.updated) == ["report.zip › b.txt"]
    assert names(report.removed) == ["report.zip › c.txt"]
    assert report.updated[0].document_id == ids["report.zip › b.txt"]
    assert set(where(shelf)) == {"report.zip › a.txt", "report.zip › b.txt"}
    assert len(shelf.add(files, reader=UNREAD).unchanged) == 2


def test_an_archive_that_is_gone_takes_its_documents_with_it(shelf, files):
    path = save(files / "report.zip", packed({"a.txt": OLD, "b.txt": NEW}))
    (files / "c.txt").write_text(THIRD)
    shelf.sync(files)
    path.unlink()

    report = shelf.sync(files)

    assert sorted(names(report.removed)) == ["report.zip › a.txt", "report.zip › b.txt"]
    assert shelf.live() == [THIRD]


def test_an_archive_that_moves_keeps_its_documents(shelf, files):
    path = save(files / "report.zip", packed({"a.txt": OLD}))
    (added,) = shelf.sync(files).added
    path.rename(files / "moved.zip")

    (same,) = shelf.sync(files, reader=UNREAD).unchanged

    assert same.document_id == added.document_id
    assert where(shelf) == {"moved.zip › a.txt": OLD}


def test_archives_in_archives_are_opened_and_what_is_no_kind_to_read_is_told(shelf, files):
    inner = packed({"deep/c.txt": THIRD, "song.mp3": b"ID3"})
    hidden = {".git/config": "x", "__MACOSX/._a.txt": b"\0\5", ".DS_Store": b"\0"}
    save(files / "report.zip", packed({"a.txt": OLD, "inner.zip": inner, **hidden}))

    report = shelf.add(files)

    assert names(report.added) == ["report.zip › a.txt", "report.zip › inner.zip › deep/c.txt"]
    assert names(report.passed_over) == ["report.zip › inner.zip › song.mp3"]
    assert "'.mp3'" in report.passed_over[0].reason
    assert not report.failed
    assert len(shelf.add(files, reader=UNREAD).unchanged) == 2


def nested(depth: int) -> bytes:
    data = packed({"core.txt": OLD})
    for _ in range(depth):
        data = packed({"in.zip": data})
    return data


def encrypted() -> bytes:
    data = bytearray(packed({"locked.txt": OLD}))
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(sign) + at] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (nested(50), "more than 8 times"),
        (packed({"zeros.txt": bytes(200 << 20)}), "times as long as it is packed"),
        (packed({"a.txt": os.urandom(5_000)})[:-40], "damaged or cut off"),
        (tarred({"a.txt": "b" * 9_999, "c.txt": OLD}, "w")[:11_000], "damaged or cut off"),
        (tarred({"a.txt": "b" * 9_999, "c.txt": OLD}, "w")[:10_752], "damaged or cut off"),
        (tarred({"a.txt": "b" * 999 + NEW})[:80], "damaged or cut off"),
        (encrypted(), "password"),
        (packed({}), "holds no other file"),
        (packed({"folder/": b""}), "holds no other file"),
    ],
    ids=[
        "50 deep",
        "bomb",
        "cut",
        "cut tar",
        "shorter tar",
        "cut tar.gz",
        "locked",
        "empty",
        "folders",
    ],
)
def test_a_hostile_archive_is_one_line_and_the_rest_is_read(shelf, files, data, said):
    (files / "a.txt").write_text(NEW)
    save(files / "hostile.zip", data)

    report = shelf.add(files)

    (failed,) = report.failed
    assert said in failed.reason
    assert "\n" not in failed.reason
    assert shown_name(failed.path).startswith("hostile.zip")
    assert NEW in shelf.live()


def test_what_is_damaged_in_an_archive_leaves_the_rest_and_is_tried_again(shelf, files):
    data = bytearray(packed({"a.txt": OLD, "b.txt": NEW, "locked.pdf": b"%PDF-1.7\n1 0 obj <<"}))
    at = data.index(b"b.txt") + len("b.txt") + 2
    data[at : at + 9] = b"#########"
    save(files / "report.zip", bytes(data))

    for outcome in ("added", "unchanged"):
        report = shelf.add(files)
        assert names(getattr(report, outcome)) == ["report.zip › a.txt"]
        assert names(report.failed) == ["report.zip › b.txt", "report.zip › locked.pdf"]
    failed: dict[str, tuple[int, int]] = {}
    shelf.sync(files, failed=failed)
    assert not shelf.sync(files, failed=failed).failed


def test_names_that_lead_elsewhere_stay_inside_and_names_given_twice_are_told_apart(shelf, files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../../etc/a.txt", OLD)
        archive.writestr("b.txt", NEW)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("b.txt", THIRD)
    save(files / "report.zip", made.getvalue())
    shelf.add(files)

    assert where(shelf) == {
        "report.zip › etc/a.txt": OLD,
        "report.zip › b.txt": NEW,
        "report.zip › b (2).txt": THIRD,
    }
    assert [path.name for path in files.iterdir()] == ["report.zip"]


def test_names_in_utf_8_that_do_not_say_so_are_read_as_such(shelf, files):
    data = packed({"grusz/b\xfccher.txt": OLD})
    for sign, at in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        place = data.index(sign) + at
        assert data[place] == 8
        data = data[:place] + b"\0" + data[place + 1 :]
    save(files / "report.zip", data)
    shelf.add(files)

    assert list(where(shelf)) == ["report.zip › grusz/bücher.txt"]


def test_more_files_than_are_taken_is_one_line_and_the_first_are_read(shelf, files, monkeypatch):
    save(files / "report.zip", packed({f"{n}.txt": f"Ferry {n} is late." for n in range(9)}))
    monkeypatch.setattr(arrivals, "UNPACK", "small_slices:only_five")

    report = shelf.add(files)

    assert len(report.added) == 5
    assert names(report.failed) == ["report.zip"]
    assert "more than 5 files" in report.failed[0].reason
    assert not report.removed


def test_a_link_in_an_archive_is_passed_over_with_the_reason(shelf, files):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        link = tarfile.TarInfo("secret.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    save(files / "report.tar", made.getvalue())

    report = shelf.add(files)

    assert names(report.passed_over) == ["report.tar › secret.txt"]
    assert report.passed_over[0].reason == "It is a link or a device, and no file."
    assert not report.failed


def test_names_longer_than_the_system_takes_go_with_their_archive(shelf, files):
    inner = packed({f"{'b' * 300}.txt": NEW})
    path = save(files / "report.zip", packed({f"{'a' * 300}.txt": OLD, f"{'c' * 300}.zip": inner}))
    (files / "c.txt").write_text(THIRD)
    assert len(shelf.sync(files).added) == 3
    path.unlink()

    assert len(shelf.sync(files).removed) == 2


def test_a_long_archive_comes_in_slices_and_loses_nothing(shelf, files, monkeypatch):
    inner = {f"{n}.txt": f"Ferry number {n} leaves the harbour." for n in range(30)}
    data = packed(
        {"first.zip": packed(inner), **{f"x/{k}": v + " Late." for k, v in inner.items()}}
    )
    save(files / "report.zip", data)
    monkeypatch.setattr(arrivals, "UNPACK", "small_slices:unpacked")

    assert len(shelf.add(files).added) == 60
    assert len(shelf.live()) == 60


def test_a_run_that_is_broken_off_inside_an_archive_goes_on(open_shelf, files, monkeypatch):
    monkeypatch.setattr(ingest, "_BATCH_CHUNKS", 2)
    save(files / "a.zip", packed({f"{n}.txt": f"Ferry {n} leaves at noon." for n in range(8)}))
    shelf = open_shelf()

    class Stopped(Exception):
        pass

    def stop(done):
        if done.done == 3:
            raise Stopped

    with pytest.raises(Stopped):
        shelf.add(files, progress=stop)
    report = shelf.add(files)

    assert len(report.unchanged) + len(report.added) == 8
    assert report.added
    assert len(shelf.live()) == 8
    assert not shelf.store.check()
    assert ids_on_disk(shelf.store).agree()


def test_an_uploaded_archive_is_kept_while_one_of_its_documents_is(shelf, files):
    path = save(files / "report.zip", packed({"a.txt": OLD, "annex/b.txt": NEW}))
    first, second = shelf.add(path, uploads=True).added
    path.unlink()

    assert not shelf.store.check()
    shelf.store.remove(first.document_id)
    assert not shelf.store.check()
    assert [copy.name for copy in shelf.store.copies(second.document_id)] == ["report.zip"]
    shelf.store.remove(second.document_id)
    assert not list(shelf.store.uploads.iterdir())


def test_a_document_that_was_removed_comes_back_with_its_archive(shelf, files):
    path = save(files / "report.zip", packed({"a.txt": OLD, "b.txt": NEW}))
    first, _ = shelf.add(path).added
    shelf.store.remove(first.document_id)

    assert names(shelf.add(path).added) == ["report.zip › a.txt"]


def test_the_state_of_a_document_follows_the_file_that_holds_it(shelf, files):
    path = save(files / "report.zip", packed({"a.txt": OLD}))
    shelf.add(path)

    def state():
        listed = shelf.store.documents()
        return document_states(listed, shelf.store.locations([listed[0].path]))[listed[0].id]

    assert state() == "ready"
    save(path, packed({"a.txt": NEW + OLD}))
    assert state() == "changed"
    path.unlink()
    assert state() == "gone"


def test_a_file_that_becomes_an_archive_and_back_is_one_or_the_other(shelf, files):
    path = save(files / "report.zip", OLD.encode())
    shelf.add(path)
    save(path, packed({"a.txt": NEW}), at=1_700_000_001)
    shelf.add(path)
    assert where(shelf) == {"report.zip › a.txt": NEW}
    save(path, THIRD.encode(), at=1_700_000_002)
    shelf.add(path)

    assert where(shelf) == {"report.zip": THIRD}


def test_an_archive_is_no_version_of_a_document(shelf, files):
    (added,) = shelf.add_documents(note=Document(OLD, "Note", "text/plain")).added
    path = save(files / "report.zip", packed({"a.txt": NEW}))

    (failed,) = shelf.ingest().replace(added.document_id, path).failed

    assert "holds several files" in failed.reason
    assert shelf.live() == [OLD]


def test_a_document_in_an_archive_is_replaced_by_no_other_file(shelf, files):
    path = save(files / "report.zip", packed({"a.txt": OLD}))
    (added,) = shelf.add(path).added
    (files / "b.txt").write_text(NEW)

    with pytest.raises(DocumentError, match=r"read from .*report\.zip: change that file"):
        shelf.ingest().replace(added.document_id, files / "b.txt")


def test_a_run_that_is_killed_inside_an_archive_loses_nothing(open_shelf, tmp_path, files):
    save(files / "a.zip", packed({f"{n}.txt": f"Ferry {n} leaves at noon." for n in range(8)}))
    command = [sys.executable, "-c", KILLED, str(tmp_path / "killed"), str(files)]
    killed = subprocess.run(command, check=False)
    shelf = open_shelf(tmp_path / "killed")
    report = shelf.add(files)

    assert killed.returncode == -signal.SIGKILL
    assert report.unchanged
    assert len(report.unchanged) + len(report.added) == 8
    assert len(shelf.live()) == 8
    assert not shelf.store.check()
    assert len(shelf.add(files, reader=UNREAD).unchanged) == 8


def test_many_unread_files_in_an_archive_are_counted(shelf, files):
    songs = {f"track {n:02}.mp3": b"ID3" for n in range(20)}
    path = save(files / "report.zip", packed({"a.txt": OLD, **songs}))

    report = shelf.add(path)

    assert sum(done.files for done in report.passed_over) == 20
    assert report.passed_over[-1].path == str(path)
    assert "8 more files" in report.passed_over[-1].reason


def test_a_file_whose_own_name_has_the_sign_is_an_ordinary_file(shelf, files):
    path = files / "Settings › Privacy.txt"
    path.write_text(OLD)
    (added,) = shelf.sync(files).added
    (files / "b.txt").write_text(NEW)

    assert len(shelf.sync(files).unchanged) == 1
    path.unlink()
    assert [one.document_id for one in shelf.sync(files).removed] == [added.document_id]


def test_a_watched_archive_is_kept_in_step(shelf, files):
    path = save(
        files / "report.zip", packed({"a.txt": OLD, "song.mp3": b"ID3", "c.pdf": b"%PDF-1"})
    )
    stop = Event()
    reports = watch(files, shelf.store.folder, lambda failed: shelf.ingest(failed=failed), stop)
    try:
        first = next(reports)
        assert (len(first.added), len(first.passed_over), len(first.failed)) == (1, 1, 1)
        save(path, packed({"a.txt": NEW}), at=1_700_000_001)
        while NEW not in shelf.live():
            later = next(reports)
            assert not later.passed_over + later.failed
        assert shelf.live() == [NEW]
    finally:
        stop.set()
        reports.close()


def locked(count: int) -> bytes:
    """An archive of so many files under a password, none of which is unpacked."""
    data = bytearray(packed({f"{n}.txt": "" for n in range(count)}))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def test_how_many_files_a_large_archive_holds_is_told_with_the_first(shelf, tmp_path):
    save(tmp_path / "all.zip", locked(4_100))

    report = shelf.add(tmp_path / "all.zip")

    assert len(report.failed) == 4_100
    assert {one.total for one in report.failed} == {4_100}


def test_how_many_mails_a_large_mailbox_holds_is_told_with_the_first_slice():
    mail = b"From holt Fri Nov 14 08:00:00 2025\nSubject: The pier\n\nIt fell.\n\n"

    first = unpacked(mail * 4_100, "all.mbox", Cursor(), most=1 << 20)

    assert (len(first.members), first.in_all) == (4_000, 4_100)
