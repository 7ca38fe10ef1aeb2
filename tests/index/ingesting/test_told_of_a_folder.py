"""What a folder holds and is not read is told; nothing is passed over in silence."""

import os
from pathlib import Path

import pytest

from assistant.commands.printing import reported, summarise_report
from index.errors import DocumentError
from index.ingesting.ingest import Ingest
from index.ingesting.walking import check_named

OLD = "The harbour gates closed at noon on Monday."


def told(report) -> dict[str, str]:
    return {Path(done.path).name: done.reason for done in report.passed_over}


@pytest.mark.parametrize("run", ["add", "sync"])
def test_each_file_of_an_unread_kind_is_named_with_the_reason(shelf, files, run):
    (files / "a.txt").write_text(OLD)
    (files / "song.mp3").write_bytes(b"ID3")
    (files / "Makefile").write_text("all:")

    report = getattr(shelf, run)(files)

    assert len(report.added) == 1
    assert set(told(report)) == {"song.mp3", "Makefile"}
    assert "'.mp3'" in told(report)["song.mp3"]
    assert "name the file itself" in told(report)["Makefile"]
    assert summarise_report(report) == "1 added, 2 passed over"
    assert [row["files"] for row in reported(report)["passed_over"]] == [1, 1]


def test_of_many_unread_files_the_first_are_named_and_all_are_counted_by_kind(shelf, files):
    for number in range(30):
        (files / f"track {number:02}.mp3").write_bytes(b"ID3")
    for number in range(3):
        (files / f"film {number}.MOV").write_bytes(b"\0")

    report = shelf.add(files)

    assert len(report.passed_over) == 13
    assert sum(done.files for done in report.passed_over) == 33
    rest = report.passed_over[-1]
    assert rest.path == str(files)
    assert rest.files == 21
    assert "21 more files" in rest.reason
    assert "21 of '.mp3'" in rest.reason
    assert summarise_report(report) == "33 passed over"


def test_what_is_ignored_on_purpose_is_not_listed(shelf, files):
    (files / "a.txt").write_text(OLD)
    (files / ".footnoteignore").write_text("*.bak\n")
    for name in (".DS_Store", "old.bak", "node_modules/x.bin", "~$a.bin"):
        (files / name).parent.mkdir(exist_ok=True)
        (files / name).write_bytes(b"\0")

    assert not shelf.add(files).passed_over


def test_a_watch_tells_of_an_unread_file_once(shelf, files):
    (files / "a.txt").write_text(OLD)
    (files / "song.mp3").write_bytes(b"ID3")
    failed: dict[str, tuple[int, int]] = {}

    first, second = (shelf.sync(files, failed=failed) for _ in range(2))

    assert set(told(first)) == {"song.mp3"}
    assert not second.passed_over


def test_a_folder_that_cannot_be_listed_is_told(shelf, files, monkeypatch):
    (files / "a.txt").write_text(OLD)
    (files / "locked").mkdir()
    listed = os.scandir

    def scandir(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)

    report = shelf.add(files)

    assert told(report) == {"locked": "The folder cannot be opened: Permission denied."}


@pytest.mark.parametrize("given", ["", " "])
def test_an_empty_path_is_refused_and_adds_nothing(shelf, files, monkeypatch, given):
    (files / "a.txt").write_text(OLD)
    monkeypatch.chdir(files)

    with pytest.raises(DocumentError, match="empty"):
        check_named([given])
    with pytest.raises(DocumentError, match="empty"):
        Ingest(shelf.store, shelf.embedder, shelf.embedder).add(["a.txt", given])
    assert not shelf.live()
