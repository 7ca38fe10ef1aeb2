"""The publication date and publisher that a web page's meta tags and JSON-LD state."""

import json
from collections.abc import Iterator

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from index.readers.dates import iso_date

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
_PUBLISHER_NAMES = ("og:site_name", "citation_publisher", "dc.publisher", "application-name")


def published(tree: HtmlElement) -> str | None:
    """The ISO date of publication; dates of change and of other articles do not count."""
    meta = _meta(tree)
    stated = [meta[name] for name in _DATE_NAMES if name in meta]
    stated += [str(item["datePublished"]) for item in _linked_data(tree) if "datePublished" in item]
    stated += tree.xpath("//*[@itemprop='datePublished']/@datetime|//time[@pubdate]/@datetime")
    stated += tree.xpath("(//article//time/@datetime)[1]") or _lone_time(tree)
    return next(filter(None, map(iso_date, stated)), None)


def publisher(tree: HtmlElement) -> str | None:
    """The site's or the publisher's name."""
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
