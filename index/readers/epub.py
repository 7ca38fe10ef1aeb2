"""EPUB books: the chapters in order of reading, named as the book's contents name them."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.dates import iso_date
from index.document import Document, LeftOut
from index.errors import DocumentError, EmptyDocument, EncryptedDocument
from index.readers.blocks import BULLET, Block, set_parts
from index.readers.encoding import decode
from index.readers.html import visible_blocks
from index.readers.metadata import (
    Statement,
    compose,
    language_code,
    sensible_author,
    sensible_title,
)
from index.readers.office.office_zip import check_archive

_DAMAGED = "The EPUB book is damaged or cut off: get a fresh copy of it."
_NAMES = {
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
    "h": "http://www.w3.org/1999/xhtml",
    "enc": "http://www.w3.org/2001/04/xmlenc#",
}
# Fonts may be obfuscated in a book that anyone can read (EPUB 3.3, section 4.4).
_FONT_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def read_epub(data: bytes, name: str) -> Document:
    """The book's text (EPUB 2 and 3), each chapter a part.

    Raises:
        EncryptedDocument: the book is protected against copying.
        EmptyDocument: it holds no text.
        DocumentError: it is damaged or cut off, or unpacks beyond the limits.

    >>> held = {
    ...     "META-INF/container.xml": "<x xmlns='%(c)s'><rootfile full-path='book.opf'/></x>",
    ...     "book.opf": "<x xmlns='%(opf)s'><item id='1' href='1.html'/><itemref idref='1'/></x>",
    ...     "1.html": "<h1>The storm</h1><p>The pier fell.</p>",
    ... }
    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w") as book:
    ...     for name, text in held.items():
    ...         book.writestr(name, text % _NAMES)
    >>> [(part.kind, part.label) for part in read_epub(made.getvalue(), "storm.epub").parts]
    [('chapter', 'The storm')]
    """
    try:
        check_archive(data, "EPUB book")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_protected(archive)
            book = _Book(archive)
            body = set_parts(book.chapters())
            left_out = dict.fromkeys(book.left_out)
    except (
        *(zipfile.BadZipFile, zlib.error, etree.LxmlError, OSError, EOFError),
        *(KeyError, IndexError, ValueError, AttributeError, TypeError, NotImplementedError),
    ) as error:
        raise DocumentError(_DAMAGED) from error
    if not body.text:
        raise EmptyDocument("The book holds no text.")
    return compose(
        body.text,
        media_type="application/epub+zip",
        name=name,
        beside=book.statement(),
        headings=body.headings,
        tables=body.tables,
        parts=body.parts,
        left_out=tuple(left_out),
    )


def _refuse_protected(archive: zipfile.ZipFile) -> None:
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    methods = _parsed(archive.read("META-INF/encryption.xml")).iterfind(
        ".//enc:EncryptionMethod", _NAMES
    )
    if any(method.get("Algorithm") not in _FONT_ALGORITHMS for method in methods):
        raise EncryptedDocument(
            "The book is protected against copying: get a copy without protection."
        )


class _Book:
    """The package document of an open archive, and what it refers to."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.left_out: list[LeftOut] = []
        container = _parsed(archive.read("META-INF/container.xml"))
        path = container.find(".//c:rootfile", _NAMES).get("full-path")
        self._folder = posixpath.dirname(path)
        self._package = _parsed(archive.read(path))
        self._items = {
            item.get("id"): item for item in self._package.iterfind(".//opf:item", _NAMES)
        }

    def chapters(self) -> Iterator[tuple[Any, str, list[Block]]]:
        """Label and blocks of each document of the spine; what is hidden goes to `left_out`."""
        labels = self._labels()
        for number, reference in enumerate(self._package.iterfind(".//opf:itemref", _NAMES), 1):
            item = self._items[reference.get("idref")]
            path = self._path(item.get("href"))
            source = decode(self._archive.read(path))
            hidden: list[LeftOut] = []
            blocks = visible_blocks(_without_declaration(source or ""), hidden)
            heading = next((block.text for block in blocks if block.level), None)
            label = labels.get(path) or heading or str(number)
            if "nav" in (item.get("properties") or "").split():
                words = " ".join(
                    " ".join(block.text.replace(BULLET, "") for block in blocks).split()
                )
                hidden, blocks = [LeftOut(words, "contents")], []
            self.left_out += [replace(left, where=label) for left in hidden]
            yield "chapter", label, blocks

    def statement(self) -> Statement:
        """What the book states of itself (Dublin Core)."""
        authors = [
            self._stated(element) for element in self._package.iterfind(".//dc:creator", _NAMES)
        ]
        return Statement(
            title=sensible_title(self._first("title")),
            author=sensible_author(", ".join(filter(None, authors))),
            date=iso_date(self._first("date")),
            source=self._first("publisher") or None,
            language=language_code(self._first("language")),
        )

    def _labels(self) -> dict[str, str]:
        """Path of a document → how the table of contents calls where it begins."""
        found: dict[str, str] = {}
        for item in self._items.values():
            at = self._path(item.get("href", ""))
            if "nav" in (item.get("properties") or "").split():
                links = _parsed(self._archive.read(at)).iterfind(".//h:nav//h:a", _NAMES)
                entries = [(link.get("href", ""), self._stated(link)) for link in links]
            elif item.get("media-type") == "application/x-dtbncx+xml":
                points = _parsed(self._archive.read(at)).iterfind(".//ncx:navPoint", _NAMES)
                entries = [
                    (
                        point.find("ncx:content", _NAMES).get("src", ""),
                        self._stated(point.find("ncx:navLabel", _NAMES)),
                    )
                    for point in points
                ]
            else:
                continue
            for target, label in entries:
                path = posixpath.normpath(
                    posixpath.join(posixpath.dirname(at), unquote(target.partition("#")[0]))
                )
                if label:
                    found.setdefault(path, label)
        return found

    def _path(self, href: str) -> str:
        return posixpath.normpath(posixpath.join(self._folder, unquote(href)))

    def _first(self, element: str) -> str:
        return self._stated(self._package.find(f".//dc:{element}", _NAMES))

    @staticmethod
    def _stated(element: _Element | None) -> str:
        return "" if element is None else " ".join("".join(element.itertext()).split())


def _parsed(data: bytes) -> _Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser)


def _without_declaration(source: str) -> str:
    """XHTML without its XML declaration, which a parser of decoded text refuses."""
    return source.partition("?>")[2] if source.lstrip("\ufeff \n").startswith("<?xml") else source
