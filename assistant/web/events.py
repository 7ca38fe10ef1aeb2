"""What every event of the page does: values in, values out, no layout."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal, NamedTuple

import gradio as gr

from assistant.answer import Answer, AnswerReady, Citation, Engine, Event, Progress, Sentence
from assistant.asking.rewriting import History
from assistant.assistant import Assistant
from assistant.messages import RESEARCH_OF
from assistant.research import Notes
from assistant.web import library_texts as words
from assistant.web import texts
from assistant.web.archive import Archive, listing, ready
from assistant.web.rendering import answers, library, source_pane
from assistant.web.rendering.conversation import Conversation, Turn
from assistant.web.rendering.library import within
from assistant.web.session import Stores, visitor
from index.errors import EmptyStore, FootnoteError
from index.ingesting.fetching import is_address
from index.ingesting.report import AddReport, FileDone, FileUnderWay
from index.store.catalog import DocumentInfo

_Take = Callable[..., AddReport]
"""Takes files into the store; called with `progress`, which is told of each."""

_FURTHER = 3
"""Questions that are offered behind an answer at most."""
_NO_MORE = ""


class _Shelves(NamedTuple):
    """What shows the documents: the head of the page, the list, the choice of some."""

    masthead: str
    documents: str
    period: Any
    engine: Any


class Desk:
    """The handlers of the page's events; what a tab remembers, its conversation, is passed in.

    >>> desk, asking = Desk(Stores(demo, demo=False)), gr.Request(query_params={})
    >>> asked = "Why did Gate 3 fail?", Conversation(), [], "", "", None
    >>> *_, (turns, *_) = desk.ask(*asked, asking)
    >>> "the bearing of its left arm" in turns[-1]
    True
    """

    def __init__(self, stores: Stores, *, operated: bool = False) -> None:
        self._stores, self._operated = stores, operated
        self.archive = Archive(stores)

    def arrive(self, request: gr.Request) -> tuple[Any, ...]:
        """A tab opens: the demo's note, the passage a link names, what was said, the documents."""
        note = ""
        if self._stores.demo:
            demo = self._stores.shows_demo(request)
            note = str(library.demo_note(self._stores.other(request), demo=demo))
        chosen = self._stores.chosen(request)
        if chosen:
            note = str(library.chosen_note(chosen, self._stores.unlimited(request)))
        listed = listing(self._stores.of(request))
        cited = request.query_params.get("cite")
        own = self._stores.shows_own(request)
        shown_source = (
            gr.skip()
            if cited is None
            else source_pane.linked(self._stores.of(request), cited, own=own)
        )
        try:
            conversation = self.archive.named(request)
            shown = self.archive.said(conversation, request, listed)
        except FootnoteError as error:
            conversation = Conversation()
            shown = [str(answers.problem(str(error))), *self.archive.welcome(listed, request)]
        asked = self.archive.asked(request, conversation)
        return note, shown_source, shown, conversation, asked, *self._shelves(listed, request)

    def tick(self, event: gr.EventData) -> list[str]:
        """The documents that a person has ticked: answers and drafts are limited to them."""
        return [str(one) for one in event._data["documents"]]

    def asked(
        self,
        conversation: Conversation,
        scope: list[str] | None,
        since: str | None,
        until: str | None,
        engine: Engine | Literal["research"] | None,
        request: gr.Request,
        event: gr.EventData,
    ) -> Iterator[tuple[Any, ...]]:
        """A question was typed or chosen: see `ask`."""
        question = str(event._data["question"])
        # What the question brings along is never behind what has just been ticked.
        scope = self._still_there(event._data.get("documents", scope), request)
        about, wanted = event._data.get("about"), event._data.get("engine")
        if about or event._data.get("everywhere"):
            scope, since, until = [str(about)] if about else None, None, None
        if wanted == "writer":
            engine = "writer"
        yield from self.ask(question, conversation, scope, since, until, engine, request)

    def _still_there(self, ticked: list[str] | None, request: gr.Request) -> list[str]:
        """Those of the ticked documents that there are; all where none is left, to be told so."""
        there = {one.id for one in listing(self._stores.of(request))} if ticked else set()
        return [one for one in ticked or () if one in there] or list(ticked or ())

    def ask(
        self,
        question: str,
        conversation: Conversation,
        scope: list[str] | None,
        since: str | None,
        until: str | None,
        engine: Engine | Literal["research"] | None,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """A question: the turn grows with every sentence that is ready.

        In a research the questions that the writer plans follow, each a turn of its own.
        """
        question = question.strip()
        if not question:
            yield gr.skip(), conversation, gr.skip(), gr.skip(), gr.skip()
            return
        own = self._stores.shows_own(request)
        self.archive.catch_up(conversation, request)
        stage = texts.PLANNING if engine == "research" else texts.STAGES["searching"]
        number, turn = conversation.begin(question, answers.stage(stage))
        yield (
            conversation.html(own=own),
            conversation,
            gr.Textbox(submit_btn=False, stop_btn=texts.STOP),
            "",
            gr.skip(),
        )
        assistant = self._stores.of(request)
        try:
            asked_of = within(listing(assistant), scope or (), since, until)
            steps = (
                self._researched(turn, conversation, asked_of, request)
                if engine == "research"
                else self._answered(number, turn, conversation, asked_of, engine, request)
            )
            for _ in steps:
                yield conversation.html(own=own), conversation, gr.skip(), gr.skip(), gr.skip()
        except EmptyStore as error:
            said = texts.NOTHING_ADDED if assistant.person is None else str(error)
            conversation.break_off(texts.STOPPED, answers.problem(said))
        except FootnoteError as error:
            conversation.break_off(texts.STOPPED, answers.problem(str(error)))
        except Exception:
            conversation.break_off(texts.STOPPED, answers.problem(texts.BROKEN))
            yield conversation.html(own=own), conversation, ready(), gr.skip(), gr.skip()
            raise
        asked = self.archive.asked(request, conversation)
        yield conversation.html(own=own), conversation, ready(), gr.skip(), asked

    def further(self, conversation: Conversation, request: gr.Request) -> Iterator[str]:
        """After an answer: questions that the documents answer as well, each tried.

        They are tried only while nobody waits for an answer.
        """
        yield ""
        turn = conversation.turns[-1] if conversation.turns else None
        if turn is None or turn.id is None or turn.busy or not turn.citable:
            return
        assistant = self._stores.of(request)
        asked = {one.question for one in conversation.turns}
        found: list[str] = []
        try:
            answer = assistant.conversations.answer(visitor(request), turn.id)[1].answer
            cited = {one.document_id for one in answer.citations}
            limited = [*cited] if texts.is_limited(answer.notices) else None
            with closing(assistant.further(answer, documents=limited)) as questions:
                while len(found) < _FURTHER and conversation.turns[-1] is turn:
                    with closing(self._stores.turn_to_ask(request)) as waiting:
                        if not next(waiting):
                            return
                        question = next(questions, _NO_MORE)
                    if question is _NO_MORE or conversation.turns[-1] is not turn:
                        return
                    if question and question not in asked:
                        found.append(question)
                        yield str(answers.further(found))
        except FootnoteError:
            # Nobody has asked for them.
            yield ""

    def _answered(
        self,
        number: int,
        turn: Turn,
        conversation: Conversation,
        asked_of: Sequence[str] | None,
        engine: Engine | None,
        request: gr.Request,
        history: History | None = None,
    ) -> Iterator[Answer | None]:
        """Each step at which the turn shows more; at the last of them its answer, kept."""
        # The questions of a research have been let in with its first.
        waiting = self._stores.turn_to_ask(request, patient=history is not None)
        with closing(waiting):
            while not next(waiting):
                turn.body = answers.stage(texts.WAITING)
                yield None
            events = self._stores.of(request).stream(
                turn.question,
                documents=asked_of,
                history=conversation.history if history is None else history,
                engine=engine,
            )
            with closing(events):
                limit = self._limit(asked_of, request)
                for answer, seconds in _answering(events, turn, number, limit):
                    if answer is not None:
                        self.archive.keep(conversation, turn, answer, seconds, request)
                    yield answer

    def _limit(self, asked_of: Sequence[str] | None, request: gr.Request) -> tuple[str, ...]:
        """What is told with an answer that a person limited to some of the documents."""
        if asked_of is None:
            return ()
        there, some = listing(self._stores.of(request)), frozenset(asked_of)
        titles = [one.title for one in there if one.id in some]
        return (texts.limited_to(titles),) if titles else ()

    def _researched(
        self,
        turn: Turn,
        conversation: Conversation,
        asked_of: Sequence[str] | None,
        request: gr.Request,
    ) -> Iterator[None]:
        """Each step at which the turns of a research show more; the first says how far it is."""
        assistant = self._stores.of(request)
        notes = Notes(question=turn.question)
        while not notes.is_complete:
            if not notes.planned:
                turn.body = answers.stage(texts.PLANNING)
                yield None
                notes = assistant.plan_research(notes)
                continue
            asked = len(notes.answers)
            words = texts.RESEARCHING.format(asked + 1, asked + len(notes.planned))
            turn.body = answers.stage(words)
            number, part = conversation.begin(
                notes.planned[0], answers.stage(texts.STAGES["searching"])
            )
            yield None
            for answer in self._answered(
                number, part, conversation, asked_of, "writer", request, history=()
            ):
                if answer is not None:
                    notes = notes.answered(answer)
                yield None
        found = sum(not answer.abstained for answer in notes.answers)
        turn.usage = notes.usage
        turn.close(answers.stage(RESEARCH_OF.format(found, len(notes.answers))))
        yield None

    def stop(
        self, conversation: Conversation, request: gr.Request
    ) -> tuple[list[str], Conversation, Any]:
        """The person has stopped an answer: what is there stays, and the next can be asked."""
        conversation.break_off(texts.STOPPED)
        return conversation.html(own=self._stores.shows_own(request)), conversation, ready()

    # Sources -----------------------------------------------------------------------------------

    def open(self, request: gr.Request, event: gr.EventData) -> str:
        """A footnote was opened, or more of the open source is wanted: the pane's content."""
        own = self._stores.shows_own(request)
        return source_pane.render_pane(self._stores.of(request), event._data, own=own)

    # Documents ---------------------------------------------------------------------------------

    def add(
        self, files: list[str] | None, conversation: Conversation, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Files were dropped or chosen: progress for each, then the documents anew."""
        add = partial(self._stores.of(request).add, files or [], uploads=True)
        yield from self._taken(files or [], add, conversation, request)

    def replace(
        self,
        file: str | None,
        document: str | None,
        conversation: Conversation,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """A file was chosen in the place of a document's own: progress, then the documents anew."""
        if file is None or document is None:
            return
        replace = partial(self._stores.of(request).replace, document, file, uploads=True)
        yield from self._taken([file], replace, conversation, request)

    def bring(
        self, conversation: Conversation, request: gr.Request, event: gr.EventData
    ) -> Iterator[tuple[Any, ...]]:
        """A web address or a folder of the server is to be added: progress, and the documents."""
        said = {key: str(value) for key, value in event._data.items()}
        if "address" in said:
            address = said["address"].strip()
            # What is no address would be taken for a path of this machine.
            if not is_address(address):
                yield from self._refused(words.NO_ADDRESS.format(address[:200]))
                return
            yield from self._brought(address, conversation, request)
            return
        within = said.get("within", "").strip()
        settings = self._stores.of(request).settings
        folder = settings.allowed_folder(str(Path(said.get("folder", ""), within)))
        if folder is None:
            yield from self._refused(words.NOT_ALLOWED)
        elif said.get("keep"):
            self._stores.watching(request.query_params).add(folder)
            yield from self._refused(words.begun(str(folder)), done=True)
        else:
            yield from self._brought(str(folder), conversation, request)

    def _brought(
        self, place: str, conversation: Conversation, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        add = partial(self._stores.of(request).add, place)
        yield from self._taken([place], add, conversation, request, uploads=False)

    def _refused(self, said: str, *, done: bool = False) -> Iterator[tuple[Any, ...]]:
        line = answers.done(said) if done else answers.problem(said)
        yield str(line), *[gr.skip()] * (2 + len(_Shelves._fields))

    def refresh(self, conversation: Conversation, request: gr.Request) -> tuple[Any, ...]:
        """Documents have come or gone without this page's doing: the list anew."""
        return self._changed(self._stores.of(request), conversation, request)

    def replacing(self, event: gr.EventData) -> str:
        """The id of the document that the file chosen next replaces."""
        return str(event._data["document"])

    def _taken(
        self,
        paths: Sequence[str],
        take: _Take,
        conversation: Conversation,
        request: gr.Request,
        *,
        uploads: bool = True,
    ) -> Iterator[tuple[Any, ...]]:
        """The steps of taking files: what the page shows of them, and at last the documents.

        Of what are no uploads all files are shown that are found in them.
        """
        done: list[FileDone | FileUnderWay] = []
        began = time.monotonic()
        as_before = [gr.skip()] * (1 + len(_Shelves._fields))
        yield (
            str(library.adding(paths, done, time.monotonic() - began)),
            gr.File(None, visible=False),
            *as_before,
        )
        again = gr.File(None, visible=True)
        assistant = self._stores.of(request)
        try:
            with closing(_adding(take)) as progress:
                for file in progress:
                    done.append(file)
                    if not uploads:
                        paths = []
                    yield (
                        str(library.adding(paths, done, time.monotonic() - began)),
                        gr.skip(),
                        *as_before,
                    )
            shown = library.adding(paths, done, time.monotonic() - began)
        except FootnoteError as error:
            shown = answers.problem(str(error))
        except Exception:
            yield str(answers.problem(texts.BROKEN)), again, *as_before
            raise
        finally:
            # The store has its own copies; nothing of an upload stays in Gradio's folder.
            for path in paths if uploads else ():
                Path(path).unlink(missing_ok=True)
        yield str(shown), again, *self._changed(assistant, conversation, request)

    def remove(
        self, conversation: Conversation, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        """A document is removed: what was said, and the documents anew."""
        assistant = self._stores.of(request)
        id_ = str(event._data["document"])
        titles = {one.id: one.title for one in listing(assistant)}
        try:
            assistant.remove(id_)
            said = answers.done(texts.removed(titles.get(id_, id_)))
        except FootnoteError as error:
            said = answers.problem(str(error))
        return str(said), *self._changed(assistant, conversation, request)

    def connected(self, request: gr.Request) -> _Shelves:
        """Another model writes, or none: the head of the page, and what can be chosen."""
        return self._shelves(listing(self._stores.of(request)), request)

    def _changed(
        self, assistant: Assistant, conversation: Conversation, request: gr.Request
    ) -> tuple[Any, ...]:
        """The welcome, unless a conversation has taken its place, and the documents anew."""
        listed = listing(assistant)
        welcome = gr.skip() if conversation.turns else self.archive.welcome(listed, request)
        return welcome, *self._shelves(listed, request)

    def _shelves(self, listed: Sequence[DocumentInfo], request: gr.Request) -> _Shelves:
        assistant = self._stores.of(request)
        engine = assistant.engine
        judge = assistant.judge if engine.startswith("writer:") else ""
        return _Shelves(
            str(
                library.masthead(
                    engine,
                    judge,
                    len(listed),
                    own=self._stores.shows_own(request),
                    operated=self._operated,
                    person=assistant.person.name if assistant.person is not None else "",
                )
            ),
            _documents(assistant, listed),
            gr.Row(visible=sum(document.date is not None for document in listed) > 1),
            gr.Radio(visible=engine.startswith("writer:"), value=None),
        )


def _documents(assistant: Assistant, listed: Sequence[DocumentInfo]) -> str:
    states = assistant.states(listed[: library.SHOWN])
    return str(library.documents(listed, states, len(listed)))


def _answering(
    events: Iterator[Event], turn: Turn, number: int, limit: tuple[str, ...]
) -> Iterator[tuple[Answer | None, float]]:
    """Answer `turn` and stop at every point where the page has something new to show.

    At the last of them there is the answer, with the seconds that it took; `limit` tells first what
    it was limited to.
    """
    started = time.perf_counter()
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    words = texts.STAGES["searching"]
    for event in events:
        if isinstance(event, AnswerReady):
            seconds = time.perf_counter() - started
            answer = event.answer.model_copy(update={"notices": (*limit, *event.answer.notices)})
            turn.close(answers.finished(number, answer, seconds), answer.text)
            turn.usage = answer.usage
            turn.citable = bool(answer.citations)
            yield answer, seconds
            return
        if isinstance(event, Progress):
            words = texts.STAGES[event.stage]
        else:
            sentences.append(event.sentence)
            citations.extend(event.citations)
        turn.body = answers.partial(number, sentences, citations, words)
        yield None, 0.0


def _adding(take: _Take) -> Generator[FileDone | FileUnderWay, None, None]:
    """Take files in a thread of their own and pass each on as it is done."""
    done: SimpleQueue[FileDone | FileUnderWay | None] = SimpleQueue()
    with ThreadPoolExecutor(max_workers=1) as pool:
        adding = pool.submit(take, progress=done.put)
        adding.add_done_callback(lambda _: done.put(None))
        while (file := done.get()) is not None:
            yield file
        adding.result()
