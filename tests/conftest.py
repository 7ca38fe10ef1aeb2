"""What holds for every test: no example may fail because the machine was busy."""

from collections.abc import Iterator

import pytest
import warm
from hypothesis import settings
from kept_processes import Kept

from index.sandbox import isolation
from index.sandbox.process import Process

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def kept_processes() -> Iterator[None]:
    """What has read the files of one test reads those of the next."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(isolation, "Process", Kept.taken)
        yield
    while Kept.idle:
        Kept.idle.pop().part()


@pytest.fixture
def own_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read by processes that begin and end with the test."""
    monkeypatch.setattr(isolation, "Process", Process)


@pytest.fixture(scope="session", autouse=True)
def loaded_process() -> Iterator[None]:
    """What was loaded for the commands of the tests ends with them."""
    yield
    warm.end()
