"""What an answer and a report have in common: each can be cited elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.reporting.report import Report

STYLE = "apa"
"""The CSL style of the reference list; it leaves titles as they are stated."""


class Exportable:
    """What can be cited elsewhere: an answer, a report. Each method asks `assistant.reporting`.

    `style` is a CSL style: 'apa', 'chicago', 'ieee', the name of any other in the style
    repository of the Citation Style Language ('nature', 'modern-language-association'), or the
    path of a `.csl` file. `base` is the address of the chat's page, to which each footnote links;
    by default the settings' (`host`, `port`).

    All of them raise `ReportError`, with one clear line, for a style that cannot be used and for
    a file that cannot be written.

    >>> demo.query("When did the sirens sound?").to_markdown().splitlines()[0]
    '# When did the sirens sound?'
    """

    def to_markdown(self, *, style: str = STYLE, base: str | None = None) -> str:
        """Markdown with footnotes (`[^1]`), as Pandoc reads it."""
        return self._exported("markdown", style, base).decode()

    def to_html(self, *, style: str = STYLE, base: str | None = None) -> str:
        """An HTML page that stands alone: no script, no request."""
        return self._exported("html", style, base).decode()

    def to_docx(self, path: str | Path, *, style: str = STYLE, base: str | None = None) -> None:
        """Write a Word document with real footnotes; a file that is there is replaced."""
        from assistant.reporting.export import write

        write(Path(path), self._exported("docx", style, base))

    def to_bibtex(self) -> str:
        """The cited documents as BibTeX, for bibtex and biblatex."""
        return self._exported("bibtex").decode()

    def to_csl_json(self) -> str:
        """The cited documents as CSL-JSON."""
        return self._exported("csl").decode()

    def as_report(self) -> "Report":
        """What is exported as a report; an answer's question is the heading of its own."""
        from assistant.reporting.export import as_report

        return as_report(cast("Answer | Report", self))

    def _exported(self, format: str, style: str = STYLE, base: str | None = None) -> bytes:  # noqa: A002
        from assistant.reporting.export import export

        return export(cast("Answer | Report", self), format, style=style, base=base)
