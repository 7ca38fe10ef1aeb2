"""What somebody may do with what is theirs: see it, erase it, show it to others; and the log."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.concurrency import run_in_threadpool

from assistant.answer import Answer
from assistant.api.access import Anyone, Asker, Caller, Reader
from assistant.api.own_data import erase_own, own_data
from assistant.api.problems import Forbidden, NotFound
from assistant.api.service import Service, Shared, seen_by
from assistant.api.tokens import Tokens
from assistant.assistant import Assistant
from assistant.people.accounts import Account, PeopleError
from assistant.people.audit import Entry
from assistant.people.person import Person
from assistant.people.reading import as_read_by
from assistant.people.shares import DAYS, LONGEST, Kind, Share

_NAMES = 200


class ShareOf(BaseModel):
    """What is shown to whom: an answer or a conversation, to people, groups, or by a link.

    >>> ShareOf(answer="a1", days=1).kind
    'answer'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str | None = Field(None, max_length=100)
    conversation: str | None = Field(None, max_length=100)
    people: list[Annotated[str, Field(max_length=_NAMES)]] = Field([], max_length=_NAMES)
    groups: list[Annotated[str, Field(max_length=_NAMES)]] = Field([], max_length=_NAMES)
    days: float | None = Field(
        None, gt=0, le=LONGEST, description=f"How long a link lasts, like {DAYS:g}; with no names."
    )

    @model_validator(mode="after")
    def _one(self) -> "ShareOf":
        if (self.answer is None) == (self.conversation is None):
            raise ValueError("Name an answer or a conversation")
        if (self.days is None) == (not self.people and not self.groups):
            raise ValueError("Name people or groups, or the days of a link")
        return self

    @property
    def kind(self) -> Kind:
        """What is shown."""
        return "conversation" if self.answer is None else "answer"

    @property
    def shown(self) -> str:
        """Its id."""
        return self.answer or self.conversation or ""


class SharedRead(BaseModel):
    """What is shown to somebody, as far as they may read it.

    >>> SharedRead(title="Did it hold?", by="Ada", answers=[]).by
    'Ada'
    """

    title: str
    by: str
    answers: list[Answer]


def router() -> APIRouter:
    """`/api/v1/me`, `/shares`, `/shared` and `/audit`.

    >>> [route.path for route in router().routes][:3]
    ['/api/v1/me', '/api/v1/me/data', '/api/v1/me/data']
    """
    routes = APIRouter(prefix="/api/v1", tags=["People"])
    _own(routes)
    _sharing(routes)

    @routes.get("/audit", summary="What was done, for those who run the installation")
    async def audit(
        caller: Reader,
        service: Shared,
        after: Annotated[int, Query(ge=0, description="The number of the last one known.")] = 0,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 1_000,
    ) -> list[Entry]:
        people = service.assistant.settings.people
        if people is None or caller.person is None or people.owners not in caller.person.groups:
            raise Forbidden("The log is for those who run this installation.")
        return await run_in_threadpool(service.assistant.people.audit.listed, after, limit)

    return routes


def share(assistant: Assistant, account: Account, said: ShareOf) -> tuple[str, Share]:
    """Show something of somebody's to others: a link's secret, empty where people are named.

    Raises:
        UnknownConversation: they have no such thing.
        PeopleError: somebody is named who is not there.

    >>> ada = people.accounts.add("Ada", "correct horse battery")
    >>> share(demo, ada, ShareOf(answer="a1", days=1))
    Traceback (most recent call last):
        ...
    assistant.conversations.conversations.UnknownConversation: This answer is not there, ...
    """
    _read(assistant, account.owner, said.kind, said.shown)
    shares, what = assistant.people.shares, (account, said.kind, said.shown)
    if said.days is not None:
        secret, made = shares.by_link(*what, days=said.days)
    else:
        secret, made = "", shares.with_people(*what, people=said.people, groups=said.groups)
    assistant.people.audit.note(account.name, "shared", **made.told())
    return secret, made


def read_share(assistant: Assistant, shown: Share, reader: Person | None) -> SharedRead:
    """What is shown, as far as whoever shows it and its reader may read it by now.

    Args:
        assistant: with all that it holds.
        shown: what.
        reader: who; by a link that may be nobody.

    Raises:
        UnknownConversation: it is there no longer.
        PeopleError: whoever shows it is let in no longer.

    >>> gone = Share("s1", "answer", "a1", "person:1", (), (), None)
    >>> read_share(demo, gone, None)
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: Nothing is shared with you any more at this address.
    """
    by = assistant.people.accounts.by_owner(shown.owner)
    if by is None:
        raise PeopleError("Nothing is shared with you any more at this address.")
    theirs = seen_by(assistant, by.person)
    title, answers = _read(theirs, shown.owner, shown.kind, shown.shown)
    seen = None if reader is None else seen_by(assistant, reader)
    readable = {one.id for one in seen.documents()} if seen is not None else set()
    return SharedRead(
        title=title,
        by=by.name,
        answers=[as_read_by(one, readable) for one in answers],
    )


