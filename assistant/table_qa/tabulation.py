"""What a query of a table comes to, as a sentence with its rows; and whether such a sentence holds.

Every figure has two paths: DuckDB over the table's file, and plain Python over the cells of the
document's text. What is shown is worded from the second, where both agree; a sentence is checked by
making it anew.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from assistant.draft import Claim, Evidence, Tabulated
from assistant.language.formula import format_number
from assistant.messages import (
    AND_MORE,
    COMPUTED,
    FROM_TABLE,
    IN_FULL,
    LEFT_OUT_EMPTY,
    LEFT_OUT_OTHER,
    LEFT_OUT_TOTALS,
    LEFT_OUT_UNREAD,
)
from assistant.models.memory import Memory
from index.document import Document, Span, printed_label
from index.store.catalog import DocumentInfo
from index.store.store import Store
from index.tables.columns import Column, TypedTable, Value, typed_table
from index.tables.plain import compute
from index.tables.query import ROWS_CITED, Condition, Result

_UNITS_STATED = re.compile(
    r"\bin (?:(?:US|U\.S\.) )?(?:[$€£¥] ?|dollars? |euros? |pounds )?"
    r"(?:thousands|millions|billions|000s)\b(?: of [\w.]+(?: [\w.]+)?(?=\)))?",
    re.IGNORECASE,
)
_UNITS_REACH = 300
_SHOWN = 10
"""Rows or groups that a sentence names."""
_OPERATORS = {"=": "is", "!=": "is not", "in": "is", "contains": "contains"}
_MEASURES = {
    "sum": "sum of",
    "average": "average of",
    "median": "median of",
    "highest": "highest",
    "lowest": "lowest",
}

_typed: Memory[tuple[str, int, int], tuple[TypedTable, ...]] = Memory(8)
"""The tables asked last, by version, number and what their cells hold and do not show."""


def table_of(document: Document, version: str, number: int) -> TypedTable | None:
    """A table of a document with its typed columns, made from its text.

    >>> text = "Ship | Tons" + chr(10) + "Ann | 5" + chr(10) + "Bob | 7"
    >>> from index.document import Table
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 27, Span(0, 11)),))
    >>> table_of(port, port.version, 0).columns[1].kind
    'number'
    """
    key = version, number, hash(document.stored)
    known = _typed.of([key])
    if key not in known:
        found = (
            typed_table(document, document.tables[number])
            if number < len(document.tables)
            else None
        )
        known = {key: () if found is None else (found,)}
    _typed.keep(known)
    return next(iter(known[key]), None)


def tabulated_claim(info: DocumentInfo, document: Document, asked: Tabulated) -> Claim | None:
    """The sentence that answers a query, with the rows that it rests on; None where there is none.

    >>> from index.document import Table
    >>> text = "Ship | Tons" + chr(10) + "Ann | 5" + chr(10) + "Bob | 7"
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 27, Span(0, 11)),))
    >>> from index.tables.query import TableQuery
    >>> summed = Tabulated("d1", port.version, 0, TableQuery("sum", 1))
    >>> print(tabulated_claim(demo.documents()[0], port, summed).text)
    [Computed: sum of Tons in “...”, over 2 rows: 12]
    """
    table = table_of(document, asked.version, asked.number)
    if table is None:
        return None
    result = compute(table, asked.query)
    units = _units_above(document.text, table.table.start)
    stated = document.text[slice(*units)] if units and asked.query.measure != "count" else ""
    worded = _Wording(table, asked, result, stated).sentence(info.title)
    if worded is None:
        return None
    text, exact = worded
    rows = [table.row(row) for row in result.first[:ROWS_CITED]]
    around = [units, table.table.header] if stated and units else [table.table.header]
    spans = _joined([*around, *rows], document.text)
    evidence = tuple(_evidence(info, document, span) for span in spans)
    return Claim(text, evidence, (Span(0, len(text)),), (exact,), tabulated=asked)


def holds(store: Store, claim: Claim) -> bool:
    """Whether a tabulated sentence comes out the same when it is made anew from the stored text.

    Raises:
        UnknownDocument: it was removed.

    >>> holds(store, Claim("It held.", ()))
    False
    """
    asked = claim.tabulated
    if asked is None or not claim.evidence:
        return False
    info = claim.evidence[0].document
    if (info.id, info.version) != (asked.document_id, asked.version):
        return False
    document = store.document(asked.document_id, asked.version)
    made = tabulated_claim(info, document, asked)
    return made is not None and (made.text, made.exact, made.evidence) == (
        claim.text,
        claim.exact,
        claim.evidence,
    )


def _units_above(text: str, start: int) -> Span | None:
    """Where the words above a table, or those before them, state the scale of its figures."""
    above = max(start - _UNITS_REACH, 0)
    found = list(_UNITS_STATED.finditer(text, above, start))
    return Span(*found[-1].span()) if found else None


class _Wording:
    def __init__(self, table: TypedTable, asked: Tabulated, result: Result, units: str) -> None:
        self.table, self.query, self.result, self.units = table, asked.query, result, units
        self.distinct = asked.distinct

    def sentence(self, title: str) -> tuple[str, Span] | None:
        """The sentence and the place of what answers; None where nothing comes out."""
        query, result = self.query, self.result
        place = f"in “{title}”{self._where}{f', {self.units}' if self.units else ''}"
        if query.measure == "rows":
            if not result.lines:
                return None
            names = ", ".join([*map(self._name, self._untold), *filter(None, [self.units])])
            opening = f"[{FROM_TABLE} “{title}”{self._where}, {names}: "
            return _closed(opening, self._rows(self._untold), self._left_out)
        opening = f"[{COMPUTED} "
        if query.group is not None and self.distinct:
            label = f"different values of {self._name(query.group)} {place}: "
            return _closed(opening + label, f"{len(result.lines):,}", self._left_out)
        if query.group is not None:
            if not result.lines:
                return None
            measure = self._measure or "number of rows"
            label = f"{measure} by {self._name(query.group)} {place}: "
            return _closed(opening + label, self._groups, self._left_out)
        if query.measure == "count" or query.column is None:
            label = f"{opening}number of rows {place}: "
            return _closed(label, f"{result.count:,}", self._left_out)
        if result.value is None:
            return None
        rows = result.count - result.empty
        if query.measure in ("highest", "lowest"):
            label = f"{opening}{self._measure} {place}: "
            return _closed(label, self._rows(query.show), self._left_out)
        over = f", over {rows:,} {'row' if rows == 1 else 'rows'}: "
        figure = self._figure(result.value, self.table.columns[query.column])
        return _closed(f"{opening}{self._measure} {place}{over}", figure, self._left_out)

    @property
    def _measure(self) -> str:
        if self.query.column is None:
            return ""
        return f"{_MEASURES[self.query.measure]} {self._name(self.query.column)}"

    @property
    def _where(self) -> str:
        told = [self._condition(condition) for condition in self.query.conditions]
        return f" where {' and '.join(told)}" if told else ""

    def _condition(self, condition: Condition) -> str:
        column, value = self.table.columns[condition.column], condition.value
        said = _OPERATORS.get(condition.operator, condition.operator)
        if isinstance(value, tuple):
            written = " or ".join(value)
        elif isinstance(value, bool):
            written = "yes" if value else "no"
        else:
            written = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return f"{self._name(condition.column)} {said} {written}" if column.name else written

    @property
    def _untold(self) -> list[int]:
        """The shown columns whose value the conditions do not state already."""
        told = {one.column for one in self.query.conditions if one.operator == "="}
        return [column for column in self.query.show if column not in told]

    def _rows(self, shown: Sequence[int]) -> str:
        """These cells of each row, as they are printed."""
        lines = [
            ", ".join(text for column in shown if (text := self.table.grid.texts[column][row]))
            for row in self.result.first[:_SHOWN]
        ]
        more = len(self.result.first) - _SHOWN
        if more > 0:
            lines.append(AND_MORE.format(more))
        return "; ".join(lines)

    @property
    def _groups(self) -> str:
        column = None if self.query.column is None else self.table.columns[self.query.column]
        lines = [
            f"{group} {self._figure(figure, column)}"
            for group, figure, _ in self.result.lines[:_SHOWN]
        ]
        more = len(self.result.lines) - _SHOWN
        return "; ".join([*lines, AND_MORE.format(more)] if more > 0 else lines)

    def _figure(self, value: Value, column: Column | None) -> str:
        if not isinstance(value, Decimal):
            return "–" if value is None else str(value)
        decimals = column.decimals if column else 0
        if self.query.measure == "average":
            decimals = max(decimals, 2)
        elif self.query.measure == "median" and value != round(value, decimals):
            decimals += 1
        written = format_number(value, decimals)
        if round(value, decimals) != value:
            written = f"≈ {written}"
        unit = column.unit if column and column.unit not in column.name else ""
        return f"{written} {unit}".strip()

    @property
    def _left_out(self) -> str:
        """What was not counted, in words."""
        query, table = self.query, self.table
        notes = []
        column = query.column if query.column is not None else query.group
        if column is not None and self.result.empty:
            unread = table.columns[column].unparsed
            note = LEFT_OUT_UNREAD if unread else LEFT_OUT_EMPTY
            notes.append(note.format(self.result.empty))
        compared = {table.columns[one.column] for one in query.conditions}
        notes += [
            LEFT_OUT_OTHER.format(one.name, one.unparsed)
            for one in sorted(compared, key=lambda one: one.name)
            if one.unparsed
        ]
        if table.totals and not query.totals:
            notes.append(LEFT_OUT_TOTALS.format(len(table.totals)))
        if query.column is not None and query.measure not in ("count", "rows"):
            compared.add(table.columns[query.column])
        notes += [
            IN_FULL.format(one.name, one.in_full)
            for one in sorted(compared, key=lambda one: one.name)
            if one.in_full
        ]
        return f"; {', '.join(notes)}" if notes else ""

    def _name(self, column: int) -> str:
        return self.table.columns[column].name or f"column {column + 1}"


def _closed(opening: str, answer: str, notes: str) -> tuple[str, Span] | None:
    if not answer:
        return None
    return f"{opening}{answer}{notes}]", Span(len(opening), len(opening) + len(answer))


def _joined(spans: Sequence[Span], text: str) -> list[Span]:
    """Spans of lines in order, those that follow one another as one."""
    joined: list[Span] = []
    for span in sorted(set(spans)):
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _evidence(info: DocumentInfo, document: Document, span: Span) -> Evidence:
    return Evidence(
        info,
        span.start,
        span.end,
        document.page_at(span.start),
        document.page_at(max(span.end - 1, span.start)),
        printed_label(document.pages, span.start, span.end),
        document.heading_path(span.start),
        document.parts_at(span.start, span.end),
    )
