"""Two tables as one, where a column of the first names rows of the second: orders, customers."""

from dataclasses import dataclass

import numpy as np

from index.tables.cells import Grid
from index.tables.columns import Column, TypedTable, Value
from index.tables.query import distinct_names, quoted

COVERED = 0.9
"""The share of a column's values that must stand in the other table for it to be a key."""


@dataclass(frozen=True, slots=True)
class Key:
    """A column of one table, and the one of the other in which its values stand once each.

    >>> Key(2, 0).other
    0
    """

    own: int
    other: int


def joined_columns(
    own: tuple[Column, ...], other: tuple[Column, ...], key: Key
) -> tuple[Column, ...]:
    """The columns of the first table and those that the second adds.

    >>> orders, people = (Column("who", "text"),), (Column("who", "text"), Column("town", "text"))
    >>> [column.name for column in joined_columns(orders, people, Key(0, 0))]
    ['who', 'town']
    """
    return (*own, *(column for n, column in enumerate(other) if n != key.other))


def named_alike(own: tuple[Column, ...], other: tuple[Column, ...]) -> list[Key]:
    """The pairs of columns of one name and kind, by which rows may be joined.

    >>> named_alike((Column("Ship_ID", "text"),), (Column("ship id", "text"),))
    [Key(own=0, other=0)]
    """
    return [
        Key(n, m)
        for n, one in enumerate(own)
        for m, another in enumerate(other)
        if _plain(one.name) == _plain(another.name) != ""
        and one.kind == another.kind
        and (one.kind == "text" or (one.kind == "number" and not one.decimals))
    ]


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def is_key_sql(
    own: str, other: str, columns: tuple[tuple[Column, ...], tuple[Column, ...]], key: Key
) -> str:
    """The statement that says whether the other column's values stand once each, and cover most.

    >>> columns = (Column("who", "text"),), (Column("who", "text"),)
    >>> is_key_sql("orders", "people", columns, Key(0, 0)).startswith("SELECT ")
    True
    """
    here, there = (
        _compared(columns[side][n], distinct_names(columns[side])[n])
        for side, n in ((0, key.own), (1, key.other))
    )
    held = f"{here} IN (SELECT {there} FROM {quoted(other)})"
    return (
        f"SELECT (SELECT count({there}) = count(DISTINCT {there}) FROM {quoted(other)}), "
        f"count(DISTINCT {here}) FILTER (WHERE {held}), count(DISTINCT {here}), count({here}) "
        f"FROM {quoted(own)}"
    )


def join_sql(
    own: str, other: str, columns: tuple[tuple[Column, ...], tuple[Column, ...]], key: Key
) -> str:
    """The statement that gives the rows of the first table with what the second says of each.

    >>> columns = (Column("who", "text"),), (Column("who", "text"), Column("town", "text"))
    >>> join_sql("orders", "people", columns, Key(0, 0)).split(" FROM ")[0]
    'SELECT a.row_number, a."who" AS "who", b."town" AS "town"'
    """
    names = [distinct_names(side) for side in columns]
    sources = [f"a.{quoted(name)}" for name in names[0]]
    sources += [f"b.{quoted(name)}" for n, name in enumerate(names[1]) if n != key.other]
    shown = ", ".join(
        f"{source} AS {quoted(name)}"
        for source, name in zip(sources, distinct_names(joined_columns(*columns, key)), strict=True)
    )
    here = _compared(columns[0][key.own], names[0][key.own], "a.")
    there = _compared(columns[1][key.other], names[1][key.other], "b.")
    return (
        f"SELECT a.row_number, {shown} FROM {quoted(own)} a LEFT JOIN {quoted(other)} b "
        f"ON {here} = {there}"
    )


def _compared(column: Column, name: str, side: str = "") -> str:
    called = f"{side}{quoted(name)}"
    return f"lower({called})" if column.kind == "text" else called


def join(own: TypedTable, other: TypedTable, key: Key) -> tuple[TypedTable, list[int | None]]:
    """The joined table in plain Python, and for each row that of the second table, if there is one.

    >>> from index.document import Document, Span, Table
    >>> from index.tables.columns import typed_table
    >>> def made(text: str) -> TypedTable:
    ...     table = Table(0, len(text), Span(0, text.index(chr(10))))
    ...     return typed_table(Document(text, "Port", "text/csv", tables=(table,)), table)
    >>> ships = made("Ship | Port" + chr(10) + "Ann | Hull" + chr(10) + "Bob | Leith")
    >>> ports = made("Port | Berths" + chr(10) + "Hull | 9" + chr(10) + "Ayr | 4")
    >>> both, rows = join(ships, ports, Key(1, 0))
    >>> both.values[2], rows
    ([Decimal('9'), None], [0, None])
    """
    at: dict[Value, int] = {}
    for row, value in enumerate(other.values[key.other]):
        if value is not None and row not in other.totals:
            at[_matched(value)] = row
    rows = [None if value is None else at.get(_matched(value)) for value in own.values[key.own]]
    added = [n for n in range(len(other.columns)) if n != key.other]
    texts = [["" if row is None else other.grid.texts[n][row] for row in rows] for n in added]
    values = [[None if row is None else other.values[n][row] for row in rows] for n in added]
    grid = own.grid
    # A cell of the second table has no place in the first one's text.
    nowhere = np.full((len(grid.rows), len(added)), -1, dtype=np.int64)
    joined = Grid(
        (*grid.names, *(other.grid.names[n] for n in added)),
        (*grid.texts, *texts),
        np.hstack([grid.starts, nowhere]),
        grid.rows,
    )
    columns = joined_columns(own.columns, other.columns, key)
    return TypedTable(own.table, joined, columns, (*own.values, *values), own.totals), rows


def _matched(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value
