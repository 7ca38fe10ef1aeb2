"""The order in which documents are listed: the latest first, and a reply after what it answers.

A list that is kept until its catalog changes.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Lock

from index.store.catalog import DocumentInfo


class Listing:
    """The documents of a catalog, read again only once its file was written since. Thread-safe.

    Of 20,000 documents a list takes a second to be read, and every question, every page that is
    opened and every letter that is typed into a filter wants one.

    Args:
        path: the catalog's file.
        read: reads them.
        mark: gives another number once they have changed, where the catalog is no file.

    >>> listing = Listing(store.folder / "catalog.sqlite", store.documents)
    >>> listing.documents() == store.documents(), len(listing.documents())
    (True, 7)
    >>> listing.close()
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[], list[DocumentInfo]],
        mark: Callable[[], int] | None = None,
    ) -> None:
        self._path, self._read, self._given = path, read, mark
        self._lock = Lock()
        self._watching: sqlite3.Connection | None = None
        self._kept: tuple[int, list[DocumentInfo]] | None = None

    def documents(self) -> list[DocumentInfo]:
        """All of them, in order."""
        with self._lock:
            mark = self._mark()
            if self._kept is None or self._kept[0] != mark:
                self._kept = mark, self._read()
            return list(self._kept[1])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
            self._watching = self._kept = None

    def _mark(self) -> int:
        """A number that is another one once any other connection has written the file."""
        if self._given is not None:
            return self._given()
        if self._watching is None:
            self._kept = None
            self._watching = sqlite3.connect(self._path, timeout=60, check_same_thread=False)
        with closing(self._watching.execute("PRAGMA data_version")) as asked:
            return int(asked.fetchone()[0])


def latest_first(listed: Iterable[DocumentInfo]) -> list[DocumentInfo]:
    """The documents, the latest first; those without a date last.

    Messages of one day stand in the order of their sending, the latest first, too. A reply is later
    than what it answers, whatever the clocks said.

    >>> [one.date for one in latest_first(store.documents())][:3]
    ['2026-04-16', '2026-03-09', '2026-01-12']
    """
    by_title = sorted(listed, key=lambda info: (info.title.casefold(), info.id))
    stated = {info.id: dict(info.properties) for info in by_title if info.properties}
    sent = _sent(stated)
    return sorted(by_title, key=lambda info: (info.date or "", sent.get(info.id, 0)), reverse=True)


def _sent(stated: Mapping[str, Mapping[str, str]]) -> dict[str, float]:
    """When each message was sent, in seconds, or just after what it answers; by document."""
    of_message = {said["message-id"]: id_ for id_, said in stated.items() if "message-id" in said}
    sent: dict[str, float] = {}
    for id_ in stated:
        chain: dict[str, None] = {}
        upwards: str | None = id_
        while upwards is not None and upwards not in sent and upwards not in chain:
            chain[upwards] = None
            upwards = of_message.get(stated[upwards].get("in-reply-to", ""))
        after = sent.get(upwards or "", 0.0)
        for reply in reversed(chain):
            after = sent[reply] = max(_seconds(stated[reply].get("date", "")), after + 1)
    return sent


def _seconds(written: str) -> float:
    try:
        return datetime.fromisoformat(written).timestamp()
    except (ValueError, OverflowError):
        return 0.0
