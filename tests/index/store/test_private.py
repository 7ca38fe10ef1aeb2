"""A store is its owner's alone, also one that was made before that was so."""

import os
import stat
from pathlib import Path

import pytest

from index.store.files import WritableCopy

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."


@pytest.fixture(autouse=True)
def open_handed():
    """Whatever is made is made for all, unless it is asked for otherwise."""
    before = os.umask(0o000)
    yield
    os.umask(before)


def shared(folder: Path) -> list[str]:
    """What somebody else may look at in a folder, or the folder itself."""
    return [str(p) for p in (folder, *folder.rglob("*")) if stat.S_IMODE(p.stat().st_mode) & 0o077]


def test_a_store_can_be_read_by_its_owner_alone(shelf, files, tmp_path):
    (files / "a.txt").write_text(OLD)
    (files / "b.txt").write_text(NEW)
    shelf.add(files / "a.txt")
    shelf.add(files / "b.txt", uploads=True)
    assert shelf.dense("the bridge")
    assert len([path for path in (tmp_path / "store").rglob("*") if path.is_file()]) > 8

    assert shared(tmp_path / "store") == []


def test_a_store_that_was_open_to_all_is_put_right_when_it_is_opened(open_shelf, files, tmp_path):
    (files / "a.txt").write_text(OLD)
    shelf = open_shelf()
    shelf.add(files / "a.txt", uploads=True)
    shelf.store.close()
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text(NEW)
    elsewhere.chmod(0o644)
    (tmp_path / "store" / "link").symlink_to(elsewhere)
    for path in (tmp_path / "store").rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    (tmp_path / "store").chmod(0o755)

    open_shelf()

    assert shared(tmp_path / "store") == [str(tmp_path / "store" / "link")]


def test_a_copy_of_a_read_only_folder_is_its_owners_alone(tmp_path, monkeypatch):
    folder = tmp_path / "chroma"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside" / "a.bin").write_bytes(b"words")
    monkeypatch.setattr(os, "access", lambda *_: False)

    copy = WritableCopy(folder)

    assert copy.is_copy
    assert [p for p in copy.path.rglob("*.bin") if stat.S_IMODE(p.stat().st_mode) & 0o077] == []
    copy.close()
