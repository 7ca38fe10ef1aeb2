"""Paths → what is to be done with each: documents that are new, in the order of the paths.

Files are read side by side in processes of their own while those before them are embedded. One
that the catalog knows by its stamp costs a look at the disk; one that it knows by its bytes is
hashed and not read.
"""

import hashlib
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from index import regular
from index.document import Document
from index.errors import DocumentError, EmptyDocument
from index.ingesting import walking
from index.ingesting.feeds import Named, named_pages
from index.ingesting.fetching import fetched
from index.ingesting.report import UnreadFiles
from index.places import inside
from index.readers.containers import Cursor, Member, Slice
from index.readers.detection import is_picture, may_hold_files
from index.sandbox.isolation import Limits, Workers
from index.store.catalog import Location
from index.store.members import UNSEALED
from index.store.store import Store

if TYPE_CHECKING:
    from index.ingesting.cluster import Cluster

UNPACK = "index.readers.containers:unpacked"
"""Module and function that unpack files that hold others."""

_LOOKED_UP = 500
"""Places that the catalog is asked for at once."""

_AHEAD = 64_000_000
"""Bytes of files that are read, or being read, before their turn has come."""

_LISTS = 3
"""Lists of lists on the web that are followed."""

Stamp = tuple[int, int]
"""A file's size and time of change, by which it is known to be the same without being read."""

NO_STAMP: Stamp = (-1, 0)
"""Of what has been told of, and was not looked at."""


class Read(NamedTuple):
    """A document that is new at its place.

    >>> read = Read(arriving.location, arriving.document)
    >>> read.location.location, read.document.text
    ('/news/ferry.txt', 'The ferry sank at noon.')
    """

    location: Location
    document: Document


class Known(NamedTuple):
    """A place whose content is in the store.

    `gone` are places of the same content where no file is any more: it was moved here. `read` is
    there if the content was found here for the first time, and reads it after all.

    >>> known = Known(store.locations([report.path])[report.path])
    >>> known.location.document_id == report.id, known.gone
    (True, ())
    """

    location: Location
    gone: tuple[str, ...] = ()
    read: Callable[[], Read] | None = None


class NotTaken(DocumentError):
    """What a file holds is passed over.

    >>> raise NotTaken("The picture holds no text.")
    Traceback (most recent call last):
        ...
    index.ingesting.arrivals.NotTaken: The picture holds no text.
    """


class Packed(NamedTuple):
    """A file that holds others: the first of them, and what the store knows of it.

    `own` is what the file has become, where it held others before and is a document now.

    >>> packed = Packed(Path("/news/a.zip"), Location("/news/a.zip", "", "", 1, 0), Slice(True), ())
    >>> packed.location.location, packed.first.members
    ('/news/a.zip', ())
    """

    path: Path
    location: Location
    first: Slice
    known: tuple[Location, ...]
    own: Read | Known | None = None


class Listed(NamedTuple):
    """A sitemap or a feed: the pages that it names, which are asked for in its place.

    >>> from index.ingesting.feeds import Named
    >>> Listed(Named(("https://news.example/storm",), (), more=0), depth=0).depth
    0
    """

    named: Named
    depth: int


class Arrival(NamedTuple):
    """A file whose turn has come; `result` may have to be waited for, and may raise anything.

    `place` is its address, of one inside a file; `more` says how many come that nobody counted.

    >>> arrival = Arrival("ferry.txt", settled(Known(arriving.location)), size=23)
    >>> arrival.result.done(), arrival.result.result().location.location
    (True, '/news/ferry.txt')
    """

    shown: str
    result: "Future[Read | Known | Packed | Listed]"
    size: int = 0
    place: str = ""
    more: int = 0


