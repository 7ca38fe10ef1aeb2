"""XML: running text as paragraphs, short values as 'name: value' lines."""

from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import Document, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import Block, set_text
from index.readers.metadata import Statement, compose, language_code

_PROSE = 60
"""Characters from which a value is running text that needs no name before it."""
_TITLES = frozenset({"title", "head", "heading", "headline", "caption"})
_PARAGRAPHS = frozenset({"p", "para", "paragraph", "simpara", "s", "line", "l", "quote", "text"})
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_xml(data: bytes, name: str) -> Document:
    """The words of an XML document; entities of its own are not resolved, nothing is fetched.

    Raises:
        EmptyDocument: it holds no words.
        DocumentError: it is not well-formed, or nested beyond measure.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        said = " ".join(str(error).split())[:120].rstrip(".")
        raise DocumentError(f"The XML is damaged or cut off ({said}): get a fresh copy.") from error
    body = set_text(_blocks(root, 1))
    if not body.text:
        raise EmptyDocument("The file holds no text besides its markup.")
    return compose(
        body.text,
        media_type="application/xml",
        name=name,
        beside=Statement(language=language_code(root.get(_LANGUAGE))),
        headings=body.headings,
    )


def _blocks(element: _Element, depth: int) -> Iterator[Block]:
    """What an element holds; values that stand side by side are the lines of one block."""
    if _mixed(element):
        yield Block(_words(element))
        return
    lines: list[str] = []
    for child in element.iterchildren(tag=etree.Element):
        name = _name(child)
        if len(child) and not _mixed(child):
            inner = list(_blocks(child, depth + 1))
            if lines and inner:
                yield Block("\n".join(lines))
                lines = []
            if attributes := _attributes(child):
                yield Block(f"{name}: {attributes}")
            yield from inner
            continue
        words = _words(child)
        if name.lower() in _TITLES and words:
            if lines:
                yield Block("\n".join(lines))
                lines = []
            yield Block(words, level=min(depth, 6))
        elif len(words) >= _PROSE or name.lower() in _PARAGRAPHS:
            if lines:
                yield Block("\n".join(lines))
                lines = []
            yield Block(words)
        elif value := ", ".join(filter(None, (words, _attributes(child)))):
            lines.append(f"{name}: {value}")
    if lines:
        yield Block("\n".join(lines))


def _mixed(element: _Element) -> bool:
    """Whether words stand beside the elements inside."""
    own = [element.text, *(child.tail for child in element)]
    return any(piece and piece.strip() for piece in own)


def _words(element: _Element) -> str:
    return " ".join(normalised("".join(element.itertext())).split())


def _attributes(element: _Element) -> str:
    """Attributes as 'name value', without those of other namespaces, which steer programs."""
    own = ((key, value) for key, value in element.attrib.items() if not key.startswith("{"))
    return ", ".join(f"{key} {' '.join(normalised(value).split())}" for key, value in own)


def _name(element: _Element) -> str:
    return str(etree.QName(element).localname)
