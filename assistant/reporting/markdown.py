"""Report → Markdown with footnotes, as Pandoc and most other readers of Markdown take it.

The author's own Markdown is kept to the letter; whatever a document says, or the author wrote in
plain text or in Word, is escaped, so that it is shown as it stands.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from assistant.annotation import annotate_manuscript
from assistant.answer import Answer, Sentence, SpanPair
from assistant.reporting.content import (
    Block,
    Line,
    Mark,
    Numbering,
    Reference,
    Run,
    answer_blocks,
    behind,
    colophon,
    note,
)
from assistant.reporting.references import references
from assistant.reporting.report import Report
from assistant.reporting.sources import sources

_SPECIAL = re.compile(r'[\\`*_{}\[\]<>^~$|@"]|&(?=#?\w*(?:;|$))|(?<=-)-|(?<=\.)\.')
"""What means something anywhere in a line, to CommonMark or to Pandoc with its extensions; of '--'
and '...' Pandoc would make a dash and an ellipsis."""
_OPENING = re.compile(r"%|(?:[-+:]|[#=]+)(?=\s|$)|\(?[0-9a-zA-Z#]{1,9}[.)](?=\s|$)|\(@")
"""What at the start of a line would begin a list, a heading, a definition or a title block, or
would underline a heading."""
_LINE = re.compile(r"([^\S\r\n]*)([^\r\n]*)")
_TRAILING = re.compile(r"(?<=\s)#(?=#*\s*$)")
"""What at the end of a heading would be no part of it."""
_OWN_LABEL = re.compile(r"\[\^(\d+)\]")


def markdown(report: Report, style: str, base: str) -> str:
    """The report with its footnotes and references.

    Raises:
        ReportError: the style cannot be used.

    >>> report = Report(title="Night", sections=("# Night", "It *held*."), created="2026-01-02")
    >>> print(markdown(report, "apa", "http://localhost:7860"))
    # Night
    <BLANKLINE>
    It *held*.
    """
    numbering: Numbering[Reference] = Numbering()
    taken = {
        int(label)
        for section in report.sections
        if (text := section if isinstance(section, str) else section.draft)
        for label in _OWN_LABEL.findall(text)
    }
    labels = _Labels(taken)
    parts = [text for section in report.sections for text in _section(section, numbering, labels)]
    if numbering.notes:
        parts += [
            f"[^{labels.of(number)}]: {_opened(_inline(note(named.citation, base, named.stance)))}"
            for number, named in enumerate(numbering.notes, start=1)
        ]
        entries = references(sources([named.citation for named in numbering.notes]), style)
        parts += ["## Sources", "\n".join(f"- {_opened(_inline(entry))}" for entry in entries)]
    if closing := colophon(report.answers):
        parts += ["* * *", escape_markdown(closing)]
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(text: str) -> str:
    r"""The text as Markdown that shows it as it stands, inside a line.

    >>> print(plain("Gate *3* [north]"))
    Gate \*3\* \[north\]
    """
    return _escaped(text)


def escape_markdown(text: str) -> str:
    r"""The text as Markdown that shows it as it stands, on one line; also at the line's start.

    >>> print(escape_markdown("# 3 gates"), escape_markdown("1. *north*"))
    \# 3 gates 1\. \*north\*
    """
    return _opened(_escaped(" ".join(text.split())))


def escaped_characters(draft: str, literal: Iterable[SpanPair]) -> list[str]:
    r"""For each character of a draft the Markdown that shows it.

    In the spans that are `literal` signs are escaped, and the indentation of a line, which would
    make code of it, is left out.

    >>> print("".join(escaped_characters("*held* or *gave way*", [(0, 6)])))
    \*held\* or *gave way*
    """
    written = list(draft)
    for span in literal:
        for line in _LINE.finditer(draft, *span):
            indented, text = line.span(1), line[2]
            written[slice(*indented)] = [""] * (indented[1] - indented[0])
            signs = {sign.start() for of in (_SPECIAL, _TRAILING) for sign in of.finditer(text)}
            if (opening := _opening(text)) is not None:
                signs.add(opening)
            for at in signs:
                written[indented[1] + at] = f"\\{text[at]}"
    return written


class _Labels:
    """Labels of footnotes: their numbers, passing over those that the author's own notes have."""

    def __init__(self, taken: set[int]) -> None:
        self._taken = taken
        self._labels: list[int] = []

    def of(self, number: int) -> int:
        while len(self._labels) < number:
            label = self._labels[-1] + 1 if self._labels else 1
            while label in self._taken:
                label += 1
            self._labels.append(label)
        return self._labels[number - 1]


