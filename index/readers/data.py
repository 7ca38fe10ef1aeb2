"""JSON and JSON Lines: lists of flat records as tables, everything else as 'path: value' lines.

XML: running text as paragraphs, short values as 'name: value' lines.

Jupyter notebooks: markdown, code and text output, cell by cell.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import Document, Part, Span, Table, normalised, readable_stem
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import Block, Body, row, set_parts, set_text
from index.readers.chats import read_messages
from index.readers.encoding import text_of
from index.readers.markup.formulas import readable_formula
from index.readers.metadata import Statement, compose, language_code, sensible_title
from index.readers.text import markdown_blocks
from index.readers.transcripts import read_segments

_RECORD_PROSE = 80
"""Characters from which a value stands in a paragraph of its own."""
_DEEPEST = 100
_COLUMNS = 60
"""A table of more columns is not one that people read across."""

Record = dict[str, Any]


def read_json(data: bytes, name: str) -> Document:
    """The values of a JSON document, each with the names that lead to it.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: it holds no value.
        DocumentError: it is not valid JSON, or nested beyond measure.

    >>> read_json(b'{"harbour": {"ships": 12}}', "harbour.json").text
    'harbour.ships: 12'
    """
    source = text_of(data)
    value = _parsed(normalised(source))
    if (spoken := read_segments(value, name)) is not None:
        return spoken
    if (chat := read_messages(value, name)) is not None:
        return chat
    body = _body(value)
    if not body.text:
        raise EmptyDocument("The file holds no values.")
    return compose(
        body.text,
        media_type="application/json",
        name=name,
        # The names that lead to a value are no title of the whole.
        beside=Statement(title=_title(value) or readable_stem(name)),
        headings=body.headings,
        tables=body.tables,
        parts=body.parts,
    )


def _title(value: object) -> str | None:
    """What JSON states as its title."""
    stated = value.get("title") if isinstance(value, dict) else None
    return sensible_title(stated) if isinstance(stated, str) else None


def _parsed(source: str) -> Any:  # noqa: ANN401 (any JSON)
    """The value of JSON; that of JSON Lines is a list."""
    try:
        return json.loads(source)
    except (ValueError, RecursionError) as error:
        return _lines(source, error)


def _body(value: Any) -> Body:  # noqa: ANN401
    if not isinstance(value, list):
        return set_text(_record_blocks(value, "", 0))
    values = value
    flat = [item for item in values if _is_flat(item)]
    columns = list(dict.fromkeys(key for item in flat for key in item))
    if len(flat) == len(values) and 1 < len(columns) <= _COLUMNS:
        return _numbered(_table(flat, columns))
    return set_parts(
        ("record", str(number), _record_blocks(item, "", 0))
        for number, item in enumerate(values, 1)
    )


def _lines(source: str, fault: Exception) -> list[Any]:
    """The values of JSON Lines; what is neither is damaged."""
    lines = [line for line in source.split("\n") if line.strip()]
    if len(lines) > 1:
        try:
            return [json.loads(line) for line in lines]
        except (ValueError, RecursionError):
            pass  # the fault in the whole says more
    if isinstance(fault, json.JSONDecodeError):
        raise DocumentError(
            f"The file is not valid JSON (line {fault.lineno}: {fault.msg}): get a fresh copy."
        ) from fault
    if isinstance(fault, RecursionError):
        raise DocumentError("The file nests its values too deeply to be read.") from fault
    raise DocumentError("The file holds a number of too many digits to be read.") from fault


def _numbered(lines: Sequence[str]) -> Body:
    """A table as a whole text, each line below the first a record."""
    parts = []
    offset = len(lines[0]) + 1
    for number, line in enumerate(lines[1:], 1):
        parts.append(Part("record", str(number), offset, offset + len(line)))
        offset += len(line) + 1
    header = Span(0, len(lines[0]))
    return Body("\n".join(lines), (), (Table(0, offset - 1, header),), tuple(parts))


def _is_flat(value: object) -> bool:
    return isinstance(value, dict) and all(
        not isinstance(item, dict | list) or _is_plain_list(item) for item in value.values()
    )


def _is_plain_list(value: object) -> bool:
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)


def _table(records: Sequence[Record], columns: Sequence[str]) -> list[str]:
    """The row of names, then one row a record, empty cells kept between others."""
    rows = [row(map(_shown, columns))]
    rows += [row(_shown(record.get(column)) for column in columns) for record in records]
    return rows


def _record_blocks(value: object, path: str, depth: int) -> Iterator[Block]:
    """The values below a path; those that stand side by side are the lines of one block."""
    if depth > _DEEPEST:
        raise DocumentError("The file nests its values too deeply to be read.")
    if not isinstance(value, dict):
        items = value if isinstance(value, list) else [value]
        value = {f"[{n}]" if path or len(items) > 1 else "": it for n, it in enumerate(items, 1)}
    lines: list[str] = []
    for key, item in value.items():
        name = _shown(key)
        at = f"{path}.{name}".replace(".[", "[") if path else name
        if isinstance(item, dict | list) and item and not _is_plain_list(item):
            if lines:
                yield Block("\n".join(lines))
                lines = []
            yield from _below(item, at, depth)
        elif isinstance(item, str) and len(item) > _RECORD_PROSE:
            if lines:
                yield Block("\n".join(lines))
                lines = []
            yield Block(at, level=min(depth + 2, 6)) if at else Block("")
            yield from (Block(part) for part in normalised(item).split("\n\n"))
        else:
            lines.append(f"{at}: {_shown(item)}" if at else _shown(item))
    if lines:
        yield Block("\n".join(lines))


def _below(item: Record | list[Any], path: str, depth: int) -> Iterator[Block]:
    if isinstance(item, list) and all(map(_is_flat, item)):
        columns = list(dict.fromkeys(key for record in item for key in record))
        if 1 < len(columns) <= _COLUMNS:
            yield Block(path, level=min(depth + 2, 6))
            yield Block("\n".join(filter(None, _table(item, columns))), header=True)
            return
    yield from _record_blocks(item, path, depth + 1)


def _shown(value: object) -> str:
    """A scalar, or a list of scalars, as JSON writes it but without quotation marks."""
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(normalised(value).split())
    return json.dumps(value)


_XML_PROSE = 60
"""Characters from which a value is running text that needs no name before it."""
_TITLES = frozenset({"title", "head", "heading", "headline", "caption"})
_PARAGRAPHS = frozenset({"p", "para", "paragraph", "simpara", "s", "line", "l", "quote", "text"})
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_xml(data: bytes, name: str) -> Document:
    """The words of an XML document; entities of its own are not resolved, nothing is fetched.

    Raises:
        EmptyDocument: it holds no words.
        DocumentError: it is not well-formed, or nested beyond measure.

    >>> read_xml(b"<log><entry>The pier fell.</entry></log>", "log.xml").text
    'entry: The pier fell.'
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
    body = set_text(_xml_blocks(root, 1))
    if not body.text:
        raise EmptyDocument("The file holds no text besides its markup.")
    return compose(
        body.text,
        media_type="application/xml",
        name=name,
        beside=Statement(language=language_code(root.get(_LANGUAGE))),
        headings=body.headings,
    )


