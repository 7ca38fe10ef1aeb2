"""A matrix: rows are documents, columns questions, each cell a short answer with its footnote."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from assistant.answer import SCHEMA_VERSION, Citation
from assistant.exportable import STYLE
from assistant.matrix.columns import Column
from index.errors import QuestionError

State = Literal["answered", "not_found", "differs"]
Value = str | float | bool | tuple[str, ...] | None


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Cell(_Frozen):
    """A short answer with its footnotes; `text` is shown, in words of the document.

    `value` is what it means as the kind of its column: an ISO date, a number with its `unit`,
    True or False, one of the choices, or the items of a list. Of a cell that 'differs' the values
    stand in `text`, each cited in the order of `citations`. `note` says why nothing was found.

    >>> Cell(state="not_found").text
    ''
    """

    state: State
    text: str = ""
    value: Value = None
    unit: str = ""
    citations: tuple[Citation, ...] = ()
    engine: str = "reader"
    confidence: float = 0.0
    note: str = ""


class GridRow(_Frozen):
    """A line of a table: what it is called, its date, and its cells.

    >>> GridRow(label="Lease", cells=()).date
    """

    label: str
    date: str | None = None
    cells: tuple[Cell, ...]


class Grid(_Frozen):
    """A table of cited cells as it is exported: matrices, comparisons and timelines are such.

    `heads` are the columns' names, `questions` what is told of those that have another question.

    >>> Grid(title="Rent", heads=("Ash", "Birch"), rows=(), created="2026-01-02").corner
    'Document'
    """

    title: str
    corner: str = "Document"
    heads: tuple[str, ...]
    questions: tuple[str, ...] = ()
    rows: tuple[GridRow, ...]
    created: datetime
    notices: tuple[str, ...] = ()

    def footnotes(self) -> Iterator[tuple[GridRow, str, Cell, Citation, int]]:
        """All citations in the order of rows and columns, numbered through from 1."""
        number = 0
        for row in self.rows:
            for head, cell in zip(self.heads, row.cells, strict=True):
                for citation in cell.citations:
                    number += 1
                    yield row, head, cell, citation, number

    def to_csv(self, *, base: str | None = None) -> str:
        """Comma-separated values: after each column one with its citations and their links."""
        return self._exported("csv", base).decode()

    def to_xlsx(self, path: str | Path, *, base: str | None = None) -> None:
        """Write an Excel workbook with a sheet of citations; a file that is there is replaced."""
        self._written(path, "xlsx", base)

    def to_docx(self, path: str | Path, *, base: str | None = None) -> None:
        """Write a Word document with a table and real footnotes."""
        self._written(path, "docx", base)

    def to_markdown(self, *, base: str | None = None) -> str:
        """Markdown with a table and footnotes."""
        return self._exported("markdown", base).decode()

    def to_html(self, *, base: str | None = None) -> str:
        """An HTML page that stands alone: no script, no request."""
        return self._exported("html", base).decode()

    def _written(self, path: str | Path, format: str, base: str | None) -> None:  # noqa: A002
        from assistant.reporting.export import write

        write(Path(path), self._exported(format, base))

    def _exported(self, format: str, base: str | None) -> bytes:  # noqa: A002
        from assistant.matrix.exporting import export_grid

        return export_grid(self, format, base=base, style=STYLE)


class Row(_Frozen):
    """A document, and its cells in the order of the columns.

    >>> Row(document_id="d1", version="ab", title="Lease", cells=()).title
    'Lease'
    """

    document_id: str
    version: str
    title: str
    date: str | None = None
    path: str | None = None
    cells: tuple[Cell, ...]


class Matrix(_Frozen):
    """The answers to the same questions from many documents.

    `computed` says how many cells were worked out for it; the others were known before.

    >>> columns = (Column(name="Law", question="Which law governs?"),)
    >>> row = Row(document_id="d1", version="ab", title="Lease", cells=(Cell(state="not_found"),))
    >>> Matrix(columns=columns, rows=(row,), created="2026-01-02").cell("d1", "Law").state
    'not_found'
    """

    schema_version: int = SCHEMA_VERSION
    title: str = "Matrix"
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    created: datetime
    computed: int = 0
    notices: tuple[str, ...] = ()

    def cell(self, document_id: str, column: str) -> Cell:
        """The cell of a document in a column, by the column's name.

        Raises:
            QuestionError: there is no such column or document.
        """
        at = self._at(column)
        for row in self.rows:
            if row.document_id == document_id:
                return row.cells[at]
        raise QuestionError(f"No row of the matrix is the document {document_id!r}.")

    def sorted_by(self, column: str, *, descending: bool = False) -> "Matrix":
        """The same with its rows in the order of a column; what has no value comes last.

        Raises:
            QuestionError: there is no such column.
        """
        at = self._at(column)
        kept = [row for row in self.rows if row.cells[at].state == "answered"]
        others = [row for row in self.rows if row.cells[at].state != "answered"]
        kept.sort(key=lambda row: sort_key(row.cells[at]), reverse=descending)
        return self.model_copy(update={"rows": (*kept, *others)})

    def filtered(self, column: str, wanted: "str | Callable[[Cell], bool]") -> "Matrix":
        """The same with only the rows whose cell in a column is wanted.

        Args:
            column: its name.
            wanted: words that the cell holds, one of the states, or what says so of a cell.

        Raises:
            QuestionError: there is no such column.
        """
        at = self._at(column)
        holds = wanted if callable(wanted) else lambda cell: _holds(cell, wanted)
        rows = tuple(row for row in self.rows if holds(row.cells[at]))
        return self.model_copy(update={"rows": rows})

    @property
    def grid(self) -> Grid:
        """The matrix as a table."""
        return Grid(
            title=self.title,
            heads=tuple(one.name for one in self.columns),
            questions=tuple(
                f"{one.name}: {one.question}" for one in self.columns if one.name != one.question
            ),
            rows=tuple(GridRow(label=r.title, date=r.date, cells=r.cells) for r in self.rows),
            created=self.created,
            notices=self.notices,
        )

    def to_csv(self, *, base: str | None = None) -> str:
        """Comma-separated values: after each column one with its citations and their links."""
        return self.grid.to_csv(base=base)

    def to_xlsx(self, path: str | Path, *, base: str | None = None) -> None:
        """Write an Excel workbook with a sheet of citations; a file that is there is replaced."""
        self.grid.to_xlsx(path, base=base)

    def to_docx(self, path: str | Path, *, base: str | None = None) -> None:
        """Write a Word document with a table and real footnotes."""
        self.grid.to_docx(path, base=base)

    def to_markdown(self, *, base: str | None = None) -> str:
        """Markdown with a table and footnotes."""
        return self.grid.to_markdown(base=base)

    def to_html(self, *, base: str | None = None) -> str:
        """An HTML page that stands alone: no script, no request."""
        return self.grid.to_html(base=base)

    def _at(self, column: str) -> int:
        for at, one in enumerate(self.columns):
            if one.name == column:
                return at
        known = ", ".join(repr(one.name) for one in self.columns)
        raise QuestionError(f"The matrix has no column {column!r}; it has {known}.")


def sort_key(cell: Cell) -> tuple[int, float, str]:
    """What puts cells of one column in order: numbers by size, all else by its words.

    >>> sort_key(Cell(state="answered", value=5.0)) < sort_key(Cell(state="answered", value=12.0))
    True
    """
    if isinstance(cell.value, bool | float):
        return 0, float(cell.value), ""
    said = cell.value if isinstance(cell.value, str) else cell.text
    return 1, 0.0, said.casefold()


def _holds(cell: Cell, wanted: str) -> bool:
    if wanted in ("answered", "not_found", "differs"):
        return cell.state == wanted
    said = [cell.text, *([cell.value] if isinstance(cell.value, str) else [])]
    return any(wanted.casefold() in one.casefold() for one in said)
