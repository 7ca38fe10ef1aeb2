"""What people have corrected of documents: title, author, date and status, beside what was read.

A correction is of the document, not of a version: it outlasts its being read again and changed, and
what was read is never overwritten. It ends when it is taken back or the document is removed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.dates import iso_date
from index.document import ISO_DATE, Document
from index.errors import DocumentError
from index.store.schema import corrections

if TYPE_CHECKING:
    from index.store.catalog import DocumentInfo

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
    >>> of_documents(connection, ["d1"])
    {'d1': {'date': ''}}
    """
    for field, value in wanted.items():
        this = (corrections.c.document_id == document_id, corrections.c.field == field)
        connection.execute(corrections.delete().where(*this))
        if value is not None:
            row = {"document_id": document_id, "field": field, "value": value}
            connection.execute(corrections.insert().values(**row))


def of_documents(
    connection: Connection, document_ids: Iterable[str] | None = None
) -> dict[str, dict[str, str]]:
    """What is corrected of these documents, by default of all, by field; by document.

    >>> of_documents(connection, [report.id])
    {}
    """
    wanted = sql.select(corrections.c.document_id, corrections.c.field, corrections.c.value)
    if document_ids is not None:
        wanted = wanted.where(corrections.c.document_id.in_(set(document_ids)))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(wanted):
        found[row.document_id][row.field] = row.value
    return dict(found)


def corrected_document(document: Document, known: Mapping[str, str]) -> Document:
    """The document with its corrections; its text and the places in it are what was read.

    >>> corrected_document(arriving.document, {"title": "The wreck", "date": ""}).title
    'The wreck'
    """
    return replace(document, **corrected_fields(document, known)) if known else document


def corrected_fields(read: "Document | DocumentInfo", known: Mapping[str, str]) -> dict[str, Any]:
    """What becomes of the fields of a document that was read.

    >>> corrected_fields(report, {"title": "The gate"})["title"]
    'The gate'
    """
    day = known.get("date", read.date) or None
    return {
        "title": known.get("title") or read.title,
        "author": known.get("author", read.author) or None,
        "date": day,
        # Where the text states another day it does not state this one.
        "date_span": read.date_span if day == read.date else None,
        "properties": _with_corrected_status(read.properties, known),
    }


def _with_corrected_status(
    properties: Sequence[tuple[str, str]], known: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The properties with the status that is right.

    >>> _with_corrected_status([("status", "draft"), ("tags", "levee")], {"status": "final"})
    (('tags', 'levee'), ('status', 'final'))
    """
    if "status" not in known:
        return tuple(properties)
    others = tuple(one for one in properties if one[0].casefold() != "status")
    return (*others, ("status", known["status"])) if known["status"] else others
