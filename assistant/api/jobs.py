"""Jobs: what takes longer than a request should last, with its progress, its result and its end."""

import asyncio
import queue
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from assistant.api.problems import KeyReused, Problem, TooBusy, UnknownJob
from assistant.matrix.matrix import Matrix
from assistant.reporting.report import Report
from index.errors import FootnoteError
from index.ingesting.report import AddReport

Kind = Literal["add", "replace", "sync", "report", "research", "matrix"]
State = Literal["waiting", "running", "done", "failed", "cancelled"]
Result = AddReport | Report | Matrix

_AT_ONCE = 2
_WAITING, _EACH = 64, 16
"""Jobs that wait at most, in all and of one caller."""
_HELD = 2 << 30
"""Bytes of files that wait on the disk with these jobs, at most."""
_KEPT, _REPORTS = 100, 8
"""Of one caller the jobs that are over and known still, and those of them that made a report or a
matrix, the latest: what nobody fetches goes at last."""
_LAST_WORDS = 5.0
"""Seconds that jobs get to stop when the server ends; a store may be left at any instant."""
_BROKEN = "The program failed at this; the server's terminal says why."


class Job(BaseModel):
    """How far a job is: `done` of `total`, at the moment `what`.

    `files` is what became of added documents. Of a report it is told how many of its questions are
    answered; the report itself is at `report`, a matrix at `matrix`. `problem` is why it failed.

    >>> Job(id="j1", kind="add", state="running", done=3, total=7, made="2026-01-02").is_over
    False
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Kind
    state: State
    done: int = 0
    total: int = 0
    what: str = ""
    made: datetime
    ended: datetime | None = None
    files: AddReport | None = None
    report: str | None = None
    answered: int | None = None
    matrix: str | None = None
    problem: Problem | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ("done", "failed", "cancelled")


class Left(BaseException):
    """A job is no longer wanted: no `Exception`, which those who read a file would take for its.

    >>> issubclass(Left, Exception)
    False
    """


@dataclass(eq=False)
class Work:
    """A job as it is being done; what does it tells its progress here, and so learns to stop.

    >>> work = Work("j1", "add", "here", lambda work: AddReport())
    >>> work.tell(3, 7, "log.txt")
    >>> work.job().done
    3
    """

    id: str
    kind: Kind
    owner: str
    do: "Callable[[Work], Result]"
    fingerprint: str = ""
    key: str | None = None
    size: int = 0
    shown: Callable[[AddReport], AddReport] = lambda report: report
    afterwards: Callable[[], None] = lambda: None
    state: State = "waiting"
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    result: Result | None = None
    problem: Problem | None = None
    progress: tuple[int, int, str] = (0, 0, "")
    left: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def tell(self, done: int, total: int, what: str = "") -> None:
        """Say how far it is.

        Raises:
            Left: it is no longer wanted.
        """
        if self.left.is_set():
            raise Left
        self.progress = done, total, what

    def end(self, state: State) -> None:
        """Note that it is over."""
        self.ended = datetime.now(UTC)
        # Last: whoever sees it finds all of the above.
        self.state = state
        self.over.set()

    def job(self) -> Job:
        """How far it is."""
        done, total, what = self.progress
        report = self.result if isinstance(self.result, Report) else None
        return Job(
            id=self.id,
            kind=self.kind,
            state=self.state,
            done=done,
            total=total,
            what="" if self.ended else what,
            made=self.made,
            ended=self.ended,
            files=self.shown(self.result) if isinstance(self.result, AddReport) else None,
            report=f"/api/v1/jobs/{self.id}/report" if report else None,
            answered=sum(not one.abstained for one in report.answers) if report else None,
            matrix=f"/api/v1/jobs/{self.id}/matrix" if isinstance(self.result, Matrix) else None,
            problem=self.problem,
        )


_Made = TypeVar("_Made")


class Jobs:
    """The jobs of one server, each known to its owner alone. Thread-safe.

    Args:
        failed: is told of an error that nobody has foreseen.
        store: the path that problems do not name.

    >>> jobs = Jobs(failed=lambda error: None)
    >>> begun = jobs.start("add", "here", lambda work: AddReport())
    >>> asyncio.run(jobs.ended("here", begun.id)).state
    'done'
    >>> jobs.close()
    """

    def __init__(self, failed: Callable[[BaseException], None], store: str = "") -> None:
        self._failed, self._store = failed, store
        self._known: OrderedDict[str, Work] = OrderedDict()
        self._waiting: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(
        self,
        kind: Kind,
        owner: str,
        do: Callable[[Work], Result],
        *,
        key: str | None = None,
        fingerprint: str = "",
        size: int = 0,
        shown: Callable[[AddReport], AddReport] = lambda report: report,
        afterwards: Callable[[], None] = lambda: None,
    ) -> Job:
        """A new job, or the one that was begun with the same key.

        Args:
            kind: what is done.
            owner: whose it is.
            do: does it.
            key: of the caller's choice; a request that is sent again with it is not done again.
            fingerprint: by which it is known whether it is the same request.
            size: bytes of the files that wait for it.
            shown: the result as the owner may see it.
            afterwards: is called when it is over, or where it is not begun.

        Raises:
            KeyReused: the key came with another request.
            TooBusy: too many jobs wait, or too many files with them.
        """
        with self._lock:
            before = self._with_key(owner, key)
            waiting = [one for one in self._known.values() if one.state == "waiting"]
            held = sum(one.size for one in waiting)
            if before is None and (
                len(waiting) >= _WAITING
                or sum(one.owner == owner for one in waiting) >= _EACH
                or (held and held + size > _HELD)
            ):
                afterwards()
                raise TooBusy("Too many jobs wait; try again when some are done.", 30)
            if before is None:
                work = Work(secrets.token_urlsafe(12), kind, owner, do, fingerprint, key, size)
                work.shown, work.afterwards = shown, afterwards
                self._known[work.id] = work
                self._forget(owner)
                self._begin()
                self._waiting.put(work)
                return work.job()
        afterwards()
        if before.fingerprint != fingerprint:
            raise KeyReused("This idempotency key came with another request before.")
        return before.job()

    def listed(self, owner: str) -> list[Job]:
        """The owner's jobs, the latest first."""
        with self._lock:
            return [one.job() for one in reversed(self._known.values()) if one.owner == owner]

    def find(self, owner: str, id_: str) -> Job:
        """One of the owner's jobs.

        Raises:
            UnknownJob: there is none such.
        """
        return self._own(owner, id_).job()

    def follow(self, owner: str, id_: str) -> Callable[[], Job]:
        """What tells again and again how far one of the owner's jobs is, to its end.

        Raises:
            UnknownJob: there is none such.
        """
        return self._own(owner, id_).job

    def report(self, owner: str, id_: str) -> Report:
        """The report that a job has made.

        Raises:
            UnknownJob: there is no such job, or it has made no report, or not yet.
        """
        return self._result(owner, id_, Report, "report")

    def matrix(self, owner: str, id_: str) -> Matrix:
        """The matrix that a job has made.

        Raises:
            UnknownJob: there is no such job, or it has made no matrix, or not yet.
        """
        return self._result(owner, id_, Matrix, "matrix")

    def _result(self, owner: str, id_: str, kind: type[_Made], name: str) -> _Made:
        result = self._own(owner, id_).result
        if not isinstance(result, kind):
            raise UnknownJob(f"This job has made no {name}, or not yet.")
        return result

    def cancel(self, owner: str, id_: str) -> Job:
        """Let a job stop as soon as it can; what it has done is kept.

        Raises:
            UnknownJob: there is none such.
        """
        work = self._own(owner, id_)
        work.left.set()
        with self._lock:
            waits = work.state == "waiting"
            if waits:
                work.end("cancelled")
        if waits:
            work.afterwards()
        return work.job()

    async def ended(self, owner: str, id_: str) -> Job:
        """One of the owner's jobs, when it is over.

        Raises:
            UnknownJob: there is none such.
        """
        work = self._own(owner, id_)
        while not work.over.is_set():
            await asyncio.sleep(0.05)
        return work.job()

    def running(self) -> int:
        """How many are being done."""
        with self._lock:
            return sum(one.state == "running" for one in self._known.values())

    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return sum(one.state == "waiting" for one in self._known.values())

    def close(self) -> None:
        """Stop all; those that do not stop soon are left where they are."""
        with self._lock:
            works, threads = [*self._known.values()], self._threads
            self._threads = []
        for work in works:
            work.left.set()
        for _ in threads:
            self._waiting.put(None)
        for thread in threads:
            thread.join(_LAST_WORDS / max(1, len(threads)))

    # -------------------------------------------------------------------------------------------

    def _own(self, owner: str, id_: str) -> Work:
        with self._lock:
            work = self._known.get(id_)
        if work is None or work.owner != owner:
            raise UnknownJob("There is no such job, or it is no longer known.")
        return work

    def _with_key(self, owner: str, key: str | None) -> Work | None:
        own = (one for one in self._known.values() if one.owner == owner and one.key == key)
        return next(own, None) if key is not None else None

    def _forget(self, owner: str) -> None:
        over = [one for one in self._known.values() if one.owner == owner and one.over.is_set()]
        reports = [one for one in over if isinstance(one.result, Report | Matrix)]
        for work in {*over[:-_KEPT], *reports[:-_REPORTS]}:
            del self._known[work.id]

    def _begin(self) -> None:
        while len(self._threads) < _AT_ONCE:
            # Of the kind that a process does not wait for: it may be left at any instant.
            thread = threading.Thread(target=self._serve, name="job", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self) -> None:
        while (work := self._waiting.get()) is not None:
            self._do(work)

    def _do(self, work: Work) -> None:
        with self._lock:
            if work.over.is_set():
                return
            work.state = "running"
        state: State = "done"
        try:
            work.tell(0, 0)
            work.result = work.do(work)
        except (Left, asyncio.CancelledError):
            state = "cancelled"
        except FootnoteError as error:
            work.problem, state = Problem.of(error, self._store), "failed"
        except Exception as error:  # noqa: BLE001 (a thread that serves others goes on)
            work.problem, state = Problem.coded("internal-error", 500, _BROKEN), "failed"
            self._failed(error)
        work.afterwards()
        work.end(state)
