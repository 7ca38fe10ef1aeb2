"""Exports: the `to_…` methods of answers and reports. What they need is imported when used."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.reports.report import Report

STYLE = "apa"
"""The CSL style of the reference list; it leaves titles as they are stated."""


class Exports:
    """What can be cited elsewhere.

    `style` is a CSL style: 'apa', 'chicago', 'ieee', the name of any other in the style
    repository of the Citation Style Language ('nature', 'modern-language-association'), or the
    path of a `.csl` file. `base` is the address of the chat's page, to which each footnote links;
    by default the settings' (`host`, `port`).

    All of them raise `ReportError`, with one clear line, for a style that cannot be used and for
    a file that cannot be written.
    """

    def as_report(self) -> "Report":
        """The report that is exported."""
        raise NotImplementedError

    def to_markdown(self, *, style: str = STYLE, base: str | None = None) -> str:
        """Markdown with footnotes (`[^1]`), as Pandoc reads it."""
        from assistant.reports.markdown import markdown

        return markdown(self.as_report(), style, base or configured())

    def to_html(self, *, style: str = STYLE, base: str | None = None) -> str:
        """An HTML page that stands alone: no script, no request."""
        from assistant.reports.html import html

        return html(self.as_report(), style, base or configured())

    def to_docx(self, path: str | Path, *, style: str = STYLE, base: str | None = None) -> None:
        """Write a Word document with real footnotes; a file that is there is replaced."""
        from assistant.reports.docx import docx
        from assistant.reports.writing import write

        write(Path(path), docx(self.as_report(), style, base or configured()))

    def to_bibtex(self) -> str:
        """The cited documents as BibTeX, for bibtex and biblatex."""
        from assistant.reports.bibtex import bibtex
        from assistant.reports.sources import sources

        return bibtex(sources(self.as_report().citations))

    def to_csl_json(self) -> str:
        """The cited documents as CSL-JSON."""
        from assistant.reports.sources import csl_json, sources

        return csl_json(sources(self.as_report().citations))


def configured() -> str:
    """The address of the chat's page that the settings name."""
    from assistant.links import base_address
    from assistant.settings import load

    return base_address(load())
