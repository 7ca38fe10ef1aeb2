"""Uploaded files of a shared store in a bucket, fetched by whichever machine needs them."""

import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from shared_servers import S3Server, has_s3, needed

from index.errors import PageError, SettingsError, StoreError
from index.pages.images import original_file
from index.store.maintenance import Model
from index.store.originals import Originals

pytestmark = [needed, pytest.mark.xdist_group("shared")]

TEXT = "The harbour gates closed at noon on Monday."


class Folder:
    """A bucket that is a folder; while it is away, there is a file in its place."""

    def __init__(self, folder):
        self.folder = folder
        self.address = folder.as_uri()

    def start(self):
        if self.folder.is_file():
            self.folder.unlink()
            self.folder.with_name("away").rename(self.folder)

    def stop(self):
        self.folder.mkdir(exist_ok=True)
        self.folder.rename(self.folder.with_name("away"))
        self.folder.touch()


@pytest.fixture(scope="module")
def s3():
    with ExitStack() as ended:
        server = S3Server()
        ended.callback(server.end)
        server.start()
        yield server


@pytest.fixture(params=["folder", *(["s3"] if has_s3 else [])])
def server(request, monkeypatch, tmp_path):
    """What holds the bucket: `stop` takes it away, `start` brings it back."""
    if request.param == "folder":
        return Folder(tmp_path / "bucket")
    s3 = request.getfixturevalue("s3")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "footnote")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return s3


@pytest.fixture
def bucket(server, tmp_path):
    return server.address if isinstance(server, Folder) else f"s3://footnote/{tmp_path.name}"


@pytest.fixture
def upload(tmp_path):
    file = tmp_path / "upload" / "gates.txt"
    file.parent.mkdir()
    file.write_text(TEXT)
    return file


@pytest.fixture
def by(shared, bucket, tmp_path):
    return replace(shared, originals=tmp_path / "originals", bucket=bucket)


def test_an_uploaded_file_is_fetched_by_the_machine_that_needs_it(machine, by, upload, tmp_path):
    here = machine("here", by)
    [done] = here.add(upload, uploads=True).added
    copy = here.store.copies(done.document_id)[0]
    modified = copy.stat().st_mtime_ns
    # The same folder is another one on another machine.
    shutil.rmtree(tmp_path / "originals")

    there = machine("there", by)
    origin = there.store.origin(done.document_id)
    assert original_file(origin).read_text() == TEXT
    assert copy.stat().st_mtime_ns == modified
    assert there.add(upload, uploads=True).unchanged
    assert there.store.check() == []

    there.store.remove(done.document_id)
    assert there.store.originals.all() == set()
    assert not copy.exists()


def test_a_copy_that_nothing_refers_to_is_told_and_repaired(machine, by, upload, minilm):
    here = machine("here", by)
    here.add(upload, uploads=True)
    stray = here.store.uploads / "12ab" / "stray.txt"
    stray.parent.mkdir()
    stray.write_text("Stray.")
    here.store.originals.keep(stray)
    assert [one.where for one in here.store.check()] == ["uploads"]
    here.store.repair(Model(minilm, minilm.word_ends))
    assert here.store.check() == []
    assert len(here.store.originals.all()) == 1


def test_a_bucket_that_refuses_or_is_away_keeps_nothing_half(machine, by, upload, server, tmp_path):
    (tmp_path / "nobodys").touch()
    is_folder = isinstance(server, Folder)
    nobodys = (tmp_path / "nobodys").as_uri() if is_folder else "s3://nobodys"
    refusing = replace(by, bucket=f"{nobodys}/uploads")
    [failed] = machine("here", refusing).add(upload, uploads=True).failed
    assert f"uploads at {nobodys}/uploads cannot be used" in failed.reason
    assert "\n" not in failed.reason

    away = machine("away", by)
    [done] = away.add(upload, uploads=True).added
    shutil.rmtree(away.store.uploads)
    other = upload.with_name("bridge.txt")
    other.write_text("The bridge of Quill Island opens at dawn.")
    server.stop()
    try:
        [failed] = away.add(other, uploads=True).failed
        assert "FOOTNOTE_BUCKET" in failed.reason
        assert "secret" not in failed.reason
        # The copy of another machine cannot be had: the words can.
        assert away.live() == [TEXT]
        with pytest.raises((StoreError, PageError), match=r"FOOTNOTE_BUCKET|no longer"):
            original_file(away.store.origin(done.document_id))
    finally:
        server.start()
    assert away.add(other, uploads=True).added


def test_an_address_of_no_bucket_is_told(tmp_path):
    with pytest.raises(SettingsError, match="FOOTNOTE_BUCKET"):
        Originals(tmp_path, "tape://attic").all()


def test_a_bucket_is_made_for_no_file_that_could_not_be_read(machine, by, tmp_path):
    here = machine("here", by)
    empty = tmp_path / "empty.txt"
    empty.touch()
    assert here.add(empty, uploads=True).failed
    assert here.store.originals.all() == set()
    assert not [path for path in Path(by.originals).rglob("*") if path.is_file()]
