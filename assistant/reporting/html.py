"""Report → an HTML page that stands alone: no script, no request; whatever it shows is escaped.

Answer → the HTML that a notebook shows: no script, no request, no style sheet; all escaped.

It is a part of somebody else's page, so its ids are its own and it takes that page's colours.
"""

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

from assistant.annotation import stances
from assistant.answer import Answer
from assistant.reporting.content import (
    Line,
    Numbering,
    Reference,
    Run,
    answer_blocks,
    colophon,
    folded,
    note,
)
from assistant.reporting.markdown_tokens import markdown_tokens, own_notes
from assistant.reporting.references import references
from assistant.reporting.report import Report
from assistant.reporting.sources import sources
from assistant.templating import Macros

_REPORT = Macros("assistant.reporting", "report.html")


class _Place(NamedTuple):
    """A footnote's number in the text, which time it stands there, and what is said after it."""

    number: int
    time: int
    name: str = ""


def html(report: Report, style: str, base: str) -> str:
    """The page of the report.

    Raises:
        ReportError: the style cannot be used.

    >>> report = Report(title="Night", sections=("The gate *held*.",), created="2026-01-02")
    >>> "<p>The gate <em>held</em>.</p>" in html(report, "apa", "http://localhost:7860")
    True
    """
    body, own = own_notes(markdown_tokens(report))
    renderer = _Renderer(own)
    text = renderer.render_texts(body)
    notes = _notes(renderer, base)
    cited = [one.citation for one in renderer.numbering.notes if isinstance(one, Reference)]
    entries = references(sources(cited), style)
    sheet = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    closing = colophon(report.answers)
    return str(_REPORT.page(report.title, Markup(sheet), text, notes, entries, closing))  # noqa: S704 (ours)


class _Renderer(RendererHTML):
    """The author's texts and the answers as HTML; their footnotes are numbered as they come.

    HTML in a text is shown as text, a comment not at all; a picture, which is another file, is a
    link to it.
    """

    def __init__(self, own: dict[int, list[Token]]) -> None:
        super().__init__()
        self.numbering: Numbering[Reference | Sequence[Token]] = Numbering()
        self._own = own
        self._options = MarkdownIt("commonmark").options

    def render_texts(self, read: Sequence[Token]) -> Markup:
        return Markup(self.render(read, self._options, {}))  # noqa: S704 (each rule escapes)

    def answer(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        answer: Answer = read[at].meta["answer"]
        return "".join(
            _REPORT.block(block.kind, [self._line(line) for line in block.lines])
            for block in answer_blocks(answer)
        )

    def behind(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        return str(_REPORT.line(self._line(read[at].meta["line"])))

    def footnote_ref(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        own: int = read[at].meta["id"]
        number, time = self.numbering.number(f"own {own}", self._own[own])
        return str(_REPORT.reference(_Place(number, time)))

    def html_inline(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        return "" if read[at].content.startswith("<!--") else str(escape(read[at].content))

    def html_block(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del options, env
        shown = read[at].content
        return "" if shown.startswith("<!--") else str(_REPORT.as_text(shown))

    def image(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        alt = self.renderInlineAsText(read[at].children, options, env)
        return str(_REPORT.picture(read[at].attrs["src"], alt or "Picture"))

    def front_matter(self, read: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        del read, at, options, env
        return ""

    def _line(self, line: Line) -> list[Run | _Place]:
        return [piece if isinstance(piece, Run) else self._place(piece) for piece in line]

    def _place(self, named: Reference) -> _Place:
        return _Place(*self.numbering.number(named.key, named), named.name)


def _notes(renderer: _Renderer, base: str) -> list[tuple[Markup, int]]:
    """Each footnote's text, and how often it is named."""
    numbering = renderer.numbering
    # A footnote of the author's own may name another one, which then comes after it.
    texts: list[Markup] = []
    while len(texts) < len(numbering.notes):
        noted = numbering.notes[len(texts)]
        texts.append(
            _REPORT.cited(note(noted.citation, base, noted.stance))
            if isinstance(noted, Reference)
            else renderer.render_texts(noted)
        )
    return [(text, times) for text, (_, times, _) in zip(texts, numbering.named(), strict=True)]


_NOTEBOOK = Macros("assistant.reporting", "notebook.html", folded=folded)


def fragment(answer: Answer, base: str | None, remark: str = "") -> str:
    """The answer with its footnotes.

    Args:
        answer: what is shown.
        base: the address of the chat's page, to which each footnote is linked; None for no links.
        remark: a line to be shown below.

    >>> answer = Answer(question="Hello", message="Good morning.", created="2026-01-02")
    >>> "Good morning." in fragment(answer, base=None, remark="The footnotes are no links.")
    True
    """
    # The same answer has the same ids, so that a notebook that is run again does not change.
    key = hashlib.sha256(f"{answer.question} {answer.created}".encode()).hexdigest()[:8]
    unlike = stances(answer.sentences)
    notes = [
        (cited.number, note(cited, base, unlike.get(cited.number, "supports")))
        for cited in answer.citations
    ]
    return str(_NOTEBOOK.answer(answer_blocks(answer), notes, [colophon([answer]), remark], key))
