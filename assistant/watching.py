"""The watched folders of a store, each kept in step by a thread for as long as a server runs."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assistant.library import Library
from index.errors import FootnoteError
from index.ingesting.report import AddReport, FileDone, FileUnderWay
from index.store.watches import Told, now

_AGAIN = 60.0
"""Seconds after which a folder that could not be kept in step is tried again."""
_FAILED, _CHANGED = 200, 50
"""Files of a folder that are told of."""
_ENDS = 10.0

log = logging.getLogger(__name__)


class _Left(BaseException):
    """The server ends, or the folder is not watched any more: no `Exception` of a file's."""


class Watching:
    """Keeps the folders in step that the store names. Thread-safe.

    Which they are stands in the store, so that a server that is started again goes on with them.

    Args:
        library: the store's documents.
        again: seconds until a folder that failed is tried again.

    >>> watching = Watching(demo)
    >>> watching.start()
    >>> watching.close()
    """

    def __init__(self, library: Library, *, again: float = _AGAIN) -> None:
        self._library, self._again = library, again
        self._lock = threading.Lock()
        self._running: dict[str, tuple[threading.Thread, threading.Event]] = {}

    def start(self) -> None:
        """Go on with all folders that the store names."""
        # Of a store that many machines share a folder is the machine's that has it.
        is_shared = self._library.settings.catalog is not None
        for one in self._library.watched():
            if not is_shared or Path(one.folder).is_dir():
                self._begin(one.folder)

    def add(self, folder: str | Path) -> Path:
        """Keep a folder in step from now on; raises DocumentError where there is none."""
        whole = self._library.keep_watching(folder)
        self._begin(str(whole))
        return whole

    def stop(self, folder: str) -> None:
        """Leave a folder as it is; its documents stay."""
        self._library.stop_watching(folder)
        with self._lock:
            thread, stopped = self._running.pop(folder, (None, None))
        if thread is not None and stopped is not None:
            stopped.set()
            thread.join(_ENDS)

    def close(self) -> None:
        """Let go of all; the store remembers which they are."""
        with self._lock:
            running, self._running = list(self._running.values()), {}
        for _, stopped in running:
            stopped.set()
        for thread, _ in running:
            thread.join(_ENDS)

    def _begin(self, folder: str) -> None:
        with self._lock:
            if folder in self._running:
                return
            stopped = threading.Event()
            thread = threading.Thread(
                target=self._keep, args=(folder, stopped), name="watching", daemon=True
            )
            self._running[folder] = thread, stopped
        thread.start()

    def _keep(self, folder: str, stopped: threading.Event) -> None:
        """Look into a folder until it is stopped, again after a while where that fails."""
        told = next((one.told for one in self._library.watched() if one.folder == folder), Told())
        while not stopped.is_set():
            try:
                for report in self._reports(folder, stopped):
                    told = noted(told, report)
                    self._library.note_watch(folder, told)
            except FootnoteError as error:
                told = replace(told, problem=str(error))
                self._tell(folder, told)
            except Exception:
                log.exception("Watching %s failed", folder)
                told = replace(told, problem="Something went wrong; the server's log tells more.")
                self._tell(folder, told)
            stopped.wait(self._again)

    def _reports(self, folder: str, stopped: threading.Event) -> Iterator[AddReport]:
        def go_on(_: FileDone | FileUnderWay) -> None:
            if stopped.is_set():
                raise _Left

        reports = self._library.watch(folder, progress=go_on, stop=stopped)
        try:
            yield from reports
        except _Left:
            return

    def _tell(self, folder: str, told: Told) -> None:
        try:
            self._library.note_watch(folder, told)
        except FootnoteError:
            log.exception("What became of %s cannot be noted", folder)


def noted(told: Told, report: AddReport) -> Told:
    """What is known of a folder after another look into it.

    A file that has failed is not read again before it changes; until then it stays among them.

    >>> from index.ingesting.report import FileDone
    >>> broken = FileDone("a.pdf", "failed", None, "It is damaged.", done=1, total=1)
    >>> told = noted(Told(), AddReport(failed=(broken,)))
    >>> dict(told.failed), dict(noted(told, AddReport()).failed)
    ({'a.pdf': 'It is damaged.'}, {})
    """
    good = {one.path for one in (*report.added, *report.updated, *report.unchanged)}
    still = {path: why for path, why in told.failed.items() if path not in good and _is_there(path)}
    new = {one.path: one.reason or "" for one in report.failed}
    failed = dict(list((still | new).items())[:_FAILED])
    told = replace(told, synced=now(), failed=failed, problem="")
    changes = (*report.added, *report.updated, *report.removed)
    if changes or new:
        return replace(
            told,
            changed=told.synced,
            files={one.path: one.outcome for one in changes[:_CHANGED]},
            added=len(report.added),
            updated=len(report.updated),
            removed=len(report.removed),
        )
    return told


def _is_there(shown: str) -> bool:
    """Whether a file that failed, or what holds it, is still where it was."""
    from index.places import file_of

    return Path(file_of(shown)).exists()
