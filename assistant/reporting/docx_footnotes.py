"""The user's own Word file, with real footnotes and comments put in. All else stays as it is."""

from bisect import bisect_right
from copy import deepcopy
from io import BytesIO
from pathlib import Path

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml.etree import _Element  # type: ignore[import-untyped]

from assistant.annotation import Stance, behind, doubt, footnotes
from assistant.answer import Answer, Sentence
from assistant.citing.word_manuscript import DAMAGED, WordDraft, read_word_manuscript
from assistant.messages import BUT_SEE, SAYS_OTHERWISE
from assistant.reporting import docx_parts
from assistant.reporting.content import Run, later_than, nearest, note, printable
from assistant.reporting.docx_parts import (
    FOOTNOTE_REFERENCE,
    HYPERLINK,
    Footnotes,
    hyperlink,
    run,
    setting,
)
from index.errors import DocumentError, ReportError
from index.readers.office.docx import leaves, run_text
from index.readers.office.office_zip import FAULTS
from index.sandbox.isolation import Limits, made_apart

_RUN, _LINK, _TEXT, _PROPERTIES = map(qn, ("w:r", "w:hyperlink", "w:t", "w:rPr"))
_NOTED = (qn("w:footnoteReference"), qn("w:endnoteReference"))
_POINTS = tuple(map(qn, ("w:bookmarkStart", "w:bookmarkEnd", "w:proofErr")))
"""What stands between runs and shows nothing."""
_AUTHOR = "Footnote"
"""Whose name the comments bear."""
_NEAREST = "The nearest passages:"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def footnoted_file(
    source: Path | bytes, name: str, answer: Answer, base: str, limits: Limits | None = None
) -> bytes:
    """A Word file, by its path or its content, as `footnoted` gives it.

    It is made in a process of its own, within the limits.

    Raises:
        ReportError: it cannot be read, or the answer was made of another text.

    >>> import docx
    >>> word, draft = docx.Document(), tmp_path / "draft.docx"
    >>> _ = word.add_paragraph("The sirens sounded at 21:58."), word.save(draft)
    >>> footnoted_file(draft, draft.name, demo.cite(draft), "http://localhost:7860")[:2]
    b'PK'
    """
    function = "assistant.reporting.docx_footnotes:footnoted"
    try:
        return made_apart(bytes, function, source, name, answer, base, limits=limits)
    except OSError as error:
        raise ReportError(f"{name} cannot be read: {error.strerror}.") from error
    except DocumentError as error:
        raise ReportError(f"{name} cannot be given footnotes. {error}") from error


def footnoted(data: bytes, name: str, answer: Answer, base: str) -> bytes:
    r"""A Word file, of which `answer` was made, with the answer's footnotes in it.

    A sentence that is not supported, or that documents have since contradicted, gets a comment
    that says so, with the nearest passages; the text itself is not touched. A footnote that does
    not support its sentence opens with what it is there for. A passage that several sentences cite
    has a footnote behind each: so they stay right when the author goes on writing.

    Raises:
        ReportError: it cannot be read, or the answer was made of another text.

    >>> import docx
    >>> word, file = docx.Document(), BytesIO()
    >>> _ = word.add_paragraph("It held."), word.save(file)
    >>> answer = Answer(question="It held.", draft="It held.\n\n", created="2026-01-02",
    ...     sentences=(Sentence(text="It held.", verdict="not verified", place=(0, 8)),))
    >>> made = footnoted(file.getvalue(), "draft.docx", answer, "http://localhost:7860")
    >>> [comment.text for comment in docx.Document(BytesIO(made)).comments]
    ['Not verified.']
    """
    try:
        file = read_word_manuscript(data)
    except DocumentError as error:
        raise ReportError(f"{name} cannot be read. {error}") from error
    if answer.draft != file.draft.text:
        raise ReportError(f"{name} is not the text that was checked: check it again.")
    try:
        docx_parts.define_notes(file.document)
        _Writer(file, answer, base).write()
        saved = BytesIO()
        file.document.save(saved)
    except FAULTS as error:
        raise ReportError(f"{name} cannot be given footnotes. {DAMAGED}") from error
    return saved.getvalue()


