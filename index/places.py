"""Places inside files: 'report.zip › annex/b.pdf' is what the archive report.zip holds there.

A place is an address in the catalog: a path, or a path and what is inside that file.
"""

import os
import re
from pathlib import Path, PurePath

from index.document import normalised

INSIDE = " › "
"""Between a file and what it holds."""


def inside(place: str, inner: str) -> str:
    """The place of what a file holds; the file's own where `inner` is empty.

    >>> inside("/news/report.zip", "annex/b.pdf")
    '/news/report.zip › annex/b.pdf'
    """
    return f"{place}{INSIDE}{inner}" if inner else place


def file_of(place: str) -> str:
    """The file on the disk at a place, or which holds what is there; it may be gone.

    A file whose own name has the sign in it is told by being there.

    >>> import zipfile
    >>> zipfile.ZipFile("report.zip", "w").close()
    >>> file_of(inside(str(tmp_path / "report.zip"), "b.pdf")) == str(tmp_path / "report.zip")
    True
    """
    if INSIDE not in place or os.path.lexists(place):
        return place
    first, *others = place.split(INSIDE)
    file = first
    for other in others:
        if Path(file).is_file():
            return file
        file = f"{file}{INSIDE}{other}"
    return first


def inner_of(place: str) -> str:
    """What a place names inside its file; empty where it is the file's own.

    >>> inner_of(inside(str(tmp_path / "report.zip"), "annex/b.pdf"))
    'annex/b.pdf'
    """
    return place[len(file_of(place)) :].removeprefix(INSIDE)


def shown_name(place: str) -> str:
    """The name of a file without its folders, and what of it is meant.

    >>> shown_name("/news/report.zip › annex/b.pdf"), shown_name("/news/ferry.txt")
    ('report.zip › annex/b.pdf', 'ferry.txt')
    """
    file, sign, inner = place.partition(INSIDE)
    return f"{PurePath(file).name}{sign}{inner}"


def innermost_name(place: str) -> str:
    """The name that a document's own file has, also inside of another one.

    A message has only a number in its mailbox, which is no name: ''.

    >>> innermost_name("/news/report.zip › annex/b.pdf"), innermost_name("/news/ferry.txt")
    ('b.pdf', 'ferry.txt')
    """
    own = PurePath(place.rpartition(INSIDE)[2])
    return own.name if own.suffix or INSIDE not in place else ""


def innermost_stem(place: str | None) -> str:
    """That name without its ending; '' of a document that is from no file.

    >>> innermost_stem("/news/report.zip › annex/b.pdf"), innermost_stem(None)
    ('b', '')
    """
    return PurePath(innermost_name(place or "")).stem


def distinct_inner(known: dict[str, int], name: str) -> str:
    """A file's name within another as a path on one line, unlike all those before it.

    Steps out of the file, as '..' would be, are left out. `known` is for the next name.

    >>> known = {}
    >>> [distinct_inner(known, name) for name in ("../etc/a.txt", "/etc/a.txt", "b.txt")]
    ['etc/a.txt', 'etc/a (2).txt', 'b.txt']
    """
    clean = "".join(c if c.isprintable() else "\ufffd" for c in normalised(name))
    parts = [part for part in re.split(r"[/\\]", clean) if part not in ("", ".", "..")]
    path = PurePath("/".join(parts) or "unnamed")
    shown = str(path)
    while shown in known:
        known[str(path)] += 1
        shown = str(path.with_name(f"{path.stem} ({known[str(path)]}){path.suffix}"))
    known[shown] = 1
    return shown
