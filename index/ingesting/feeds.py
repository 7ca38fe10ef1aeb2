"""A sitemap or a feed → the pages that it names, as far as they are of its own site."""

import gzip
import zlib
from typing import NamedTuple

import httpx
from lxml import etree  # type: ignore[import-untyped]

from index.ingesting.fetching import Fetched, is_address

MOST = 500
"""Pages that one list brings at most."""

_MOST_BYTES = 50 * 2**20
"""Of an unpacked list, as sitemaps.org has it."""

_GZIP = b"\x1f\x8b"
_HEAD = 2_000
_SIGNS = (b"<urlset", b"<sitemapindex", b"<rss", b"<feed", b"<rdf:RDF")

ELSEWHERE = "It is on another site than the list that names it: add it by its own address."


class Named(NamedTuple):
    """The addresses that a list names: those that are taken, those elsewhere, and how many more.

    >>> Named(("https://news.example/storm",), (), more=0).taken
    ('https://news.example/storm',)
    """

    taken: tuple[str, ...]
    elsewhere: tuple[str, ...]
    more: int


def named_pages(page: Fetched) -> Named | None:
    """The pages that a sitemap (also one of sitemaps) or a feed (RSS, Atom) names; else None.

    A list decides what is asked for, so it may name only pages of the host and port that it comes
    from itself: nobody's list reaches into the network that one is in.

    >>> feed = b"<rss><channel><item><link>/storm</link></item></channel></rss>"
    >>> named_pages(Fetched(feed, "feed.xml", "https://news.example/feed", "2026-11-13")).taken
    ('https://news.example/storm',)
    """
    data = _unpacked(page.data)
    if not any(sign in data[:_HEAD] for sign in _SIGNS):
        return None
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=True
    )
    root = etree.fromstring(data, parser)
    if root is None:
        return None
    base = httpx.URL(page.source)
    links = dict.fromkeys(_joined(base, link) for link in _links(root))
    wanted = [one for one in links if one and one != page.source]
    own = [one for one in wanted if _origin(httpx.URL(one)) == _origin(base)]
    elsewhere = [one for one in wanted if one not in set(own)]
    return Named(tuple(own[:MOST]), tuple(elsewhere), max(len(own) - MOST, 0))


def _unpacked(data: bytes) -> bytes:
    """The list itself, where it is sent as a file of gzip."""
    if not data.startswith(_GZIP):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _MOST_BYTES)
    except (zlib.error, gzip.BadGzipFile):
        return data


def _links(root: etree._Element) -> list[str]:
    """What the entries of a list link to, in their order."""
    kind = _local(root)
    if kind in ("urlset", "sitemapindex"):
        return [
            (child.text or "").strip()
            for entry in root
            for child in entry
            if _local(child) == "loc"
        ]
    found = []
    for entry in root.iter():
        if _local(entry) not in ("item", "entry"):
            continue
        link = next((one for one in entry if _local(one) == "link" and _is_page(one)), None)
        if link is not None:
            found.append((link.get("href") or link.text or "").strip())
    return found


def _is_page(link: etree._Element) -> bool:
    """Whether an entry's link leads to what it is about."""
    return bool(link.get("rel", "alternate") == "alternate")


def _joined(base: httpx.URL, link: str) -> str:
    try:
        address = str(base.join(link).copy_with(fragment=None)) if link else ""
    except (httpx.InvalidURL, ValueError):
        return ""
    return address if is_address(address) else ""


def _origin(url: httpx.URL) -> tuple[str, int | None]:
    return url.host.removeprefix("www."), url.port


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
