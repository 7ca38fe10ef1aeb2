"""`footnote token`: what lets programs and people in over HTTP, made, listed and revoked."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from assistant.api.tokens import DAYS, SCOPES, Tokens
from assistant.commands.printing import JsonOption, StoreOption, print_json, say
from assistant.people.people import People
from assistant.settings import load

token = typer.Typer(no_args_is_help=True, help="Make, list and revoke tokens for HTTP.")

NameArgument = Annotated[str, typer.Argument(help="What the token is called.")]


@token.command("add")
def add_token(
    name: NameArgument,
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"What it may do, of {', '.join(SCOPES)}; repeatable. By default all."),
    ] = None,
    days: Annotated[float, typer.Option(min=0.001, help="After how many days it ends.")] = DAYS,
    rate: Annotated[
        int | None, typer.Option(min=1, help="Requests a minute that are taken with it.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(help="Whose it is, where people share the store ('footnote user list')."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token; it is shown now and never again.

    >>> add_token("agent", scope=["read", "ask"], days=30)
    footnote_...
    """
    of = None if person is None else _account(person, store)
    with _tokens(store) as tokens:
        secret, made = tokens.make(name, scope or SCOPES, days=days, rate=rate, person=of)
    if as_json:
        told = {"scopes": made.scopes, "ends": made.ends.isoformat()}
        print_json({"name": made.name, "token": secret, **told})
        return
    say(f"{made.name}: {', '.join(made.scopes)}, until {made.ends:%Y-%m-%d}.", aside=True)
    say("Keep it now: it is not shown again.", aside=True)
    typer.echo(secret)


@token.command("list")
def list_tokens(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the tokens, what each may do and when it ends; none is shown itself.

    >>> list_tokens()
    No tokens. Make one: footnote token add NAME
    """
    with _tokens(store) as tokens:
        listed = tokens.listed()
    if as_json:
        rows = [
            {
                "name": one.name,
                "scopes": one.scopes,
                "made": one.made.isoformat(),
                "ends": one.ends.isoformat(),
                "rate": one.rate,
            }
            for one in listed
        ]
        print_json(rows)
        return
    now = datetime.now(UTC)
    for one in listed:
        ends = "ended" if one.has_ended(now) else "until"
        rate = f", {one.rate:,} requests a minute" if one.rate else ""
        say(f"{one.name}: {', '.join(one.scopes)}, {ends} {one.ends:%Y-%m-%d}{rate}")
    if not listed:
        say("No tokens. Make one: footnote token add NAME")


@token.command("revoke")
def revoke_token(name: NameArgument, store: StoreOption = None) -> None:
    """Let a token count no longer, also with a server that runs.

    >>> revoke_token("agent")
    Traceback (most recent call last):
        ...
    assistant.api.tokens.TokenError: There is no token 'agent'. ...
    """
    with _tokens(store) as tokens:
        tokens.revoke(name)
    say(f"revoked {name}")


def _account(name: str, store: Path | None) -> str:
    settings = load(store=store)
    catalog = settings.catalog
    server = None if catalog is None else catalog.get_secret_value()
    with People(settings.store, server) as people:
        return people.accounts.named(name).id


def _tokens(store: Path | None) -> Tokens:
    settings = load(store=store)
    catalog = settings.catalog
    return Tokens(settings.store, None if catalog is None else catalog.get_secret_value())
