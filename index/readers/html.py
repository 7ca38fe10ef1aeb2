"""HTML as an article: what a reader of the page would call its text."""

import codecs
import copy
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import trafilatura
from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement, HTMLParser, document_fromstring  # type: ignore[import-untyped]

from index.document import Document, normalised
from index.errors import DocumentError, EmptyDocument, UnsupportedFormat
from index.readers.blocks import Block, set_text
from index.readers.elements import blocks_of
from index.readers.encoding import decode
from index.readers.metadata import Statement, compose, language_code
from index.readers.pagedata import published, publisher

_SHORTEST_ARTICLE = 250
# trafilatura takes 5 s for 60,000 table cells, and the square of that growth beyond.
_MOST_ELEMENTS = 50_000
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]+encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
# What browsers take these labels for (WHATWG, Encoding Standard).
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
_HIDDEN = (
    "//script|//style|//template|//noscript|//svg|//iframe|//object|//button|//select|//textarea"
    "|//*[@hidden]|//*[@aria-hidden='true']|//*[contains(@class, 'mw-editsection')]|//comment()"
    "|//processing-instruction()"
)
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0*\.?0+\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:\.0+)?\s*(?:[a-z%]+\s*)?(?:;|!|$)",
    re.IGNORECASE,
)
# lxml reads these characters but refuses to write them, as moving text about requires.
_UNSETTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOILERPLATE = "//nav|//footer|//aside|//*[@role='navigation']|//*[@role='contentinfo']"
_MARKER = re.compile(r"\s*(?:\[[^\]]{1,20}\]|\d{1,3}|[a-z*†‡])\s*")


def read_html(data: bytes, name: str) -> Document:
    """The article of a page, or all its visible text where it has none.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: nothing on the page is visible text.
        DocumentError: the page cannot be parsed whole.
    """
    source = _decoded(data)
    tree = _parsed(source)
    beside = _statement(tree)
    _drop_hidden(tree)
    blocks = _article(tree)
    if sum(len(block.text) for block in blocks) < _SHORTEST_ARTICLE:
        blocks = max(blocks, _all_visible(tree), key=lambda some: sum(len(b.text) for b in some))
    body = set_text(blocks)
    if not body.text:
        raise EmptyDocument("The page holds no visible text.")
    return compose(
        body.text,
        media_type="text/html",
        name=name,
        beside=beside,
        headings=body.headings,
        tables=body.tables,
    )


def visible_blocks(source: str) -> list[Block]:
    """All that a reader of some HTML sees; none where there is nothing.

    Raises:
        DocumentError: it cannot be parsed whole.
    """
    if not source.strip():
        return []
    tree = _parsed(normalised(source))
    _drop_hidden(tree)
    return _all_visible(tree)


def _decoded(data: bytes) -> str:
    """The page's source, by its byte order mark, then the encoding that it states."""
    marked = data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    stated = _CHARSET.search(data[:4096]) or _XML_ENCODING.match(data.lstrip())
    if stated and not marked:
        try:
            encoding = codecs.lookup(stated[1].decode("ascii")).name
            return normalised(data.decode(_MEANT.get(encoding, encoding), "replace"))
        except (LookupError, UnicodeDecodeError):
            pass  # an encoding nobody knows states nothing
    source = decode(data)
    if source is None:
        raise UnsupportedFormat("The file is not text in any known encoding.")
    return normalised(source)


def _parsed(source: str) -> HtmlElement:
    parser = HTMLParser(encoding="utf-8")
    try:
        tree = document_fromstring(_UNSETTABLE.sub("", source).encode(), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        if not source.strip():
            raise EmptyDocument("The page holds no visible text.") from error
        raise DocumentError("The page cannot be parsed as HTML: get a fresh copy of it.") from error
    # libxml2 leaves out, without an error, all that follows an element nested 256 deep.
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise DocumentError("The page nests its elements too deeply to be read whole.")
    return tree


@contextmanager
def _silent() -> Iterator[None]:
    """Keep trafilatura's notes on pages without an article from a terminal that nobody set up."""
    log, handler = logging.getLogger("trafilatura"), logging.NullHandler()
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def _statement(tree: HtmlElement) -> Statement:
    """What the page's head and marked-up data state."""
    with _silent():
        stated = trafilatura.extract_metadata(tree)
    return Statement(
        title=stated.title or None,
        author=stated.author or None,
        date=published(tree),
        source=stated.url or publisher(tree),
        language=language_code(tree.get("lang")),
    )


def _drop_hidden(tree: HtmlElement) -> None:
    """Leave out what no reader of the page sees, and markers of its own notes."""
    for element in tree.xpath(_HIDDEN):
        _drop(element)
    for element in tree.xpath("//*[@style]"):
        if _UNSEEN.search(element.get("style")):
            _drop(element)
    for element in tree.iter("sup"):
        marker = element.text_content()
        if _MARKER.fullmatch(marker) and ("[" in marker or element.find(".//a") is not None):
            _drop(element)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _article(tree: HtmlElement) -> list[Block]:
    """The page's main text; none where there is no article, or far too many elements."""
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        return []
    with _silent():
        found = trafilatura.bare_extraction(
            copy.deepcopy(tree),
            include_comments=False,
            include_tables=True,
            include_formatting=True,
        )
    if found is None or isinstance(found, dict):
        return []
    return list(_clean(blocks_of(found.body)))


def _all_visible(tree: HtmlElement) -> list[Block]:
    """All text that shows, but for what is marked as navigation or foot; changes `tree`."""
    for element in tree.xpath(_BOILERPLATE):
        _drop(element)
    body = tree.find("body")
    return [] if body is None else list(_clean(blocks_of(body)))


def _clean(blocks: list[Block]) -> Iterator[Block]:
    return (replace(block, text=normalised(block.text)) for block in blocks)
