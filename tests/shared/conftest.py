"""One PostgreSQL and one Chroma server for all tests here; a database of its own for each test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import leftovers
import pytest
from shared_servers import ChromaRunning, PostgresServer
from shelf import Shelf

from index.models.embeddings import MiniLM
from index.store.engines import SharedBy


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with ExitStack() as ended:
        server = PostgresServer()
        ended.callback(server.end)
        server.start()
        yield server


@pytest.fixture(scope="session")
def chroma() -> Iterator[ChromaRunning]:
    with ExitStack() as ended:
        server = ChromaRunning()
        ended.callback(server.end)
        server.start()
        yield server


@pytest.fixture
def shared(postgres: PostgresServer, chroma: ChromaRunning, minilm: MiniLM) -> SharedBy:
    return SharedBy(postgres.database(), chroma.address, minilm.word_ends)


@pytest.fixture
def machine(tmp_path: Path, minilm: MiniLM, shared: SharedBy) -> Iterator[Callable[..., Shelf]]:
    """The store as another machine has it, by the machine's name."""
    with ExitStack() as closed:

        def opened(name: str, by: SharedBy = shared) -> Shelf:
            shelf = Shelf(tmp_path / name, minilm, shared=by)
            closed.callback(shelf.store.close)
            return shelf

        yield opened


@pytest.fixture(scope="module", autouse=True)
def collected() -> Iterator[None]:
    """What clients leave to the collector of connections that failed is no fault of later tests.

    Chroma's client opens two before it asks the server anything, and closes none if that fails;
    so does that of S3.
    """
    yield
    leftovers.collect()
