"""Answers as the Markdown text of a chat message, with their footnotes below.

Chat programs draw a message as Markdown: nothing of a document becomes a picture, a link or HTML.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from assistant.annotation import escaped, stances
from assistant.answer import Answer, Citation, Passage, Sentence, marked
from assistant.links import permalink

_DRAWN = re.compile(r"!(?=\[)|(?<=\])(?=\()|<(?=[A-Za-z/!?])")
"""Where Markdown would begin a picture, the target of a link, an HTML element or an address."""
_BRACKETS = re.compile(r"[\[\]]")
_MARK = re.compile(r"(?<!\\)\[(\d+)\]")
_NOTES = re.compile(r"\n\n(?:(?:\[\d+\]|–|Note:) [^\n]*(?:\n|$))+\Z")
"""The lines below an answer."""
_LONGEST_QUOTE = 300
"""Characters of a quote that are shown below an answer; the whole one is in the annotations."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A footnote's number in a text: `text[start:end]` is '[1]'.

    >>> answer = demo.query("Why did Gate 3 fail?")
    >>> Mark(answer.citations[0], start=62, end=65).citation.page
    2
    """

    citation: Citation
    start: int
    end: int


def shown(text: str) -> str:
    r"""The text so that no chat program draws anything of it but words.

    >>> print(shown("See ![tide](http://example.org/t.png) <b>now</b>."))
    See \![tide]\(http://example.org/t.png) \<b>now\</b>.
    """
    return _DRAWN.sub(lambda found: f"\\{found[0]}", text)


def shown_sentence(sentence: Sentence, *, first: bool) -> str:
    r"""A sentence with its footnote numbers, and what parts it from the one before.

    >>> shown_sentence(Sentence(text="It held.", citations=(1,), paragraph=True), first=False)
    '\n\nIt held.[1]'
    """
    between = "" if first else "\n\n" if sentence.paragraph else " "
    return between + shown(marked(sentence))


def marks(text: str, answer: Answer) -> Iterator[Mark]:
    """Where the footnotes of an answer stand in its text, above its `notes`.

    >>> answer = demo.query("Why did Gate 3 fail?")
    >>> [(mark.start, mark.citation.number) for mark in marks(shown(answer.text), answer)]
    [(62, 1)]
    """
    by_number = {one.number: one for one in answer.citations}
    for found in _MARK.finditer(without_notes(text)):
        if (citation := by_number.get(int(found[1]))) is not None:
            yield Mark(citation, *found.span())


def notes(answer: Answer, base: str) -> str:
    """What stands below an answer: its footnotes, or the nearest passages, and its notices.

    Each is a line that links to the chat's page at `base`. Nothing where there is nothing to tell.

    >>> print(notes(demo.query("Why did Gate 3 fail?"), "http://127.0.0.1:7860").strip())
    [1] [Preliminary report on ...](http://127.0.0.1:7860/?cite=...), 2026-01-12, p. 2: “Gate 3 ...”
    """
    lines = [*_footnotes(answer.citations, answer.sentences, base)]
    lines += [f"– {_placed(one, one.title, one.text)}" for one in answer.nearest]
    lines += [f"Note: {shown(_line(notice))}" for notice in answer.notices]
    return "\n\n" + "\n".join(lines) if lines else ""


def without_notes(text: str) -> str:
    r"""What was said in an earlier message of ours, without what stood below it.

    >>> without_notes("It held.[1]\n\n[1] [Log](http://127.0.0.1/?cite=5): “It held.”")
    'It held.[1]'
    """
    return _NOTES.sub("", text)


def file_name(place: Citation | Passage) -> str:
    """The name of a document's file, or its title where it has none.

    >>> file_name(demo.query("Why did Gate 3 fail?").citations[0])
    'inspectors-report.pdf'
    """
    return PurePath(place.path).name if place.path else place.title


def _footnotes(
    citations: Iterable[Citation], sentences: Iterable[Sentence], base: str
) -> Iterator[str]:
    unlike = stances(sentences)
    for one in citations:
        stance = f"{unlike[one.number]}: " if one.number in unlike else ""
        title = f"[{_bracketed(one.title)}]({permalink(one.id, base)})"
        yield f"[{one.number}] {stance}{_placed(one, title, one.quote)}"


def _placed(place: Citation | Passage, title: str, words: str) -> str:
    where = ", ".join(
        [
            title if isinstance(place, Citation) else shown(title),
            *(shown(part) for part in (place.date, place.locator) if part),
        ]
    )
    words = _line(words)
    if len(words) > _LONGEST_QUOTE:
        words = f"{words[:_LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
    return f"{where}: “{shown(escaped(words))}”"


def _bracketed(title: str) -> str:
    """A title as it may stand in the brackets of a link."""
    return _BRACKETS.sub(lambda found: f"\\{found[0]}", shown(_line(title)))


def _line(text: str) -> str:
    return " ".join(text.split())
