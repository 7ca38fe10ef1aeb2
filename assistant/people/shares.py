"""An answer or a conversation that somebody shows to others, read-only: to people, or by a link.

A share is taken back by whoever made it, ends with what it shows, and with a link's day. It gives
no right to read a document: that is looked up for whoever reads.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Row

from assistant.conversations.database import Database
from assistant.people import tables
from assistant.people.accounts import Account, PeopleError, called
from assistant.people.person import Person

Kind = Literal["answer", "conversation"]
DAYS = 7.0
LONGEST = 366.0
"""Days for which a link shows something."""


@dataclass(frozen=True, slots=True)
class Share:
    """What is shown to whom: `people` and `groups` by name, or whoever has the link.

    >>> Share("s1", "answer", "a1", "person:1", (), ("partners",), None).told()["groups"]
    ['partners']
    """

    id: str
    kind: Kind
    shown: str
    owner: str
    people: tuple[str, ...]
    groups: tuple[str, ...]
    ends: datetime | None

    def told(self) -> dict[str, object]:
        """It as data, for whoever made it."""
        return {
            "id": self.id,
            self.kind: self.shown,
            "people": list(self.people),
            "groups": list(self.groups),
            "ends": None if self.ends is None else self.ends.isoformat(timespec="seconds"),
        }


class Shares:
    """The shares of one store. Thread-safe, and safe beside other processes.

    >>> ada = people.accounts.add("Ada", "correct horse battery")
    >>> secret, made = people.shares.by_link(ada, "answer", "a1", days=1)
    >>> people.shares.linked(secret) == made
    True
    >>> people.shares.end(ada, made.id)
    >>> people.shares.linked(secret)
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: Nothing is shared with you at this address, ...
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def with_people(
        self,
        account: Account,
        kind: Kind,
        shown: str,
        *,
        people: Iterable[str] = (),
        groups: Iterable[str] = (),
    ) -> Share:
        """Show something of somebody's to people and groups, until that is taken back.

        Raises:
            PeopleError: nobody is named, or somebody who is not there.
        """
        with self._database.writing() as connection:
            whom = {("person", called(connection, name).id) for name in people}
            whom |= {("group", name.strip()) for name in groups if name.strip()}
            if not whom:
                raise PeopleError("Say with whom: name people or groups, or make a link.")
            id_ = self._insert(connection, account, kind, shown)
            for what, one in whom:
                row = {"share": id_, "kind": what, "whom": one}
                connection.execute(tables.shared_with.insert().values(row))
            return _found(connection, id_)

    def by_link(
        self, account: Account, kind: Kind, shown: str, *, days: float = DAYS
    ) -> tuple[str, Share]:
        """Show something of somebody's to whoever has a link's secret, which is told once.

        Raises:
            PeopleError: it would last too long, or not at all.
        """
        if not 0 < days <= LONGEST:
            raise PeopleError(f"A link lasts for up to {LONGEST:g} days.")
        secret = secrets.token_urlsafe(32)
        ends = datetime.now(UTC) + timedelta(days=days)
        with self._database.writing() as connection:
            id_ = self._insert(
                connection, account, kind, shown, link=_hashed(secret), ends=ends.timestamp()
            )
            return secret, _found(connection, id_)

    def of(self, account: Account) -> list[Share]:
        """What somebody shows, the latest last."""
        wanted = tables.shares.c.owner == account.id
        return self._listed(sql.select(tables.shares.c.id).where(wanted))

    def with_(self, person: Person, id_: str) -> list[Share]:
        """What others show to a person, whose account has this id."""
        to = tables.shared_with
        wanted = ((to.c.kind == "person") & (to.c.whom == id_)) | (
            (to.c.kind == "group") & to.c.whom.in_(person.groups)
        )
        return self._listed(sql.select(to.c.share).where(wanted).distinct())

    def shown_to(self, account: Account, id_: str) -> Share:
        """What is shown to somebody under this id.

        Raises:
            PeopleError: nothing is, any more.
        """
        for share in self.with_(account.person, account.id):
            if share.id == id_:
                return share
        raise _nothing()

    def linked(self, secret: str) -> Share:
        """What the link with this secret shows.

        Raises:
            PeopleError: nothing does, any more.
        """
        now = datetime.now(UTC).timestamp()
        counts = (tables.shares.c.link == _hashed(secret)) & (tables.shares.c.ends > now)
        if self._database.is_there:
            found = self._listed(sql.select(tables.shares.c.id).where(counts))
            if found:
                return found[0]
        raise _nothing()

    def end(self, account: Account, id_: str) -> None:
        """Take back something that somebody shows.

        Raises:
            PeopleError: they show nothing under this id.
        """
        if not self._end((tables.shares.c.owner == account.id) & (tables.shares.c.id == id_)):
            raise PeopleError("You share nothing under this name.")

    def end_all(self, account: Account) -> int:
        """Take back all that somebody shows; how much it was."""
        return self._end(tables.shares.c.owner == account.id)

    # -------------------------------------------------------------------------------------------

    def _end(self, which: sql.ColumnElement[bool]) -> int:
        if not self._database.is_there:
            return 0
        with self._database.writing() as connection:
            ids = sql.select(tables.shares.c.id).where(which).scalar_subquery()
            connection.execute(
                tables.shared_with.delete().where(tables.shared_with.c.share.in_(ids))
            )
            return connection.execute(tables.shares.delete().where(which)).rowcount

    def _listed(self, ids: sql.Select[Any]) -> list[Share]:
        """Of these, what people show who are let in."""
        if not self._database.is_there:
            return []
        with self._database.reading() as connection:
            active = (
                sql.select(tables.shares.c.id)
                .join(tables.people, tables.people.c.id == tables.shares.c.owner)
                .where(tables.shares.c.id.in_(ids.scalar_subquery()), tables.people.c.active)
                .order_by(tables.shares.c.made)
            )
            return [_found(connection, id_) for id_ in connection.scalars(active).all()]

    def _insert(
        self,
        connection: Connection,
        account: Account,
        kind: Kind,
        shown: str,
        *,
        link: str | None = None,
        ends: float | None = None,
    ) -> str:
        id_ = secrets.token_urlsafe(12)
        connection.execute(
            tables.shares.insert().values(
                id=id_,
                owner=account.id,
                kind=kind,
                shown=shown,
                link=link,
                made=datetime.now(UTC).timestamp(),
                ends=ends,
            )
        )
        return id_


def _found(connection: Connection, id_: str) -> Share:
    row: Row[Any] = connection.execute(
        sql.select(tables.shares).where(tables.shares.c.id == id_)
    ).one()
    to = tables.shared_with
    names = (
        sql.select(tables.people.c.name)
        .join(to, to.c.whom == tables.people.c.id)
        .where(to.c.share == id_, to.c.kind == "person")
        .order_by(tables.people.c.compared)
    )
    groups = sql.select(to.c.whom).where(to.c.share == id_, to.c.kind == "group")
    ends = None if row.ends is None else datetime.fromtimestamp(row.ends, UTC)
    return Share(
        id_,
        row.kind,
        row.shown,
        f"person:{row.owner}",
        tuple(connection.scalars(names)),
        tuple(connection.scalars(groups.order_by(to.c.whom))),
        ends,
    )


def _nothing() -> PeopleError:
    return PeopleError("Nothing is shared with you at this address, or not any more.")


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
