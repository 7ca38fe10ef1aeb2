"""The formats of an export, by name and by a file's suffix."""

from enum import StrEnum
from pathlib import Path

from assistant.answer import Answer
from assistant.reports.report import Report
from index.errors import ReportError


class Export(StrEnum):
    """What an answer or a report can be written as."""

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
    """
    try:
        return _SUFFIXES[path.suffix.lower()]
    except KeyError:
        raise ReportError(
            f"{path} names no format: end it with one of {', '.join(_SUFFIXES)}."
        ) from None


def exported(what: Answer | Report, format: Export, style: str, base: str) -> bytes:  # noqa: A002
    """An answer or a report in a format, as the bytes of its file.

    Raises:
        ReportError: the style cannot be used.
    """
    if format is Export.docx:
        from assistant.reports.docx import docx

        return docx(what.as_report(), style, base)
    if format is Export.markdown:
        text = what.to_markdown(style=style, base=base)
    elif format is Export.html:
        text = what.to_html(style=style, base=base)
    elif format is Export.bibtex:
        text = what.to_bibtex()
    elif format is Export.csl:
        text = what.to_csl_json()
    else:
        text = what.model_dump_json(indent=2) + "\n"
    return text.encode()
