"""Figures that stand in the tables around passages, each with its place, and how one is shown."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.draft import Claim, Evidence
from assistant.models.memory import Memory
from assistant.retrieving.retrieval import Retrieved
from assistant.table_qa.tabulation import evidence_of, table_of
from index.document import Document, Span
from index.errors import UnknownDocument
from index.sentences import is_row
from index.store.catalog import DocumentInfo
from index.store.store import Store
from index.tables.columns import TypedTable
from index.tables.values import number_in

_FREE_OF_UNITS = re.compile(r"\bper\b|\bratio\b|\brate\b|\bprice\b|%|\bmargin\b", re.IGNORECASE)
"""A row of which the units of the table do not tell: '(in millions, except per share data)'."""

_AROUND, _ABOVE, _HEAD_LINES = 6_000, 900, 10
"""Characters around a passage that are looked at where a document has no pages; characters and
lines above a table that may say what it is of."""
_LONGEST = 300_000
"""A longer table has records, whose cells are found by queries."""

_TOTAL = re.compile(r"total\b", re.IGNORECASE)
_SCALE = r"(?:thousand|million|billion)s?"
_UNITS = re.compile(
    rf"(?:(?:[$€£¥]|(?:US )?dollars|euros|amounts)(?: and shares)? )?\bin {_SCALE}\b"
    rf"|(?<=\()(?:[A-Z]{{0,3}}[$€£¥] ?|(?:[A-Z]{{3}}|dollars|euros) )?{_SCALE}\b",
    re.IGNORECASE,
)
_SCALES = {"thousand": 3, "million": 6, "billion": 9}

_made: Memory[tuple[str, int], tuple["Table", ...]] = Memory(64)
"""The tables read last, by version and number."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's span, its text, and the number of its column.

    >>> Cell(Span(0, 5), "(12%)", 1).is_percent
    True
    """

    span: Span
    text: str
    column: int

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage."""
        number = number_in(self.text)
        return number is not None and number.unit == "%"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its whole span, its label, and the row of words alone that heads it and others.

    >>> Row(Span(0, 12), "Revenue | 10", ()).section is None
    True
    """

    span: Span
    label: str
    cells: tuple[Cell, ...]
    section: Span | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of which a row is a quantity: its columns, what names them, what stands above.

    `units` is where the scale of its figures is stated ('in millions'), `scale` the power of ten.

    >>> Table(("", "2021"), Span(0, 4), "Sales", ()).name_of(Cell(Span(9, 11), "10", 1))
    '2021'
    """

    columns: tuple[str, ...]
    header: Span
    above: str
    rows: tuple[Row, ...]
    units: Span | None = None
    scale: int = 0

    def name_of(self, cell: Cell) -> str:
        """The name of a cell's column."""
        return self.columns[cell.column]


def statement(document: Document, typed: TypedTable) -> Table:
    r"""A typed table as rows of labelled cells, with what heads them and states their units.

    >>> from index.document import Table as Place
    >>> from index.tables.columns import typed_table
    >>> text = "Sales in millions\n\nItem | 2021 | 2022\nRevenue | 10 | 12"
    >>> report = Document(text, "Report", "text/markdown", tables=(Place(19, 55, Span(19, 37)),))
    >>> table = statement(report, typed_table(report, report.tables[0]))
    >>> table.columns, table.scale, [table.name_of(cell) for cell in table.rows[0].cells]
    (('Item', '2021', '2022'), 6, ['2021', '2022'])
    """
    text, grid = document.text, typed.grid
    start = typed.table.header.start
    below = text[start : int(grid.rows[0, 0])].rstrip()
    header = Span(start, start + len(below))
    earlier = bisect_right(document.tables, start - 1, key=lambda one: one.start) - 1
    first = max(start - _ABOVE, document.tables[earlier].end if earlier >= 0 else 0)
    lines = [line for line in text[first:start].split("\n") if line.strip()][-_HEAD_LINES:]
    above = "\n".join([*lines, grid.names[0]]).strip()
    stated = [*_UNITS.finditer(text, first, header.end)]
    units = Span(*stated[-1].span()) if stated else None
    word = stated[-1][0].lower() if stated else ""
    scale = next((n for said, n in _SCALES.items() if said in word), 0)
    return Table(grid.names, header, above, tuple(_rows(typed)), units, scale)


def _rows(typed: TypedTable) -> Iterator[Row]:
    grid = typed.grid
    section: Span | None = None
    for n in range(len(grid.rows)):
        label = grid.texts[0][n]
        cells = tuple(
            Cell(grid.cell(n, column), texts[n], column)
            for column, texts in enumerate(grid.texts)
            if column and texts[n]
        )
        if not cells:
            section = typed.row(n)
            continue
        yield Row(typed.row(n), label, cells, section)
        section = None if _TOTAL.match(label) else section


@dataclass(frozen=True, slots=True)
class TableContext:
    r"""The tables around a passage, in their document.

    >>> from index.document import Document, Span, Table as Place
    >>> text = "Item | 2021 | 2022\nRevenue | 10 | 12"
    >>> report = Document(text, "Report", "text/markdown", tables=(Place(0, 36, Span(0, 18)),))
    >>> sheet = TableContext.of(demo.documents()[0], report, 0)
    >>> sheet.words(sheet.tables[0].header)
    'Item | 2021 | 2022'
    """

    info: DocumentInfo
    document: Document
    tables: tuple[Table, ...]

    @classmethod
    def of(cls, info: DocumentInfo, document: Document, number: int) -> "TableContext":
        """The table of this number in its document; none of it where it has no certain grid."""
        key = document.version, number
        known = _made.of([key])
        if key not in known:
            typed = table_of(document, document.version, number)
            known = {key: () if typed is None else (statement(document, typed),)}
        _made.keep(known)
        return cls(info, document, known[key])

    def words(self, span: Span | None) -> str:
        """The words of a span with single spaces; none of no span."""
        return " ".join(self.document.text[span.start : span.end].split()) if span else ""