def _section(
    section: str | Answer, numbering: Numbering[Reference], labels: _Labels
) -> Iterable[str]:
    if isinstance(section, str):
        return [section.strip("\n")]
    if section.draft is not None:
        return [_draft(section, section.draft, numbering, labels)]
    return _answer(section, numbering, labels)


def _draft(answer: Answer, draft: str, numbering: Numbering[Reference], labels: _Labels) -> str:
    """The user's own text, with footnotes and remarks behind its sentences."""

    def marks(sentence: Sentence) -> str:
        return _line(tuple(behind(answer, sentence)), numbering, labels)

    return annotate_manuscript(
        draft, answer.sentences, marks, escaped_characters(draft, answer.literal)
    ).strip("\n")


def _answer(answer: Answer, numbering: Numbering[Reference], labels: _Labels) -> Iterable[str]:
    for block in answer_blocks(answer):
        lines = [_line(line, numbering, labels) for line in block.lines]
        yield _block(block, lines)


def _block(block: Block, lines: list[str]) -> str:
    if block.kind in ("accounts", "nearest"):
        return "\n".join(f"- {_opened(line)}" for line in lines)
    return _opened(lines[0])


def _line(line: Line, numbering: Numbering[Reference], labels: _Labels) -> str:
    written = ""
    runs: list[Run] = []
    for piece in line:
        if isinstance(piece, Run):
            runs.append(piece)
        else:
            number, _ = numbering.number(piece.key, piece)
            written += _inline(runs) + f"[^{labels.of(number)}]"
            runs = []
    return written + _inline(runs)


def _inline(runs: Iterable[Run]) -> str:
    # Two runs that look alike are one: asterisks that touch would be read in another way.
    alike = groupby((run for run in runs if run.text), key=lambda run: (_looks(run), run.href))
    known = [("".join(run.text for run in group), looks, href) for (looks, href), group in alike]
    before = ["", *(text[-1] for text, _, _ in known)]
    after = [*(text[0] for text, _, _ in known[1:]), ""]
    return "".join(
        _run(text, looks, href, left, right)
        for (text, looks, href), left, right in zip(known, before, after, strict=False)
    )


def _looks(run: Run) -> frozenset[Mark]:
    return run.marks & {"bold", "italic", "superscript", "subscript"}


def _run(words: str, looks: frozenset[Mark], href: str, left: str, right: str) -> str:
    text = _escaped(words, left)
    if looks & {"bold", "italic"} and _markable(words, left, right):
        text = f"**{text}**" if "bold" in looks else f"*{text}*"
    for mark, sign in (("superscript", "^"), ("subscript", "~")):
        if mark in looks:
            text = sign + text.replace(" ", "\\ ") + sign
    return f"[{text}]({href})" if href else text


def _markable(text: str, left: str, right: str) -> bool:
    """Whether asterisks around the text would be read as marks.

    Not beside white space, a combining or an invisible character inside, nor between a letter
    outside and a punctuation mark inside.
    """
    if {unicodedata.category(edge)[0] for edge in (text[0], text[-1])} & {"Z", "M", "C"}:
        return False
    return not (
        (_is_sign(text[0]) and left.strip() and not _is_sign(left))
        or (_is_sign(text[-1]) and right.strip() and not _is_sign(right))
    )


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _escaped(text: str, before: str = "") -> str:
    """The text with its special signs escaped; some are special by what stands before them."""
    return _SPECIAL.sub(
        lambda found: found.group() if found.start() < len(before) else f"\\{found.group()}",
        before + text,
    )[len(before) :]


def _opened(line: str) -> str:
    """The line with a backslash before what would make something else of a paragraph's start."""
    at = _opening(line)
    return line if at is None else f"{line[:at]}\\{line[at:]}"


def _opening(line: str) -> int | None:
    """Where that backslash goes, if one is needed."""
    if not (opening := _OPENING.match(line)):
        return None
    return opening.end() - 1 if opening.group()[-1] in ".)" and line[0] != "(" else 0
