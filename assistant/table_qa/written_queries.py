"""Questions over tables whose query a writer wrote as SQL: read, computed twice, cited to the rows.

The writer's statement is not run. What it asks for is read from it, so that its answer is checked,
worded and cited as any other query's; and it must take up the values and numbers that the question
names. What fails goes back to the writer once, with the reason.
"""

import json
import re
from collections.abc import Callable, Sequence

from assistant.draft import ProposedAnswer
from assistant.retrieving.retrieval import Retrieved
from assistant.table_qa.measures import Reading
from assistant.table_qa.nearby import Near, OpenTables, is_code, tables_near
from assistant.table_qa.schema_linking import phrases, words_of
from assistant.table_qa.table_answers import Asked, propose
from index.errors import TableError
from index.store.store import Store
from index.tables.columns import Column
from index.tables.query import Condition, Statement, TableQuery, distinct_names, quoted
from index.tables.sql import read_select

WriteSQL = Callable[[str, str], str]
"""Tables in words, and what was wrong with an earlier statement → SQL, or nothing."""

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_MOST_TABLES, _MOST_COLUMNS, _LABELS, _LONGEST_LABEL = 4, 60, 8, 60


def query_by_writer(
    store: Store, question: str, passages: Sequence[Retrieved], write: WriteSQL
) -> ProposedAnswer | None:
    """What SQL of a writer's answers; None where it has none, or none that holds.

    >>> query_by_writer(store, "What do they weigh?", [], lambda tables, refused: "") is None
    True
    """
    near = tables_near(store, passages)[:_MOST_TABLES]
    if not passages or not any(_is_inside(passages[0], one) for one in near):
        return None  # the best passage is prose, which SQL says nothing of
    with _Tables(near) as tables:
        refused = ""
        for _ in range(2):
            sql = write(tables.in_words, refused)
            if not sql:
                return None
            try:
                return propose(store, [tables.asked(sql, question)])
            except TableError as error:
                refused = f"{sql}\n{error}"
    return None


def _is_inside(passage: Retrieved, near: Near) -> bool:
    info, table, _ = near
    chunk = passage.chunk
    return chunk.document.id == info.id and chunk.start < table.end and chunk.end > table.start


class _Tables(OpenTables):
    """Tables in words for a writer, and what its statements over them come to."""

    @property
    def in_words(self) -> str:
        """Each table with its columns and some of their values."""
        told = []
        for name, (info, table, _) in self.near.items():
            lines = [f"Table {quoted(name)}: {table.rows:,} rows, of {json.dumps(info.title)}"]
            names = distinct_names(table.columns)
            for column, called in list(zip(table.columns, names, strict=True))[:_MOST_COLUMNS]:
                unit = f" in {json.dumps(column.unit, ensure_ascii=False)}" if column.unit else ""
                values = self._values(name, column, called)
                lines.append(f"- {quoted(called)} {column.kind}{unit}: {values}")
            told.append("\n".join(lines))
        return "\n\n".join(told)

    def _values(self, name: str, column: Column, called: str) -> str:
        """Labels of a column, the commonest first; how far its numbers or days go."""
        at, source = quoted(called), quoted(name)
        if column.kind in ("number", "date"):
            span = f"SELECT min({at}), max({at}) FROM {source}"  # noqa: S608 (quoted names)
            ((low, high),) = self.reader.run(span)
            return f"{low} to {high}"
        if column.kind == "boolean":
            return "true, false"
        labels = (
            f"SELECT {at}, count(*) FROM {source} "  # noqa: S608 (quoted names)
            f"WHERE {at} IS NOT NULL GROUP BY {at} ORDER BY 2 DESC, 1 LIMIT {_LABELS}"
        )
        rows = self.reader.run(labels)
        return ", ".join(json.dumps(_short(str(value)), ensure_ascii=False) for value, _ in rows)

    def asked(self, sql: str, question: str) -> Asked:
        """The query of a statement with what it comes to.

        Raises:
            TableError: it is none that is understood, meets no row, or leaves out what is asked.
        """
        name, query, distinct = read_select(
            sql, {name: table.columns for name, (_, table, _) in self.near.items()}
        )
        info, table, names = self.near[name]
        self._check_values(name, query)
        self._check_taken_up(name, query, question, names)
        result = self.reader.result(name, query)
        if not result.count:
            raise TableError("No row meets these conditions.")
        statement = Statement(query, table.columns, name)
        shown = statement.rows if query.measure == "rows" else statement.main
        return Asked(info, table, Reading(query, frozenset(), distinct), result, shown, (0, 0))

    def _check_values(self, name: str, query: TableQuery) -> None:
        """Words that a column is compared with must stand in it."""
        for one in query.conditions:
            if self.near[name][1].columns[one.column].kind != "text" or one.operator == "contains":
                continue
            wanted = [one.value] if isinstance(one.value, str) else list(_words(one))
            there = self.reader.matching(name, wanted)
            held = {value.lower() for column, value in there if column == one.column}
            for word in wanted:
                if word.lower() not in held:
                    column = self.near[name][1].columns[one.column]
                    called = distinct_names(self.near[name][1].columns)[one.column]
                    labels = self._values(name, column, called)
                    raise TableError(f"No {called!r} is {word!r}; there are for example: {labels}")

    def _check_taken_up(
        self, name: str, query: TableQuery, question: str, names: Sequence[str]
    ) -> None:
        """Values of the table and numbers that the question names must not be left out."""
        words = words_of(question)
        columns = [column.name for column in self.near[name][1].columns]
        told = " ".join(
            [*columns, *names, *(word for one in query.conditions for word in _words(one))]
        ).lower()
        said = phrases(words, question)
        for column, value in self.reader.matching(name, list(said)):
            alone = not is_code(value) or value in question
            if alone and value.lower() not in told and column not in (query.group, query.column):
                raise TableError(f"The question names {value!r}, which the statement leaves out.")
        figures = {_plain(one) for one in _FIGURE.findall(f"{told} {query.limit}")}
        for word in words:
            if word.is_number and _plain(word.text.replace(",", "").rstrip("%")) not in figures:
                raise TableError(f"The question names {word.text}, which the statement leaves out.")


def _words(condition: Condition) -> tuple[str, ...]:
    value = condition.value
    if isinstance(value, tuple):
        return value
    return (str(value),)


def _plain(number: str) -> str:
    """A number without zeros that say nothing, as those of days are written."""
    whole, point, part = number.partition(".")
    return f"{whole.lstrip('0')}{point}{part}".rstrip(".")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
