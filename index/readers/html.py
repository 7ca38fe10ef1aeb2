"""HTML: all that a reader of the page sees, but for what stands around its text.

The publication date and publisher that a web page's meta tags and JSON-LD state.
"""

import codecs
import email
import email.policy
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import trafilatura
from lxml import etree  # type: ignore[import-untyped]
from lxml.html import (  # type: ignore[import-untyped]
    Element,
    HtmlElement,
    HTMLParser,
    document_fromstring,
)

from index.dates import iso_date
from index.document import Document, LeftOut, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import Block, set_text
from index.readers.elements import blocks_of
from index.readers.encoding import text_of
from index.readers.furniture import (
    take_out_banners,
    take_out_furniture,
    take_out_unseen,
)
from index.readers.metadata import Statement, compose, language_code

_DATE_NAMES = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "citation_publication_date",
    "citation_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "publish-date",
    "publication_date",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "date",
)
_DEEPEST_FRAME = 3
_LONGEST_STATEMENT = 2_000
_MOST_DATA = 20_000
"""Characters of data in scripts in which trafilatura looks for what a page states."""
_PUBLISHER_NAMES = ("og:site_name", "citation_publisher", "dc.publisher", "application-name")


def published(tree: HtmlElement) -> str | None:
    """The ISO date of publication; dates of change and of other articles do not count.

    >>> page = "<meta property='article:published_time' content='2026-03-01T08:00'>"
    >>> published(document_fromstring(page))
    '2026-03-01'
    """
    meta = _meta(tree)
    stated = [meta[name] for name in _DATE_NAMES if name in meta]
    stated += [str(item["datePublished"]) for item in _linked_data(tree) if "datePublished" in item]
    stated += tree.xpath("//*[@itemprop='datePublished']/@datetime|//time[@pubdate]/@datetime")
    stated += tree.xpath("(//article//time/@datetime)[1]") or _lone_time(tree)
    return next(filter(None, map(iso_date, stated)), None)


def publisher(tree: HtmlElement) -> str | None:
    """The site's or the publisher's name.

    >>> from lxml import html
    >>> page = "<html><head><meta property='og:site_name' content='The Gazette'></head></html>"
    >>> publisher(html.document_fromstring(page))
    'The Gazette'
    """
    meta = _meta(tree)
    named = [meta[name] for name in _PUBLISHER_NAMES if name in meta]
    for item in _linked_data(tree):
        organisation = item.get("publisher")
        if isinstance(organisation, dict) and isinstance(organisation.get("name"), str):
            named.append(organisation["name"])
    return next((" ".join(name.split()) for name in named if name.strip()), None)


def _meta(tree: HtmlElement) -> dict[str, str]:
    """The first content of each name."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = element.get("content")
        name = element.get("property") or element.get("name") or element.get("itemprop")
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _lone_time(tree: HtmlElement) -> list[str]:
    times: list[str] = tree.xpath("//time/@datetime")
    return times if len(times) == 1 else []


def _linked_data(tree: HtmlElement) -> Iterator[dict[str, object]]:
    """The objects of the page's JSON-LD, those inside a graph too."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            data = json.loads(script)
        except (ValueError, RecursionError):
            continue
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict):
                yield item
                graph = item.get("@graph")
                yield from (
                    (i for i in graph or () if isinstance(i, dict))
                    if isinstance(graph, list)
                    else ()
                )


_CHARSET = re.compile(rb"<meta[^<>]+?charset\s*+=\s*+[\"']?+\s*+([\w.:-]+)", re.IGNORECASE)
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
# lxml reads these characters but refuses to write them, as moving text about requires.
_UNSETTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_html(data: bytes, name: str) -> Document:
    """All visible text of a page; navigation, banners and hidden words are in `left_out`.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: nothing on the page is visible text.
        DocumentError: the page cannot be parsed whole.

    >>> read_html(b"<title>Storm</title><p>The pier fell.</p>", "storm.html").text
    'The pier fell.'
    """
    return _read(_decoded(data), name)


def read_saved_page(data: bytes, name: str) -> Document:
    r"""A page that a browser saved with all its parts in one file (MHTML, RFC 2557).

    Raises:
        EmptyDocument: no part of it is a page, or nothing on it is visible text.
        DocumentError: the page cannot be parsed whole.

    >>> parts = b"--b\nContent-Type: text/html\n\n<p>The pier fell.</p>\n--b--\n"
    >>> head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
    >>> read_saved_page(head + parts, "storm.mht").text
    'The pier fell.'
    """
    saved = email.message_from_bytes(data, policy=email.policy.default)
    pages: dict[str, str] = {}
    for part in saved.walk():
        if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        held = part.get_payload(decode=True)
        source = _decoded(held if isinstance(held, bytes) else b"", part.get_content_charset())
        own = str(part.get("Content-ID", "")).strip("<> ")
        place = str(part.get("Content-Location", "")).strip()
        pages[f"cid:{own}" if own else place or str(len(pages))] = source
        if place:
            pages.setdefault(place, source)
    if not pages:
        raise EmptyDocument("No part of the file is a web page.")
    address = str(saved.get("Snapshot-Content-Location", "")).strip()
    return _read(next(iter(pages.values())), name, pages, address)


