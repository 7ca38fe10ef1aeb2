"""`footnote user` and `footnote audit`: who is let in, in which groups, and what they have done."""

import getpass
import sys
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from assistant.api.own_data import erase_own, own_data
from assistant.api.tokens import Tokens
from assistant.assistant import Assistant
from assistant.commands.printing import JsonOption, StoreOption, open_assistant, print_json, say
from assistant.people.accounts import Account, PeopleError

user = typer.Typer(no_args_is_help=True, help="Let people in, each with groups and what they keep.")

NameArgument = Annotated[str, typer.Argument(help="What the person is called.")]
GroupOption = Annotated[
    list[str] | None, typer.Option("--group", help="A group they are in; repeatable.")
]


@user.command("add")
def add_user(
    name: NameArgument,
    group: GroupOption = None,
    take_over: Annotated[
        bool,
        typer.Option(
            help="Give them the documents, conversations, matrices and tokens that belong to "
            "nobody: those from when one person had the store alone."
        ),
    ] = False,
    store: StoreOption = None,
) -> None:
    """Let somebody in with a password, which is typed, or read from what is piped in.

    >>> import io
    >>> sys.stdin, typed = io.StringIO("correct horse battery"), sys.stdin
    >>> add_user("Ada", group=["partners"], store=tmp_path / "store")
    added Ada
    >>> sys.stdin = typed
    """
    with open_assistant(store) as assistant:
        made = assistant.people.accounts.add(name, _password(), groups=group or [])
        assistant.people.audit.note(
            assistant.who, "added a person", person=made.name, groups=sorted(made.person.groups)
        )
        say(f"added {made.name}")
        if take_over:
            taken = _take_over(assistant, made)
            assistant.people.audit.note(assistant.who, "took over", person=made.name)
            say(f"{made.name} has what belonged to nobody: {taken}.")


