"""The commands that add, list and remove documents.

The commands that keep a store sound.
"""

import json
import os
import signal
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from assistant.assistant import Assistant
from assistant.commands.printing import (
    DIFFERENT,
    FAILED,
    CollectionOption,
    Format,
    FormatOption,
    HavingOption,
    JsonOption,
    StoreOption,
    adding_bar,
    counting_bar,
    having,
    open_assistant,
    print_json,
    reported,
    say,
    show_reasons,
    summarise_report,
)
from index.ingesting.report import AddReport
from index.places import INSIDE, shown_name


def add(
    paths: Annotated[list[str], typer.Argument(help="Files, folders and web addresses.")],
    replace: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The document of which the one file is a new version."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="The Ray cluster that reads and embeds them: ray://HOST:10001, or 'local'.",
        ),
    ] = None,
    store: StoreOption = None,
    collection: Annotated[
        str | None, typer.Option(help="The collection that the documents come into.")
    ] = None,
    format: FormatOption = Format.text,  # noqa: A002 (the option's name)
    as_json: JsonOption = False,
) -> None:
    """Add documents; what is unchanged is passed over.

    >>> from pathlib import Path
    >>> _ = Path("gate.md").write_text("The gate held.")
    >>> add(["gate.md"])
    1 added
    """
    if replace is not None and len(paths) != 1:
        raise typer.BadParameter("one file replaces a document", param_hint="--replace")
    if replace is not None and on is not None:
        raise typer.BadParameter("one file needs no cluster", param_hint="--on")
    within = [collection] if collection is not None else None
    with open_assistant(store, within) as assistant, adding_bar() as show:
        if replace is not None:
            report = assistant.replace(replace, paths[0], uploads=True, progress=show)
        else:
            report = assistant.add(paths, progress=show, on=on)
        unread = assistant.settings.people is not None and collection is None and report.added
    _tell(report, as_json=as_json or format is Format.json)
    if unread:
        typer.echo(
            "They are in no collection, so nobody reads them: footnote collection put NAME ID…",
            err=True,
        )


