"""`footnote matrix`, `footnote compare` and `footnote timeline`: many documents in one table."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.answer import Citation
from assistant.assistant import Assistant
from assistant.commands.printing import (
    ABSTAINED,
    DIFFERENT,
    DocumentOption,
    EngineOption,
    HavingOption,
    JsonOption,
    StoreOption,
    naming_bar,
    open_assistant,
    print_json,
    say,
    selected,
)
from assistant.commands.question_lists import STANDARD_INPUT, listed, questions_in
from assistant.links import base_address
from assistant.matrix.matrix import Grid, Matrix
from assistant.settings import load
from index.errors import DocumentError

OutOption = Annotated[
    Path | None,
    typer.Option(help="Write it to this file: .xlsx, .csv, .docx, .md, .html or .json."),
]


def matrix(
    questions: Annotated[
        Path,
        typer.Argument(
            help="A file with a column a line: 'Name (kind): question', or only a question; kinds "
            "are text, date, amount, yes/no, list and 'choice: one | other'. '-' is standard input."
        ),
    ],
    out: OutOption = None,
    documents: Annotated[
        list[str] | None,
        typer.Option(
            "--documents",
            help="Ask only the documents in this folder or file, or the one with this id; "
            "repeatable.",
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="What the matrix is called.")] = "Matrix",
    sort: Annotated[
        str | None, typer.Option(help="Sort the rows by the column with this name.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Work out known cells anew as well.")
    ] = False,
    engine: EngineOption = None,
    store: StoreOption = None,
    document: DocumentOption = None,
    where: HavingOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the same questions to every document; exit status 3: no document answers any of them.

    Cells that are known are taken as they are: broken off, the same command goes on from there, and
    after documents or columns are added only those are worked out.

    >>> _ = Path("questions.txt").write_text("Cause: Why did Gate 3 fail?")
    >>> matrix(Path("questions.txt"), Path("gate.csv"), store=demo.store)
    gate.csv: documents: 7, columns: 1, cells answered: ... of 7
    """
    from assistant.matrix.exporting import MatrixFormat, export_matrix, format_of
    from assistant.reporting.export import check_writable, write

    format = format_of(out) if out is not None else MatrixFormat.json  # noqa: A001
    if out is not None:
        check_writable(out)
    limits = load(store=store).limits
    if str(questions) == STANDARD_INPUT:
        lines = listed(sys.stdin.buffer.read(limits.bytes + 1), "standard input")
    else:
        lines = questions_in(questions, limits)
    with open_assistant(store) as assistant, naming_bar("Asking") as show:
        wanted = selected(assistant, _named(assistant, documents, document), where)
        made = assistant.matrix(
            [line.question for line in lines],
            documents=wanted,
            title=title,
            engine=engine,
            fresh=fresh,
            progress=show,
        )
        base = base_address(assistant.settings)
    if sort is not None:
        made = made.sorted_by(sort)
    if out is not None:
        write(out, export_matrix(made, format, base=base))
    answered = sum(cell.state == "answered" for row in made.rows for cell in row.cells)
    cells = len(made.rows) * len(made.columns)
    if as_json and out is None:
        typer.echo(made.model_dump_json(indent=2))
    elif as_json:
        numbers = {"documents": len(made.rows), "columns": len(made.columns)}
        print_json({"out": str(out), **numbers, "cells": cells, "answered": answered})
    elif out is None:
        for line in _printed(made):
            say(line)
    else:
        counted = f"documents: {len(made.rows)}, columns: {len(made.columns)}"
        say(f"{out}: {counted}, cells answered: {answered} of {cells}")
    for notice in made.notices:
        say(notice, aside=True)
    if not any(cell.state != "not_found" for row in made.rows for cell in row.cells):
        raise typer.Exit(ABSTAINED)


