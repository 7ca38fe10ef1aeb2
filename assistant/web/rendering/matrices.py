"""A matrix → HTML: each cell with its value, and below it on request the cited words."""

from dataclasses import dataclass

from markupsafe import Markup

from assistant.answer import Citation
from assistant.matrix.exporting import shown
from assistant.matrix.matrix import Cell, Matrix, sort_key
from assistant.templating import Macros
from assistant.web import texts

_HTML = Macros("assistant.web", "matrix.html", texts=texts)


@dataclass(frozen=True, slots=True)
class _Note:
    """A footnote of a cell: its number in the matrix, and where it leads."""

    number: int
    citation: Citation
    href: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cell as the table shows it; rows are sorted by `key`, the kind of which comes first."""

    cell: Cell
    text: str
    key: str
    notes: tuple[_Note, ...]


def matrix_table(matrix: Matrix, page: str) -> Markup:
    """The table; its footnotes lead to the chat's page, which is at the address `page`.

    >>> matrix = demo.matrix("Cause: Why did Gate 3 fail?")
    >>> "its left arm" in matrix_table(matrix, "./")
    True
    """
    number, rows = 0, []
    sign = "&" if "?" in page else "?"
    for row in matrix.rows:
        cells = []
        for cell in row.cells:
            notes = []
            for citation in cell.citations:
                number += 1
                notes.append(_Note(number, citation, f"{page}{sign}cite={citation.id}"))
            cells.append(_Shown(cell, shown(cell), _key(cell), tuple(notes)))
        rows.append((row, cells))
    return _HTML.table(matrix, rows)


def _key(cell: Cell) -> str:
    if cell.state != "answered":
        return "9"
    kind, number, words = sort_key(cell)
    return f"{kind}{number!r}" if kind == 0 else f"{kind}{words}"
