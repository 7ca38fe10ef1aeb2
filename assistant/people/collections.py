"""Collections as the program's doors offer them: made, filled and shared by whoever may."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlalchemy.engine import Connection

from assistant.store_handle import StoreHandle
from index.errors import CollectionError
from index.ingesting.report import AddReport, FileDone, FileUnderWay, Progress
from index.store import collections as kept
from index.store.allowed import Reader
from index.store.collections import Collection, Role
from index.store.limited import LimitedStore
from index.store.store import Store

_ADDING: frozenset[Role] = frozenset({"contributor", "owner"})


class Collections:
    """The collections of a store as someone sees them who may read some, or all.

    >>> from assistant.people.person import Person
    >>> demo.for_person(Person("Ann")).collections.listed()
    []
    """

    def __init__(self, opening: StoreHandle, note: Callable[..., None]) -> None:
        self._opening, self._note = opening, note

    def listed(self) -> list[Collection]:
        """Those that may be read, by name; who their members are is told to their owners."""
        store = self._opening.current()
        if store is None:
            return []
        with store.reading() as connection:
            found = kept.listed(connection)
            if not isinstance(store, LimitedStore):
                return found
            own = store.reader.may_read(connection)
            return [
                one
                if "owner" in store.reader.roles(connection, one.name)
                else replace(one, members={})
                for one in found
                if one.name in own
            ]

    def documents(self, *names: str) -> list[str]:
        """The ids of the documents in these collections.

        Raises:
            CollectionError: there is no such collection.
        """
        with self._made().reading() as connection:
            for name in names:
                self._roles(connection, name)
            return sorted(kept.inside(connection, names))

    def may_change(self, name: str) -> bool:
        """Whether one may add to a collection; raises UnknownCollection."""
        with self._made().reading() as connection:
            return bool(self._roles(connection, name) & _ADDING)

    def create(self, name: str, *, owner: str | None = None) -> Collection:
        """Begin a collection; whoever may read only some of the store owns what they begin.

        Args:
            name: what it is called.
            owner: 'person:NAME' or 'group:NAME'.

        Raises:
            CollectionError: the name cannot be used.
        """
        store = self._made()
        with self._changing() as connection:
            owners = [owner] if owner is not None else _persons(store)
            name = kept.create(connection, name, owners)
        self._note("began a collection", collection=name)
        return next(one for one in self.listed() if one.name == name)

    def drop(self, name: str) -> None:
        """End a collection; its documents stay in the store.

        Raises:
            CollectionError: there is none such, or it is another's.
        """
        with self._changing() as connection:
            self._require(connection, name, {"owner"})
            kept.drop(connection, name)
        self._note("ended a collection", collection=name)

    def put(self, name: str, document_ids: Iterable[str]) -> None:
        """Let documents be in a collection.

        Raises:
            CollectionError: there is none such, or one may not add to it.
            UnknownDocument: there is no such document.
        """
        ids = list(document_ids)
        self._opening.filled(ids)
        with self._changing() as connection:
            self._require(connection, name, _ADDING)
            kept.put(connection, name, ids)
        self._note("put into a collection", collection=name, documents=ids)

    def take(self, name: str, document_ids: Iterable[str]) -> None:
        """Let documents be no more in a collection; they stay in the store.

        Raises:
            CollectionError: there is none such, or one may not take from it.
        """
        ids = list(document_ids)
        with self._changing() as connection:
            self._require(connection, name, _ADDING)
            kept.take(connection, name, ids)
        self._note("took out of a collection", collection=name, documents=ids)

    def grant(self, name: str, member: str, role: str) -> None:
        """Let a person or a group have a role in a collection, in place of one before.

        Args:
            name: the collection's.
            member: 'person:NAME' or 'group:NAME'.
            role: 'reader', 'contributor' or 'owner'.

        Raises:
            CollectionError: there is no such collection, member or role, or it is another's.
        """
        with self._changing() as connection:
            self._require(connection, name, {"owner"})
            kept.grant(connection, name, member, role)
            self._keep_an_owner(connection, name)
        self._note("granted", collection=name, member=member, role=role)

    def revoke(self, name: str, member: str) -> None:
        """Let a person or a group have no role in a collection any more.

        Raises:
            CollectionError: there is no such collection or member, or it is another's.
        """
        with self._changing() as connection:
            self._require(connection, name, {"owner"})
            kept.revoke(connection, name, member)
            self._keep_an_owner(connection, name)
        self._note("revoked", collection=name, member=member)

    # What else is done with documents ----------------------------------------------------------

    def adding(self) -> "Adding":
        """What brings documents into the one collection to which one may add, as they are added.

        Raises:
            CollectionError: there is none such, or there are several.
        """
        if self._opening.whole is self._opening:
            return Adding(None, None)
        store = self._made()
        with store.reading() as connection:
            there = [one.name for one in self.listed()]
            mine = [name for name in there if self._roles(connection, name) & _ADDING]
        if len(mine) != 1:
            raise CollectionError(_WHICH.format(", ".join(mine)) if mine else _NONE)
        return Adding(store, mine[0])

    def check_changeable(self, document_id: str) -> None:
        """Raise an error where whoever asks may not change a document for all who read it."""
        store = self._opening.current()
        if isinstance(store, LimitedStore):
            store.check_changeable(document_id)

    def check_whole(self) -> None:
        """Raise CollectionError where whoever asks may read only some of the store."""
        if self._opening.whole is not self._opening:
            raise CollectionError.of_the_whole()

    # -------------------------------------------------------------------------------------------

    def _made(self) -> Store:
        return self._opening.made()

    def _changing(self) -> AbstractContextManager[Connection]:
        return self._opening.whole.made().collecting()

    def _roles(self, connection: Connection, name: str) -> set[Role]:
        """The roles in a collection; raises UnknownCollection for one that may not be read."""
        store = self._made()
        reader = store.reader if isinstance(store, LimitedStore) else Reader(None)
        return reader.roles(connection, name)

    def _require(self, connection: Connection, name: str, wanted: Iterable[Role]) -> None:
        if not self._roles(connection, name).intersection(wanted):
            raise CollectionError(f"You may read the collection {name!r}, but not change it so.")

    def _keep_an_owner(self, connection: Connection, name: str) -> None:
        """Raise CollectionError, which undoes it, where nobody would own a collection any more."""
        if isinstance(self._made(), LimitedStore) and not kept.owned(connection, name):
            raise CollectionError(
                f"The collection {name!r} needs an owner: name another one first."
            )


_WHICH = "Name the collection to add to: {}."
_NONE = "There is no collection to which you may add: begin one, or ask an owner."


class Adding:
    """Brings what is added into a collection, and tells of it as if there were nothing else.

    >>> Adding(None, None).collected(AddReport())
    AddReport(added=(), updated=(), unchanged=(), failed=(), removed=(), passed_over=())
    """

    def __init__(self, store: Store | None, name: str | None) -> None:
        self._store, self._name = store, name
        self._seen: dict[str, bool] = {}

    def telling(self, progress: Progress | None) -> Progress | None:
        """What is told of each file as soon as it is certain: it is in the collection by then."""
        if self._store is None:
            return progress

        def told(event: FileDone | FileUnderWay) -> None:
            if isinstance(event, FileDone):
                event = self._collected(event)
            if progress is not None:
                progress(event)

        return told

    def collected(self, report: AddReport) -> AddReport:
        """The report, with what was there already for others as what it is here: added."""
        if self._store is None:
            return report
        unchanged = [self._collected(one) for one in report.unchanged]
        for one in (*report.added, *report.updated):
            self._collected(one)
        return replace(
            report,
            added=(*report.added, *(one for one in unchanged if one.outcome == "added")),
            unchanged=tuple(one for one in unchanged if one.outcome == "unchanged"),
        )

    def _collected(self, done: FileDone) -> FileDone:
        id_, store, name = done.document_id, self._store, self._name
        if store is None or name is None or id_ is None or done.outcome in ("failed", "removed"):
            return done
        if id_ not in self._seen:
            self._seen[id_] = bool(store.live_among([id_]))
            whole = store.whole if isinstance(store, LimitedStore) else store
            with whole.collecting() as connection:
                kept.put(connection, name, [id_])
        new = done.outcome == "unchanged" and not self._seen[id_]
        return replace(done, outcome="added") if new else done


def _persons(store: Store) -> list[str]:
    """Who begins a collection: a person, and not all of their groups."""
    names = store.reader.names if isinstance(store, LimitedStore) else ()
    return [name for name in names or () if name.startswith("person:")]