def compare(
    documents: Annotated[
        list[str],
        typer.Argument(
            help="Documents of the store: ids, files or folders; of a single one, its versions."
        ),
    ],
    points: Annotated[
        Path | None,
        typer.Option(help="A file with the points to compare, as 'footnote matrix' takes it."),
    ] = None,
    out: OutOption = None,
    engine: EngineOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare documents point by point; without points two of them, or one's versions, by clause.

    Exit status 4: their clauses differ.

    >>> ids = [one.id for one in demo.documents()[:2]]
    >>> _ = Path("points.txt").write_text("Cause: Why did Gate 3 fail?")
    >>> compare(ids, Path("points.txt"), store=demo.store)
    Cause
    ...
    """
    limits = load(store=store).limits
    with open_assistant(store) as assistant, naming_bar("Comparing") as show:
        found = _named(assistant, documents, None) or []
        if points is not None:
            lines = [line.question for line in questions_in(points, limits)]
            made = assistant.compare(found, lines, engine=engine, progress=show)
        elif len(found) == 1:
            made = assistant.changes(found[0])
        else:
            made = assistant.compare(found)
        _deliver(made, out, base_address(assistant.settings), as_json=as_json)
    if points is None and made.rows:
        raise typer.Exit(DIFFERENT)


def timeline(
    topic: Annotated[str, typer.Argument(help="What the timeline is of.")],
    out: OutOption = None,
    store: StoreOption = None,
    document: DocumentOption = None,
    where: HavingOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put what the documents say of a topic in the order of its dates; exit status 3: nothing.

    >>> timeline("sirens at the barrage", store=demo.store)
    2025-11-13...
    """
    with open_assistant(store) as assistant:
        made = assistant.timeline(topic, documents=selected(assistant, document, where))
        _deliver(made, out, base_address(assistant.settings), as_json=as_json)
    if not made.rows:
        raise typer.Exit(ABSTAINED)


def _deliver(made: Grid, out: Path | None, base: str, *, as_json: bool) -> None:
    """Write a table to a file, or print it."""
    from assistant.matrix.exporting import export_grid, format_of, shown
    from assistant.reporting.export import write

    if out is not None:
        write(out, export_grid(made, format_of(out), base=base))
    if as_json and out is None:
        typer.echo(made.model_dump_json(indent=2))
    elif as_json:
        print_json({"out": str(out), "rows": len(made.rows)})
    elif out is not None:
        say(f"{out}: rows: {len(made.rows)}")
    else:
        for row in made.rows:
            say(row.label)
            for head, cell in zip(made.heads, row.cells, strict=True):
                places = "; ".join(_place(one) for one in cell.citations)
                say(f"  {head}: {shown(cell)}{f' ({places})' if places else ''}")
    for notice in made.notices:
        say(notice, aside=True)


def _place(citation: Citation) -> str:
    return ", ".join(filter(None, (citation.title, citation.locator)))


def _named(
    assistant: Assistant, places: list[str] | None, ids: list[str] | None
) -> list[str] | None:
    """The ids of the documents that are named, in the order of their names."""
    if places is None:
        return ids
    there = assistant.documents()
    found = list(ids or ())
    for one in places:
        folder = Path(one).resolve()
        inside = sorted(
            (info.path, info.id)
            for info in there
            if info.path and Path(info.path).is_relative_to(folder)
        )
        own = [info.id for info in there if info.id == one]
        named = own or assistant.documents_at(one) or [id_ for _, id_ in inside]
        if not named:
            raise DocumentError(f"No document of the store is {one} or lies in it.")
        found += named
    return list(dict.fromkeys(found))


def _printed(made: Matrix) -> list[str]:
    """A matrix for a terminal: a block for each document."""
    from assistant.matrix.exporting import shown

    lines = []
    for row in made.rows:
        lines.append(row.title)
        for column, cell in zip(made.columns, row.cells, strict=True):
            places = "; ".join(one.locator for one in cell.citations if one.locator)
            lines.append(f"  {column.name}: {shown(cell)}{f' ({places})' if places else ''}")
    return lines