def _xml_blocks(element: _Element, depth: int) -> Iterator[Block]:
    """What an element holds; values that stand side by side are the lines of one block."""
    if _mixed(element):
        yield Block(_words(element))
        return
    lines: list[str] = []
    for child in element.iterchildren(tag=etree.Element):
        name = _name(child)
        if len(child) and not _mixed(child):
            inner = list(_xml_blocks(child, depth + 1))
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
        elif len(words) >= _XML_PROSE or name.lower() in _PARAGRAPHS:
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


Cell = dict[str, Any]


def read_notebook(data: bytes, name: str) -> Document:
    """The notebook's cells (nbformat 4), each a part; pictures and where errors arose are left out.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: no cell holds text.
        DocumentError: it is damaged, cut off, or of an older format.

    >>> cell = {"cell_type": "markdown", "source": "The pier fell.", "metadata": {}}
    >>> data = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}).encode()
    >>> read_notebook(data, "log.ipynb").text
    'The pier fell.'
    """
    source = text_of(data)
    try:
        notebook = json.loads(normalised(source))
        numbered = enumerate(notebook["cells"], 1)
        body = set_parts(("cell", str(number), _notebook_blocks(cell)) for number, cell in numbered)
        stated = notebook.get("metadata", {}).get("title")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DocumentError("The notebook is damaged or cut off: get a fresh copy.") from error
    if not body.text:
        raise EmptyDocument("The notebook holds no text.")
    return compose(
        body.text,
        media_type="application/x-ipynb+json",
        name=name,
        beside=Statement(title=stated if isinstance(stated, str) else None),
        headings=body.headings,
        tables=body.tables,
        parts=body.parts,
    )


def _notebook_blocks(cell: Cell) -> Iterator[Block]:
    source = _text(cell.get("source", ""))
    if cell["cell_type"] == "markdown":
        yield from markdown_blocks(source)
        return
    yield Block(source)
    for output in cell.get("outputs", []):
        if "ename" in output:
            yield Block(_text(f"{output['ename']}: {output.get('evalue', '')}"))
        elif output.get("text"):
            yield Block(_text(output["text"]))
        else:
            yield from _shown_blocks(output.get("data", {}))


def _shown_blocks(data: dict[str, Any]) -> Iterator[Block]:
    """What a cell shows, in the richest of the forms in which it is kept that has words."""
    from index.readers.html import visible_blocks  # with trafilatura, which takes 0.15 s

    if written := _text(data.get("text/markdown", "")):
        yield from markdown_blocks(written)
    elif blocks := visible_blocks(_text(data.get("text/html", ""))):
        yield from blocks
    elif formula := _text(data.get("text/latex", "")):
        yield Block(readable_formula(formula.strip("$ \n")))
    else:
        yield Block(_text(data.get("text/plain", "")))


def _text(lines: str | list[str]) -> str:
    """Text that notebooks keep whole or line by line."""
    return normalised(lines if isinstance(lines, str) else "".join(lines)).strip("\n")
