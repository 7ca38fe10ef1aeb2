"""`Assistant(url=…)`: the assistant of a server, asked over HTTP with the surface of one's own."""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from copy import copy
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn, Self
from urllib.parse import quote

from pydantic import TypeAdapter

from assistant.answer import Answer, AnswerReady, Citation, Engine, Event, Passage
from assistant.api.connection import NoServer, Server
from assistant.api.jobs import Job
from assistant.api.problems import Problem, error_of
from assistant.api.remote_collections import RemoteCollections
from assistant.api.schemas import About, DocumentText, Listed
from assistant.assistant import Assistant
from assistant.matrix.columns import columns_of
from assistant.matrix.matrix import Grid, Matrix
from assistant.rechecking.findings import Verification
from assistant.reporting.report import Report
from assistant.settings import Settings, load
from assistant.threads import Threads
from index.closing import close_all
from index.document import Document, LeftOut
from index.errors import DocumentError, FootnoteError, SettingsError
from index.ingesting.fetching import is_address
from index.ingesting.report import AddReport
from index.layout import Rectangle
from index.pages.images import PageImage
from index.store import catalog
from index.store.catalog import DocumentInfo

if TYPE_CHECKING:
    from llama_index.core.schema import Document as LlamaDocument

    from assistant.asking.rewriting import History
    from assistant.connecting import ChosenModel, Trial
    from assistant.conversations.cells import KeptCells
    from assistant.conversations.conversations import Conversations
    from assistant.matrix.columns import Column
    from assistant.people.people import People
    from assistant.people.person import Person
    from assistant.rechecking.findings import Finding
    from assistant.research import Limits, Notes
    from index.ingesting.report import Progress as Adding
    from index.ingesting.walking import State
    from index.models.embeddings import Vectors
    from index.store.maintenance import Difference
    from index.store.watches import Told, Watched

_FILES = 200
"""Files that go in one request."""

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class OnlyBesideTheStore(FootnoteError):
    """What only an assistant can do that has the store on its own machine.

    >>> with Assistant(url="http://127.0.0.1:9") as assistant:
    ...     assistant.repair()
    Traceback (most recent call last):
        ...
    assistant.api.client.OnlyBesideTheStore: 'repair' works on the server's machine alone: ...
    """


