"""Collections: named sets of documents, and who may read them, add to them or give them away.

A document may be in several, and one that is in none is read by nobody but whoever opens the store
without naming anyone. A member is a person or a group, as 'person:ann' or 'group:law'; what a
person may do is the most that any of these names gives. Each function within a transaction.
"""

from collections.abc import Collection as Some
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from index.errors import CollectionError, UnknownCollection
from index.store.schema import collected, collections, members, meta, versions

Role = Literal["reader", "contributor", "owner"]
"""What a member may: read; also add and remove documents; also say who is a member."""

ROLES: tuple[Role, ...] = get_args(Role)

_LONGEST = 100
_AT_ONCE = 500
_CHANGED = "rights"


@dataclass(frozen=True, slots=True)
class Collection:
    """A set of documents: its name, since when there is one, how many are in it, its members.

    >>> Collection("Matter 12", "2026-11-13T10:00:00+00:00", 2, {"person:ann": "owner"}).documents
    2
    """

    name: str
    since: str
    documents: int
    members: Mapping[str, Role] = field(default_factory=dict)


def checked_name(name: str) -> str:
    """The name of a collection as it is kept.

    Raises:
        CollectionError: it cannot be one.

    >>> checked_name("  Matter   12 ")
    'Matter 12'
    """
    kept = " ".join(name.split())
    if not kept or len(kept) > _LONGEST or not kept.isprintable():
        raise CollectionError(
            f"{name!r} can be no collection's name: it has 1 to {_LONGEST} visible characters."
        )
    return kept


def checked_member(member: str) -> str:
    """A member as it is kept: 'person:NAME' or 'group:NAME'.

    Raises:
        CollectionError: it is neither.

    >>> checked_member("group: law ")
    'group:law'
    """
    kind, _, name = member.partition(":")
    if kind not in ("person", "group") or not name.strip():
        raise CollectionError(f"{member!r} is no member: write person:NAME or group:NAME.")
    return f"{kind}:{name.strip()}"


def checked_role(role: str) -> Role:
    """A role.

    Raises:
        CollectionError: there is none such.

    >>> checked_role("owner")
    'owner'
    """
    for known in ROLES:
        if role == known:
            return known
    raise CollectionError(f"{role!r} is no role: it is one of {', '.join(ROLES)}.")


def create(connection: Connection, name: str, owners: Iterable[str] = ()) -> str:
    """Begin a collection; its name as it is kept.

    Raises:
        CollectionError: the name cannot be used, or is taken.

    >>> create(connection, "Matter 12", ["person:ann"])
    'Matter 12'
    >>> roles(connection, "Matter 12", ["person:ann", "group:law"])
    {'owner'}
    """
    name = checked_name(name)
    if _is_there(connection, name):
        raise CollectionError(f"There is a collection {name!r} already.")
    since = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute(collections.insert().values(name=name, since=since))
    for owner in owners:
        grant(connection, name, owner, "owner")
    _note_change(connection)
    return name


def drop(connection: Connection, name: str) -> None:
    """End a collection; its documents stay in the store.

    Raises:
        CollectionError: there is none such.

    >>> drop(connection, create(connection, "Matter 12"))
    >>> listed(connection)
    []
    """
    _require(connection, name)
    for table in (collected, members):
        connection.execute(table.delete().where(table.c.collection == name))
    connection.execute(collections.delete().where(collections.c.name == name))
    _note_change(connection)


def put(connection: Connection, name: str, document_ids: Iterable[str]) -> None:
    """Let documents be in a collection.

    Raises:
        CollectionError: there is none such.

    >>> put(connection, create(connection, "Matter 12"), ["d1", "d2", "d1"])
    >>> inside(connection, ["Matter 12"]) == {"d1", "d2"}
    True
    """
    _require(connection, name)
    there = inside(connection, [name])
    new = [id_ for id_ in dict.fromkeys(document_ids) if id_ not in there]
    if new:
        rows = [{"collection": name, "document_id": id_} for id_ in new]
        connection.execute(collected.insert(), rows)
        _note_change(connection)


def take(connection: Connection, name: str, document_ids: Iterable[str]) -> None:
    """Let documents be no more in a collection.

    Raises:
        CollectionError: there is none such.

    >>> put(connection, create(connection, "Matter 12"), ["d1", "d2"])
    >>> take(connection, "Matter 12", ["d1", "d9"])
    >>> inside(connection, ["Matter 12"])
    {'d2'}
    """
    _require(connection, name)
    ids = list(document_ids)
    for at in range(0, len(ids), _AT_ONCE):
        these = collected.c.document_id.in_(ids[at : at + _AT_ONCE])
        connection.execute(collected.delete().where(collected.c.collection == name, these))
    _note_change(connection)


