"""A document's file is looked at: as it was read, changed since, or gone."""

import os

from index.document import Document
from index.ingesting.walking import document_states


def write(path, text, at):
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def test_the_state_of_a_document_follows_its_file(shelf, files):
    names = ("same", "changed", "gone", "folder")
    paths = {name: write(files / f"{name}.txt", f"Of {name}.", 1_700_000_000) for name in names}
    shelf.add(*paths.values())
    shelf.add_documents(memory=Document("Of memory.", "Of memory", "text/plain"))
    write(paths["changed"], "Of another.", 1_700_000_001)
    paths["gone"].unlink()
    paths["folder"].unlink()
    paths["folder"].mkdir()

    listed = shelf.store.documents()
    known = shelf.store.locations([one.path for one in listed if one.path])
    found = document_states(listed, known)

    assert {one.title.lower(): found[one.id] for one in listed} == {
        "same": "ready",
        "changed": "changed",
        "gone": "gone",
        "folder": "changed",
        "of memory": "ready",
    }
