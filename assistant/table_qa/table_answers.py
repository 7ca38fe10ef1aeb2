"""Questions that a query of a table answers: the table found, asked twice, the answer cited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from assistant.asking.question import Question
from assistant.draft import Claim, ProposedAnswer, Tabulated
from assistant.messages import ROWS_CITED_OF, RUN_AS, TWO_FIT
from assistant.retrieving.retrieval import Retrieved
from assistant.table_qa.schema_linking import Linking, phrases, words_of
from assistant.table_qa.semantic_parser import Reading, readings
from assistant.table_qa.tabulation import table_of, tabulated_claim
from index.errors import TableError, UnknownDocument
from index.places import innermost_stem
from index.store.catalog import DocumentInfo
from index.store.store import Store
from index.store.typed_tables import TableInfo
from index.tables.columns import TypedTable
from index.tables.engine import TableReader
from index.tables.plain import compute
from index.tables.query import ROWS_CITED, Result, Statement, TableQuery

CONFIDENCE = 0.8
"""Of a figure that two paths agree on; see `benchmarks/tables.py` for how often it is right."""

_MOST_TABLES = 12
"""Tables that are put to a question, those of the best passages first."""
_MOST_CLAIMS = 3
_MOST_ROWS = 300
"""Rows that a list may have; nobody asks for more of them by a question."""
_SUBTOTAL = re.compile(
    r"(?:sub)?totals? \w|net (?:income|loss|sales|revenues?|assets|cash|earnings)\b"
    r"|gross (?:profit|margin)\b|(?:income|loss|profit|earnings) (?:before|from|for)\b"
    r"|summe \w|gesamt\w* \w",
    re.IGNORECASE,
)
_LONGEST_CODE = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A reading of a question over one table, and what DuckDB makes of it.

    >>> Asked.__slots__
    ('info', 'table', 'reading', 'result', 'sql', 'weight')
    """

    info: DocumentInfo
    table: TableInfo
    reading: Reading
    result: Result
    sql: str
    weight: tuple[int, int]


def query_tables(
    store: Store, question: Question, passages: Sequence[Retrieved]
) -> ProposedAnswer | None:
    r"""What a query of a table near the passages answers; None where no table accounts for it.

    Where several columns or tables fit, the answer has a sentence of each.

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
    found = [
        one
        for info, table, names in tables_near(store, passages)
        for one in _asked(question.asking, info, table, names)
    ]
    if not found:
        return None
    best = max(one.weight for one in found)
    fitting = [one for one in found if one.weight == best]
    return propose(store, fitting) if len(fitting) <= _MOST_CLAIMS else None


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


Near = tuple[DocumentInfo, TableInfo, list[str]]
"""A table, its document, and what either is called."""


def tables_near(store: Store, passages: Sequence[Retrieved]) -> list[Near]:
    """The tables that passages are of, without those that say what columns of others mean.

    >>> tables_near(store, [])
    []
    """
    near = _near(store, passages)
    return [one for one in near if not _is_codebook(one[1], [other for _, other, _ in near])]


def _near(store: Store, passages: Sequence[Retrieved]) -> list[Near]:
    """The tables that passages are of, and those that stand alone in their document."""
    documents = {one.chunk.document.id: one.chunk.document for one in passages}
    near: dict[tuple[str, int], Near] = {}
    there = store.tables(list(documents))
    count = {id_: sum(table.document_id == id_ for table in there) for id_ in documents}
    for one in passages:
        info, chunk = one.chunk.document, one.chunk
        for table in there:
            if table.document_id != info.id or table.version != info.version:
                continue
            inside = chunk.start < table.end and chunk.end > table.start
            if not inside and count[info.id] > 1:
                continue
            names = [info.title, *_place_names(info.path)]
            if inside:
                names += [*chunk.heading, *(p.label for p in chunk.parts if p.kind == "sheet")]
            near.setdefault((info.id, table.number), (info, table, names))
    return list(near.values())[:_MOST_TABLES]


def _place_names(path: str | None) -> list[str]:
    """A file's name and its folder's, which often say what a table is of."""
    if not path:
        return []
    return [innermost_stem(path), PurePath(path).parent.name]


def _is_codebook(table: TableInfo, others: Sequence[TableInfo]) -> bool:
    if any(column.kind != "text" for column in table.columns):
        return False
    names = {c.name.lower() for other in others if other is not table for c in other.columns}
    try:
        with TableReader({"book": (table.file, table.columns)}) as reader:
            found = {
                value for column, value in reader.matching("book", sorted(names)) if not column
            }
    except TableError:  # its document was removed after it was found
        return True
    return 2 * len(found) > table.rows


def _asked(text: str, info: DocumentInfo, table: TableInfo, names: Sequence[str]) -> list[Asked]:
    """What the table answers, for each reading of the question."""
    words = words_of(text)
    bare = Linking(words, table.columns, names)
    if not bare.mentions and not bare.named:
        return []
    said = phrases(words, text)
    called = innermost_stem(info.path) if info.path else info.title
    try:
        with TableReader({called: (table.file, table.columns)}) as reader:
            values = [
                (column, value, at)
                for column, value in reader.matching(called, list(said))
                for at in said.get(value.lower(), ())
                if not is_code(value) or value in text
            ]
            linking = Linking(words, table.columns, names, values)
            found = []
            for reading in readings(text, linking):
                reading = _narrowed(reading, _rows(reader, called, reading))
                result = reader.result(called, reading.query)
                sql = Statement(reading.query, table.columns, called)
                statement = sql.rows if reading.query.measure == "rows" else sql.main
                weight = _weight(reading, linking)
                found.append(Asked(info, table, reading, result, statement, weight))
            return found
    except TableError:  # its document was removed after it was found, or its file is damaged
        return []


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


def is_code(value: str) -> bool:
    """Whether a value is a short code, which a word in small letters does not mean.

    >>> is_code("US"), is_code("us")
    (True, False)
    """
    return len(value) <= _LONGEST_CODE and value.isupper()


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
    table, query = asked.table, asked.reading.query
    try:
        document = store.document(table.document_id, table.version)
    except UnknownDocument:  # it was removed after it was found
        return None
    typed = table_of(document, table.version, table.number)
    if typed is None or compute(typed, query) != asked.result:
        return None
    if query.measure != "rows" and _sums_up_within(typed):
        return None
    if query.measure == "rows" and asked.result.count > (1 if asked.reading.loose else _MOST_ROWS):
        return None
    tabulated = Tabulated(
        table.document_id, table.version, table.number, query, asked.reading.distinct
    )
    return tabulated_claim(asked.info, document, tabulated)
