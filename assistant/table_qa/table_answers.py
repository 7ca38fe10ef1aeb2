"""Questions that a query of a table answers: the table found, asked twice, the answer cited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations

from assistant.asking.question import Question
from assistant.draft import Claim, JoinedTable, ProposedAnswer, Tabulated
from assistant.messages import (
    ROWS_CITED_OF,
    RUN_AS,
    TWO_FIT,
    WHICH_COLUMN,
)
from assistant.retrieving.retrieval import Retrieved
from assistant.table_qa.measures import Reading
from assistant.table_qa.nearby import Near, OpenTables, tables_named, tables_near
from assistant.table_qa.obstacles import what_is_lacking
from assistant.table_qa.schema_linking import Linking, words_of
from assistant.table_qa.semantic_parser import asks_for_figure, readings
from assistant.table_qa.tabulation import asked_table, tabulated_claim
from index.errors import TableError, UnknownDocument
from index.store.catalog import DocumentInfo
from index.store.store import Store
from index.store.typed_tables import TableInfo
from index.tables.columns import Column, TypedTable
from index.tables.engine import TableReader
from index.tables.joining import Key, named_alike
from index.tables.plain import compute, wanted_groups
from index.tables.query import ROWS_CITED, Result, Statement, TableQuery

CONFIDENCE = 0.8
"""Of a figure that two paths agree on; see `benchmarks/tables.py` for how often it is right."""

_MOST_JOINED = 6
_MOST_CLAIMS = 3
_MOST_ROWS = 300
"""Rows that a list may have; nobody asks for more of them by a question."""
_SUBTOTAL = re.compile(
    r"(?:sub)?totals? \w|net (?:income|loss|sales|revenues?|assets|cash|earnings)\b"
    r"|gross (?:profit|margin)\b|(?:income|loss|profit|earnings) (?:before|from|for)\b"
    r"|summe \w|gesamt\w* \w",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A reading of a question over one table, and what DuckDB makes of it.

    >>> Asked.__slots__
    ('info', 'table', 'reading', 'result', 'sql', 'weight', 'against', 'joined', 'key')
    """

    info: DocumentInfo
    table: TableInfo
    reading: Reading
    result: Result
    sql: str
    weight: tuple[int, int]
    against: Result | None = None
    joined: Near | None = None
    key: Key | None = None


def query_tables(
    store: Store,
    question: Question,
    passages: Sequence[Retrieved],
    documents: Sequence[str] | None = None,
) -> ProposedAnswer | None:
    r"""What a query of a table answers; None where no table accounts for the question.

    Where several columns or tables fit, the answer has a sentence of each. Tables near the passages
    are asked first, then others whose columns the question names; two together where neither
    accounts for it alone and one names rows of the other.

    Args:
        store: where the documents are.
        question: what is asked.
        passages: those found for it.
        documents: the only ones that may be asked.

    >>> from assistant import Assistant
    >>> rows = "Ship,Port,Tons\nAnn,Hull,5\nBob,Hull,7\nEve,Leith,4\n"
    >>> _ = (tmp_path / "ships.csv").write_text(rows)
    >>> with Assistant(tmp_path / "store") as own:
    ...     _ = own.add(tmp_path / "ships.csv")
    ...     own.query("What is the total tons of all ships from Hull?").text
    '[Computed: sum of Tons in “Ships” where Port is Hull, over 2 rows: 12][1]'
    """
    if question.kind != "question":
        return None
    text = question.asking
    figure = asks_for_figure(text)
    with OpenTables(tables_near(store, passages)) as near:
        found = _asked(text, near)
    if figure and not found:
        with OpenTables(tables_named(store, text, documents)) as named:
            found = _asked(text, named)
            if not found:
                return what_is_lacking(text, named)
    if not found:
        return None
    best = max(one.weight for one in found)
    fitting = [one for one in found if one.weight == best]
    return propose(store, fitting) if len(fitting) <= _MOST_CLAIMS else _which(fitting)


