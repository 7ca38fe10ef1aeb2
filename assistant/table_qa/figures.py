"""Figures that stand in the tables around passages, each with its place, and how one is shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.draft import Claim, Evidence
from assistant.models.memory import Memory
from assistant.retrieving.retrieval import Retrieved
from assistant.table_qa.tables import Cell, Row, Table, tables_in
from index.document import Document, Span, printed_label
from index.errors import UnknownDocument
from index.sentences import is_row
from index.store.catalog import DocumentInfo
from index.store.store import Store

_ONE_NUMBER = re.compile(
    r"(?:US)?[$€£¥]?[(−–-]?(?:US)?[$€£¥]?[−–-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?\)?%?(?:\(\d\))?"
)
_FREE_OF_UNITS = re.compile(r"\bper\b|\bratio\b|\brate\b|\bprice\b|%|\bmargin\b", re.IGNORECASE)
"""A row of which the units of the table do not tell: '(in millions, except per share data)'."""

_AROUND = 6_000
"""Characters around a passage that are looked at where a document has no pages."""

_parsed: Memory[tuple[str, tuple[Span, ...]], tuple[Table, ...]] = Memory(64)
"""The tables around the passages read last, by version and spans: some 20 MB at most."""


@dataclass(frozen=True, slots=True)
class TableContext:
    r"""The tables around a passage, in their document.

    >>> report = Document("Item | 2021 | 2022\nRevenue | 10 | 12", "Report", "text/markdown")
    >>> sheet = TableContext(demo.documents()[0], report, tuple(tables_in(report.text)))
    >>> sheet.words(sheet.tables[0].header)
    'Item | 2021 | 2022'
    """

    info: DocumentInfo
    document: Document
    tables: tuple[Table, ...]

    def words(self, span: Span | None) -> str:
        """The words of a span with single spaces; none of no span."""
        return " ".join(self.document.text[span.start : span.end].split()) if span else ""


@dataclass(frozen=True, slots=True)
class Figure:
    r"""A cell with its row and table, and how well it answers, from 0 to 1.

    >>> report = Document("Item | 2021 | 2022\nRevenue | 10 | 12", "Report", "text/markdown")
    >>> sheet = TableContext(demo.documents()[0], report, tuple(tables_in(report.text)))
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
        number = re.search(r"\d[\d,]*(?:\.\d+)?", self.cell.text)
        if number is None or not _ONE_NUMBER.fullmatch(self.cell.text):
            return None
        negative = self.cell.text.lstrip("$€£¥US ").startswith(("(", "-", "−", "–"))
        value = Decimal(number[0].replace(",", ""))
        return -value if negative else value

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The row, the lines that name its columns, and those that state its units."""
        spans = [self.row.span, *([self.table.header] if self.table.header else [])]
        header, units = self.table.header, self.table.units
        within = header is not None and units is not None and header.start <= units.start
        if units is not None and self.units and not (within and header and units.end <= header.end):
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
    found: list[TableContext] = []
    documents: dict[str, Document] = {}
    seen: set[tuple[str, Span]] = set()
    for one in passages:
        info = one.chunk.document
        if not any(map(is_row, one.chunk.text.split("\n"))):
            continue
        try:
            document = documents.get(info.id) or store.document(info.id, info.version)
        except UnknownDocument:  # it was removed after it was found
            continue
        documents[info.id] = document
        spans = _around(document, one)
        if (info.id, spans[-1]) not in seen:
            seen.add((info.id, spans[-1]))
            found.append(TableContext(info, document, _tables(document, info.version, spans)))
    return found


def _tables(document: Document, version: str, spans: Sequence[Span]) -> tuple[Table, ...]:
    """The tables of parts of a version, which is named by the hash of its text."""
    key = version, tuple(spans)
    known = _parsed.of([key])
    if key not in known:
        known = {key: tuple(tables_in(document.text, spans))}
    _parsed.keep(known)
    return known[key]


def _around(document: Document, found: Retrieved) -> list[Span]:
    """The passage's pages, or what is near it; before them the row that names the columns."""
    chunk = found.chunk
    pages = [p for p in document.pages if p.start < chunk.end and p.end > chunk.start]
    text = document.text
    if pages:
        near = Span(pages[0].start, pages[-1].end)
    else:
        start = text.rfind("\n", 0, max(chunk.start - _AROUND, 0)) + 1
        end = text.find("\n", min(chunk.end + _AROUND, len(text)))
        near = Span(start, len(text) if end < 0 else end)
    table = document.table_at(near.start)
    return [table.header, near] if table and table.header.end <= near.start else [near]


def _evidence(sheet: TableContext, span: Span) -> Evidence:
    document = sheet.document
    return Evidence(
        sheet.info,
        span.start,
        span.end,
        document.page_at(span.start),
        document.page_at(max(span.end - 1, span.start)),
        printed_label(document.pages, span.start, span.end),
        document.heading_path(span.start),
        document.parts_at(span.start, span.end),
    )
