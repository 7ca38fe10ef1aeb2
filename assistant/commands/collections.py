"""`footnote collection`: named sets of documents, and who may read them."""

from dataclasses import asdict
from typing import Annotated

import typer

from assistant.commands.printing import (
    HavingOption,
    JsonOption,
    StoreOption,
    open_assistant,
    print_json,
    say,
    selected,
)
from index.store.collections import Role

collection = typer.Typer(
    no_args_is_help=True, help="Put documents into named sets, and say who may read which."
)

Name = Annotated[str, typer.Argument(help="The collection's name.")]
Member = Annotated[str, typer.Argument(help="person:NAME or group:NAME.")]
Documents = Annotated[list[str] | None, typer.Argument(help="Ids of documents.")]


@collection.command("list")
def list_collections(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the collections with their members.

    >>> list_collections(store=demo.store)
    No collections. Begin one: footnote collection add NAME
    """
    with open_assistant(store) as assistant:
        listed = assistant.collections.listed()
    if as_json:
        print_json([asdict(one) for one in listed])
        return
    for one in listed:
        count = f"{one.documents:,} document{'' if one.documents == 1 else 's'}"
        members = "".join(f"\n  {role}: {member}" for member, role in one.members.items())
        say(f"{one.name}, {count}{members}")
    if not listed:
        say("No collections. Begin one: footnote collection add NAME")


@collection.command("add")
def add_collection(
    name: Name,
    owner: Annotated[str | None, typer.Option(help="person:NAME or group:NAME.")] = None,
    store: StoreOption = None,
) -> None:
    """Begin a collection.

    >>> add_collection("Matter 12", owner="person:Ann", store=tmp_path / "store")
    Matter 12
    """
    with open_assistant(store) as assistant:
        say(assistant.collections.create(name, owner=owner).name)


@collection.command("remove")
def remove_collection(name: Name, store: StoreOption = None) -> None:
    """End a collection; its documents stay in the store.

    >>> remove_collection("Matter 12", store=demo.store)
    Traceback (most recent call last):
        ...
    index.errors.UnknownCollection: There is no collection 'Matter 12' that you may see. ...
    """
    with open_assistant(store) as assistant:
        assistant.collections.drop(name)


@collection.command("put")
def put_into_collection(
    name: Name,
    documents: Documents = None,
    where: HavingOption = None,
    everything: Annotated[bool, typer.Option("--all", help="All documents of the store.")] = False,
    store: StoreOption = None,
) -> None:
    """Put documents into a collection: by their ids, by what is so of them, or all.

    >>> put_into_collection("Matter 12", everything=True, store=demo.store)
    Traceback (most recent call last):
        ...
    index.errors.UnknownCollection: There is no collection 'Matter 12' that you may see. ...
    """
    if not (documents or where or everything):
        raise typer.BadParameter("Name documents, or give --where or --all.")
    with open_assistant(store) as assistant:
        ids = selected(assistant, documents, where)
        if ids is None:
            ids = [one.id for one in assistant.documents()]
        assistant.collections.put(name, ids)
        say(f"{len(assistant.collections.documents(name)):,} documents")


@collection.command("take")
def take_out_of_collection(name: Name, documents: list[str], store: StoreOption = None) -> None:
    """Take documents out of a collection; they stay in the store.

    >>> take_out_of_collection("Matter 12", [], store=demo.store)
    Traceback (most recent call last):
        ...
    index.errors.UnknownCollection: There is no collection 'Matter 12' that you may see. ...
    """
    with open_assistant(store) as assistant:
        assistant.collections.take(name, documents)
        say(f"{len(assistant.collections.documents(name)):,} documents")


@collection.command("grant")
def grant(
    name: Name,
    member: Member,
    role: Annotated[Role, typer.Argument(help="What they may do.")] = "reader",
    store: StoreOption = None,
) -> None:
    """Give a person or a group a role: reader, contributor (also adds), owner (also grants).

    >>> grant("Matter 12", "group:law", store=demo.store)
    Traceback (most recent call last):
        ...
    index.errors.UnknownCollection: There is no collection 'Matter 12' that you may see. ...
    """
    with open_assistant(store) as assistant:
        assistant.collections.grant(name, member, role)


@collection.command("revoke")
def revoke(name: Name, member: Member, store: StoreOption = None) -> None:
    """Take a person's or a group's role back: they read nothing of it from now on.

    >>> revoke("Matter 12", "group:law", store=demo.store)
    Traceback (most recent call last):
        ...
    index.errors.UnknownCollection: There is no collection 'Matter 12' that you may see. ...
    """
    with open_assistant(store) as assistant:
        assistant.collections.revoke(name, member)