def grant(connection: Connection, name: str, member: str, role: str) -> None:
    """Let a person or a group have a role in a collection, in place of one before.

    Raises:
        CollectionError: there is no such collection or role, or it is no member.

    >>> grant(connection, create(connection, "Matter 12"), "group:law", "reader")
    >>> readable(connection, ["group:law"])
    {'Matter 12'}
    """
    _require(connection, name)
    member, role = checked_member(member), checked_role(role)
    this = (members.c.collection == name, members.c.member == member)
    connection.execute(members.delete().where(*this))
    connection.execute(members.insert().values(collection=name, member=member, role=role))
    _note_change(connection)


def revoke(connection: Connection, name: str, member: str) -> None:
    """Let a person or a group have no role in a collection any more.

    Raises:
        CollectionError: there is no such collection, or that is no member of it.

    >>> grant(connection, create(connection, "Matter 12"), "group:law", "reader")
    >>> revoke(connection, "Matter 12", "group:law")
    >>> readable(connection, ["group:law"])
    set()
    """
    _require(connection, name)
    this = (members.c.collection == name, members.c.member == checked_member(member))
    if connection.execute(members.delete().where(*this)).rowcount == 0:
        raise CollectionError(f"{member!r} is no member of the collection {name!r}.")
    _note_change(connection)


def listed(connection: Connection) -> list[Collection]:
    """All collections, by name.

    >>> put(connection, create(connection, "Matter 12", ["person:ann"]), [report.id])
    >>> [(one.name, one.documents, dict(one.members)) for one in listed(connection)]
    [('Matter 12', 1, {'person:ann': 'owner'})]
    """
    roles_of: dict[str, dict[str, Role]] = {}
    for row in connection.execute(sql.select(members).order_by(members.c.member)):
        roles_of.setdefault(row.collection, {})[row.member] = row.role
    live = versions.c.state == "live"
    counted = sql.select(collected.c.collection, sql.func.count())
    counted = counted.join(versions, versions.c.document_id == collected.c.document_id)
    rows = connection.execute(counted.where(live).group_by(collected.c.collection))
    counts = {row[0]: row[1] for row in rows}
    return [
        Collection(row.name, row.since, counts.get(row.name, 0), roles_of.get(row.name, {}))
        for row in connection.execute(sql.select(collections).order_by(collections.c.name))
    ]


def roles(connection: Connection, name: str, names: Some[str]) -> set[Role]:
    """The roles that any of these members has in a collection.

    >>> roles(connection, "Matter 13", ["person:ann"])
    set()
    """
    mine = (members.c.collection == name, members.c.member.in_(list(names)))
    return set(connection.scalars(sql.select(members.c.role).where(*mine)))


def owned(connection: Connection, name: str) -> bool:
    """Whether a collection has an owner.

    >>> owned(connection, create(connection, "Matter 12", ["person:ann"]))
    True
    """
    mine = (members.c.collection == name, members.c.role == "owner")
    return connection.scalar(sql.select(members.c.member).where(*mine).limit(1)) is not None


def readable(connection: Connection, names: Some[str] | None) -> set[str]:
    """The collections in which any of these members has a role; all of them for None.

    >>> readable(connection, ["person:nobody"])
    set()
    """
    if names is None:
        return set(connection.scalars(sql.select(collections.c.name)))
    mine = members.c.member.in_(list(names))
    return set(connection.scalars(sql.select(members.c.collection).where(mine)))


def inside(connection: Connection, names: Some[str]) -> set[str]:
    """The ids of the documents in any of these collections.

    >>> inside(connection, ["Matter 13"])
    set()
    """
    mine = collected.c.collection.in_(list(names))
    return set(connection.scalars(sql.select(collected.c.document_id).where(mine)))


def holding(connection: Connection, document_id: str) -> set[str]:
    """The collections that a document is in.

    >>> put(connection, create(connection, "Matter 12"), ["d1"])
    >>> holding(connection, "d1")
    {'Matter 12'}
    """
    mine = collected.c.document_id == document_id
    return set(connection.scalars(sql.select(collected.c.collection).where(mine)))


def changes(connection: Connection) -> int:
    """How often collections have changed; another number means that rights may be others.

    >>> before = changes(connection)
    >>> _ = create(connection, "Matter 12")
    >>> changes(connection) > before
    True
    """
    return int(connection.scalar(sql.select(meta.c.value).where(meta.c.key == _CHANGED)) or 0)


def _note_change(connection: Connection) -> None:
    following = changes(connection) + 1
    connection.execute(meta.delete().where(meta.c.key == _CHANGED))
    connection.execute(meta.insert().values(key=_CHANGED, value=str(following)))


def _is_there(connection: Connection, name: str) -> bool:
    this = sql.select(collections.c.name).where(collections.c.name == name)
    return connection.scalar(this) is not None


def _require(connection: Connection, name: str) -> None:
    if not _is_there(connection, name):
        raise UnknownCollection.named(name)