@dataclass(frozen=True, slots=True)
class Figure:
    r"""A cell with its row and table, and how well it answers, from 0 to 1.

    >>> from index.document import Document, Span, Table as Place
    >>> text = "Item | 2021 | 2022\nRevenue | 10 | 12"
    >>> report = Document(text, "Report", "text/markdown", tables=(Place(0, 36, Span(0, 18)),))
    >>> sheet = TableContext.of(demo.documents()[0], report, 0)
    >>> table, row = sheet.tables[0], sheet.tables[0].rows[0]
    >>> found = Figure(sheet, table, row, row.cells[1])
    >>> found.named, found.value, found.draft.text
    ('Revenue, 2022', Decimal('12'), '[2022:] Revenue … 12')
    """

    sheet: TableContext
    table: Table
    row: Row
    cell: Cell
    score: float = 0.0
    under_section: bool = False
    """Whether the line above the row is meant too."""

    @property
    def column(self) -> str:
        """The name of its column."""
        return self.table.name_of(self.cell)

    @property
    def section(self) -> str:
        """The line above the row, where it is meant."""
        return self.sheet.words(self.row.section).rstrip(":") if self.under_section else ""

    @property
    def _has_units(self) -> bool:
        units = self.sheet.words(self.table.units).lower()
        of_columns = [name for name in self.table.columns[1:] if units and units in name.lower()]
        if of_columns and self.column not in of_columns:
            return False
        return not (self.cell.is_percent or _FREE_OF_UNITS.search(self.row.label))

    @property
    def units(self) -> str:
        """What the table states of its units, where that goes for it and its column does not."""
        stated = self.sheet.words(self.table.units) if self._has_units else ""
        return "" if stated.lower() in self.column.lower() else stated

    @property
    def scale(self) -> int:
        """The power of ten that the table states for it."""
        return self.table.scale if self._has_units else 0

    @property
    def currency(self) -> str:
        """The sign of a currency that stands with it, or with the units."""
        signs = re.search(r"[$€£¥]", f"{self.sheet.words(self.cell.span)} {self.units}")
        return signs[0] if signs else ""

    @property
    def named(self) -> str:
        """Its row and column: 'Total revenue, 2022'."""
        return ", ".join(filter(None, [self.section, self.row.label, self.column]))

    @property
    def value(self) -> Decimal | None:
        """Its number as it is printed, without scale; None of a dash or of words."""
        number = number_in(self.cell.text)
        return None if number is None else number.value("point")

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The row, the lines that name its columns, and those that state its units."""
        header, units = self.table.header, self.table.units
        spans = [self.row.span, header]
        within = units is not None and header.start <= units.start and units.end <= header.end
        if units is not None and self.units and not within:
            spans.append(units)
        if self.section and self.row.section:
            spans.append(self.row.section)
        return tuple(_evidence(self.sheet, span) for span in spans)

    @property
    def draft(self) -> Claim:
        """'[2022, in millions:] Total revenue 17,606': the row's own words, the cell set out.

        What stands in brackets is the column's name, and the units and the heading of the row.
        """
        about = ", ".join(filter(None, [self.section, self.column, self.units]))
        shown = self.sheet.words(self.cell.span).replace(" | ", " ")
        before = self.sheet.words(Span(self.row.span.start, self.cell.span.start))
        # Other cells that stand between are left out, and it is seen.
        own = before if before.rstrip(" |") == self.row.label else f"{self.row.label} …"
        text = f"[{about}:] {own} {shown}" if about else f"{own} {shown}"
        added = (Span(0, len(about) + 3),) if about else ()
        return Claim(text, self.evidence, added, (Span(len(text) - len(shown), len(text)),))


def table_contexts(store: Store, passages: Sequence[Retrieved]) -> list[TableContext]:
    """The tables on the pages of the passages, in the order of these.

    >>> from assistant.retrieving.retrieval import HybridRetriever
    >>> from index.models.embeddings import MiniLM
    >>> store = Store(demo.store, MiniLM())
    >>> searches = [("How many buildings were flooded?", 1.0)]
    >>> found = HybridRetriever(MiniLM()).retrieve(store, searches, k=1)
    >>> [(sheet.info.title, len(sheet.tables)) for sheet in table_contexts(store, found)]
    [('Correction to preliminary report IHW 2026/04', 1)]
    >>> store.close()
    """
    found: dict[tuple[str, int], TableContext] = {}
    documents: dict[str, Document] = {}
    for one in passages:
        info = one.chunk.document
        if not any(map(is_row, one.chunk.text.split("\n"))):
            continue
        try:
            document = documents.get(info.id) or store.document(info.id, info.version)
        except UnknownDocument:  # it was removed after it was found
            continue
        documents[info.id] = document
        near = _around(document, one)
        for n, table in enumerate(document.tables):
            inside = table.start < near.end and table.end > near.start
            if not inside or (info.id, n) in found or table.end - table.start > _LONGEST:
                continue
            found[info.id, n] = TableContext.of(info, document, n)
    return list(found.values())


def _around(document: Document, found: Retrieved) -> Span:
    """The passage's pages, or what is near it."""
    chunk = found.chunk
    pages = [p for p in document.pages if p.start < chunk.end and p.end > chunk.start]
    if pages:
        return Span(pages[0].start, pages[-1].end)
    return Span(max(chunk.start - _AROUND, 0), chunk.end + _AROUND)


def _evidence(sheet: TableContext, span: Span) -> Evidence:
    return evidence_of(sheet.info, sheet.document, span)
