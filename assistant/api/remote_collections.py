"""The collections of a server, with the methods of those of a store."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from assistant.api.collections import CollectionRead
from assistant.api.connection import Server
from assistant.people.collections import Collections
from index.store.collections import Collection


class RemoteCollections(Collections):
    """What `Assistant.collections` is of an assistant at a server.

    >>> RemoteCollections(Server("http://127.0.0.1:9", token=None)).listed()
    Traceback (most recent call last):
        ...
    assistant.api.connection.NoServer: No Footnote answers at http://127.0.0.1:9: ...
    """

    def __init__(self, server: Server) -> None:
        self._server = server

    def listed(self) -> list[Collection]:
        """Those that may be read, by name; who their members are is told to their owners."""
        return [_collection(one) for one in self._read("GET", "")]

    def documents(self, *names: str) -> list[str]:
        """The ids of the documents in these collections."""
        found = (self._server.read(list[str], "GET", f"{_path(name)}/documents") for name in names)
        return sorted({id_ for ids in found for id_ in ids})

    def create(self, name: str, *, owner: str | None = None) -> Collection:
        """Begin a collection; whoever may read only some of the store owns what they begin."""
        made = self._server.read(CollectionRead, "POST", _COLLECTIONS, json={"name": name})
        if owner is not None:
            self.grant(made.name, owner, "owner")
        return _collection(made)

    def drop(self, name: str) -> None:
        """End a collection; its documents stay in the store."""
        self._server.send("DELETE", _path(name))

    def put(self, name: str, document_ids: Iterable[str]) -> None:
        """Let documents be in a collection."""
        self._read("PATCH", f"{_path(name)}/documents", json={"put": list(document_ids)})

    def take(self, name: str, document_ids: Iterable[str]) -> None:
        """Let documents be no more in a collection; they stay in the store."""
        self._read("PATCH", f"{_path(name)}/documents", json={"take": list(document_ids)})

    def grant(self, name: str, member: str, role: str) -> None:
        """Let a person or a group have a role in a collection, in place of one before."""
        self._read("PUT", f"{_path(name)}/members", json={"member": member, "role": role})

    def revoke(self, name: str, member: str) -> None:
        """Let a person or a group have no role in a collection any more."""
        self._read("PUT", f"{_path(name)}/members", json={"member": member})

    def _read(self, method: str, path: str, **sent: Any) -> list[CollectionRead]:  # noqa: ANN401
        return self._server.read(list[CollectionRead], method, path or _COLLECTIONS, **sent)


_COLLECTIONS = "/collections"


def _path(name: str) -> str:
    return f"{_COLLECTIONS}/{quote(name, safe='')}"


def _collection(told: CollectionRead) -> Collection:
    return Collection(told.name, told.since, told.documents, told.members)
