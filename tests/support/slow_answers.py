"""An assistant whose answers take half a minute, and which knows when they begin and end."""

import threading
import time
from collections.abc import Generator
from pathlib import Path

from assistant.answer import Event
from assistant.assistant import Assistant


class Slow(Assistant):
    """Tells the first event of an answer again and again."""

    def __init__(self, store: Path) -> None:
        super().__init__(store)
        self.began, self.ended = threading.Event(), threading.Event()

    def stream(self, question: str, **options: object) -> Generator[Event, None, None]:
        try:
            for _ in range(600):
                yield next(super().stream(question, **options))  # type: ignore[arg-type]
                self.began.set()
                time.sleep(0.05)
        finally:
            self.ended.set()
