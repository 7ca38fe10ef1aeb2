"""The tables that a question may be put to: those near its passages, and those that it names."""

from collections.abc import Sequence
from pathlib import PurePath

from assistant.retrieving.retrieval import Retrieved
from assistant.table_qa.schema_linking import Linking, phrases, words_of
from index.errors import TableError
from index.places import innermost_stem
from index.store.catalog import DocumentInfo
from index.store.store import Store
from index.store.typed_tables import TableInfo
from index.tables.columns import Column
from index.tables.engine import TableReader

_MOST_TABLES = 12
"""Tables that are put to a question, those of the best passages first."""
_MOST_DOCUMENTS = 500
"""Documents with tables among which those are sought that a question names."""
_LONGEST_CODE = 3

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


def tables_named(store: Store, text: str, documents: Sequence[str] | None) -> list[Near]:
    """The tables of which a question names most, wherever they are; none in a very large store.

    >>> tables_named(store, "How many berths were there?", [])
    []
    """
    some = None if documents is None else frozenset(documents)
    infos = [
        one for one in store.documents() if one.tables != 0 and (some is None or one.id in some)
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


def called_in_sql(info: DocumentInfo) -> str:
    """What SQL calls a document's table: its file's name, or its title.

    >>> called_in_sql(report) == innermost_stem(report.path)
    True
    """
    return innermost_stem(info.path) if info.path else info.title


def linked(
    text: str, reader: TableReader, called: str, columns: tuple[Column, ...], names: Sequence[str]
) -> Linking:
    """A question beside the columns and values of a table that is open.

    >>> from index.document import Document, Span, Table
    >>> from index.tables.columns import typed_table
    >>> from index.tables.engine import write_parquet
    >>> text = "Ship | Port" + chr(10) + "Ann | Hull"
    >>> port = Document(text, "Port", "text/csv", tables=(Table(0, 22, Span(0, 11)),))
    >>> typed = typed_table(port, port.tables[0])
    >>> write_parquet(typed, tmp_path / "t.parquet")
    >>> with TableReader({"t": (tmp_path / "t.parquet", typed.columns)}) as reader:
    ...     linked("ships from Hull", reader, "t", typed.columns, ["Ships"]).values
    [(1, 'Hull', frozenset({2}))]
    """
    words = words_of(text)
    said = phrases(words, text)
    values = [
        (column, value, at)
        for column, value in reader.matching(called, list(said))
        for at in said.get(value.lower(), ())
        if not is_code(value) or value in text
    ]
    return Linking(words, columns, names, values, reader.unique(called))


def is_code(value: str) -> bool:
    """Whether a value is a short code, which a word in small letters does not mean.

    >>> is_code("US"), is_code("us")
    (True, False)
    """
    return len(value) <= _LONGEST_CODE and value.isupper()