def _which(fitting: Sequence[Asked]) -> ProposedAnswer | None:
    """The question back which of many columns is meant; None where they are of many tables."""
    columns = {
        one.table.columns[one.reading.query.column].name
        for one in fitting
        if one.reading.query.column is not None and one.joined is None
    }
    if len({one.table.file for one in fitting}) > 1 or len(columns) < len(fitting):
        return None
    listed = ", ".join(f"“{name}”" for name in sorted(columns))
    return ProposedAnswer("clarification", WHICH_COLUMN.format(listed), abstained=True)


def propose(store: Store, fitting: Sequence[Asked]) -> ProposedAnswer | None:
    """The answer that gives each of these figures; None where the cells give none of them.

    >>> propose(store, []) is None
    True
    """
    claims: list[Claim] = []
    notices: list[str] = []
    for one in fitting:
        claim = _claim(store, one)
        if claim is None:
            continue
        claims.append(claim)
        notices.append(RUN_AS.format(one.sql))
        if one.result.count > ROWS_CITED and one.reading.query.measure not in ("highest", "lowest"):
            notices.append(ROWS_CITED_OF.format(ROWS_CITED, one.result.count))
    if not claims:
        return None
    if len(claims) > 1:
        notices.insert(0, TWO_FIT)
    return ProposedAnswer(claims=tuple(claims), confidence=CONFIDENCE, notices=tuple(notices))


def _asked(text: str, tables: OpenTables) -> list[Asked]:
    """What tables answer, for each reading of the question; two together where none does alone."""
    words = words_of(text)
    found: list[Asked] = []
    for name, one in tables.near.items():
        bare = Linking(words, one[1].columns, one[2])
        if bare.mentions or bare.named:
            found += _read(text, tables, name, one[1].columns, one)
    return found or _asked_joined(text, tables)


def _asked_joined(text: str, tables: OpenTables) -> list[Asked]:
    """What two tables answer together, where one names rows of the other."""
    found: list[Asked] = []
    words = words_of(text)
    for (own, here), (other, there) in permutations(islice(tables.near.items(), _MOST_JOINED), 2):
        if not named_alike(here[1].columns, there[1].columns) or not any(
            Linking(words, table.columns, names).mentions for _, table, names in (here, there)
        ):
            continue
        key = tables.reader.key(own, other)
        if key is not None:
            called = f"{own} with {other}"
            columns = tables.reader.join(called, own, other, key)
            near = (here[0], here[1], [*here[2], *there[2]])
            made = _read(text, tables, called, columns, near)
            found += [replace(one, joined=there, key=key) for one in made]
    return found


def _read(
    text: str, tables: OpenTables, called: str, columns: tuple[Column, ...], near: Near
) -> list[Asked]:
    """What a table that is open comes to, for each reading of the question."""
    linking = tables.linked(text, called, columns, near[2])
    found = []
    for reading in readings(text, linking):
        try:
            if (one := _computed(tables.reader, called, columns, reading, linking)) is not None:
                found.append(Asked(near[0], near[1], *one))
        except TableError:  # it takes too long, or gives too much
            continue
    return _distinct_answers(found)


def _computed(
    reader: TableReader,
    called: str,
    columns: tuple[Column, ...],
    reading: Reading,
    linking: Linking,
) -> tuple[Reading, Result, str, tuple[int, int], Result | None] | None:
    """A reading with its result, SQL and weight; None where it means nothing of this table."""
    if reading.relation is None:
        rows = _rows(reader, called, reading)
        if rows == 1 and _is_across(reading.query, linking):
            return None
        reading = _narrowed(reading, rows)
    result, against = reader.result(called, reading.query), None
    sql = Statement(reading.query, columns, called)
    statement = sql.rows if reading.query.measure == "rows" else sql.main
    if reading.against is not None:
        against = reader.result(called, reading.against)
        statement += f"; {Statement(reading.against, columns, called).main}"
    return reading, result, statement, _weight(reading, linking), against


