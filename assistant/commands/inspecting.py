"""The command that shows a file as it is read, before anybody asks."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.printing import (
    Format,
    FormatOption,
    JsonOption,
    open_assistant,
    print_json,
    say,
)
from index.document import Document

_INLINE = ("row", "line", "record")
"""Parts that are a line or little more: their label stands before their words."""


def inspect(
    file: Annotated[Path, typer.Argument(help="The file to look at.", show_default=False)],
    format: FormatOption = Format.text,  # noqa: A002 (the option's name)
    as_json: JsonOption = False,
) -> None:
    """Show a file as it is read: its text, structure and statements, and what is left out.

    >>> _ = Path("tide.md").write_text("# Tide log" + chr(10) * 2 + "High tide was at nine.")
    >>> inspect(Path("tide.md"))
    title: Tide log
    type: text/markdown
    words: 7
    ──────────
    # Tide log
    <BLANKLINE>
    High tide was at nine.
    """
    with open_assistant(None) as assistant:
        document = assistant.inspect(file)
    if as_json or format is Format.json:
        told = asdict(document)
        del told["layout"]
        print_json(told)
        return
    for line in described(document):
        say(line)


def described(document: Document) -> Iterator[str]:
    """The lines that show a document: what it states, its text with marks, what is left out.

    >>> list(described(Document("The pier fell.", "Storm", "text/plain")))[-1]
    'The pier fell.'
    """
    stated = {
        "title": document.title,
        "author": document.author,
        "date": document.date,
        "source": document.source,
        "language": document.language,
        "type": document.media_type,
        "pages": len(document.pages) or None,
        "words": len(document.text.split()),
        "tables": len(document.tables) or None,
        **dict(document.properties),
    }
    yield from (f"{name}: {value}" for name, value in stated.items() if value is not None)
    yield from (f"warning: {warning}" for warning in document.warnings)
    yield "─" * 10
    yield from _marked(document).split("\n")
    if document.left_out:
        yield "─" * 10
        yield "left out:"
    for one in document.left_out:
        where = f", {one.where}" if one.where else ""
        yield f"- {one.why}{where}: {' '.join(one.words.split())}"


def _marked(document: Document) -> str:
    """The text with a mark where a page, part, heading or table begins, or a cell shows less."""
    marks = [
        (page.start, 0, f"── p. {page.label or page.number} ({page.number}) ──\n")
        if page.label
        else (page.start, 0, f"── p. {page.number} ──\n")
        for page in document.pages
    ]
    marks += [
        (part.start, 1, f"[{part.label}] ")
        if part.kind in _INLINE
        else (part.start, 0, f"── {part.kind} {part.label} ──\n")
        for part in document.parts
    ]
    marks += [
        (one.start, 0, f"[table, {_rows(document, one.start, one.end)} rows]\n")
        for one in document.tables
    ]
    marks += [(cell.start, 3, f"[holds {cell.value}] ") for cell in document.stored]
    marks += [(heading.start, 2, "#" * heading.level + " ") for heading in document.headings]
    pieces, behind = [], 0
    for start, _, mark in sorted(marks):
        pieces += [document.text[behind:start], mark]
        behind = start
    return "".join([*pieces, document.text[behind:]])


def _rows(document: Document, start: int, end: int) -> int:
    return document.text.count("\n", start, end) + 1
