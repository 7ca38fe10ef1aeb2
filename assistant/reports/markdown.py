"""Report → Markdown with footnotes, as Pandoc and most other readers of Markdown take it.

The author's own texts are kept to the letter; whatever a document says is escaped, so that it is
shown as it stands.
"""

import re
from collections.abc import Iterable

from assistant.answer import Answer, Citation
from assistant.reports.content import (
    Block,
    Line,
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

_SPECIAL = re.compile(r'[\\`*_{}\[\]<>^~$|@"]|&(?=#?\w+;)|(?<=-)-|(?<=\.)\.')
"""What means something anywhere in a line, to CommonMark or to Pandoc with its extensions; of '--'
and '...' Pandoc would make a dash and an ellipsis."""
_OPENING = re.compile(r"(?:[-+:=%]|#+)(?=\s|$)|\(?[0-9a-zA-Z#]{1,9}[.)](?=\s|$)|\(@")
"""What at the start of a line would begin a list, a heading, a definition or a title block."""
_OWN_LABEL = re.compile(r"\[\^(\d+)\]")
_PUNCTUATION = re.compile(r"[^\w\s]")


def markdown(report: Report, style: str, base: str) -> str:
    """The report with its footnotes and references.

    Raises:
        ReportError: the style cannot be used.
    """
    numbering: Numbering[Citation] = Numbering()
    taken = {
        int(label)
        for text in report.sections
        if isinstance(text, str)
        for label in _OWN_LABEL.findall(text)
    }
    labels = _Labels(taken)
    parts = [
        text
        for section in report.sections
        for text in (
            _answer(section, numbering, labels)
            if isinstance(section, Answer)
            else [section.strip("\n")]
        )
    ]
    if numbering.notes:
        parts += [
            f"[^{labels.of(number)}]: {_opened(_inline(note(citation, base)))}"
            for number, citation in enumerate(numbering.notes, start=1)
        ]
        entries = references(sources(numbering.notes), style)
        parts += ["## Sources", "\n".join(f"- {_opened(_inline(entry))}" for entry in entries)]
    if closing := colophon(report.answers):
        parts += ["* * *", escaped(closing)]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """The text as Markdown that shows it as it stands, on one line; also at the line's start."""
    return _opened(_escaped(" ".join(text.split())))


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


def _answer(answer: Answer, numbering: Numbering[Citation], labels: _Labels) -> Iterable[str]:
    for block in blocks(answer):
        lines = [_line(line, numbering, labels) for line in block.lines]
        yield _block(block, lines)


def _block(block: Block, lines: list[str]) -> str:
    if block.kind in ("accounts", "nearest"):
        return "\n".join(f"- {_opened(line)}" for line in lines)
    return _opened(lines[0])


def _line(line: Line, numbering: Numbering[Citation], labels: _Labels) -> str:
    written = ""
    runs: list[Run] = []
    for piece in line:
        if isinstance(piece, Run):
            runs.append(piece)
        else:
            number, _ = numbering.number(key_of(piece.citation), piece.citation)
            written += _inline(runs) + f"[^{labels.of(number)}]"
            runs = []
    return written + _inline(runs)


def _inline(runs: Iterable[Run]) -> str:
    known = [run for run in runs if run.text]
    before = ["", *(run.text[-1] for run in known)]
    after = [*(run.text[0] for run in known[1:]), ""]
    return "".join(
        _run(run, left, right) for run, left, right in zip(known, before, after, strict=False)
    )


def _run(run: Run, left: str, right: str) -> str:
    text = _escaped(run.text)
    if run.marks & {"bold", "italic"} and _markable(run.text, left, right):
        text = f"**{text}**" if "bold" in run.marks else f"*{text}*"
    for mark, sign in (("superscript", "^"), ("subscript", "~")):
        if mark in run.marks:
            text = sign + text.replace(" ", "\\ ") + sign
    return f"[{text}]({run.href})" if run.href else text


def _markable(text: str, left: str, right: str) -> bool:
    """Whether asterisks around the text would be read as marks.

    Not beside white space inside, nor between a letter outside and a punctuation mark inside.
    """
    if text != text.strip():
        return False
    return not (
        (_PUNCTUATION.match(text[0]) and left.isalnum())
        or (_PUNCTUATION.match(text[-1]) and right.isalnum())
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found.group(), text)


def _opened(line: str) -> str:
    """The line with a backslash before what would make something else of a paragraph's start."""
    if not (opening := _OPENING.match(line)):
        return line
    at = opening.end() - 1 if opening.group()[-1] in ".)" else 0
    return f"{line[:at]}\\{line[at:]}" if line[0] != "(" else f"\\{line}"