class Arrivals:
    """The files of one run.

    Args:
        store: what knows them, or will.
        workers: what reads them.
        threads: that wait for the workers.
        failed: places with their stamps that are passed over; those that fail are put there.

    >>> with Workers() as workers, ThreadPoolExecutor() as threads:
    ...     [arrival] = Arrivals(store, workers, threads).of([Path(report.path)], [], uploads=False)
    ...     arrival.result.result().location.document_id == report.id
    True
    """

    def __init__(
        self,
        store: Store,
        workers: Workers,
        threads: ThreadPoolExecutor,
        failed: dict[str, Stamp] | None = None,
    ) -> None:
        self._store = store
        self._workers = workers
        self._threads = threads
        self._failed = failed
        self._tried: dict[str, tuple[str, Stamp]] = {}
        self._copies: dict[str, Path] = {}
        self._asked: set[str] = set()
        self.passed_over = 0

    def of(
        self, files: Sequence[Path], addresses: Sequence[str], *, uploads: bool
    ) -> Iterator[Arrival]:
        """Files, then web addresses, each in its order; `uploads` are copied into the store."""
        arriving = chain(self._files(files, uploads=uploads), self._pages(addresses, 0))
        return _in_order(arriving, ahead=2 * self._workers.count)

    def not_asked(self, addresses: Sequence[str]) -> list[str]:
        """Those of the addresses that this run has not asked for."""
        return [one for one in addresses if one not in self._asked]

    def listed(self, addresses: Sequence[str], depth: int) -> Iterator[Arrival]:
        """The pages that a list on the web names, which stands so deep in others."""
        pages = self._pages(addresses, depth + 1)
        return _in_order(pages, ahead=2 * self._workers.count)

    def members(self, shown: str, packed: Packed, unread: UnreadFiles) -> Iterator[Arrival]:
        """What a file holds, in its order; `unread` takes what is of no kind that is read."""
        return _in_order(self._members(shown, packed, unread), ahead=2 * self._workers.count)

    def give_up(self, shown: str, *, in_part: bool = False, its_fault: bool = True) -> None:
        """Remember that a file has failed, and erase the copy that this run has made of it.

        That stays where some of what the file holds is in the store. A file that could not be
        stored for no fault of its own is tried again.
        """
        if its_fault and self._failed is not None and shown in self._tried:
            place, stamp = self._tried[shown]
            self._failed[place] = stamp
        copy = self._copies.pop(shown, None)
        if copy is not None and not in_part:
            copy.unlink()
            if not any(copy.parent.iterdir()):
                copy.parent.rmdir()

    def _pages(self, addresses: Sequence[str], depth: int) -> Iterator[Arrival]:
        for address in dict.fromkeys(addresses):
            self._asked.add(address)
            yield Arrival(address, self._threads.submit(self._page, address, depth))

    def _files(self, files: Sequence[Path], *, uploads: bool) -> Iterator[Arrival]:
        resolved: dict[str, str] = {}
        for at in range(0, len(files), _LOOKED_UP):
            group: list[tuple[str, Path, str, Stamp] | Arrival] = []
            for file in files[at : at + _LOOKED_UP]:
                shown = walking.printable_path(file)
                try:
                    path = self._upload(file) if uploads else file
                    status = regular.status(path)
                    stamp = (status.st_size, status.st_mtime_ns)
                    group.append((shown, path, walking.place(path, resolved), stamp))
                except Exception as error:  # noqa: BLE001 (reported like any other)
                    group.append(Arrival(shown, settled(error)))
            wanted = [one[2] for one in group if not isinstance(one, Arrival)]
            known = self._store.locations(wanted)
            within = self._store.inside(wanted)
            for one in group:
                if isinstance(one, Arrival):
                    yield one
                    continue
                shown, path, place, stamp = one
                before = known.get(place)
                all_known = (*([before] if before else []), *within.get(place, ()))
                if all_known and {(one.size, one.modified_ns) for one in all_known} == {stamp}:
                    yield from _unchanged(shown, place, all_known)
                elif self._failed is not None and self._failed.get(place) == stamp:
                    self.passed_over += 1
                else:
                    self._tried[shown] = place, stamp
                    here = Location(place, "", "", *stamp)
                    reading = self._threads.submit(self._file, path, here, all_known)
                    yield Arrival(shown, reading, size=stamp[0])

    def _file(
        self, path: Path, location: Location, all_known: tuple[Location, ...]
    ) -> Read | Known | Packed | Listed:
        """Read a file, unless the store has what it holds, or begin to unpack it."""
        file_hash, head = self._workers.examined(path, location.size)
        location = replace(location, file_hash=file_hash)
        before = next((one for one in all_known if one.location == location.location), None)
        within = tuple(one for one in all_known if one is not before)
        first = self._unpacked(path, Cursor()) if may_hold_files(head, path.name) else Slice(False)
        if first.holds and (within or first.after or [m.inner for m in first.members] != [""]):
            return Packed(path, location, first, all_known)
        read = partial(self._read, path, location)
        own = self._known(location, before, read) or read()
        return Packed(path, location, first._replace(members=()), all_known, own) if within else own

    def _known(
        self, location: Location, before: Location | None, read: Callable[[], Read]
    ) -> Known | None:
        """What the store has of these bytes."""
        same = self._store.same_content(location.file_hash)
        if not same:
            return None
        if before is not None and before.file_hash == location.file_hash:
            same = [before]
        document_id = same[0].document_id
        gone = tuple(
            one.location
            for one in same
            if one.document_id == document_id
            and one.location != location.location
            and walking.is_gone(one.location)
        )
        return Known(replace(location, document_id=document_id), gone, read)

    def _read(self, path: Path, location: Location) -> Read:
        # What is read may be newer than what was hashed, but never older than the stamp.
        document, file_hash = self._workers.read(path, path.name, location.size)
        return Read(replace(location, file_hash=file_hash), document)

    def _unpacked(self, path: Path, start: Cursor) -> Slice:
        return self._workers.made(Slice, UNPACK, path, path.name, start, self._workers.limits.bytes)

    def _members(self, shown: str, packed: Packed, unread: UnreadFiles) -> Iterator[Arrival]:
        place = packed.location.location
        if packed.own is not None:
            yield Arrival(shown, settled(packed.own), place=place, more=1)
        part = packed.first
        seen = counted = 0
        while True:
            readable = [one for one in part.members if one.reason or not one.unread]
            for member in part.members:
                if member.unread and not member.reason:
                    unread.note(Path(inside(shown, member.inner)))
            known = self._store.locations([inside(place, member.inner) for member in readable])
            seen += len(readable)
            # All that are to come are counted from the first on, as far as the file tells.
            coming = max(seen, part.in_all, counted) if part.after is not None else seen
            for nth, member in enumerate(readable):
                at = inside(place, member.inner)
                if member.reason:
                    refused = NotTaken if member.unread else DocumentError
                    result = settled(refused(member.reason))
                else:
                    result = self._threads.submit(self._member, member, at, packed, known.get(at))
                more = 0 if nth else coming - counted
                yield Arrival(inside(shown, member.inner), result, len(member.data), at, more)
            counted = coming if readable else counted
            if part.after is None:
                return
            try:
                part = self._unpacked(packed.path, part.after)
            except (DocumentError, OSError) as error:
                more = 1 + seen - counted
                yield Arrival(shown, settled(error), place=place, more=more)
                return

    def _member(
        self, member: Member, place: str, packed: Packed, before: Location | None
    ) -> Read | Known | Packed:
        """Read what stands inside a file, unless the store has it."""
        file_hash = hashlib.sha256(member.data).hexdigest()
        # It gets the file's stamp when all is in the store that the file holds.
        location = Location(place, "", file_hash, packed.location.size, UNSEALED)

        def read() -> Read:
            try:
                document, _ = self._workers.read(member.data, member.name, len(member.data))
            except EmptyDocument as error:  # as of a logo in a signature
                if member.properties and is_picture(member.name):
                    raise NotTaken(str(error)) from error
                raise
            told = (*document.properties, *member.properties)
            return Read(location, replace(document, properties=told))

        return self._known(location, before, read) or read()

    def _page(self, address: str, depth: int) -> Read | Known | Listed:
        """Read what is published at an address, unless the store has it from there."""
        page = fetched(address)
        if depth < _LISTS and (named := named_pages(page)) is not None:
            return Listed(named, depth)
        file_hash = hashlib.sha256(page.data).hexdigest()
        known = self._store.locations([address]).get(address)
        if known and known.file_hash == file_hash:
            return Known(known)
        document, _ = self._workers.read(page.data, page.name, len(page.data))
        return Read(Location(address, "", file_hash, len(page.data), 0), page.stamped(document))

    def _upload(self, path: Path) -> Path:
        copy, is_new = self._kept(path)
        if is_new:
            self._copies[walking.printable_path(path)] = copy
        return copy

    def _kept(self, upload: Path) -> tuple[Path, bool]:
        """The store's own copy of an upload, in a folder named by its content; whether it is new.

        Only the store's owner can read it.
        """
        size = regular.status(upload).st_size
        uploads = self._store.uploads
        uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=uploads, prefix=".") as scratch:
            copy = Path(scratch).resolve() / upload.name
            digest = self._workers.copy(upload.absolute(), copy, size)
            target = uploads / digest[:16] / upload.name
            if target.exists():
                return target, False
            target.parent.mkdir(mode=0o700, exist_ok=True)
            copy.rename(target)
        return target, True


