"""The tables that a question may be put to: those near its passages, and those that it names."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Self

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
    """The tables that passages are of, and those that stand alone in their document.

    >>> tables_near(store, [])
    []
    """
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
    return [one for *_, one in scored[:_MOST_TABLES]]


def _place_names(path: str | None) -> list[str]:
    """A file's name and its folder's, which often say what a table is of."""
    if not path:
        return []
    return [innermost_stem(path), PurePath(path).parent.name]


class OpenTables:
    """Tables open to SQL, without those that say what columns of others mean.

    One that was removed after it was found, or whose file is damaged, is left out.

    Args:
        near: the tables, those of the best passages first.

    >>> with OpenTables([]) as tables:
    ...     tables.near
    {}
    """

    def __init__(self, near: Sequence[Near]) -> None:
        named: dict[str, Near] = {}
        for one in near:
            info, table, _ = one
            name = innermost_stem(info.path) if info.path else info.title
            named.setdefault(f"{name} ({table.number + 1})" if name in named else name, one)
        try:
            self.reader = _reader(named)
        except TableError:
            named = {name: one for name, one in named.items() if _is_readable(one)}
            self.reader = _reader(named)
        self.near = named
        """The tables by the names that SQL has for them."""
        self._linked: dict[tuple[str, str], Linking] = {}
        self.near = {name: one for name, one in named.items() if not self._is_codebook(name)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()

    def linked(
        self, text: str, name: str, columns: tuple[Column, ...], names: Sequence[str]
    ) -> Linking:
        """A question beside the columns and values of one of the tables.

        Args:
            text: the question.
            name: what SQL calls the table.
            columns: those that it has.
            names: what it is called by its document.
        """
        if (text, name) not in self._linked:
            words = words_of(text)
            said = phrases(words, text)
            values = [
                (column, value, at)
                for column, value in self.reader.matching(name, list(said))
                for at in said.get(value.lower(), ())
                if not is_code(value) or value in text
            ]
            found = Linking(words, columns, names, values, self.reader.unique(name))
            self._linked[text, name] = found
        return self._linked[text, name]

    def _is_codebook(self, name: str) -> bool:
        table = self.near[name][1]
        if any(column.kind != "text" for column in table.columns):
            return False
        others = [one for _, one, _ in self.near.values() if one is not table]
        names = {column.name.lower() for other in others for column in other.columns}
        said = self.reader.matching(name, sorted(names))
        return 2 * len({value for column, value in said if not column}) > table.rows


def _reader(near: Mapping[str, Near]) -> TableReader:
    return TableReader({name: (table.file, table.columns) for name, (_, table, _) in near.items()})


def _is_readable(one: Near) -> bool:
    try:
        _reader({"it": one}).close()
    except TableError:
        return False
    return True


def is_code(value: str) -> bool:
    """Whether a value is a short code, which a word in small letters does not mean.

    >>> is_code("US"), is_code("us")
    (True, False)
    """
    return len(value) <= _LONGEST_CODE and value.isupper()
