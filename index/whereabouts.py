"""Where documents are found: what is noted when files move or go, and who is lost by it.

A document that is found nowhere any more is withdrawn. Each function within a transaction.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.engine import Connection

from index.catalog import Catalog, Location


def move(catalog: Catalog, connection: Connection, location: Location) -> None:
    """Note a place; the document that was there, and nowhere else, is withdrawn."""
    before = catalog.known(connection, [location.location])
    catalog.locate(connection, location)
    _withdraw_lost(catalog, connection, before.values())


def locate(catalog: Catalog, connection: Connection, found: Sequence[Location]) -> list[Location]:
    """Note where known documents are also found.

    Returns:
        Those whose document has other content by now: nothing is noted of them.
    """
    stale = [one for one in found if not _holds(catalog, connection, one)]
    fresh = [one for one in found if one not in stale]
    before = catalog.known(connection, [one.location for one in fresh])
    # All of them first: files that have changed places lose neither's document.
    for location in fresh:
        catalog.locate(connection, location)
    _withdraw_lost(catalog, connection, before.values())
    return stale


def leave(catalog: Catalog, connection: Connection, places: Sequence[str]) -> dict[str, str]:
    """Forget these places, and the documents found nowhere else: document ids by place."""
    known = catalog.known(connection, places)
    catalog.unlocate(connection, list(known))
    _withdraw_lost(catalog, connection, known.values())
    return {place: location.document_id for place, location in known.items()}


def _holds(catalog: Catalog, connection: Connection, location: Location) -> bool:
    """Whether the document's file has these very bytes at some place."""
    known = catalog.places_of(connection, location.file_hash)
    return any(one.document_id == location.document_id for one in known)


def _withdraw_lost(catalog: Catalog, connection: Connection, before: Iterable[Location]) -> None:
    """Withdraw those of the documents that were at these places and are nowhere now."""
    for document_id in sorted({location.document_id for location in before}):
        if not catalog.paths(connection, document_id):
            catalog.withdraw(connection, document_id)
