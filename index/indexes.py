"""The two index folders of a store, in the edition that its catalog names."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from index.catalog import IndexState
from index.closing import close_all
from index.lexical import LexicalIndex
from index.vectors import VectorIndex


class Indexes:
    """Opens Chroma and BM25 when they are first used, and anew in another edition.

    An edition is never changed into the next: a rebuilt pair of folders stands beside the old one
    until the catalog names it. Thread-safe.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._vectors: VectorIndex | None = None
        self._lexical: tuple[IndexState, LexicalIndex] | None = None
        # Many threads may be the first to see another edition; they share what one of them opens.
        self._mutex = threading.RLock()

    def close(self) -> None:
        """Let go of the files; the next use opens them again."""
        with self._mutex:
            vectors, lexical = self._vectors, self._lexical and self._lexical[1]
            self._vectors = self._lexical = None
            close_all(*(one.close for one in (vectors, lexical) if one is not None))

    def vectors(self, edition: int) -> VectorIndex:
        """Chroma."""
        with self._mutex:
            vectors = self._vectors
            wanted = VectorIndex.at(self._path("chroma", edition))
            if vectors is not wanted:
                self._vectors = wanted
                if vectors is not None:
                    vectors.close()
            return wanted

    def lexical(self, state: IndexState) -> LexicalIndex:
        """BM25, having seen all commits up to the state's generation."""
        with self._mutex:
            held = self._lexical
            if held is None or held[0].edition != state.edition:
                self._lexical = None
                if held is not None:
                    held[1].close()
                index = LexicalIndex(self._path("lexical", state.edition))
            else:
                index = held[1]
                if held[0] != state:
                    index.reload()
            self._lexical = (state, index)
            return index

    def made(self, edition: int) -> tuple[VectorIndex, LexicalIndex]:
        """A new BM25 index, and a Chroma that may hold what an interrupted run has put there."""
        vectors = VectorIndex.at(self._path("chroma", edition))
        vectors.create()
        lexical = self._path("lexical", edition)
        if lexical.exists():
            shutil.rmtree(lexical)
        return vectors, LexicalIndex(lexical, create=True)

    def others(self, edition: int) -> Iterator[Path]:
        """Index folders that do not count."""
        kept = {self._path(name, edition) for name in ("chroma", "lexical")}
        for name in ("chroma", "lexical"):
            for path in sorted(self._folder.glob(f"{name}*")):
                if path.is_dir() and path not in kept:
                    yield path

    def _path(self, name: str, edition: int) -> Path:
        return self._folder / (name if edition == 1 else f"{name}-{edition}")