def sync(
    folder: Annotated[str, typer.Argument(help="A folder whose documents to keep up with.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Add what is new or changed in a folder, and remove what is gone from it.

    >>> from pathlib import Path
    >>> Path("notes").mkdir()
    >>> _ = Path("notes/tide.md").write_text("High tide was at nine.")
    >>> sync("notes")
    1 added
    """
    with open_assistant(store) as assistant, adding_bar() as show:
        report = assistant.sync(folder, progress=show)
    _tell(report, as_json=as_json or format is Format.json)


def watch(
    folder: Annotated[str, typer.Argument(help="A folder whose documents to keep up with.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Sync a folder now and at every change in it, until interrupted.

    >>> watch("nowhere")
    Traceback (most recent call last):
        ...
    index.errors.DocumentError: There is no folder nowhere: nothing was changed.
    """
    as_json = as_json or format is Format.json
    with open_assistant(store) as assistant:
        # From here on it is how watching ends; a store may be left at any instant.
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
        for report in assistant.watch(folder):
            if not as_json:
                show_reasons(report)
            if report.added or report.updated or report.removed or report.failed:
                typer.echo(json.dumps(reported(report)) if as_json else summarise_report(report))
                sys.stdout.flush()


def documents(
    store: StoreOption = None,
    where: HavingOption = None,
    collection: CollectionOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """List the documents with their ids, the latest first.

    >>> documents(store=demo.store, as_json=True)
    [
      {
        "id": "...",
        "version": "...",
        "title": "Inquiry hears two accounts of the night at Gate 3",
    ...
    """
    with open_assistant(store, collection) as assistant:
        infos = assistant.documents(having(where))
        listed = as_json or format is Format.json
        left_out = assistant.left_out() if listed else {}
    if listed:
        rows = [
            {
                **asdict(info),
                "added": info.added.isoformat(),
                "left_out": [asdict(one) for one in left_out.get(info.id, [])],
            }
            for info in infos
        ]
        print_json(rows)
        return
    for info in infos:
        within = f" ({shown_name(info.path)})" if info.path and INSIDE in info.path else ""
        say(f"{info.id}  {info.date or '–':10}  {info.title}{within}")
    if not infos:
        say("No documents yet. Add some: footnote add PATH…", aside=True)


def correct(
    ids: Annotated[
        list[str],
        typer.Argument(help="Ids of documents ('footnote documents'), or paths of files."),
    ],
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    author: Annotated[str | None, typer.Option(help="Who wrote it; '' for nobody known.")] = None,
    date: Annotated[
        str | None, typer.Option(help="Its date: 2025, 2025-11 or 2025-11-13; '' for none.")
    ] = None,
    status: Annotated[
        str | None, typer.Option(help="E.g. draft, final, archived; '' for none.")
    ] = None,
    undo: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Go back to what was read of it; repeatable."),
    ] = None,
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Correct title, author, date or status of documents by hand; no file is changed.

    Without anything to correct it shows what is corrected, and what was read.

    >>> from pathlib import Path
    >>> _ = Path("quay.md").write_text("The quay held.")
    >>> with open_assistant(None) as assistant:
    ...     (quay,) = assistant.add("quay.md").added
    >>> correct(["quay.md"], date="1931-05", as_json=True)
    [
      {
        "id": "...",
        "version": "...",
        "title": "Quay",
        "author": null,
        "date": "1931-05",
    ...
    """
    given = {"title": title, "author": author, "date": date, "status": status}
    wanted = {field: said for field, said in given.items() if said is not None}
    twice = sorted(set(undo or ()) & wanted.keys())
    if twice:
        raise typer.BadParameter(f"{twice[0]} is corrected as well", param_hint="--undo")
    corrections = {**wanted, **dict.fromkeys(undo or ())}
    with open_assistant(store) as assistant:
        there = {one.id: one for one in assistant.documents()}
        meant = _meant(assistant, there, ids)
        infos = [
            assistant.correct(id_, corrections) if corrections or id_ not in there else there[id_]
            for id_ in meant
        ]
    if as_json or format is Format.json:
        print_json([{**asdict(info), "added": info.added.isoformat()} for info in infos])
        return
    for info in infos:
        said = ", ".join(
            f"{field} {getattr(info, field) or 'none'} (read: {read or 'none'})"
            for field, read in info.corrected
        )
        say(f"{info.id}  {info.title}: {said or 'nothing is corrected'}")


def remove(
    ids: Annotated[
        list[str],
        typer.Argument(help="Ids of documents ('footnote documents'), or paths of files."),
    ],
    purge: Annotated[
        bool,
        typer.Option(
            "--purge", help="Leave no trace in the store's files, also of what was removed before."
        ),
    ] = False,
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Remove documents from the store; your files stay. Of an archive or mail all that it holds.

    Exit status 4: words of what was purged still stand in files of the store, which are named.

    >>> from pathlib import Path
    >>> _ = Path("old.md").write_text("The old gate held.")
    >>> with open_assistant(None) as assistant:
    ...     (old,) = assistant.add("old.md").added
    >>> remove([old.document_id])
    removed ...
    """
    outcome = "purged" if purge else "removed"
    as_json = as_json or format is Format.json
    gone = []
    left: dict[str, None] = {}
    with open_assistant(store) as assistant, counting_bar("Purging") as show:
        there = {one.id for one in assistant.documents()}
        try:
            for document_id in _meant(assistant, there, ids):
                holding = assistant.remove(document_id, purge=purge, progress=show)
                left |= dict.fromkeys(map(str, holding))
                for path in holding:
                    say(f"{path}: words of {document_id} still stand in this file.", aside=True)
                gone.append(document_id)
                if not as_json:
                    typer.echo(f"{outcome} {document_id}")
        finally:
            # Also where one of them is not there: those before it are gone.
            if as_json:
                print_json({outcome: gone, **({"left_in": list(left)} if left else {})})
    if left:
        raise typer.Exit(DIFFERENT)


def _meant(assistant: Assistant, there: Collection[str], given: Sequence[str]) -> list[str]:
    """The ids among what was given, with those of the documents found at paths."""
    at_paths = ([one] if one in there else assistant.documents_at(one) or [one] for one in given)
    return list(dict.fromkeys(chain.from_iterable(at_paths)))


def _tell(report: AddReport, *, as_json: bool) -> None:
    if as_json:
        print_json(reported(report))
    else:
        show_reasons(report)
        typer.echo(summarise_report(report))
    if report.failed:
        raise typer.Exit(FAILED)


def check(
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Compare catalog, indexes and copies; exit status 4: they disagree.

    >>> check(store=demo.store)
    No differences.
    """
    with open_assistant(store) as assistant:
        found = assistant.check()
    if as_json or format is Format.json:
        print_json([asdict(difference) for difference in found])
    else:
        for difference in found:
            say(f"{difference.where}: {difference.problem}")
        if not found:
            typer.echo("No differences.")
    if found:
        raise typer.Exit(DIFFERENT)


def repair(
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Make the indexes anew from the catalog; interrupted, the same command goes on.

    >>> from pathlib import Path
    >>> _ = Path("lock.md").write_text("The lock was closed.")
    >>> with open_assistant(None) as assistant:
    ...     _ = assistant.add("lock.md")
    >>> repair()
    The indexes are made anew; no differences.
    """
    with open_assistant(store) as assistant:
        with counting_bar("Repairing") as show:
            assistant.repair(progress=show)
        left = assistant.check()
    if as_json or format is Format.json:
        print_json([asdict(difference) for difference in left])
    elif left:
        for difference in left:
            say(f"{difference.where}: {difference.problem}", aside=True)
        say("What is listed cannot be made from the catalog: add those documents again.")
    else:
        say("The indexes are made anew; no differences.")
    if left:
        raise typer.Exit(DIFFERENT)


def backup(
    file: Annotated[Path, typer.Argument(help="The file that is made.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Write the store into one file, from which any other one can be made.

    >>> backup(Path("notes.zip"), store=demo.store)
    Written to notes.zip: 7 documents.
    """
    with open_assistant(store) as assistant:
        assistant.back_up(file)
        count = len(assistant.documents())
    _tell_moved(f"Written to {file}", file, count, as_json=as_json or format is Format.json)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that 'footnote backup' has made.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Fill an empty store from a back-up: on one machine, or one that many share.

    >>> backup(Path("notes.zip"), store=demo.store)
    Written to notes.zip: 7 documents.
    >>> restore(Path("notes.zip"), store=Path("copy"))
    Restored from notes.zip: 7 documents.
    """
    with open_assistant(store) as assistant:
        with counting_bar("Restoring") as show:
            assistant.restore(file, progress=show)
        count = len(assistant.documents())
    _tell_moved(f"Restored from {file}", file, count, as_json=as_json or format is Format.json)


def _tell_moved(how: str, file: Path, count: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "documents": count})
    else:
        say(f"{how}: {count} document{'s' if count != 1 else ''}.")
