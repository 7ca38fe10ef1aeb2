"""Collections over HTTP: listed, begun, filled, shared and ended."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.api.access import Editor, Reader
from assistant.api.service import Service, Shared
from index.store.collections import Collection, Role

Name = Annotated[str, Path(description="The collection's name.")]
Ids = Annotated[tuple[str, ...], Field(max_length=10_000, description="Ids of documents.")]


class Named(BaseModel):
    """What a new collection is called.

    >>> Named(name="Matter 12").name
    'Matter 12'
    """

    name: str


class Moved(BaseModel):
    """Documents that come into a collection, and others that leave it.

    >>> Moved(put=["d1"]).take
    ()
    """

    put: Ids = ()
    take: Ids = ()


class Membership(BaseModel):
    """A member as 'person:NAME' or 'group:NAME', and the role they are to have; null ends it.

    >>> Membership(member="person:Ann").role is None
    True
    """

    member: str
    role: Role | None = None


class CollectionRead(BaseModel):
    """A collection: its name, since when there is one, how many documents it has.

    Its members are told to its owners.

    >>> CollectionRead.of(Collection("Matter 12", "2026-11-13T10:00:00+00:00", 2)).documents
    2
    """

    name: str
    since: str
    documents: int
    members: dict[str, Role]

    @classmethod
    def of(cls, one: Collection) -> "CollectionRead":
        """One as it is told."""
        return cls(name=one.name, since=one.since, documents=one.documents, members={**one.members})


def router() -> APIRouter:
    """`/api/v1/collections` and what is below it.

    >>> [route.path for route in router().routes][:2]
    ['/api/v1/collections', '/api/v1/collections']
    """
    routes = APIRouter(prefix="/api/v1/collections", tags=["Collections"])

    @routes.get("", summary="The collections that you may read")
    async def listed(caller: Reader, service: Shared) -> list[CollectionRead]:
        del caller
        return await run_in_threadpool(_listed, service)

    @routes.post("", status_code=201, summary="Begin a collection, which is yours")
    async def create(said: Named, caller: Editor, service: Shared) -> CollectionRead:
        del caller
        made = await run_in_threadpool(service.assistant.collections.create, said.name)
        return CollectionRead.of(made)

    @routes.get("/{name}/documents", summary="The ids of the documents in a collection")
    async def inside(name: Name, caller: Reader, service: Shared) -> list[str]:
        del caller
        return await run_in_threadpool(service.assistant.collections.documents, name)

    @routes.patch("/{name}/documents", summary="Put documents into a collection, or take them out")
    async def move(
        name: Name, said: Moved, caller: Editor, service: Shared
    ) -> list[CollectionRead]:
        del caller

        def work() -> list[CollectionRead]:
            held = service.assistant.collections
            for act, ids in ((held.put, said.put), (held.take, said.take)):
                if ids:
                    act(name, ids)
            return _listed(service)

        return await run_in_threadpool(work)

    @routes.put("/{name}/members", summary="Give a person or a group a role, or take it back")
    async def grant(
        name: Name, said: Membership, caller: Editor, service: Shared
    ) -> list[CollectionRead]:
        del caller

        def work() -> list[CollectionRead]:
            held = service.assistant.collections
            if said.role is None:
                held.revoke(name, said.member)
            else:
                held.grant(name, said.member, said.role)
            return _listed(service)

        return await run_in_threadpool(work)

    @routes.delete("/{name}", status_code=204, summary="End a collection; its documents stay")
    async def drop(name: Name, caller: Editor, service: Shared) -> None:
        del caller
        await run_in_threadpool(service.assistant.collections.drop, name)

    return routes


def _listed(service: Service) -> list[CollectionRead]:
    return [CollectionRead.of(one) for one in service.assistant.collections.listed()]
