"""What the routes of one server share: the assistant, its queue, its jobs, its place for files."""

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Annotated

from fastapi import Depends, Query, Request, UploadFile

from assistant.api.jobs import Jobs
from assistant.api.metrics import Metrics
from assistant.api.problems import TooLarge
from assistant.api.turns import Queues
from assistant.assistant import Assistant
from assistant.people.person import Person

_MIB = 1 << 20
_NAME_BYTES = 200
"""Of a file's name that is kept; file systems take 255."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """What one server has. Made by `open_service`, let go of by `close`.

    >>> service = open_service(demo, "http://127.0.0.1:7860")
    >>> service.queues.questions.running, service.jobs.waiting()
    (0, 0)
    >>> service.close()
    """

    assistant: Assistant
    queues: Queues
    jobs: Jobs
    metrics: Metrics
    address: str
    temporary: "tempfile.TemporaryDirectory[str]"

    @property
    def largest(self) -> int:
        """Bytes of the largest file that is taken."""
        return self.assistant.settings.file_limit * _MIB

    def turn_of(self, request: Request | None) -> AbstractAsyncContextManager[None]:
        """The turn of a request's caller; without a request, of this machine's own.

        >>> service = open_service(demo, "")
        >>> service.turn_of(None).__class__.__name__
        '_AsyncGeneratorContextManager'
        >>> service.close()
        """
        caller = request.state.caller.id if request is not None else ""
        return self.queues.questions.turn(caller)

    def close(self) -> None:
        """Stop what is under way; nothing of an upload stays."""
        self.jobs.close()
        self.temporary.cleanup()

    def receive(self, files: list[UploadFile]) -> "Received":
        """Files as they came, each in a folder of its own under the name that it was given.

        Raises:
            TooLarge: one of them is.
        """
        received = Received(Path(tempfile.mkdtemp(dir=self.temporary.name)), [], "")
        told = hashlib.sha256()
        try:
            for number, file in enumerate(files):
                path = received.folder / str(number) / _name(file.filename or "")
                path.parent.mkdir()
                told.update(f"{path.name}\0".encode())
                _copy(file, path, told.update, self.largest)
                # Its length, lest two files tell the same as one that holds both.
                told.update(f"\0{path.stat().st_size}\0".encode())
                received.paths.append(path)
        except BaseException:
            received.drop()
            raise
        received.fingerprint = told.hexdigest()
        return received


@dataclass
class Received:
    """Files that were sent, and what tells them from others.

    >>> folder = tmp_path / "arrived"
    >>> folder.mkdir()
    >>> Received(folder, [folder / "log.txt"], "").drop()
    >>> folder.exists()
    False
    """

    folder: Path
    paths: list[Path]
    fingerprint: str

    @property
    def size(self) -> int:
        """Their bytes."""
        return sum(path.stat().st_size for path in self.paths)

    def drop(self) -> None:
        """Remove them."""
        shutil.rmtree(self.folder, ignore_errors=True)


def open_service(assistant: Assistant, address: str) -> Service:
    """What a server of this assistant has; `address` is where people reach it.

    >>> open_service(demo, "http://127.0.0.1:7860").close()
    """
    queues = Queues.of(assistant.settings.waiting)
    turns, drafts = queues
    jobs = Jobs(lambda error: log.error("a job failed", exc_info=error), store=str(assistant.store))
    metrics = Metrics()
    metrics.watch("questions_running", "Questions that are being answered.", lambda: turns.running)
    metrics.watch("questions_waiting", "Questions that wait for a turn.", lambda: turns.waiting)
    metrics.watch("drafts_running", "Drafts and reports being checked.", lambda: drafts.running)
    metrics.watch("drafts_waiting", "Drafts and reports that wait.", lambda: drafts.waiting)
    metrics.watch("jobs_running", "Jobs that are being done.", jobs.running)
    metrics.watch("jobs_waiting", "Jobs that wait.", jobs.waiting)
    temporary = tempfile.TemporaryDirectory(prefix="footnote-api-", ignore_cleanup_errors=True)
    return Service(assistant, queues, jobs, metrics, address, temporary)


def seen_by(assistant: Assistant, person: Person | None) -> Assistant:
    """An assistant as far as somebody may read; all of it for nobody in particular.

    >>> seen_by(demo, None) is demo
    True
    """
    return assistant if person is None else assistant.for_person(person)


def assistant_of(assistant: Assistant, request: Request | None) -> Assistant:
    """An assistant as whoever sent a request sees it.

    >>> assistant_of(demo, None) is demo
    True
    """
    caller = None if request is None else getattr(request.state, "caller", None)
    return assistant if caller is None else seen_by(assistant, caller.person)


Only = Annotated[
    list[str] | None,
    Query(
        alias="collection",
        max_length=100,
        description="The name of a collection to which this is limited; may be given repeatedly.",
    ),
]


def _service(request: Request, only: Only = None) -> Service:
    service: Service = request.app.state.service
    assistant = assistant_of(service.assistant, request)
    return replace(service, assistant=assistant.within(*only) if only else assistant)


Shared = Annotated[Service, Depends(_service)]
"""A route's argument: what the routes share."""


def _copy(file: UploadFile, path: Path, told: Callable[[bytes], None], largest: int) -> None:
    with path.open("wb") as out:
        while piece := file.file.read(_MIB):
            if out.tell() + len(piece) > largest:
                raise TooLarge(
                    f"{path.name} has more than {largest // _MIB:,} MiB (FOOTNOTE_FILE_LIMIT)."
                )
            told(piece)
            out.write(piece)


def _name(given: str) -> str:
    """A file's name without folders and control signs, short enough for any file system."""
    name = PurePath(given.replace("\\", "/")).name
    name = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    # As bytes, because that is what file systems count; its ending says what it is.
    stem, dot, ending = name.rpartition(".")
    kept = (stem or ending).encode(errors="replace")[:_NAME_BYTES].decode(errors="ignore")
    short = f"{kept}{dot}{ending[:20]}" if stem else f"{dot}{kept}"
    return short.encode(errors="replace").decode() if short.strip(". ") else "upload"
