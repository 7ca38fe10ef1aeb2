"""Files that hold files: archives, mailboxes, and mail with what was attached to it.

Nothing is unpacked onto the disk: what is inside comes slice by slice, within limits of depth,
number and size, so that no file takes more memory than its largest member.
"""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from index.document import Document
from index.errors import DocumentError, UnsupportedFormat
from index.places import INSIDE, distinct_inner, inside
from index.readers.archives import check_tar_end, tar_data, zip_name
from index.readers.detection import (
    ARCHIVE_ENDINGS,
    IGNORED,
    MAIL_SUFFIXES,
    Kind,
    detect,
    is_taken,
    may_hold_files,
)
from index.regular import check_size

Properties = tuple[tuple[str, str], ...]

_DEEPEST = 8
_MOST = 100_000
_TIMES = 10
"""All members together may have so many times the bytes of the largest file that is taken."""

_SWELLING, _SWOLLEN = 200, 16 << 20
"""A member of more bytes than the second may be so many times as long as it is packed."""

_SLICE, _SLICE_MEMBERS = 16 << 20, 4_000
_HOLDING = (Kind.ARCHIVE, Kind.EMAIL, Kind.MAILBOX, Kind.OUTLOOK)
_IGNORED = GitIgnoreSpec.from_lines((*IGNORED, "__MACOSX/"))
_FAULTS = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError, zlib.error, OSError, EOFError),
    *(ValueError, NotImplementedError, RuntimeError, OverflowError, KeyError, IndexError),
)
_NO_FILE = "It is not kept as a file that can be read: save it by itself."
_DAMAGED = "It is damaged in the file that holds it, or packed in a way that cannot be read."


@dataclass(frozen=True, slots=True)
class Member:
    """What a file holds at one place: a file, or the reason why it is none that can be read.

    `inner` is the place within the file, '' for the file's own document or for what is said of all
    of it. `name` is the member's own; `properties` are what its holder says of it. `unread` says
    that it is passed over, which is no fault: for the reason, or as of no kind that is read.

    >>> member = Member("annex/b.txt", "b.txt", b"The pier fell.")
    >>> member.data.decode(), member.reason
    ('The pier fell.', '')
    """

    inner: str
    name: str
    data: bytes = b""
    properties: Properties = ()
    reason: str = ""
    unread: bool = False


class Cursor(NamedTuple):
    """How far a file has been unpacked: its outermost entry, what of that, and all before it.

    >>> Cursor(), Cursor(top=7).top
    (Cursor(top=0, nth=0, number=0, size=0), 7)
    """

    top: int = 0
    nth: int = 0
    number: int = 0
    size: int = 0


class Slice(NamedTuple):
    """Some of a file's members, and where the next ones begin; `holds`: whether it can have any.

    `in_all` says how many it has by itself, those in others of them not among them; 0 where only
    unpacking tells.

    >>> Slice(holds=False)
    Slice(holds=False, members=(), after=None, in_all=0)
    """

    holds: bool
    members: tuple[Member, ...] = ()
    after: Cursor | None = None
    in_all: int = 0


class _TooMuch(DocumentError):
    """What follows is not unpacked."""


class _Entry(NamedTuple):
    """A member before it is unpacked."""

    member: Member
    load: Callable[[], bytes]


def unpacked(data: bytes, name: str, start: Cursor, most: int) -> Slice:
    """The next members of a file, in their order.

    Args:
        data: what the file holds.
        name: what it is called.
        start: where to begin.
        most: bytes that a member may have.

    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w") as archive:
    ...     archive.writestr("annex/b.txt", "The pier fell.")
    >>> [member.inner for member in unpacked(made.getvalue(), "a.zip", Cursor(), 1_000).members]
    ['annex/b.txt']
    """
    kind = _kind(data, name)
    if kind is None:
        return Slice(holds=False)
    members: list[Member] = []
    top, nth, size = -1, 0, 0
    walk = _Walk(most, start)
    try:
        with closing(walk.entries(kind, data, name)) as entries:
            for entry in entries:
                top, nth = (walk.top, nth + 1) if walk.top == top else (walk.top, 1)
                if top == start.top and nth <= start.nth:
                    continue
                if size >= _SLICE or len(members) >= _SLICE_MEMBERS:
                    after = Cursor(top, nth - 1, *walk.before)
                    return Slice(True, tuple(members), after, min(_count(kind, data), _MOST))
                members.append(_loaded(entry))
                size += len(members[-1].data)
    except _TooMuch as error:
        members.append(Member("", name, reason=str(error)))
    except _FAULTS:
        last = members[-1].inner if members else ""
        behind = f"what comes after '{last}'" if last else "what is in it"
        reason = f"The file is damaged or cut off: {behind} could not be read."
        members.append(Member("", name, reason=reason))
    return Slice(True, tuple(members))


