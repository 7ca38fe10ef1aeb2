"""Blocks of prose, headings, lists and tables, set one after another as a document's text."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.document import Heading

CELL_BREAK = " | "
BULLET = "• "


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two blank lines: a paragraph, a whole list, a table, code or a heading.

    `level` is a heading's level (1 is the highest), 0 for everything else.
    """

    text: str
    level: int = 0


def set_text(blocks: Iterable[Block]) -> tuple[str, tuple[Heading, ...]]:
    """The text that `blocks` make, a blank line between two of them, and its headings."""
    parts: list[str] = []
    headings: list[Heading] = []
    offset = 0
    for block in blocks:
        if not block.text.strip():
            continue
        if parts:
            parts.append("\n\n")
            offset += 2
        if block.level:
            headings.append(Heading(block.level, offset, offset + len(block.text)))
        parts.append(block.text)
        offset += len(block.text)
    return "".join(parts), tuple(headings)


def row(cells: Iterable[str]) -> str:
    """One table row as one line; a cell's own newlines become spaces, empty ends are left out."""
    return CELL_BREAK.join(" ".join(cell.split()) for cell in cells).strip(CELL_BREAK)
