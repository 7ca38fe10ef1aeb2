"""Citations in HTML and Markdown, as exported or as another program has written them since."""

import re
from collections.abc import Iterator

from lxml import etree, html  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from assistant.verifying.cited import Cited, citations

_BLOCKS = frozenset(
    {"p", "li", "td", "th", "dd", "dt", "blockquote", "figcaption", "caption", "pre", "div"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "aside", "section", "article", "body", "html"}
)
_UNSEEN = ("script", "style", "template", "head")
_NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote"})
_NOTE_ID = re.compile(r"\D*(?:fn|ftn|edn|(?:foot|end)?note)[-_:]?(\d+)", re.IGNORECASE)
"""The ids that programs give to footnotes: fn1, user-content-fn-1, _ftn1, sdfootnote1, …"""


def in_markdown(text: str) -> list[Cited]:
    """The citations in a Markdown text with footnotes; one that nothing refers to is not shown."""
    return in_html(f"<body>{MarkdownIt().use(footnote_plugin).render(text)}</body>")


def in_html(text: str) -> list[Cited]:
    """The citations in an HTML page, in its order: footnotes, and links in other blocks."""
    # As bytes, because lxml refuses a string that declares an encoding.
    data = text.encode("utf-8", "replace")
    try:
        root = html.document_fromstring(data, html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # nothing but comments and declarations
        return []
    for element in list(root.iter(*_UNSEEN)):
        element.drop_tree()
    return list(_found(root))


def _found(root: _Element) -> Iterator[Cited]:
    notes = paragraphs = 0
    for block in root.iter(*_BLOCKS):
        note = _note_number(block)
        if note is None and any(_note_number(above) is not None for above in block.iterancestors()):
            continue
        text, links = _content(block, whole=note is not None)
        if note is not None:
            notes += 1
            where = f"footnote {note or notes}"
        elif text:
            paragraphs += 1
            where = f"paragraph {paragraphs}"
        else:
            continue
        yield from citations(where, text, links, note=note is not None)


def _note_number(block: _Element) -> str | None:
    """A footnote's number, empty if it has none of its own; None for other blocks."""
    named = _NOTE_ID.fullmatch(block.get("id") or "")
    if named is not None:
        return named[1]
    return "" if block.get("role") in _NOTE_ROLES else None


def _content(block: _Element, *, whole: bool) -> tuple[str, list[str]]:
    """A block's text and the addresses of its links; `whole` with the blocks inside it."""
    pieces: list[str] = []
    links: list[str] = []

    def gather(element: _Element) -> None:
        if element.tag == "a":
            links.append(element.get("href") or "")
        pieces.append(element.text or "")
        for child in element:
            if child.tag in _BLOCKS or child.tag == "br":
                pieces.append("\n")
            if isinstance(child.tag, str) and (whole or child.tag not in _BLOCKS):
                gather(child)
            pieces.append(child.tail or "")

    gather(block)
    return "".join(pieces).strip(), links
