"""The demo documents in a store of their own, and surroundings that configure nothing."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from running import Run, run

from assistant.assistant import Assistant
from assistant.judging.trust import FILE

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and an environment without settings or keys but the base."""
    for name in os.environ:
        if name.startswith(("FOOTNOTE_", "OPENAI_")) and name != "FOOTNOTE_EMBEDDING":
            monkeypatch.delenv(name)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the demo documents."""
    return SEEDS


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant over the demo documents, for reading only."""
    with Assistant(tmp_path_factory.mktemp("demo") / "store") as assistant:
        report = assistant.add(SEEDS)
        assert len(report.added) == 7
        assert not report.failed
        yield assistant


@pytest.fixture(autouse=True)
def unknown_judges(request: pytest.FixtureRequest) -> None:
    """What a judge was worth in one test says nothing in the next."""
    if "demo" in request.fixturenames:
        for file in request.getfixturevalue("demo").store.glob(f"{FILE}*"):
            file.unlink()


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    """An assistant over a store that is not there yet."""
    with Assistant(tmp_path / "store") as own:
        yield own


@pytest.fixture
def footnote(capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Runs the command in this process."""
    return partial(run, capsys)


@pytest.fixture
def store(demo: Assistant, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo store as the default one."""
    monkeypatch.setenv("FOOTNOTE_STORE", str(demo.store))
    return demo.store
