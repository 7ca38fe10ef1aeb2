"""The writer and the judge that the settings name, opened when they are first asked."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.answer import Engine, Usage
from assistant.messages import (
    JUDGE_NOT_TRUSTED,
    JUDGE_TRUSTED,
    JUDGE_UNKNOWN,
    NO_WRITER,
    ONLY_QUOTATIONS,
    RESEARCH_NEEDS_WRITER,
)
from assistant.settings import Settings
from assistant.store_handle import StoreHandle
from index.closing import close_all
from index.errors import SettingsError

if TYPE_CHECKING:
    from assistant.judging.judge import Judge
    from assistant.writing.writer import Writer

Planner = Callable[[str, str], tuple[list[str], bool, Usage]]
"""A question, and what was found so far → the next questions, whether that is all, what it took."""


class Models:
    """The language models of an assistant. Thread-safe; what they need is imported when it is used.

    Args:
        settings: name them.
        opening: the store, in whose folder it is kept how far the judge is trusted.

    >>> from index.models.embeddings import MiniLM
    >>> models = Models(Settings(), StoreHandle(tmp_path / "store", MiniLM()))
    >>> models.writer(), models.judge(), models.judge_in_words()
    (None, None, 'Only quotations are marked as supported.')
    """

    def __init__(self, settings: Settings, opening: StoreHandle) -> None:
        self._settings, self._opening = settings, opening
        self._lock = threading.Lock()
        self._writer: Writer | None = None
        self._judge: Judge | None = None
        self._before: list[Writer | Judge] = []

    def use(self, settings: Settings) -> None:
        """Take the models that these settings name from now on.

        Who is answering with those before goes on to the end.
        """
        with self._lock:
            self._before += [one for one in (self._writer, self._judge) if one is not None]
            self._writer = self._judge = None
            self._settings = settings

    def close(self) -> None:
        """Let go of their connections."""
        with self._lock:
            opened = [one for one in (self._writer, self._judge, *self._before) if one is not None]
            self._writer = self._judge = None
            self._before = []
        close_all(*(one.close for one in opened))

    def writer(self, wanted: Engine | None = None) -> "Writer | None":
        """The writer, where it is configured and not the reader is wanted.

        Raises:
            SettingsError: it is wanted and none is configured, or it cannot be loaded.
        """
        if wanted == "reader" or (wanted is None and self._settings.writer is None):
            return None
        return self._opened(NO_WRITER)

    def planner(self) -> Planner:
        """What plans the questions of a research.

        Raises:
            SettingsError: there is no writer, or it cannot be loaded.
        """
        return self._opened(RESEARCH_NEEDS_WRITER).next_questions

    def judge(self) -> "Judge | None":
        """The model that judges: a judge, else the writer, where one is configured.

        Raises:
            SettingsError: it cannot be loaded.
        """
        if self._settings.judge is None and self._settings.writer is None:
            return None
        with self._lock:
            if self._judge is None:
                from assistant.judging.judge import open_judge

                self._judge = open_judge(self._settings, self._opening.folder)
            return self._judge

    def judge_in_words(self) -> str:
        """Who judges, and whether that is trusted; the judge itself is asked nothing."""
        judge = self.judge()
        if judge is None:
            return ONLY_QUOTATIONS
        known = judge.known()
        if known is None:
            return JUDGE_UNKNOWN.format(judge.name)
        if judge.is_trusted(known):
            return JUDGE_TRUSTED.format(judge.name, known.bound)
        return JUDGE_NOT_TRUSTED.format(judge.name, known)

    def _opened(self, missing: str) -> "Writer":
        if self._settings.writer is None:
            raise SettingsError(missing)
        with self._lock:
            if self._writer is None:
                from assistant.endpoints.endpoint import endpoint
                from assistant.endpoints.prompts import load_prompts
                from assistant.writing.writer import Writer

                prompts = load_prompts(self._settings.writer_prompts)
                self._writer = Writer(endpoint(self._settings), prompts, self._settings)
            return self._writer
