"""What Office files of 2007 and later have in common: parts, relations, stated properties."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.readers.dates import iso_date
from index.readers.metadata import Statement, language_code
from index.readers.properties import sensible_author, sensible_title

FAULTS = (
    *(zipfile.BadZipFile, zlib.error, etree.LxmlError, OSError, EOFError, SyntaxError),
    *(KeyError, IndexError, ValueError, AttributeError, TypeError, NotImplementedError),
    *(OverflowError, RecursionError, ArithmeticError),
)
"""What reading a damaged archive of XML can raise."""
# What the empty template of python-pptx says is no statement of the document's.
_TEMPLATE = ("Steve Canny", "2013-01-27")
_OPTIONS = {"resolve_entities": False, "no_network": True, "huge_tree": False, "load_dtd": False}


def parsed(data: bytes) -> _Element:
    """The root of the XML in `data`; entities stay unread, nothing outside it is opened."""
    root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    if root is None:
        raise ValueError("no XML")
    return root


def elements(archive: zipfile.ZipFile, part: str, *tags: str) -> Iterator[_Element]:
    """The elements of a part with these local names, each forgotten when the next is asked for."""
    with archive.open(part) as stream:
        for _, element in etree.iterparse(stream, tag=[f"{{*}}{tag}" for tag in tags], **_OPTIONS):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def local(element: _Element) -> str:
    """An element's name without its namespace; empty for comments and entities."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The parts to which `part` relates: id → last word of the relation's type, and the path."""
    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    if path not in archive.namelist():
        return {}
    return {
        element.get("Id", ""): (
            element.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/"),
        )
        for element in parsed(archive.read(path))
        if local(element) == "Relationship" and element.get("TargetMode") != "External"
    }


def properties(archive: zipfile.ZipFile) -> tuple[Statement, str | None]:
    """What the core properties state, and the day on which they say that the file was made."""
    path = next((p for kind, p in related(archive, "").values() if kind == "core-properties"), None)
    if path is None or path not in archive.namelist():
        return Statement(), None
    stated = {local(e): "".join(e.itertext()) for e in parsed(archive.read(path))}
    author, made = stated.get("creator"), iso_date(stated.get("created", ""))
    if (author, made) == _TEMPLATE:
        author, made = None, None
    statement = Statement(
        title=sensible_title(stated.get("title")),
        author=sensible_author(author),
        language=language_code(stated.get("language")),
    )
    return statement, made