class _Writer:
    """Puts marks behind sentences, the footnotes numbered as they come."""

    def __init__(self, file: WordDraft, answer: Answer, base: str) -> None:
        self._file = file
        self._answer = answer
        self._base = base
        self._notes = Footnotes(file.document)
        self._count = 0

    def write(self) -> None:
        starts = [paragraph.start for paragraph in self._file.paragraphs]
        marks = [
            (s.place, self._footnotes(s), self._comment(s))
            for s in self._answer.sentences
            if s.place
        ]
        # From the end, so that the places before stay where they are.
        for (start, end), noted, comment in reversed(marks):
            paragraph = self._file.paragraphs[bisect_right(starts, start) - 1]
            at = min(behind(self._file.draft.text, end) - paragraph.start, len(paragraph.text))
            if noted:
                _insert(noted, paragraph.element, at, self._gap())
            if comment is not None:
                _anchor(comment, paragraph.element, start - paragraph.start, at)

    def _comment(self, sentence: Sentence) -> int | None:
        """The id of a comment on a sentence; None for one that is simply supported."""
        said = [] if sentence.supported else [doubt(sentence)]
        if sentence.superseded:
            said.append(later_than([self._answer.citation(one) for one in sentence.superseded]))
        if not said:
            return None
        lines = [f"{one[0].upper()}{one[1:]}." for one in said]
        lines += [_NEAREST] if sentence.nearest else []
        lines += ["".join(piece.text for piece in nearest(one)) for one in sentence.nearest]
        made = self._file.document.comments.add_comment(
            printable("\n".join(lines)), _AUTHOR, _AUTHOR[0]
        )
        return made.comment_id

    def _footnotes(self, sentence: Sentence) -> list[BaseOxmlElement]:
        stance: Stance = "supports" if sentence.supported else SAYS_OTHERWISE
        named = [(number, stance) for number in footnotes(sentence)]
        named += [(number, BUT_SEE) for number in sentence.superseded]
        marks = []
        for position, (number, stands) in enumerate(named):
            if position:
                marks.append(self._gap())
            self._count += 1
            pieces = note(self._answer.citation(number), self._base, stands)
            self._notes.add(self._count, [[self._run(piece) for piece in pieces if piece.text]])
            marks += self._notes.reference(self._count, again=False)
        return marks

    def _gap(self) -> BaseOxmlElement:
        # Else two numbers would be read as one.
        return run(" ", self._file.document.styles[FOOTNOTE_REFERENCE].style_id)

    def _run(self, piece: Run) -> BaseOxmlElement:
        looks = [setting("i")] if "italic" in piece.marks else []
        if not piece.href:
            return run(piece.text, properties=looks)
        style = self._file.document.styles[HYPERLINK].style_id
        return hyperlink(self._notes.part, piece.href, [run(piece.text, style, looks)])


def _anchor(comment: int, paragraph: _Element, start: int, end: int) -> None:
    """Tie a comment to the paragraph's characters from `start` to `end`."""
    if start:
        before = _run_ending(paragraph, start)
        before.addnext(setting("commentRangeStart", id=str(comment)))
    else:
        first, _ = next(leaves(paragraph))
        whole = next(first.iterancestors(_RUN))
        whole.addprevious(setting("commentRangeStart", id=str(comment)))
    # Only now: the run in which it begins has been cut.
    _run_ending(paragraph, end).insert_comment_range_end_and_reference_below(comment)


def _insert(
    marks: list[BaseOxmlElement], paragraph: _Element, offset: int, gap: BaseOxmlElement
) -> None:
    """Put marks behind the paragraph's first `offset` characters, and behind notes there.

    `gap` goes between such a note of the author's and the marks.
    """
    place = _run_ending(paragraph, offset)
    noted = False
    for after in place.itersiblings():
        if after.tag == _RUN and any(after.find(tag) is not None for tag in _NOTED):
            if run_text(after):
                break
            place, noted = after, True
        elif after.tag not in _POINTS:
            break
    while place.getparent().tag == _LINK and place.getnext() is None:
        place = place.getparent()
    for element in reversed([gap, *marks] if noted else marks):
        place.addnext(element)


def _run_ending(paragraph: _Element, offset: int) -> _Element:
    """The run that ends behind the paragraph's first `offset` characters; cut off if need be."""
    done = 0
    for leaf, text in leaves(paragraph):
        if done + len(text) < offset:
            done += len(text)
            continue
        whole = next(leaf.iterancestors(_RUN), None)
        if whole is None:
            break
        rest = text[offset - done :] if leaf.tag == _TEXT else ""
        following = list(leaf.itersiblings())
        if rest or following:
            _cut(whole, leaf, rest, following)
        return whole
    raise ValueError("no run ends there")


def _cut(whole: _Element, leaf: _Element, rest: str, following: list[_Element]) -> None:
    """Move what follows in a run, the last letters of `leaf` first, to a run of its own."""
    second = OxmlElement("w:r")
    if (properties := whole.find(_PROPERTIES)) is not None:
        second.append(deepcopy(properties))
    if rest:
        kept = deepcopy(leaf)
        leaf.text, kept.text = leaf.text[: -len(rest)], rest
        for part in (leaf, kept):
            part.set(_SPACE, "preserve")
        second.append(kept)
    for element in following:
        second.append(element)
    whole.addnext(second)
