"""What a query of a table came to, in words: what was measured, of which rows, what is left out."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from assistant.draft import Tabulated
from assistant.language.formula import STEP_END, format_number, steps
from assistant.messages import (
    AND_MORE,
    COMPUTED,
    FROM_TABLE,
    IN_FULL,
    LEFT_OUT_EMPTY,
    LEFT_OUT_OTHER,
    LEFT_OUT_TOTALS,
    LEFT_OUT_UNREAD,
    PERCENTAGE_POINTS,
    ROWS_COUNTED,
)
from assistant.table_qa.steps import steps_of
from index.document import Span
from index.tables.columns import Column, TypedTable, Value
from index.tables.plain import rank_of, wanted_groups
from index.tables.query import Condition, Relation, Result

_SHOWN, _SHOWN_GROUPS = 10, 12
"""Rows and groups that a sentence names; a year has twelve months."""
_MORE_DECIMALS = 2
"""Decimals that a figure without an end has in a formula, besides those of its column."""
_JOINTS: dict[Relation, str] = {
    "share": " of ",
    "ratio": " to ",
    "difference": " and ",
    "change": " against ",
}

_OPERATORS = {"=": "is", "!=": "is not", "in": "is", "contains": "contains"}
_MEASURES = {
    "sum": "sum of",
    "average": "average of",
    "median": "median of",
    "highest": "highest",
    "lowest": "lowest",
}


class Wording:
    """The sentence that tells what a query of a table came to.

    Args:
        table: what was asked.
        asked: the query, and what its figure is set against.
        result: what it came to.
        units: what stands above the table of its units.

    >>> from index.document import Document, Table
    >>> from index.tables.columns import typed_table
    >>> from index.tables.query import TableQuery
    >>> text = "Ship | Tons" + chr(10) + "Ann | 5" + chr(10) + "Bob | 7"
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 27, Span(0, 11)),))
    >>> counted = Tabulated("d1", port.version, 0, TableQuery("count"))
    >>> table = typed_table(port, port.tables[0])
    >>> Wording(table, counted, Result(2, 0, Decimal(2)), "").sentence("Port")[0]
    '[Computed: number of rows in “Port”: 2]'
    """

    def __init__(self, table: TypedTable, asked: Tabulated, result: Result, units: str) -> None:
        self.table, self.query, self.result, self.units = table, asked.query, result, units
        self.asked = asked
        self.distinct = asked.distinct

    def related(self, title: str, other: Result) -> tuple[str, tuple[Span, ...]] | None:
        """The sentence that sets the figure against another; None where that has no result."""
        asked = self.asked
        if asked.relation is None or asked.against is None:
            return None
        against = Wording(self.table, replace(asked, query=asked.against), other, self.units)
        values = [self._exact_figure, against._exact_figure]
        figures = [value for value in values if value is not None]
        column = None if self.query.column is None else self.table.columns[self.query.column]
        in_percent = column is not None and "%" in column.unit
        if len(figures) < len(values) or (in_percent and asked.relation == "share"):
            return None
        made = steps_of(asked.relation, figures, percents=in_percent, percent=asked.percent)
        if not made or not all(made):
            return None
        units = f", {self.units}" if self.units else ""
        if column is not None and column.unit and asked.relation in ("difference", "change"):
            unit = PERCENTAGE_POINTS if in_percent else column.unit
            units += f", {unit}" if in_percent or unit not in column.name else ""
        opening = (
            f"[{COMPUTED} {asked.relation} in “{title}”{units}: {self._described}"
            f"{_JOINTS[asked.relation]}{against._described}: "
        )
        notes = dict.fromkeys([*self._left_out_notes, *against._left_out_notes])
        rows = f"; {ROWS_COUNTED.format(self.result.count, other.count)}"
        text = f"{opening}{STEP_END.join(made)}{rows}{''.join(f', {note}' for note in notes)}]"
        results = [one.result_span for one in steps(text) if one.span.start >= len(opening)]
        return text, tuple(results[-1:] if asked.percent else results)

    @property
    def _described(self) -> str:
        """The figure in words: 'sum of tolls where flag is Chile'."""
        one_row = self.query.measure == "sum" and self.result.count == 1
        column = self.query.column
        said = self._name(column) if one_row and column is not None else self._measure
        return f"{said or 'number of rows'}{self._where}"

    @property
    def _exact_figure(self) -> Decimal | None:
        """The figure that a formula takes: rounded only where it has no end."""
        query, value = self.query, self.result.value
        if query.measure == "count" or query.column is None:
            return Decimal(self.result.count)
        if not isinstance(value, Decimal):
            return None
        finest = self.table.columns[query.column].decimals + _MORE_DECIMALS
        return value if value == round(value, finest) else round(value, finest)

    def sentence(self, title: str) -> tuple[str, tuple[Span, ...]] | None:
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
            return self._grouped(opening, place)
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

    def _grouped(self, opening: str, place: str) -> tuple[str, tuple[Span, ...]] | None:
        query, lines = self.query, self.result.lines
        name = self._name(query.group or 0)
        by = f"{query.period} of {name}" if query.period else name
        measure = f"{self._measure or 'number of rows'} by {by} {place}"
        told = wanted_groups(lines, query)
        if not told:
            return None
        if isinstance(query.place, str):
            low = ", the lowest first" if query.lowest_first else ""
            opening += f"place of {told[0][0]} by {measure}{low}: "
            notes = f" of {len(lines):,} ({self._groups}){self._left_out}"
            return _closed(opening, f"{rank_of(told[0], lines)}", notes)
        extreme = "lowest " if query.lowest_first else "highest "
        if query.place is not None:
            opening += f"place {query.place} by {extreme}"
        elif query.told:
            opening += extreme
        return _closed(f"{opening}{measure}: ", self._groups, self._left_out)

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
            ", ".join(
                text.replace(" | ", " ")
                for column in shown
                if (text := self.table.grid.texts[column][row])
            )
            for row in self.result.first[:_SHOWN]
        ]
        more = len(self.result.first) - _SHOWN
        if more > 0:
            lines.append(AND_MORE.format(more))
        return "; ".join(lines)

    @property
    def _groups(self) -> str:
        column = None if self.query.column is None else self.table.columns[self.query.column]
        told = wanted_groups(self.result.lines, self.query)
        lines = [
            f"{group} {self._figure(figure, column)}" for group, figure, _ in told[:_SHOWN_GROUPS]
        ]
        more = len(told) - _SHOWN_GROUPS
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
        return f"; {', '.join(self._left_out_notes)}" if self._left_out_notes else ""

    @property
    def _left_out_notes(self) -> list[str]:
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
        return notes

    def _name(self, column: int) -> str:
        return self.table.columns[column].name or f"column {column + 1}"


def _closed(opening: str, answer: str, notes: str) -> tuple[str, tuple[Span, ...]] | None:
    if not answer:
        return None
    return f"{opening}{answer}{notes}]", (Span(len(opening), len(opening) + len(answer)),)