def _read(assistant: Assistant, owner: str, kind: Kind, id_: str) -> tuple[str, list[Answer]]:
    if kind == "conversation":
        title, kept = assistant.conversations.read(owner, id_)
        return title, [one.answer for one in kept]
    answer = assistant.conversations.answer(owner, id_)[1].answer
    return answer.question, [answer]


def account_of(caller: Caller, service: Service) -> Account:
    """Whose request it is.

    Raises:
        NotFound: one person has the store alone.

    >>> from assistant.api.service import open_service
    >>> service = open_service(demo, "")
    >>> account_of(Caller("here", "this machine", frozenset()), service)
    Traceback (most recent call last):
        ...
    assistant.api.problems.NotFound: One person has this store alone.
    >>> service.close()
    """
    if caller.person is None:
        raise NotFound("One person has this store alone.")
    account = service.assistant.people.accounts.by_owner(caller.id)
    if account is None:
        raise PeopleError("You are let in no longer.")
    return account


def _own(routes: APIRouter) -> None:
    @routes.get("/me", summary="Who you are, and in which groups")
    async def me(caller: Anyone) -> dict[str, object]:
        person = caller.person or Person(caller.name)
        return {"name": person.name, "groups": sorted(person.groups)}

    @routes.get("/me/data", summary="All that is kept of you")
    async def data(caller: Asker, service: Shared) -> dict[str, object]:
        def work() -> dict[str, object]:
            account, assistant = account_of(caller, service), service.assistant
            assistant.note("exported", person=account.name)
            with Tokens(assistant.store, assistant.shared_catalog) as tokens:
                return own_data(assistant, tokens, account)

        return await run_in_threadpool(work)

    @routes.delete("/me/data", summary="Erase your conversations, matrices, shares and tokens")
    async def erase(caller: Asker, service: Shared) -> dict[str, int]:
        def work() -> dict[str, int]:
            account, assistant = account_of(caller, service), service.assistant
            with Tokens(assistant.store, assistant.shared_catalog) as tokens:
                return erase_own(assistant, tokens, account)

        return await run_in_threadpool(work)


def _sharing(routes: APIRouter) -> None:
    @routes.get("/shares", summary="What you show to others")
    async def shares(caller: Asker, service: Shared) -> list[dict[str, object]]:
        def work() -> list[dict[str, object]]:
            of = service.assistant.people.shares.of
            return [one.told() for one in of(account_of(caller, service))]

        return await run_in_threadpool(work)

    @routes.post("/shares", status_code=201, summary="Show an answer or a conversation to others")
    async def show(said: ShareOf, caller: Asker, service: Shared) -> dict[str, object]:
        def work() -> dict[str, object]:
            secret, made = share(service.assistant, account_of(caller, service), said)
            place = f"shared/link/{secret}" if secret else f"shared/{made.id}"
            return {**made.told(), "address": f"{service.address}/{place}"}

        return await run_in_threadpool(work)

    @routes.delete("/shares/{id_}", status_code=204, summary="Show it no longer")
    async def end(id_: str, caller: Asker, service: Shared) -> None:
        def work() -> None:
            account = account_of(caller, service)
            service.assistant.people.shares.end(account, id_)
            service.assistant.people.audit.note(account.name, "shared no longer", share=id_)

        await run_in_threadpool(work)

    @routes.get("/shared", summary="What others show to you")
    async def shared(caller: Asker, service: Shared) -> list[dict[str, object]]:
        def work() -> list[dict[str, object]]:
            account, people = account_of(caller, service), service.assistant.people
            found = people.shares.with_(account.person, account.id)
            owners = {one.owner: one.name for one in people.accounts.listed()}
            return [{"id": one.id, one.kind: one.shown, "by": owners[one.owner]} for one in found]

        return await run_in_threadpool(work)

    @routes.get("/shared/{id_}", summary="What somebody shows to you, as far as you may read it")
    async def read(id_: str, request: Request, caller: Asker, service: Shared) -> SharedRead:
        # What is shown is another's, whose rights are looked up as well.
        whole: Service = request.app.state.service

        def work() -> SharedRead:
            account = account_of(caller, service)
            shown = service.assistant.people.shares.shown_to(account, id_)
            return read_share(whole.assistant, shown, account.person)

        return await run_in_threadpool(work)