@user.command("list")
def list_users(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List everybody with their groups, and who vouches for them.

    >>> list_users(store=tmp_path / "store")
    Nobody. Let somebody in: footnote user add NAME
    """
    with open_assistant(store) as assistant:
        listed = assistant.people.accounts.listed()
    if as_json:
        print_json([_told(one) for one in listed])
        return
    for one in listed:
        groups = f" ({', '.join(sorted(one.person.groups))})" if one.person.groups else ""
        say(f"{one.name}{groups}, by {one.source}{'' if one.active else ', let in no longer'}")
    if not listed:
        say("Nobody. Let somebody in: footnote user add NAME")


@user.command("deactivate")
def deactivate_user(name: NameArgument, store: StoreOption = None) -> None:
    """Let somebody in no longer: their sessions, tokens and streams end at once.

    >>> deactivate_user("Ada", store=tmp_path / "store")
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: There is nobody called 'Ada'. ...
    """
    _set_active(name, store, active=False)


@user.command("activate")
def activate_user(name: NameArgument, store: StoreOption = None) -> None:
    """Let somebody in again; what they keep was not touched.

    >>> activate_user("Ada", store=tmp_path / "store")
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: There is nobody called 'Ada'. ...
    """
    _set_active(name, store, active=True)


@user.command("password")
def change_password(name: NameArgument, store: StoreOption = None) -> None:
    """Give somebody another password, which ends their sessions.

    >>> import io
    >>> sys.stdin, typed = io.StringIO("too short"), sys.stdin
    >>> change_password("Ada", store=tmp_path / "store")
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: A password has 10 to 1,000 characters.
    >>> sys.stdin = typed
    """
    with open_assistant(store) as assistant:
        changed = assistant.people.accounts.set_password(name, _password())
        assistant.people.audit.note(assistant.who, "changed a password", person=changed.name)
    say(f"changed the password of {changed.name}")


@user.command("group")
def put_in_groups(
    name: NameArgument,
    groups: Annotated[list[str] | None, typer.Argument(help="The groups; none for none.")] = None,
    store: StoreOption = None,
) -> None:
    """Put somebody into these groups and no others; those of a provider stay as it says.

    >>> put_in_groups("Ada", ["partners"], store=tmp_path / "store")
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: There is nobody called 'Ada'. ...
    """
    with open_assistant(store) as assistant:
        changed = assistant.people.accounts.set_groups(name, groups or [])
        told = sorted(changed.person.groups)
        assistant.people.audit.note(
            assistant.who, "changed groups", person=changed.name, groups=told
        )
    say(f"{changed.name} is in {', '.join(told) or 'no group'}")


@user.command("export")
def export_user(name: NameArgument, store: StoreOption = None) -> None:
    """Print all that is kept of somebody as JSON: conversations, matrices, tokens, shares, acts.

    >>> export_user("Ada", store=tmp_path / "store")
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: There is nobody called 'Ada'. ...
    """
    with open_assistant(store) as assistant, _tokens(assistant) as tokens:
        account = assistant.people.accounts.named(name)
        assistant.people.audit.note(assistant.who, "exported", person=account.name)
        print_json(own_data(assistant, tokens, account))


@user.command("erase")
def erase_user(name: NameArgument, store: StoreOption = None) -> None:
    """Erase what somebody keeps: conversations, opinions, matrices, shares and tokens.

    Whether they are let in stays as it is, and so does the log.

    >>> erase_user("Ada", store=tmp_path / "store")
    Traceback (most recent call last):
        ...
    assistant.people.accounts.PeopleError: There is nobody called 'Ada'. ...
    """
    with open_assistant(store) as assistant, _tokens(assistant) as tokens:
        account = assistant.people.accounts.named(name)
        gone = erase_own(assistant, tokens, account)
    say(f"erased of {account.name}: " + ", ".join(f"{n:,} {what}" for what, n in gone.items()))


def audit(
    who: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was done: who asked, added, removed, exported and changed rights, and when.

    >>> audit(store=tmp_path / "store")
    """
    with open_assistant(store) as assistant:
        for one in assistant.people.audit.all(who=who):
            if as_json:
                typer.echo(one.line())
            else:
                what = ", ".join(f"{name}: {value}" for name, value in one.what.items())
                say(f"{one.at} {one.who} {one.act}{f' ({what})' if what else ''}")


def _set_active(name: str, store: Path | None, *, active: bool) -> None:
    with open_assistant(store) as assistant:
        changed = assistant.people.accounts.set_active(name, active=active)
        assistant.people.audit.note(
            assistant.who, "let in" if active else "let in no longer", person=changed.name
        )
    say(f"{changed.name} is let in {'again' if active else 'no longer'}")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != typed:
        raise PeopleError("The two passwords are not the same.")
    return typed


def _tokens(assistant: Assistant) -> Tokens:
    return Tokens(assistant.store, assistant.shared_catalog)


def _told(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "groups": sorted(account.person.groups),
        "source": account.source,
        "active": account.active,
        "made": account.made.isoformat(),
    }


def _take_over(assistant: Assistant, account: Account) -> str:
    """What somebody has got of what belonged to nobody, in words."""
    owners = [one.owner for one in assistant.people.accounts.listed()]
    conversations = assistant.conversations.take_over(account.owner, owners)
    matrices = assistant.matrices.take_over(account.owner, owners)
    with _tokens(assistant) as tokens:
        given = tokens.give(account.id)
    documents = _collect(assistant, account)
    counts = {"documents": documents, "conversations": conversations, "matrices": matrices}
    counts["tokens"] = given
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _collect(assistant: Assistant, account: Account) -> int:
    """Put the documents that are in no collection into one of somebody's; how many there were."""
    held = assistant.collections
    names = {one.name for one in held.listed()}
    loose = {one.id for one in assistant.documents()} - {*held.documents(*names)}
    if loose:
        name = next(
            name
            for n in count(1)
            if (name := f"Documents of {account.name}{f' {n}' if n > 1 else ''}") not in names
        )
        held.create(name, owner=f"person:{account.name}")
        held.put(name, sorted(loose))
    return len(loose)