def member(data: bytes, name: str, inner: str, most: int) -> bytes:
    """What a file holds at one place inside it.

    Raises:
        DocumentError: it is not there, or cannot be unpacked.

    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w") as archive:
    ...     archive.writestr("annex/b.txt", "The pier fell.")
    >>> member(made.getvalue(), "report.zip", "annex/b.txt", most=1_000)
    b'The pier fell.'
    """
    kind = _kind(data, name)
    if kind is not None:
        walk = _Walk(most, Cursor(), only=inner)
        try:
            for entry in walk.entries(kind, data, name):
                if entry.member.inner == inner and not entry.member.reason:
                    return entry.load()
        except _FAULTS as error:
            raise DocumentError(_DAMAGED) from error
    raise DocumentError("It is no longer in the file that held it.")


def refuse_archive(_data: bytes, _name: str) -> Document:
    """Nothing: where one document is wanted, an archive is refused.

    Raises:
        UnsupportedFormat: always.

    >>> refuse_archive(b"", "report.zip")
    Traceback (most recent call last):
        ...
    index.errors.UnsupportedFormat: This is a ZIP or tar archive, and holds several files: ...
    """
    raise UnsupportedFormat(
        "This is a ZIP or tar archive, and holds several files: unpack it, and name one of them."
    )


def _count(kind: Kind, data: bytes) -> int:
    """How many files or messages one holds; 0 where that is not told before all are unpacked."""
    if kind is Kind.MAILBOX:
        from index.readers.mail.messages import messages

        return sum(1 for _ in messages(data))
    if kind is Kind.ARCHIVE and data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(not info.is_dir() for info in archive.infolist())
    return 0


def _kind(data: bytes, name: str) -> Kind | None:
    """Of what kind a file is that holds others; None for all other files."""
    if not may_hold_files(data[:1024], name):
        return None
    try:
        kind = detect(data, name)
    except DocumentError:
        return None
    return kind if kind in _HOLDING else None


def _loaded(entry: _Entry) -> Member:
    if entry.member.reason or entry.member.unread:
        return entry.member
    try:
        return replace(entry.member, data=entry.load())
    except _FAULTS:
        return replace(entry.member, reason=_DAMAGED)


