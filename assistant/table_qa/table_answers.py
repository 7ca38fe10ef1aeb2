"""Questions that a query of a table answers: the table found, asked twice, the answer cited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import PurePath

from assistant.asking.question import Question
from assistant.draft import Claim, JoinedTable, ProposedAnswer, Tabulated
from assistant.messages import ROWS_CITED_OF, RUN_AS, TWO_FIT
from assistant.retrieving.retrieval import Retrieved
from assistant.table_qa.schema_linking import Linking, phrases, words_of
from assistant.table_qa.semantic_parser import Reading, asks_for_figure, readings
from assistant.table_qa.tabulation import asked_table, tabulated_claim
from index.errors import TableError, UnknownDocument
from index.places import innermost_stem
from index.store.catalog import DocumentInfo
from index.store.store import Store
from index.store.typed_tables import TableInfo
from index.tables.columns import Column, TypedTable
from index.tables.engine import TableReader
from index.tables.joining import Key, joined_columns, named_alike
from index.tables.plain import compute, wanted_groups
from index.tables.query import ROWS_CITED, Result, Statement, TableQuery

CONFIDENCE = 0.8
"""Of a figure that two paths agree on; see `benchmarks/tables.py` for how often it is right."""

_MOST_TABLES = 12
"""Tables that are put to a question, those of the best passages first."""
_MOST_JOINED = 6
_MOST_DOCUMENTS = 500
"""Documents with tables among which those are sought that a question names."""
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
    ('info', 'table', 'reading', 'result', 'sql', 'weight', 'against', 'joined', 'key')
    """

    info: DocumentInfo
    table: TableInfo
    reading: Reading
    result: Result
    sql: str
    weight: tuple[int, int]
    against: Result | None = None
    joined: "Near | None" = None
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
    near = tables_near(store, passages)
    found = [one for each in near for one in _asked(text, each)] or _asked_joined(text, near)
    if not found and asks_for_figure(text):
        near = _named_anywhere(store, text, documents)
        found = [one for each in near for one in _asked(text, each)] or _asked_joined(text, near)
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


def _named_anywhere(store: Store, text: str, documents: Sequence[str] | None) -> list[Near]:
    """The tables of which a question names most, wherever they are; none in a very large store."""
    infos = [
        one
        for one in store.documents()
        if one.tables != 0 and (documents is None or one.id in documents)
    ]
    if len(infos) > _MOST_DOCUMENTS:
        return []
    by_id = {one.id: one for one in infos}
    words = words_of(text)
    scored: list[tuple[int, int, Near]] = []
    for n, table in enumerate(store.tables(list(by_id))):
        info = by_id[table.document_id]
        if table.version != info.version:
            continue
        names = [info.title, *_place_names(info.path)]
        linking = Linking(words, table.columns, names)
        named = {p for one in linking.mentions if not one.lacking for p in one.at}
        if named or linking.named:
            scored.append((-len(named | linking.named), n, (info, table, names)))
    scored.sort(key=lambda one: one[:2])
    near = [one for *_, one in scored[:_MOST_TABLES]]
    return [one for one in near if not _is_codebook(one[1], [other for _, other, _ in near])]


def _asked(text: str, near: Near) -> list[Asked]:
    """What the table answers, for each reading of the question."""
    info, table, names = near
    words = words_of(text)
    bare = Linking(words, table.columns, names)
    if not bare.mentions and not bare.named:
        return []
    called = _called(info)
    try:
        with TableReader({called: (table.file, table.columns)}) as reader:
            return _read(text, reader, called, table.columns, near)
    except TableError:  # its document was removed after it was found, or its file is damaged
        return []


def _asked_joined(text: str, near: Sequence[Near]) -> list[Asked]:
    """What two tables answer together, where one names rows of the other."""
    found: list[Asked] = []
    words = words_of(text)
    for own, other in permutations(near[:_MOST_JOINED], 2):
        tables = {f"{_called(one[0])} {n}": one for n, one in enumerate((own, other), 1)}
        columns = own[1].columns, other[1].columns
        if not named_alike(*columns) or not any(
            Linking(words, one.columns, names).mentions for _, one, names in (own, other)
        ):
            continue
        try:
            files = {name: (one[1].file, one[1].columns) for name, one in tables.items()}
            with TableReader(files) as reader:
                key = reader.key(*tables)
            if key is None:
                continue
            called = f"{_called(own[0])} with {_called(other[0])}"
            with TableReader(files, {called: (*tables, key)}) as reader:  # type: ignore[dict-item]
                made = joined_columns(*columns, key)
                names = (own[0], own[1], [*own[2], *other[2]])
                found += [
                    replace(one, joined=other, key=key)
                    for one in _read(text, reader, called, made, names)
                ]
        except TableError:  # a document was removed after it was found, or a file is damaged
            continue
    return found


def _called(info: DocumentInfo) -> str:
    return innermost_stem(info.path) if info.path else info.title


def _read(
    text: str, reader: TableReader, called: str, columns: tuple[Column, ...], near: Near
) -> list[Asked]:
    """What a table that is open comes to, for each reading of the question."""
    info, table, names = near
    words = words_of(text)
    said = phrases(words, text)
    values = [
        (column, value, at)
        for column, value in reader.matching(called, list(said))
        for at in said.get(value.lower(), ())
        if not is_code(value) or value in text
    ]
    linking = Linking(words, columns, names, values, reader.unique(called))
    found = []
    for reading in readings(text, linking):
        if reading.relation is None:
            reading = _narrowed(reading, _rows(reader, called, reading))
        result = reader.result(called, reading.query)
        sql = Statement(reading.query, columns, called)
        statement = sql.rows if reading.query.measure == "rows" else sql.main
        against = None
        if reading.against is not None:
            against = reader.result(called, reading.against)
            statement += f"; {Statement(reading.against, columns, called).main}"
        weight = _weight(reading, linking)
        found.append(Asked(info, table, reading, result, statement, weight, against))
    return _distinct_answers(found)


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


def _adds_up(asked: Asked) -> bool:
    """Whether a figure is of several rows, so that one that sums up others would count twice."""
    if asked.against is not None:
        return max(asked.result.count, asked.against.count) > 1
    return asked.reading.query.measure != "rows"


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
