"""Answers and reports → the bytes of a file in any format; files are there wholly or not at all.

What a format needs is imported when it is used.
"""

import os
import stat
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from assistant.answer import Answer
from assistant.exportable import STYLE
from assistant.links import base_address
from assistant.reporting.markdown import escape_markdown
from assistant.reporting.report import Report
from assistant.settings import load
from index.errors import ReportError, SettingsError

_Format = TypeVar("_Format")


class Export(StrEnum):
    """What an answer or a report can be written as.

    >>> Export("docx"), [one.value for one in Export]
    (<Export.docx: 'docx'>, ['markdown', 'html', 'docx', 'bibtex', 'csl', 'json'])
    """

    markdown = "markdown"
    html = "html"
    docx = "docx"
    bibtex = "bibtex"
    csl = "csl"
    json = "json"


_SUFFIXES = {
    ".docx": Export.docx,
    ".md": Export.markdown,
    ".markdown": Export.markdown,
    ".html": Export.html,
    ".htm": Export.html,
    ".bib": Export.bibtex,
    ".json": Export.json,
}


def of_suffix(path: Path) -> Export:
    """The format that a report's file name asks for.

    Raises:
        ReportError: none does.

    >>> of_suffix(Path("the night.html"))
    <Export.html: 'html'>
    """
    return by_suffix(path, _SUFFIXES)


def by_suffix(path: Path, formats: Mapping[str, _Format]) -> _Format:
    """The one of the formats that a file's name asks for.

    Raises:
        ReportError: none does.

    >>> by_suffix(Path("night.MD"), {".md": "markdown"})
    'markdown'
    """
    try:
        return formats[path.suffix.lower()]
    except KeyError:
        raise ReportError(
            f"{path} names no format: end it with one of {', '.join(formats)}."
        ) from None


def export(
    what: Answer | Report,
    format: Export | str,  # noqa: A002
    *,
    style: str = STYLE,
    base: str | None = None,
) -> bytes:
    """An answer or a report in a format, as the bytes of its file.

    Args:
        what: is exported.
        format: one of `Export`.
        style: of the reference list, as in `assistant.answer.Exportable`.
        base: the address of the chat's page, to which each footnote links; by default the
            settings'.

    Raises:
        ReportError: the style cannot be used.

    >>> report = Report(title="Night", sections=("# The night",), created="2026-01-02")
    >>> export(report, "html", base="http://localhost:7860")[:15]
    b'<!DOCTYPE html>'
    """
    report, at = as_report(what), base or page_address()
    match Export(format):
        case Export.docx:
            from assistant.reporting.docx import docx

            return docx(report, style, at)
        case Export.markdown:
            from assistant.reporting.markdown import markdown

            text = markdown(report, style, at)
        case Export.html:
            from assistant.reporting.html import html

            text = html(report, style, at)
        case Export.bibtex:
            from assistant.reporting.sources import bibtex, sources

            text = bibtex(sources(report.citations))
        case Export.csl:
            from assistant.reporting.sources import csl_json, sources

            text = csl_json(sources(report.citations))
        case Export.json:
            text = what.model_dump_json(indent=2) + "\n"
    return text.encode()


def export_word_manuscript(answer: Answer, draft: Path, path: Path, base: str | None) -> None:
    """Write the Word file `draft` with the footnotes of an answer to it, as a new file.

    Raises:
        ReportError: `draft` cannot be read or is not what was cited, or `path` not be written.

    >>> import docx
    >>> word, draft = docx.Document(), tmp_path / "draft.docx"
    >>> _ = word.add_paragraph("The sirens sounded at 21:58."), word.save(draft)
    >>> export_word_manuscript(demo.cite(draft), draft, tmp_path / "checked.docx", None)
    >>> (tmp_path / "checked.docx").exists()
    True
    """
    from assistant.reporting.docx_footnotes import footnoted_file

    at = base or page_address()
    write(path, footnoted_file(draft, draft.name, answer, at, load().limits))


def notebook_html(answer: Answer) -> str:
    """How a notebook shows an answer; its footnotes are links where the settings can be read.

    >>> answer = Answer(question="Hello", message="Good morning.", created="2026-01-02")
    >>> "Good morning." in notebook_html(answer)
    True
    """
    from assistant.reporting.html import fragment

    try:
        base = page_address()
    except SettingsError as error:
        # The answer is there, and a notebook that shows it again has no use for an error.
        return fragment(answer, None, f"The footnotes are no links: {error}")
    return fragment(answer, base)


def as_report(what: Answer | Report) -> Report:
    """A report as it is; an answer as one whose heading is the question; a draft has its own.

    >>> as_report(Answer(question="Did it hold?", created="2026-01-02")).sections[0]
    '# Did it hold?'
    """
    if not isinstance(what, Answer):
        return what
    heading = () if what.draft is not None else (f"# {escape_markdown(what.question)}",)
    return Report(title=what.question, sections=(*heading, what), created=what.created)


def page_address() -> str:
    """The address of the chat's page that the settings name.

    >>> page_address()
    'http://127.0.0.1:7860'
    """
    return base_address(load())


def check_writable(path: Path) -> None:
    """Find out whether a file can be written there, before the work that it will hold is done.

    Raises:
        ReportError: it cannot.

    >>> check_writable(tmp_path / "night.md")
    >>> check_writable(tmp_path)
    Traceback (most recent call last):
        ...
    index.errors.ReportError: ... cannot be written: it is a folder.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = 0
    except OSError as error:
        raise _unwritable(path, error.strerror) from error
    if stat.S_ISDIR(mode):
        raise _unwritable(path, "it is a folder")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise _unwritable(path, f"there is no folder {folder}")
    if not os.access(path if mode and not stat.S_ISREG(mode) else folder, os.W_OK):
        raise _unwritable(path, "Permission denied")


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there; one that is there is replaced.

    What is no plain file, like a pipe, is written to.

    Raises:
        ReportError: it cannot be written; what was there is as it was.

    >>> write(tmp_path / "night.md", b"# The night")
    >>> (tmp_path / "night.md").read_text()
    '# The night'
    """
    check_writable(path)
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
            return
        beside = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def _unwritable(path: Path, reason: str | None) -> ReportError:
    return ReportError(f"{path} cannot be written: {reason}.")