class RemoteAssistant(Assistant):
    """The assistant of a server. Thread-safe. `Assistant(url=…)` makes one.

    What works on the store's own files is refused with a line (`check`, `repair`, `watch`, and a
    few more); `sync` names a folder of the server's machine.

    Args:
        store: is given to an assistant of one's own alone.
        settings: options of this side; by default from the environment, `.env`, `footnote.toml`.
        url: where the server is, with the path below which it is served, if there is one.
        token: made there by 'footnote token add'; none is needed on the server's own machine.

    Raises:
        SettingsError: a store is given, too, or the address is none.

    >>> RemoteAssistant(url="notes.example")
    Traceback (most recent call last):
        ...
    index.errors.SettingsError: 'notes.example' is no address of a server: ...
    """

    def __init__(
        self,
        store: str | Path | None = None,
        *,
        settings: Settings | None = None,
        url: str | None = None,
        token: str | None = None,
    ) -> None:
        if store is not None:
            raise SettingsError("Give an assistant either a store or the url of a server.")
        if url is None or not is_address(url):
            raise SettingsError(
                f"{url!r} is no address of a server: it begins with http:// or https://."
            )
        self.url = url.rstrip("/")
        self.settings = settings or load()
        self._server = Server(self.url, token)
        self._threads = Threads()

    def close(self) -> None:
        """Let go of threads and connections."""
        if self._is_view:
            return
        close_all(self._threads.close, self._server.close)

    def within(self, *collections: str) -> Self:
        """The same as if there were no documents but those in these collections."""
        view = copy(self)
        view._server, view._is_view = self._server.within(collections), True
        return view

    @property
    def collections(self) -> RemoteCollections:
        """The server's named sets of documents, and who may read them."""
        return RemoteCollections(self._server)

    def for_person(self, person: "Person") -> Self:
        """Refused: a token says who asks."""
        del person
        self._absent("for_person")

    # What answers ------------------------------------------------------------------------------

    @property
    def engine(self) -> str:
        """Which engine of the server answers unless another is asked for."""
        return self._about().engine

    @property
    def judge(self) -> str:
        """Who judges there what is written, in words."""
        return self._about().judge

    def stream(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        history: "History | None" = None,
        engine: Engine | None = None,
    ) -> Generator[Event, None, None]:
        """What is done, each sentence once it is verified, and at last the answer."""
        said = {
            "question": question,
            "documents": _listed(documents),
            "history": [{"role": role, "text": text} for role, text in history or ()],
            "engine": engine,
        }
        for kind, data in self._server.events("POST", "/ask/events", json=said):
            if kind == "problem":
                raise error_of(Problem.model_validate_json(data))
            if kind in ("progress", "sentence", "answer"):
                event = _EVENT.validate_json(data)
                yield event
                if isinstance(event, AnswerReady):
                    return
        raise NoServer(f"{self.url} broke off before the answer was whole: ask again.")

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        documents: Sequence[str] | None = None,
        history: "History | None" = None,
    ) -> list[Passage]:
        """The `k` passages nearest to a question, best first; at most 100."""
        said = {
            "question": question,
            "k": k,
            "documents": _listed(documents),
            "history": [{"role": role, "text": text} for role, text in history or ()],
        }
        return self._server.read(list[Passage], "POST", "/search", json=said)

    def cite(
        self,
        text: str | Path,
        documents: Sequence[str] | None = None,
        *,
        markdown: bool = True,
        progress: Callable[[int, int], None] | None = None,
        left: Callable[[], bool] | None = None,
    ) -> Answer:
        """Your own text with footnotes; `progress` is told when all of it is done."""
        del left  # asked once: the server stops when the connection is closed
        if isinstance(text, Path):
            within = {"documents": _listed(documents)} if documents is not None else {}
            with _opened(text) as file:
                sent = {"file": file}
                answer = self._server.read(Answer, "POST", "/cite/file", files=sent, data=within)
        else:
            said = {"text": text, "documents": _listed(documents), "markdown": markdown}
            answer = self._server.read(Answer, "POST", "/cite", json=said)
        if progress is not None:
            progress(len(answer.sentences), len(answer.sentences))
        return answer

    def matrix(
        self,
        questions: "str | Iterable[str | Column]",
        *,
        documents: Sequence[str] | None = None,
        title: str = "Matrix",
        engine: Engine | None = None,
        fresh: bool = False,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> Matrix:
        """The same questions put to each document of the server, which keeps the cells."""
        said = {
            "questions": [one.line for one in columns_of(questions)],
            "documents": _listed(documents),
            "title": title,
            "engine": engine,
            "fresh": fresh,
        }
        job = self._done(self._server.read(Job, "POST", "/matrices", json=said), progress)
        return self._server.read(Matrix, "GET", f"/jobs/{job.id}/matrix")

    def research(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        notes: Path | None = None,
        limits: "Limits | None" = None,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> Report:
        """A report on a question whose questions the server's writer plans."""
        if notes is not None:
            self._absent("research with notes")
        said = {
            "question": question,
            "documents": _listed(documents),
            "requests": limits.requests if limits else None,
            "tokens": limits.tokens if limits else None,
        }
        job = self._done(self._server.read(Job, "POST", "/research", json=said), progress)
        return self._server.read(Report, "GET", f"/jobs/{job.id}/report", params={"format": "json"})

    def verify(self, report: str | Path) -> Verification:
        """What became of each citation of an exported report: does its source still say so?"""
        with _opened(Path(report)) as file:
            found = self._server.read(Verification, "POST", "/verify", files={"file": file})
        return found.model_copy(update={"report": str(report)})

    # Documents ---------------------------------------------------------------------------------

    def add(
        self,
        paths: "str | Path | Iterable[str | Path | LlamaDocument]",
        *,
        uploads: bool = True,
        progress: "Adding | None" = None,
        on: str | None = None,
    ) -> AddReport:
        """Send files and folders of this machine, and let the server fetch web addresses.

        The server keeps copies (`uploads` changes nothing); `progress` is told of each file when
        those that were sent with it are done. `on` is the affair of the machine that stores.
        """
        from index.ingesting.walking import check_named, found

        del uploads
        if on is not None:
            self._absent("add on a cluster")
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        check_named(given)
        named = [one for one in given if isinstance(one, str | Path)]
        if len(named) < len(given):
            self._absent("add of llama-index documents")
        addresses = [one for one in named if isinstance(one, str) and is_address(one)]
        files = [one for one in named if not (isinstance(one, str) and is_address(one))]
        report = AddReport()
        there = list(found(files, Path()))
        for start in range(0, len(there), _FILES):
            with ExitStack() as opened:
                some = there[start : start + _FILES]
                sent = [("files", opened.enter_context(_opened(path))) for path in some]
                report += self._added(
                    self._server.read(Job, "POST", "/documents", files=sent), progress
                )
        for address in addresses:
            job = self._server.read(Job, "POST", "/documents/address", json={"address": address})
            report += self._added(job, progress)
        return report

    def replace(
        self,
        document_id: str,
        file: str | Path,
        *,
        uploads: bool = True,
        progress: "Adding | None" = None,
    ) -> AddReport:
        """Send a file in the place of a document's own: its id stays."""
        del uploads
        with _opened(Path(file)) as sent:
            job = self._server.read(
                Job, "PUT", f"/documents/{_id(document_id)}/file", files={"file": sent}
            )
        return self._added(job, progress)

    def sync(self, folder: str | Path, *, progress: "Adding | None" = None) -> AddReport:
        """Let the server keep up with a folder of its own machine, which FOOTNOTE_FOLDERS names."""
        said = {"path": str(folder), "sync": True}
        return self._added(self._server.read(Job, "POST", "/documents/folder", json=said), progress)

    def documents(self, having: Mapping[str, str] | None = None) -> list[DocumentInfo]:
        """All documents, the latest first, or those of which all is so that `having` asks."""
        found = [one.info() for one in self._server.read(list[Listed], "GET", "/documents")]
        return catalog.having(found, having or {})

    def left_out(self, document_id: str | None = None) -> dict[str, list[LeftOut]]:
        """What the texts of documents do not have of their files, by id, each with the reason."""
        told = self._server.read(dict[str, list[LeftOut]], "GET", "/left-out")
        return {id_: one for id_, one in told.items() if document_id in (None, id_)}

    def states(self, documents: Sequence[DocumentInfo]) -> "dict[str, State]":
        """Of each document, by its id, whether its file on the server has changed or is gone."""
        wanted = {one.id for one in documents}
        told = self._server.read(list[Listed], "GET", "/documents")
        return {one.id: one.state for one in told if one.id in wanted and one.state is not None}

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document with its text, without its printed layout; `rectangles` asks for that."""
        asked = {"version": version} if version else {}
        path = f"/documents/{_id(document_id)}"
        return self._server.read(DocumentText, "GET", path, params=asked).document()

    def suggestions(self, count: int = 4) -> list[str]:
        """Questions to begin with, drawn from the latest documents."""
        return self._server.read(list[str], "GET", "/suggestions", params={"count": count})

    def cited(self, citation_id: str) -> Passage:
        """The words that a citation's id names."""
        return self._server.read(Passage, "GET", f"/citations/{_id(citation_id)}")

    def rectangles(self, place: Citation | Passage) -> list[Rectangle]:
        """Where a citation or passage is printed on its pages, line by line."""
        asked = {"version": place.version, "start": place.start, "end": place.end}
        path = f"/documents/{_id(place.document_id)}/rectangles"
        return self._server.read(list[Rectangle], "GET", path, params=asked)

    def page_lines(
        self, document_id: str, page: int, version: str | None = None
    ) -> list[tuple[str, Rectangle]]:
        """The lines of a printed page, each with its words and where they stand."""
        asked = {"version": version} if version else {}
        path = f"/documents/{_id(document_id)}/pages/{page}/lines"
        return self._server.read(list[tuple[str, Rectangle]], "GET", path, params=asked)

    def page_image(
        self, document_id: str, page: int, version: str | None = None, *, width: int = 1_200
    ) -> PageImage:
        """A page as it is printed; the first page is 1."""
        asked = {"width": width} | ({"version": version} if version else {})
        answer = self._server.send(
            "GET", f"/documents/{_id(document_id)}/pages/{page}", params=asked
        )
        told = answer.headers
        return PageImage(
            answer.content,
            int(told["Footnote-Width"]),
            int(told["Footnote-Height"]),
            float(told["Footnote-Scale"]),
        )

    def correct(self, document_id: str, corrections: Mapping[str, str | None]) -> DocumentInfo:
        """Correct a document's title, author, date or status by hand: what it is then."""
        said = dict(corrections)
        return self._server.read(
            Listed, "PATCH", f"/documents/{_id(document_id)}", json=said
        ).info()

    def remove(
        self,
        document_id: str,
        *,
        purge: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Path]:
        """Delete a document; after a purge, the names of files in which words of it still stand."""
        del progress
        asked = {"purge": purge}
        told = self._server.send("DELETE", f"/documents/{_id(document_id)}", params=asked).json()
        return [Path(name) for name in told["left_in"]]

    # What works on the server's machine alone --------------------------------------------------

    def watch(
        self,
        folder: str | Path,
        *,
        progress: "Adding | None" = None,
        stop: threading.Event | None = None,
    ) -> Iterator[AddReport]:
        """Refused; `sync` keeps up with a folder of the server's machine."""
        del folder, progress, stop
        self._absent("watch")

    def watched(self) -> "list[Watched]":
        """Refused: the page tells of the server's watched folders."""
        self._absent("watched")

    def keep_watching(self, folder: str | Path) -> Path:
        """Refused."""
        del folder
        self._absent("keep_watching")

    def stop_watching(self, folder: str | Path) -> None:
        """Refused."""
        del folder
        self._absent("stop_watching")

    def note_watch(self, folder: str | Path, told: "Told") -> None:
        """Refused."""
        del folder, told
        self._absent("note_watch")

    def original(self, document_id: str, version: str | None = None) -> Path:
        """Refused: the file lies on the server's machine."""
        del document_id, version
        self._absent("original")

    def documents_at(self, path: str | Path) -> list[str]:
        """Refused: paths are those of the server's machine."""
        del path
        self._absent("documents_at")

    def embeds(self, text: str) -> None:
        """Refused; `/readyz` tells whether the model reads."""
        del text
        self._absent("embeds")

    def embed(self, texts: Sequence[str], *, question: bool = False) -> "Vectors":
        """Refused; `/v1/embeddings` gives them."""
        del texts, question
        self._absent("embed")

    @property
    def embedding(self) -> str:
        """Refused."""
        self._absent("embedding")

    def verify_citation(self, citation_id: str, quote: str | None = None) -> "Finding":
        """Refused; `verify` examines reports."""
        del citation_id, quote
        self._absent("verify_citation")

    def changes(self, document_id: str, older: str | None = None) -> Grid:
        """Refused."""
        del document_id, older
        self._absent("changes")

    def try_model(self, chosen: "ChosenModel", question: str) -> "Iterator[Trial]":
        """Refused: what writes there, whoever runs that server chooses."""
        del chosen, question
        self._absent("try_model")

    def connect(self, chosen: "ChosenModel") -> None:
        """Refused, as `try_model` is."""
        del chosen
        self._absent("connect")

    def disconnect(self) -> None:
        """Refused, as `try_model` is."""
        self._absent("disconnect")

    def use(self, settings: Settings) -> None:
        """Refused, as `try_model` is."""
        del settings
        self._absent("use")

    def plan_research(self, notes: "Notes") -> "Notes":
        """Refused; `research` plans and answers."""
        del notes
        self._absent("plan_research")

    def back_up(self, file: str | Path) -> None:
        """Refused."""
        del file
        self._absent("back_up")

    def restore(
        self, file: str | Path, *, progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Refused."""
        del file, progress
        self._absent("restore")

    def check(self) -> "list[Difference]":
        """Refused."""
        self._absent("check")

    def missing_indexes(self) -> list[Path]:
        """Refused."""
        self._absent("missing_indexes")

    def other_base(self) -> str:
        """Refused."""
        self._absent("other_base")

    def repair(self, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Refused."""
        del progress
        self._absent("repair")

    @property
    def store(self) -> Path:  # type: ignore[override]
        """Refused."""
        self._absent("store")

    @property
    def shared_catalog(self) -> str | None:
        """Refused."""
        self._absent("shared_catalog")

    @property
    def conversations(self) -> "Conversations":  # type: ignore[override]
        """Refused; `/api/v1/conversations` are those of the token."""
        self._absent("conversations")

    @property
    def matrices(self) -> "KeptCells":  # type: ignore[override]
        """Refused; the server keeps them."""
        self._absent("matrices")

    @property
    def people(self) -> "People":  # type: ignore[override]
        """Refused: 'footnote user' knows them, on the server's machine."""
        self._absent("people")

    @property
    def who(self) -> str:
        """Refused: the server knows by the token."""
        self._absent("who")

    def note(self, act: str, *, words: str | None = None, **what: object) -> None:
        """Refused: the server notes what is done."""
        del act, words, what
        self._absent("note")

    def unnoted(self) -> Self:
        """The same: what the server notes is its own."""
        return self

    # -------------------------------------------------------------------------------------------

    def _absent(self, what: str) -> NoReturn:
        raise OnlyBesideTheStore(
            f"{what!r} works on the server's machine alone: open its store there, with "
            "Assistant(store=…)."
        )

    def _about(self) -> About:
        return self._server.read(About, "GET", "/about")

    def _added(self, job: Job, progress: "Adding | None") -> AddReport:
        report = self._done(job, None).files or AddReport()
        if progress is not None:
            for outcome in AddReport.__slots__:
                for file in getattr(report, outcome):
                    progress(file)
        return report

    def _done(self, job: Job, progress: Callable[[int, int, str], None] | None) -> Job:
        """The job when it is over; whoever stops waiting for it stops it.

        Raises:
            FootnoteError: as what it does; it failed or was cancelled.
        """
        try:
            for _, data in self._server.events("GET", f"/jobs/{job.id}/events"):
                job = Job.model_validate_json(data)
                if progress is not None and not job.is_over and job.total:
                    progress(job.done, job.total, job.what)
        except BaseException:
            with suppress(FootnoteError):
                self._server.send("DELETE", f"/jobs/{job.id}")
            raise
        if job.problem is not None:
            raise error_of(job.problem)
        if job.state != "done":
            raise NoServer(f"{self.url} stopped before it was done: {job.kind} again.")
        return job


def _listed(documents: Sequence[str] | None) -> list[str] | None:
    return None if documents is None else list(documents)


def _id(given: str) -> str:
    """An id as one part of a path, whatever signs it has."""
    return quote(given, safe="") or "-"


def _opened(path: Path) -> IO[bytes]:
    """A file that is sent.

    Raises:
        DocumentError: it cannot be read.
    """
    try:
        if not path.is_file():
            raise DocumentError(f"There is no file {path}.")
        return path.open("rb")
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}.") from error