def _read(
    source: str, name: str, frames: Mapping[str, str] | None = None, address: str = ""
) -> Document:
    tree = _parsed(source)
    beside = _statement(tree)
    if address and not beside.source:
        beside = replace(beside, source=address)
    _open_frames(tree, frames or {})
    left_out = [*take_out_banners(tree), *take_out_unseen(tree), *take_out_furniture(tree)]
    body = set_text(_blocks(tree))
    if not body.text:
        raise EmptyDocument("The page holds no visible text.")
    return compose(
        body.text,
        media_type="text/html",
        name=name,
        beside=beside,
        headings=body.headings,
        tables=body.tables,
        left_out=left_out,
    )


def visible_blocks(source: str, left_out: list[LeftOut] | None = None) -> list[Block]:
    """All that a reader of some HTML sees, and to `left_out` what it hides; none where nothing is.

    Raises:
        DocumentError: it cannot be parsed whole.

    >>> [block.text for block in visible_blocks("<p>The pier fell.</p><p hidden>Draft</p>")]
    ['The pier fell.']
    """
    if not source.strip():
        return []
    tree = _parsed(normalised(source))
    _open_frames(tree, {})
    unseen = take_out_unseen(tree)
    if left_out is not None:
        left_out.extend(unseen)
    return _blocks(tree)


def _open_frames(tree: HtmlElement, pages: Mapping[str, str], depth: int = 0) -> None:
    """Set the pages that frames hold in their place; below so many frames, their bare words."""
    for frame in list(tree.iter("iframe")):
        source = frame.get("srcdoc") or pages.get(frame.get("src", ""), "")
        if not source.strip():
            continue
        page = _parsed(source)
        if depth == _DEEPEST_FRAME:
            frame.text = page.text_content()
            continue
        _open_frames(page, pages, depth + 1)
        body = page.find("body")
        if body is not None:
            opened = Element("div", {k: v for k, v in frame.items() if k in ("style", "hidden")})
            opened.text, opened.tail = body.text, frame.tail
            opened.extend(list(body))
            frame.getparent().replace(frame, opened)


def _decoded(data: bytes, told: str | None = None) -> str:
    """The page's source, by its byte order mark, then the encoding that is told or it states."""
    marked = data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    stated = _CHARSET.search(data[:4096]) or _XML_ENCODING.match(data.lstrip())
    label = told or (stated[1].decode("ascii", "replace") if stated else "")
    if label and not marked:
        try:
            encoding = codecs.lookup(label).name
            return normalised(data.decode(_MEANT.get(encoding, encoding), "replace"))
        except (LookupError, UnicodeError):
            pass  # an encoding nobody knows states nothing
    source = text_of(data)
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
    """What the page's head and marked-up data state; of the tree what is too long there goes."""
    headlines = [item for item in _linked_data(tree) if isinstance(item.get("headline"), str)]
    headline = str(headlines[0]["headline"]) if headlines else ""
    author = ", ".join(_people(headlines[0].get("author"))) if headlines else ""
    date, site = published(tree), publisher(tree)
    _shorten_statements(tree)
    with _silent():
        stated = trafilatura.extract_metadata(tree)
    return Statement(
        title=stated.title or " ".join(headline.split()) or None,
        author=stated.author or author or None,
        date=date,
        source=stated.url or site,
        language=language_code(tree.get("lang")),
    )


def _shorten_statements(tree: HtmlElement) -> None:
    """Cut what nobody states at such length: trafilatura's patterns take the square of it."""
    for element in tree.iter("meta", "link"):
        for name in ("content", "href"):
            if len(value := element.get(name, "")) > _LONGEST_STATEMENT:
                element.set(name, value[:_LONGEST_STATEMENT])
    told = 0
    for script in tree.xpath("//script[contains(@type, 'json')]"):
        told += len(script.text or "")
        if told > _MOST_DATA:
            script.text = None


def _people(stated: object) -> list[str]:
    """The names of one or several people (or organisations) of the page's JSON-LD."""
    people = stated if isinstance(stated, list) else [stated]
    names = (one.get("name") if isinstance(one, dict) else one for one in people)
    return [" ".join(name.split()) for name in names if isinstance(name, str) and name.strip()]


def _blocks(tree: HtmlElement) -> list[Block]:
    body = tree.find("body")
    found = [] if body is None else blocks_of(body)
    return [replace(block, text=normalised(block.text)) for block in found]
