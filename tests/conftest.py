"""What holds for every test: no example may fail because the machine was busy.

Of the two embedded bases the one is used whose vectors are made in a third of the time, but where a
test names the other, as those of answers in other languages and of blocks do.
"""

import os
from collections.abc import Iterator

import pytest
import warm
from _pytest.nodeid import coerce_node_id
from hypothesis import settings
from kept_processes import Kept

from index.sandbox import isolation
from index.sandbox.process import Process

os.environ["FOOTNOTE_EMBEDDING"] = "minilm"

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let groups reach the workers: xdist 3.8 notes them where pytest 9.2 no longer reads them."""
    for item in items:
        if noted := vars(item).pop("_nodeid", None):
            item._id = coerce_node_id(noted)


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
