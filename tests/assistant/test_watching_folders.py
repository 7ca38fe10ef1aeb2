"""Folders that a server keeps in step: what changes is in the store, what fails is told."""

import time

import pytest

from assistant import Assistant
from assistant.watching import Watching
from index.errors import DocumentError

GATE, WEIR = "The gate of Marl held until noon.", "The weir of Brindle was built in 1903."


def until(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.1)


def titles(assistant):
    return sorted(one.title for one in assistant.documents())


def told(assistant):
    (one,) = assistant.watched()
    return one.told


@pytest.fixture
def folder(tmp_path):
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "gate.txt").write_text(GATE, encoding="utf-8")
    return papers


@pytest.fixture
def watching(assistant):
    watching = Watching(assistant, again=0.2)
    yield watching
    watching.close()


def test_what_changes_in_a_watched_folder_is_in_the_store_and_told(assistant, watching, folder):
    watching.add(folder)
    until(lambda: assistant.watched() and told(assistant).synced)
    assert titles(assistant) == ["Gate"]
    assert told(assistant).added == 1

    (folder / "weir.txt").write_text(WEIR, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nthis is no PDF")
    until(lambda: titles(assistant) == ["Gate", "Weir"] and told(assistant).failed)
    ((path, reason),) = told(assistant).failed.items()
    assert path.endswith("broken.pdf")
    assert reason

    (folder / "gate.txt").unlink()
    until(lambda: titles(assistant) == ["Weir"] and told(assistant).removed == 1)
    assert dict(told(assistant).files) == {str(folder / "gate.txt"): "removed"}
    assert told(assistant).failed, "it is still not read"
    (folder / "broken.pdf").unlink()
    until(lambda: not told(assistant).failed)


def test_a_server_that_is_started_again_goes_on_watching(assistant, watching, folder):
    watching.add(folder)
    until(lambda: assistant.watched() and told(assistant).synced)
    watching.close()
    (folder / "weir.txt").write_text(WEIR, encoding="utf-8")

    with Assistant(assistant.store) as later:
        again = Watching(later)
        again.start()
        until(lambda: titles(later) == ["Gate", "Weir"])
        again.close()


def test_a_folder_that_is_not_watched_any_more_stays_as_it_was(assistant, watching, folder):
    watching.add(folder)
    until(lambda: titles(assistant) == ["Gate"])
    watching.stop(str(folder.resolve()))
    assert assistant.watched() == []
    (folder / "weir.txt").write_text(WEIR, encoding="utf-8")
    time.sleep(1.5)
    assert titles(assistant) == ["Gate"]


def test_a_folder_that_is_gone_for_a_while_loses_nothing_and_is_told(assistant, watching, folder):
    watching.add(folder)
    until(lambda: assistant.watched() and told(assistant).synced)
    folder.rename(folder.with_name("elsewhere"))
    until(lambda: told(assistant).problem)
    assert titles(assistant) == ["Gate"]
    folder.with_name("elsewhere").rename(folder)
    (folder / "weir.txt").write_text(WEIR, encoding="utf-8")
    until(lambda: titles(assistant) == ["Gate", "Weir"])
    until(lambda: not told(assistant).problem)


def test_what_is_no_folder_is_not_watched(assistant, watching, tmp_path):
    with pytest.raises(DocumentError, match="no folder"):
        watching.add(tmp_path / "nowhere")
    assert assistant.watched() == []
