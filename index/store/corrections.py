"""What people have corrected of documents: title, author, date and status, beside what was read.

A correction is of the document, not of a version: it outlasts its being read again and changed, and
what was read is never overwritten. It ends when it is taken back or the document is removed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from index.dates import iso_date
from index.document import ISO_DATE, Document
from index.errors import DocumentError
from index.store.schema import corrections, versions

FIELDS: Final = ("title", "author", "date", "status")
"""What can be corrected."""

_LONGEST = {"title": 300, "author": 300, "date": 10, "status": 60}

Corrections = Mapping[str, str | None]
"""By field what is right; '' where the document has none, None to go back to what was read."""


def checked(wanted: Corrections) -> dict[str, str | None]:
    """The corrections as they are kept.

    Raises:
        DocumentError: a field cannot be corrected, or not to this.

    >>> checked({"date": "2024-05", "title": "  The   storm ", "author": None})
    {'date': '2024-05', 'title': 'The storm', 'author': None}
    """
    found: dict[str, str | None] = {}
    for field, said in wanted.items():
        if field not in FIELDS:
            raise DocumentError(f"There is no {field!r} to correct: {', '.join(FIELDS)} can be.")
        value = None if said is None else " ".join(said.split())
        if value is not None:
            # '31.12.2024' and 'May 2024' are dates, too, where they can mean only one.
            value = (iso_date(value) or value) if field == "date" else value
            _check(field, value)
        found[field] = value
    return found


def _check(field: str, value: str) -> None:
    if len(value) > _LONGEST[field]:
        raise DocumentError(f"This {field} is too long: at most {_LONGEST[field]} characters.")
    if not value.isprintable():
        raise DocumentError(f"This {field} holds characters that cannot be shown.")
    if field == "title" and not value:
        raise DocumentError("A document needs a title.")
    if field == "date" and value and not _is_date(value):
        raise DocumentError(f"{value!r} is no date: write 2025, 2025-11 or 2025-11-13.")


def _is_date(value: str) -> bool:
    if not ISO_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(f"{value}-01-01"[:10])
    except ValueError:
        return False
    return True


def correct(connection: Connection, document_id: str, wanted: Corrections) -> None:
    """Keep corrections of a document, and forget those that are taken back.

    >>> correct(connection, "d1", {"author": "Ada Hale", "date": ""})
    >>> correct(connection, "d1", {"author": None})
    >>> of_document(connection, "d1")
    {'date': ''}
    """
    for field, value in wanted.items():
        this = (corrections.c.document_id == document_id, corrections.c.field == field)
        connection.execute(corrections.delete().where(*this))
        if value is not None:
            row = {"document_id": document_id, "field": field, "value": value}
            connection.execute(corrections.insert().values(**row))


def of_document(connection: Connection, document_id: str) -> dict[str, str]:
    """What is corrected of a document, by field.

    >>> of_document(connection, report.id)
    {}
    """
    mine = sql.select(corrections.c.field, corrections.c.value)
    rows = connection.execute(mine.where(corrections.c.document_id == document_id))
    return {row.field: row.value for row in rows}


def column() -> sql.ColumnElement[Any]:
    """All corrections of a version's document as one value of its row: see `parsed`."""
    return (
        sql.select(_as_object(corrections.c.field, corrections.c.value))
        .where(corrections.c.document_id == versions.c.document_id)
        .scalar_subquery()
        .label("corrected")
    )


class _as_object(GenericFunction[Any]):  # noqa: N801 (the name is that of the function in SQL)
    """Keys and values of several rows as one JSON object."""

    name = "json_group_object"
    inherit_cache = True


@compiles(_as_object, "postgresql")
def _in_postgres(element: _as_object, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"json_object_agg({compiler.process(element.clauses, **options)})"


def parsed(value: str | Mapping[str, str] | None) -> dict[str, str]:
    """What `column` holds; a database that knows JSON gives it parsed.

    >>> parsed('{"date": "2024"}'), parsed(None)
    ({'date': '2024'}, {})
    """
    return dict(json.loads(value) if isinstance(value, str) else value or {})


def corrected_document(document: Document, known: Mapping[str, str]) -> Document:
    """The document with its corrections; its text and the places in it are what was read.

    >>> corrected_document(arriving.document, {"title": "The wreck", "date": ""}).title
    'The wreck'
    """
    if not known:
        return document
    day = known.get("date", document.date) or None
    return replace(
        document,
        title=known.get("title") or document.title,
        author=known.get("author", document.author) or None,
        date=day,
        # Where the text states another day it does not state this one.
        date_span=document.date_span if day == document.date else None,
        properties=with_corrected_status(document.properties, known),
    )


def with_corrected_status(
    properties: Sequence[tuple[str, str]], known: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The properties with the status that is right.

    >>> with_corrected_status([("status", "draft"), ("tags", "levee")], {"status": "final"})
    (('tags', 'levee'), ('status', 'final'))
    """
    if "status" not in known:
        return tuple(properties)
    others = tuple(one for one in properties if one[0].casefold() != "status")
    return (*others, ("status", known["status"])) if known["status"] else others
