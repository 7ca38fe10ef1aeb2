"""A report's sections → Markdown tokens, in which each answer is a token of its own."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from assistant.annotation import annotate_manuscript
from assistant.answer import Answer, Sentence
from assistant.reporting.content import Line, Mark, Reference, Run, behind
from assistant.reporting.markdown import escaped_characters
from assistant.reporting.report import Report

_PLACE = re.compile("\ue0f0(\\d+)\ue0f1")
"""Stands where an answer goes while the texts around it are read; characters for private use."""
_BEHIND = re.compile(",\ue0f0(\\d+):(\\d+)\ue0f1")
"""Stands behind a sentence of a draft: the section's number, and the sentence's in it.

Emphasis that ends before it ends all the same, because the sign opens with a punctuation mark.
"""
_SIGNS = re.compile("[\ue0f0\ue0f1]")


def parser() -> MarkdownIt:
    """A reader of CommonMark with GitHub's tables and strikethrough, footnotes and front matter.

    >>> print(parser().render("The gate ~~held~~ gave way."))
    <p>The gate <s>held</s> gave way.</p>
    """
    read = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return read.use(footnote_plugin).use(front_matter_plugin)


def markdown_tokens(report: Report) -> list[Token]:
    """The texts' tokens, with one of type 'answer' in each answer's place; `meta` holds it.

    A draft comes as its own tokens, with one of type 'behind' after each of its sentences; `meta`
    holds the footnotes and marks there. What a document says is in none of the other tokens.

    >>> answer = Answer(question="Did it hold?", created="2026-01-02")
    >>> report = Report(title="Night", sections=("# Night", answer), created="2026-01-02")
    >>> [token.type for token in markdown_tokens(report)]
    ['heading_open', 'inline', 'heading_close', 'answer']
    """
    parts = [_part(number, section) for number, section in enumerate(report.sections)]
    read = list(_placed(parser().parse("\n\n".join(parts)), report))
    for token in read:
        if token.type == "inline":
            token.children = [*_marked(token.children or (), report)]
    return read


def _part(number: int, section: str | Answer) -> str:
    """A section as Markdown, with signs in it for what is put in its place later."""
    if isinstance(section, str):
        return _SIGNS.sub("", section)
    if section.draft is None:
        return f"\ue0f0{number}\ue0f1"

    numbers = {sentence.place: at for at, sentence in enumerate(section.sentences)}

    def marks(sentence: Sentence) -> str:
        return f",\ue0f0{number}:{numbers[sentence.place]}\ue0f1"

    clean = _SIGNS.sub(" ", section.draft)
    return annotate_manuscript(
        clean, section.sentences, marks, escaped_characters(clean, section.literal)
    )


def _marked(tokens: Iterable[Token], report: Report) -> Iterator[Token]:
    """The tokens of a line, with the signs in them as tokens of their own."""
    for token in tokens:
        if token.type != "text" or not _BEHIND.search(token.content):
            yield token
            continue
        parts = _BEHIND.split(token.content)
        for text, section, number in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
            yield Token("text", "", 0, content=text)
            answer = report.sections[int(section)]
            assert isinstance(answer, Answer)  # noqa: S101 (made above)
            line: Line = tuple(behind(answer, answer.sentences[int(number)]))
            yield Token("behind", "", 0, meta={"line": line})
        yield Token("text", "", 0, content=parts[-1])


def own_notes(read: list[Token]) -> tuple[list[Token], dict[int, list[Token]]]:
    r"""The tokens without the author's own footnotes, and those by their ids.

    >>> body, notes = own_notes(parser().parse("It held.[^a]\n\n[^a]: Till nine."))
    >>> [token.content for token in body + notes[0] if token.type == "inline"]
    ['It held.[^a]', 'Till nine.']
    """
    body: list[Token] = []
    notes: dict[int, list[Token]] = {}
    inside: list[Token] | None = None
    for token in read:
        if token.type == "footnote_open":
            inside = notes.setdefault(token.meta["id"], [])
        elif token.type == "footnote_close":
            inside = None
        elif inside is not None:
            if token.type != "footnote_anchor":
                inside.append(token)
        elif not token.type.startswith("footnote_"):
            body.append(token)
    return body, notes


def _placed(read: list[Token], report: Report) -> Iterator[Token]:
    skip = 0
    for position, token in enumerate(read):
        if skip:
            skip -= 1
            continue
        found = (
            _PLACE.fullmatch(read[position + 1].content) if token.type == "paragraph_open" else None
        )
        if found:
            skip = 2
            yield Token("answer", "", 0, meta={"answer": report.sections[int(found[1])]})
        else:
            yield token


@dataclass(frozen=True, slots=True)
class OwnNote:
    r"""The place of the number of one of the author's own footnotes.

    >>> line = parser().parse("It held.[^a]\n\n[^a]: Till nine.")[1]
    >>> [piece for piece in pieces(line) if isinstance(piece, OwnNote)]
    [OwnNote(id=0)]
    """

    id: int


@dataclass(frozen=True, slots=True)
class Break:
    r"""The end of a line inside a paragraph.

    >>> [type(piece).__name__ for piece in pieces(parser().parse("High tide\\\nat nine")[1])]
    ['Run', 'Break', 'Run']
    """


_MARKS: dict[str, Mark] = {"strong": "bold", "em": "italic", "s": "struck"}


def pieces(inline: Token) -> Iterator[Run | OwnNote | Break | Reference]:
    """What one paragraph of a text consists of. A picture is a link to it.

    >>> line = parser().parse("It **held** until `nine`.")[1]
    >>> [(run.text, *run.marks) for run in pieces(line)]
    [('It ',), ('held', 'bold'), (' until ',), ('nine', 'code'), ('.',)]
    """
    marks: list[Mark] = []
    href = ""
    for token in inline.children or ():
        kind, _, edge = token.type.rpartition("_")
        if kind in _MARKS and edge == "open":
            marks.append(_MARKS[kind])
        elif kind in _MARKS and edge == "close":
            marks.remove(_MARKS[kind])
        elif token.type == "link_open":
            href = str(token.attrs["href"])
        elif token.type == "link_close":
            href = ""
        elif token.type == "behind":
            yield from token.meta["line"]
        elif token.type == "footnote_ref":
            yield OwnNote(token.meta["id"])
        elif token.type == "hardbreak":
            yield Break()
        elif token.type == "image":
            yield Run(token.content or "Picture", frozenset(marks), str(token.attrs["src"]))
        elif token.type == "code_inline":
            yield Run(token.content, frozenset({*marks, "code"}), href)
        elif not (token.type == "html_inline" and token.content.startswith("<!--")):
            yield Run(" " if token.type == "softbreak" else token.content, frozenset(marks), href)
