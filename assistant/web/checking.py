"""What the panel for a draft of one's own does: its sentences come back footnoted or marked."""

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import gradio as gr

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.citing.manuscript import WORD
from assistant.conversations.tables import DraftFile
from assistant.web import texts
from assistant.web.archive import Archive, listing, ready
from assistant.web.rendering import answers
from assistant.web.rendering.conversation import Conversation
from assistant.web.rendering.library import within
from assistant.web.session import Stores
from index.errors import EmptyStore, FootnoteError
from index.regular import contents
from index.sandbox.isolation import Limits


class Checking:
    """The handler of a pasted or dropped draft.

    >>> stores = Stores(demo, demo=False)
    >>> said = "The sirens sounded at 21:58, that is 24 minutes after the failure."
    >>> draft = said, None, Conversation(), [], "", ""
    >>> checked = Checking(stores, Archive(stores)).check(*draft, gr.Request(query_params={}))
    >>> "Open footnote 1" in list(checked)[-1][0][-1]
    True
    """

    def __init__(self, stores: Stores, archive: Archive) -> None:
        self._stores, self._archive = stores, archive

    def check(
        self,
        text: str,
        file: str | None,
        conversation: Conversation,
        scope: list[str] | None,
        since: str | None,
        until: str | None,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """A draft: a turn that says how far it is, and then shows the draft with its footnotes."""
        draft: str | Path = Path(file) if file else text
        if isinstance(draft, str) and not draft.strip():
            yield gr.skip(), conversation, gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        own = self._stores.shows_own(request)
        self._archive.catch_up(conversation, request)
        number, turn = conversation.begin(texts.YOUR_DRAFT, answers.stage(texts.checking(0, 0)))
        turn.repeatable = False
        yield conversation.html(own=own), conversation, ready(), "", gr.skip(), gr.skip()
        assistant = self._stores.of(request)
        began = time.perf_counter()
        try:
            documents = within(listing(assistant), scope or (), since, until)
            for done in self._cited(request, draft, documents):
                if done is None:
                    turn.body = answers.stage(texts.WAITING)
                elif isinstance(done, Answer):
                    seconds = time.perf_counter() - began
                    turn.question = done.question
                    turn.close(answers.finished(number, done, seconds))
                    turn.citable = True
                    word = _word(draft, assistant.settings.limits)
                    self._archive.keep(conversation, turn, done, seconds, request, word)
                else:
                    turn.body = answers.stage(texts.checking(*done))
                yield conversation.html(own=own), conversation, *[gr.skip()] * 4
        except EmptyStore:
            turn.close(answers.problem(texts.NOTHING_ADDED))
        except FootnoteError as error:
            turn.close(answers.problem(str(error)))
        except Exception:
            turn.close(answers.problem(texts.BROKEN))
            yield conversation.html(own=own), conversation, *[gr.skip()] * 4
            raise
        finally:
            if file:
                Path(file).unlink(missing_ok=True)
        asked = self._archive.asked(request, conversation)
        # The text stays for a second round; a file has been read, and is no longer there.
        yield conversation.html(own=own), conversation, gr.skip(), gr.skip(), asked, None

    def _cited(
        self, request: gr.Request, draft: str | Path, scope: Sequence[str] | None
    ) -> Iterator[tuple[int, int] | Answer | None]:
        """What `_cited` tells, once the draft has its turn; None while it waits."""
        with closing(self._stores.turn_to_check(request)) as waiting:
            while not next(waiting):
                yield None
            with closing(_cited(self._stores.of(request), draft, scope)) as steps:
                yield from steps


def _word(draft: str | Path, limits: Limits) -> DraftFile | None:
    """The draft as a Word file, where it is one."""
    if isinstance(draft, Path) and draft.suffix.lower() in WORD:
        return DraftFile(draft.name, contents(draft, limits.bytes))
    return None


def _cited(
    assistant: Assistant, draft: str | Path, scope: Sequence[str] | None
) -> Generator[tuple[int, int] | Answer, None, None]:
    """How many sentences of how many are done, and at last the answer; closed, it stops."""
    told: SimpleQueue[tuple[int, int] | None] = SimpleQueue()
    left = threading.Event()

    def progress(done: int, total: int) -> None:
        told.put((done, total))

    with ThreadPoolExecutor(max_workers=1) as pool:
        cite = partial(assistant.cite, draft, scope, progress=progress, left=left.is_set)
        citing = pool.submit(cite)
        citing.add_done_callback(lambda _: told.put(None))
        try:
            while (done := told.get()) is not None:
                yield done
            yield citing.result()
        finally:
            left.set()
