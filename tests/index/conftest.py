"""One embedding model for all tests of a process; a store of its own for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shelf import Shelf

from index.models.embeddings import MiniLM


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture
def open_shelf(tmp_path: Path, minilm: MiniLM) -> Iterator[Callable[..., Shelf]]:
    """Opens the test's store, or another folder's, and closes it when the test ends."""
    opened: list[Shelf] = []

    def opening(folder: Path = tmp_path / "store") -> Shelf:
        opened.append(Shelf(folder, minilm))
        return opened[-1]

    yield opening
    for shelf in opened:
        shelf.store.close()


@pytest.fixture
def shelf(open_shelf: Callable[..., Shelf]) -> Shelf:
    return open_shelf()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """An empty folder for documents."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder
