"""Jupyter notebooks: markdown, code and text output, cell by cell."""

import json
from collections.abc import Iterator
from typing import Any

from index.document import Document, normalised
from index.errors import DocumentError, EmptyDocument, UnsupportedFormat
from index.readers.blocks import Block, set_parts
from index.readers.encoding import decode
from index.readers.markdown import markdown_blocks
from index.readers.metadata import Statement, compose

Cell = dict[str, Any]


def read_notebook(data: bytes, name: str) -> Document:
    """The notebook's cells (nbformat 4), each a part; pictures are left out.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: no cell holds text.
        DocumentError: it is damaged, cut off, or of an older format.
    """
    source = decode(data)
    if source is None:
        raise UnsupportedFormat("The file is not text in any known encoding.")
    try:
        notebook = json.loads(normalised(source))
        numbered = enumerate(notebook["cells"], 1)
        body = set_parts(("cell", str(number), _blocks(cell)) for number, cell in numbered)
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


def _blocks(cell: Cell) -> Iterator[Block]:
    source = _text(cell.get("source", ""))
    if cell["cell_type"] == "markdown":
        yield from markdown_blocks(source)
        return
    yield Block(source)
    for output in cell.get("outputs", []):
        yield Block(_text(output.get("text") or output.get("data", {}).get("text/plain", "")))


def _text(lines: str | list[str]) -> str:
    """Text that notebooks keep whole or line by line."""
    return normalised(lines if isinstance(lines, str) else "".join(lines)).strip("\n")
