"""Report → an HTML page that stands alone: no script, no request; whatever it shows is escaped."""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

from assistant.answer import Answer, Citation
from assistant.reports.content import (
    Block,
    Line,
    Mark,
    Numbering,
    Run,
    blocks,
    colophon,
    key_of,
    note,
)
from assistant.reports.references import references
from assistant.reports.report import Report
from assistant.reports.sources import sources
from assistant.reports.texts import own_notes, tokens

_PAGE = Markup(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{}</title>
<style>
{}</style>
</head>
<body>
<main>
{}</main>
</body>
</html>
"""
)
_MARKS: dict[Mark, Markup] = {
    "bold": Markup("<strong>{}</strong>"),
    "italic": Markup("<i>{}</i>"),
    "small-caps": Markup('<span class="small-caps">{}</span>'),
    "superscript": Markup("<sup>{}</sup>"),
    "subscript": Markup("<sub>{}</sub>"),
    "added": Markup('<span class="added" title="Put in by Footnote, not in the source">{}</span>'),
    "unsupported": Markup('<span class="unsupported">{}</span>'),
}


def html(report: Report, style: str, base: str) -> str:
    """The page of the report.

    Raises:
        ReportError: the style cannot be used.
    """
    body, own = own_notes(tokens(report))
    renderer = _Renderer(own)
    parts = [renderer.render_texts(body), _notes(renderer, base)]
    cited = [noted for noted in renderer.numbering.notes if isinstance(noted, Citation)]
    parts.append(_sources([_runs(entry) for entry in references(sources(cited), style)]))
    if closing := colophon(report.answers):
        parts.append(Markup("<footer><p>{}</p></footer>\n").format(closing))
    sheet = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    return str(_PAGE.format(report.title, Markup(sheet), Markup("").join(parts)))  # noqa: S704 (ours)


class _Renderer(RendererHTML):
    """The author's texts and the answers as HTML; their footnotes are numbered as they come.

    HTML in a text is shown as text, a comment not at all; a picture, which is another file, is a
    link to it.
    """

    def __init__(self, own: dict[int, list[Token]]) -> None:
        super().__init__()
        self.numbering: Numbering[Citation | Sequence[Token]] = Numbering()
        self._own = own
        self._options = MarkdownIt("commonmark").options

    def render_texts(self, read: Sequence[Token]) -> Markup:
        return Markup(self.render(read, self._options, {}))  # noqa: S704 (each rule escapes)

    def answer(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        answer: Answer = read[at].meta["answer"]
        return "".join(self._block(block) for block in blocks(answer))

    def citation(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        noted: Citation = read[at].meta["citation"]
        return self._reference(key_of(noted), noted)

    def footnote_ref(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        own: int = read[at].meta["id"]
        return self._reference(f"own {own}", self._own[own])

    def html_inline(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        shown = "" if read[at].content.startswith("<!--") else read[at].content
        return Markup("{}").format(shown)

    def html_block(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        shown = self.html_inline(read, at, options, env)
        return Markup("<p>{}</p>\n").format(Markup(shown)) if shown else ""  # noqa: S704 (escaped)

    def image(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        alt = self.renderInlineAsText(read[at].children, options, env)
        return Markup('<a href="{}">{}</a>').format(read[at].attrs["src"], alt or "Picture")

    def front_matter(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del read, at, options, env
        return ""

    def _block(self, block: Block) -> Markup:
        lines = [self._line(line) for line in block.lines]
        if block.kind not in ("accounts", "nearest"):
            return Markup('<p class="{}" dir="auto">{}</p>\n').format(block.kind, lines[0])
        label = "Accounts differ" if block.kind == "accounts" else "The nearest passages"
        items = Markup("").join(Markup('<li dir="auto">{}</li>\n').format(line) for line in lines)
        return Markup('<ul class="{}" aria-label="{}">\n{}</ul>\n').format(block.kind, label, items)

    def _line(self, line: Line) -> Markup:
        return Markup("").join(
            _run(piece)
            if isinstance(piece, Run)
            else self._reference(key_of(piece.citation), piece.citation)
            for piece in line
        )

    def _reference(self, key: str, noted: Citation | Sequence[Token]) -> Markup:
        number, times = self.numbering.number(key, noted)
        return Markup(
            '<sup><a class="ref" id="ref-{0}-{1}" href="#note-{0}" role="doc-noteref" '
            'aria-label="Footnote {0}">{0}</a></sup>'
        ).format(number, times)


def _notes(renderer: _Renderer, base: str) -> Markup:
    numbering = renderer.numbering
    if not numbering.notes:
        return Markup("")
    # A footnote of the author's own may name another one, which then comes after it.
    texts: list[Markup] = []
    while len(texts) < len(numbering.notes):
        noted = numbering.notes[len(texts)]
        texts.append(
            Markup("<p>{}</p>").format(_runs(note(noted, base)))
            if isinstance(noted, Citation)
            else renderer.render_texts(noted)
        )
    items = Markup("").join(
        Markup('<li id="note-{}" dir="auto">{} {}</li>\n').format(
            number, text, _back(number, times)
        )
        for text, (number, times, _) in zip(texts, numbering.named(), strict=True)
    )
    return Markup(
        '<section class="notes" role="doc-endnotes" aria-labelledby="notes">\n'
        '<h2 id="notes">Footnotes</h2>\n<ol>\n{}</ol>\n</section>\n'
    ).format(items)


def _back(number: int, times: int) -> Markup:
    return Markup(" ").join(
        Markup(
            '<a class="back" href="#ref-{0}-{1}" role="doc-backlink" '
            'aria-label="Back to footnote {0} in the text">↩</a>'
        ).format(number, time)
        for time in range(1, times + 1)
    )


def _sources(entries: Sequence[Markup]) -> Markup:
    if not entries:
        return Markup("")
    items = Markup("").join(Markup('<li dir="auto">{}</li>\n').format(entry) for entry in entries)
    return Markup(
        '<section class="sources" aria-labelledby="sources">\n'
        '<h2 id="sources">Sources</h2>\n<ul>\n{}</ul>\n</section>\n'
    ).format(items)


def _runs(runs: Iterable[Run]) -> Markup:
    return Markup("").join(map(_run, runs))


def _run(run: Run) -> Markup:
    text = Markup("{}").format(run.text)
    for mark, wrapped in _MARKS.items():
        if mark in run.marks:
            text = wrapped.format(text)
    return Markup('<a href="{}">{}</a>').format(run.href, text) if run.href else text