def _distinct_answers(found: Sequence[Asked]) -> list[Asked]:
    """Without a group's figure that is also that of its one best row."""
    rows = {one.result.lines for one in found if one.reading.query.group is None}
    return [
        one
        for one in found
        if one.reading.query.group is None
        or tuple(
            (name, figure) for name, figure, _ in wanted_groups(one.result.lines, one.reading.query)
        )
        not in rows
    ]


def _narrowed(reading: Reading, rows: int) -> Reading:
    """A sum over a single row as the look-up that it is."""
    query = reading.query
    if query.measure != "sum" or rows != 1 or query.column is None or query.group is not None:
        return reading
    names = tuple(dict.fromkeys(condition.column for condition in query.conditions))
    looked_up = TableQuery(
        "rows", None, query.conditions, (*names, query.column), totals=query.totals
    )
    return replace(reading, query=looked_up)


def _sums_up_within(table: TypedTable) -> bool:
    """Whether rows may sum up others without saying just that, as in statements of accounts."""
    labels = next(
        (
            texts
            for column, texts in zip(table.columns, table.grid.texts, strict=True)
            if column.kind == "text"
        ),
        [],
    )
    return any(
        row not in table.totals and _SUBTOTAL.match(label) for row, label in enumerate(labels)
    )


def _adds_up(asked: Asked) -> bool:
    """Whether a figure is of several rows, so that one that sums up others would count twice."""
    if asked.against is not None:
        return max(asked.result.count, asked.against.count) > 1
    return asked.reading.query.measure != "rows"


def _is_across(query: TableQuery, linking: Linking) -> bool:
    """Whether a measure of one named row can only be meant of its own cells, not of a column."""
    named = any(one.operator == "=" and one.column in linking.unique for one in query.conditions)
    several = query.measure in ("average", "median", "highest", "lowest")
    return named and several and query.group is None


def _rows(reader: TableReader, called: str, reading: Reading) -> int:
    count = TableQuery("count", None, reading.query.conditions, totals=reading.query.totals)
    return reader.result(called, count).count


def _weight(reading: Reading, linking: Linking) -> tuple[int, int]:
    """How much of the question columns, values and names account for."""
    values = {place for _, _, at in linking.values for place in at}
    own = {place for one in linking.mentions for place in one.at} | values
    lacking = sum(one.lacking for one in linking.mentions if one.column == reading.query.column)
    return len(own | linking.named), -lacking


def _claim(store: Store, asked: Asked) -> Claim | None:
    """The sentence, where the cells of the text give what DuckDB gives."""
    table, query, against = asked.table, asked.reading.query, asked.reading.against
    joined = None
    if asked.joined is not None and asked.key is not None:
        _, second, _ = asked.joined
        joined = JoinedTable(second.document_id, second.version, second.number, asked.key)
    tabulated = Tabulated(
        table.document_id,
        table.version,
        table.number,
        query,
        asked.reading.distinct,
        asked.reading.relation,
        against,
        asked.reading.percent,
        joined,
    )
    other = None
    try:
        document = store.document(table.document_id, table.version)
        if asked.joined is not None and joined is not None:
            other = asked.joined[0], store.document(joined.document_id, joined.version)
    except UnknownDocument:  # it was removed after it was found
        return None
    tables = asked_table(document, tabulated, other[1] if other else None)
    if tables is None or compute(tables[0], query) != asked.result:
        return None
    typed = tables[0]
    if (None if against is None else compute(typed, against)) != asked.against:
        return None
    if against is not None and not (asked.against and asked.result.count and asked.against.count):
        return None
    if _adds_up(asked) and _sums_up_within(typed):
        return None
    if query.measure == "rows" and asked.result.count > (1 if asked.reading.loose else _MOST_ROWS):
        return None
    return tabulated_claim(asked.info, document, tabulated, other)