class _Walk:
    """The entries of one file, from a cursor on; with `only` those on the way to one place."""

    def __init__(self, most: int, start: Cursor, only: str | None = None) -> None:
        self._most = most
        self._first = start.top
        self._only = only
        self._count, self._size = start.number, start.size
        self.top = start.top
        self.before = (start.number, start.size)

    def entries(
        self,
        kind: Kind,
        data: bytes,
        name: str,
        place: str = "",
        depth: int = 0,
        properties: Properties = (),
    ) -> Generator[_Entry, None, None]:
        """What a file of this kind holds, at this place and so deep inside others."""
        if kind is Kind.ARCHIVE:
            of = self._of_zip if data.startswith(b"PK") else self._of_tar
            yield from of(data, place, depth)
        elif kind is Kind.MAILBOX:
            from index.readers.mail.messages import messages

            for at, message in enumerate(messages(data)):
                if depth or at >= self._first:
                    self._enter(at, depth)
                    named = f"{at + 1}.eml"
                    yield from self._entry(
                        _inside(place, str(at + 1)),
                        named,
                        len(message),
                        partial(bytes, message),
                        depth,
                    )
        else:
            from index.readers.mail.messages import attachments

            yield _Entry(Member(place, name, properties=properties), lambda: data)
            subject, attached = attachments(data, outlook=kind is Kind.OUTLOOK)
            about = (("attachment of", subject),) if subject else ()
            names = _distinct(name for name, _ in attached)
            for named, (_, content) in zip(names, attached, strict=True):
                if not content:
                    yield _refused(_inside(place, named), _NO_FILE, unread=True)
                    continue
                load = partial(bytes, content)
                yield from self._entry(
                    _inside(place, named), named, len(content), load, depth, about
                )

    def _of_zip(self, data: bytes, place: str, depth: int) -> Iterator[_Entry]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            names = _distinct(map(zip_name, files))
            for at, (info, name) in enumerate(zip(files, names, strict=True)):
                if (not depth and at < self._first) or _IGNORED.match_file(name):
                    continue
                self._enter(at, depth)
                here = _inside(place, name)
                size, packed = info.file_size, info.compress_size
                if info.flag_bits & 1:
                    yield _refused(here, "It is packed under a password: pack it without one.")
                elif size > _SWOLLEN and size > _SWELLING * packed:
                    yield _refused(
                        here,
                        f"It is {size // max(packed, 1):,} times as long as it is packed, as in a "
                        "file that is made to fill memory: it was not unpacked.",
                    )
                else:
                    load = partial(archive.read, info)
                    yield from self._entry(here, name, size, load, depth)

    def _of_tar(self, data: bytes, place: str, depth: int) -> Iterator[_Entry]:
        mode = "r:gz" if data.startswith(b"\x1f\x8b") else "r:"
        known: dict[str, int] = {}
        with tarfile.open(fileobj=io.BytesIO(data), mode=mode) as archive:  # type: ignore[call-overload]
            for at, info in enumerate(archive):
                name = distinct_inner(known, info.name)
                # What is passed over is unpacked, too.
                self._check(info.size)
                if (not depth and at < self._first) or info.isdir() or _IGNORED.match_file(name):
                    continue
                self._enter(at, depth)
                here = _inside(place, name)
                if info.isfile():
                    yield from self._entry(
                        here, name, info.size, partial(tar_data, archive, info), depth
                    )
                else:
                    yield _refused(here, "It is a link or a device, and no file.", unread=True)
            check_tar_end(archive)

    def _entry(
        self,
        place: str,
        name: str,
        size: int,
        load: Callable[[], bytes],
        depth: int,
        properties: Properties = (),
    ) -> Iterator[_Entry]:
        """One file inside another, or what that holds itself."""
        if self._only is not None and not f"{self._only}{INSIDE}".startswith(f"{place}{INSIDE}"):
            return
        self._count += 1
        self._check(size)
        self._size += size
        own = PurePath(name).name
        if not is_taken(own):
            yield _refused(place, "", unread=True)
            return
        try:
            check_size(size, self._most)
        except DocumentError as error:
            yield _refused(place, str(error))
            return
        if not own.lower().endswith((*ARCHIVE_ENDINGS, *MAIL_SUFFIXES)):
            yield _Entry(Member(place, own, properties=properties), load)
            return
        try:
            data = load()
        except _FAULTS:
            yield _refused(place, _DAMAGED)
            return
        kind = _kind(data, own)
        if kind is None:
            yield _Entry(Member(place, own, properties=properties), lambda: data)
        elif depth == _DEEPEST:
            yield _refused(place, f"It is packed more than {_DEEPEST} times: it was not unpacked.")
        else:
            yield from self._within(kind, data, own, place, depth + 1, properties)

    def _within(
        self, kind: Kind, data: bytes, name: str, place: str, depth: int, properties: Properties
    ) -> Iterator[_Entry]:
        try:
            yield from self.entries(kind, data, name, place, depth, properties)
        except _FAULTS:
            yield _refused(place, "It is damaged or cut off: not all of it could be read.")

    def _enter(self, at: int, depth: int) -> None:
        """Note which of the outermost entries is the present one."""
        if depth == 0:
            self.top = at
            self.before = (self._count, self._size)

    def _check(self, more: int) -> None:
        """Raise `_TooMuch` where one more file of so many bytes is too much."""
        if self._count > _MOST:
            raise _TooMuch(f"It holds more than {_MOST:,} files: the others were not read.")
        most = _TIMES * self._most
        if self._size + more > most:
            raise _TooMuch(
                f"What it holds has more than {most >> 20:,} MiB: the rest was not read. "
                "Unpack it, or raise FOOTNOTE_FILE_LIMIT."
            )


def _refused(place: str, reason: str, *, unread: bool = False) -> _Entry:
    return _Entry(Member(place, PurePath(place).name, reason=reason, unread=unread), bytes)


def _inside(place: str, name: str) -> str:
    return inside(place, name) if place else name


def _distinct(names: Iterable[str]) -> list[str]:
    known: dict[str, int] = {}
    return [distinct_inner(known, name) for name in names]
