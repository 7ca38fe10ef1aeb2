"""Stores of a few short documents, asked as somebody asks who has not read them."""

import pytest

from assistant import Assistant


@pytest.fixture
def ask_of(tmp_path):
    """Asks a store of the texts that are given by their files' names."""
    opened = []

    def make(texts):
        folder = tmp_path / "documents"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
        assistant = Assistant(tmp_path / "store")
        opened.append(assistant)
        assistant.add([folder])
        return assistant.query

    yield make
    for one in opened:
        one.close()
