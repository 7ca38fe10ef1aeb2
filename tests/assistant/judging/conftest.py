"""A store with one short report, and judges that read it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from chat_server import KEY
from night import REPORT
from scripted_models import EXAMINATION, Judge, Models, good, playing
from tapes import Tape, labels_of

from assistant.assistant import Assistant
from assistant.judging.trust import FILE
from assistant.settings import Settings


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one short report."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "report.md").write_text(REPORT, encoding="utf-8")
    with Assistant(folder / "store") as assistant:
        assert len(assistant.add(folder / "report.md").added) == 1
    return folder / "store"


@pytest.fixture
def store(filled: Path) -> Path:
    """That store, in which no judge is known."""
    (filled / FILE).unlink(missing_ok=True)
    return filled


Opens = Callable[..., tuple[Assistant, Models]]


@pytest.fixture
def judged(store: Path) -> Iterator[Opens]:
    """Opens the store with a server on this machine as its judge, and no writer."""
    with ExitStack() as opened:

        def opens(
            judge: Judge = good, settings: dict[str, Any] | None = None, **options: Any
        ) -> tuple[Assistant, Models]:
            tape = Tape((), labels_of(EXAMINATION))
            models = opened.enter_context(playing(tape, judge, **options))
            given = {
                "store": store,
                "judge": "openai:assay-1",
                "judge_base": models.address,
                "judge_key": KEY,
                "writer_seconds": 20,
                **(settings or {}),
            }
            return opened.enter_context(Assistant(settings=Settings(**given))), models

        yield opens