@contextmanager
def arrivals(
    store: Store,
    limits: Limits | None,
    reader: str,
    languages: str,
    failed: dict[str, Stamp] | None,
    on: "Cluster | None" = None,
) -> Iterator[Arrivals]:
    """The arrivals of one run; see `Workers` for the limits, the reader and the languages.

    They are read on a cluster, if there is one.

    >>> from index.sandbox.isolation import LANGUAGES, READER
    >>> _ = (tmp_path / "pier.txt").write_text("The pier fell.")
    >>> with arrivals(store, None, READER, LANGUAGES, failed=None) as coming:
    ...     [arrival] = coming.of([tmp_path / "pier.txt"], [], uploads=False)
    ...     arrival.result.result().document.text
    'The pier fell.'
    """
    workers = (
        Workers(limits, reader=reader, languages=languages)
        if on is None
        else on.workers(limits, reader, languages)
    )
    threads = ThreadPoolExecutor(workers.count, thread_name_prefix="reading")
    try:
        # The processes end first, so that no thread waits for one when a run is broken off.
        with workers:
            yield Arrivals(store, workers, threads, failed)
    finally:
        threads.shutdown(cancel_futures=True)


def _in_order(arriving: Iterator[Arrival], ahead: int) -> Iterator[Arrival]:
    """The arrivals in their order, while up to `ahead` of the later ones are under way."""
    window: deque[Arrival] = deque()
    size = 0
    for arrival in arriving:
        window.append(arrival)
        size += arrival.size
        while window and (window[0].result.done() or size > _AHEAD or len(window) > ahead):
            first = window.popleft()
            size -= first.size
            yield first
    yield from window


def _unchanged(shown: str, place: str, known: Sequence[Location]) -> Iterator[Arrival]:
    """A file that is as it was when all of it was read, or all that it holds."""
    more = len(known) - 1
    for one in known:
        told = f"{shown}{one.location.removeprefix(place)}"
        yield Arrival(told, settled(Known(one)), more=more)
        more = 0


def settled(result: Read | Known | Exception) -> "Future[Read | Known | Packed | Listed]":
    """A result that need not be waited for, or what is to be raised in its place.

    >>> settled(Known(arriving.location)).result().location.size
    23
    """
    future: Future[Read | Known | Packed | Listed] = Future()
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
    return future
