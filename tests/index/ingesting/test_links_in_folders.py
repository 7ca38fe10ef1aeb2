"""Links and what is no ordinary file: nothing outside a folder is read, nothing waits for ever."""

import os
import time
from pathlib import Path

import pytest

from index.ingesting.report import AddReport
from index.sandbox.isolation import Limits

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."
SECRET = "The vault of Corin opens with the words amber owl."


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder with a secret, beside the one that is added."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text(SECRET)
    return folder


def told(report: AddReport) -> dict[str, str | None]:
    return {Path(done.path).name: done.reason for done in report.passed_over}


def names(done) -> list[str]:
    return [Path(one.path).name for one in done]


@pytest.mark.parametrize("run", ["add", "sync"])
def test_a_link_that_leads_out_of_a_folder_is_passed_over_and_listed(shelf, files, outside, run):
    (files / "a.txt").write_text(OLD)
    (files / "link.txt").symlink_to("../outside/secret.txt")
    (files / "more").symlink_to(outside, target_is_directory=True)
    (files / "within.txt").symlink_to("a.txt")

    report = getattr(shelf, run)(files)

    assert names(report.added) == ["a.txt"]
    assert names(report.unchanged) == ["within.txt"]
    assert not report.failed
    assert set(told(report)) == {"link.txt", "more"}
    assert all("leads out of the folder" in reason for reason in told(report).values())
    assert SECRET not in shelf.dense("the vault of Corin")


def test_a_link_that_is_named_itself_is_followed(shelf, files, outside):
    (files / "link.txt").symlink_to(outside / "secret.txt")
    (files / "folder").symlink_to(outside, target_is_directory=True)

    assert names(shelf.add(files / "link.txt").added) == ["link.txt"]
    assert names(shelf.add(files / "folder").unchanged) == ["secret.txt"]


def test_links_are_followed_where_that_is_set(shelf, files, outside):
    (outside / "more").mkdir()
    (outside / "more" / "b.txt").write_text(NEW)
    (outside / "more" / "back").symlink_to(files, target_is_directory=True)
    (files / "folder").symlink_to(outside, target_is_directory=True)
    (files / "again").symlink_to(outside, target_is_directory=True)
    (files / "above").symlink_to(files.parent, target_is_directory=True)

    report = shelf.add(files, follow_links=True)

    assert names(report.added) == ["secret.txt", "b.txt"]
    assert not report.failed + report.passed_over


def test_no_link_leads_into_the_store(shelf, files):
    (files / "a.txt").write_text(OLD)
    shelf.add(files)
    (files / "b.txt").symlink_to(shelf.store.folder / "catalog.sqlite")

    report = shelf.add(files, follow_links=True)

    assert set(told(report)) == {"b.txt"}


def test_what_never_ends_is_one_line_each_and_all_else_is_told_in_order(shelf, files):
    (files / "a.txt").write_text(OLD)
    os.mkfifo(files / "b.txt")
    (files / "c.txt").symlink_to("/proc/kmsg")
    (files / "d.txt").symlink_to("/dev/zero")
    (files / "e.txt").write_text(NEW)
    seen = []
    began = time.monotonic()

    report = shelf.add(files, files / "c.txt", files / "d.txt", "/proc/kmsg", progress=seen.append)

    assert time.monotonic() - began < 60
    assert names(report.added) == ["a.txt", "e.txt"]
    why = {done.path: done.reason for done in report.failed}
    assert set(why) == {
        str(files / "b.txt"),
        *(str(files / f"{n}.txt") for n in "cd"),
        "/proc/kmsg",
    }
    assert "pipe or a device" in why[str(files / "b.txt")]
    assert "pipe or a device" in why[str(files / "d.txt")]
    assert why["/proc/kmsg"] == "The file is empty."
    assert set(told(report)) == {"c.txt", "d.txt"}
    order = [Path(done.path).name for done in seen if done.outcome == "failed"]
    assert order == ["b.txt", "c.txt", "d.txt", "kmsg"]


def test_a_pipe_in_place_of_the_ignore_file_is_one_line(shelf, files):
    os.mkfifo(files / ".footnoteignore")

    with pytest.raises(Exception, match="pipe or a device"):
        shelf.add(files)


def test_an_upload_is_taken_within_the_limits(shelf, files, tmp_path):
    os.mkfifo(files / "pipe.txt")
    (files / "big.txt").write_bytes(b"The gates closed. " * 100_000)
    (files / "a.txt").write_text(OLD)

    paths = (files / "pipe.txt", files / "big.txt", files / "a.txt")
    report = shelf.add(*paths, uploads=True, limits=Limits(size=1))

    assert names(report.failed) == ["pipe.txt", "big.txt"]
    assert names(report.added) == ["a.txt"]
    kept = [path.name for path in (tmp_path / "store" / "uploads").rglob("*") if path.is_file()]
    assert kept == ["a.txt"]
