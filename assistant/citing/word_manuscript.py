"""A draft in Word → its text, and where each paragraph stands in that.

Headings, items and tables are set as in Markdown; in what the author wrote no sign is Markdown.

The same file gives the same text each time, so that what was found in the text can be put into the
file.
"""

import io
import re
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import _Element  # type: ignore[import-untyped]

from assistant.draft import Manuscript
from index.document import Span
from index.errors import DocumentError
from index.readers.detection import detect
from index.readers.office.docx import block_elements, run_text
from index.readers.office.office_zip import FAULTS, check_archive, ordinary

_HEADING = re.compile(r"heading ([1-6])|title", re.IGNORECASE)
_LEFT_OUT = re.compile(r"toc\b|table of", re.IGNORECASE)
_BREAKS = re.compile(r"[\n\r]")
DAMAGED = "The Word file is damaged or cut off: open it in a word processor and save it again."


@dataclass(frozen=True, slots=True)
class Placed:
    """A paragraph of the body, and the offset in the draft at which its characters begin.

    >>> word, file = docx.Document(), io.BytesIO()
    >>> _ = word.add_paragraph("It held."), word.add_paragraph("It rained."), word.save(file)
    >>> [(one.start, one.text) for one in read_word_manuscript(file.getvalue()).paragraphs]
    [(0, 'It held.'), (10, 'It rained.')]
    """

    element: _Element
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class WordDraft:
    """A Word file as a draft, and the paragraphs of which its text consists.

    >>> word, file = docx.Document(), io.BytesIO()
    >>> _ = word.add_paragraph("It held."), word.save(file)
    >>> made = read_word_manuscript(file.getvalue())
    >>> len(made.paragraphs), made.draft.prose
    (1, (Span(start=0, end=8),))
    """

    document: Document
    draft: Manuscript
    paragraphs: tuple[Placed, ...]


def read_word_manuscript(data: bytes) -> WordDraft:
    r"""The draft that a Word file holds; tables are in its text, their paragraphs not in the list.

    What is read for sentences are the paragraphs that are no headings.

    Raises:
        EncryptedDocument: the file needs a password.
        DocumentError: it is none, is damaged, or would unpack beyond the limits.

    >>> word, file = docx.Document(), io.BytesIO()
    >>> _ = word.add_heading("Night"), word.add_paragraph("It held."), word.save(file)
    >>> read_word_manuscript(file.getvalue()).draft.text
    '# Night\n\nIt held.\n\n'
    """
    if data and not data.startswith(b"PK"):
        # What it is instead is told: above all, a file under a password is no archive.
        detect(data, "draft.docx")
    try:
        check_archive(data, "Word file")
        document = docx.Document(io.BytesIO(ordinary(data)))
        return _read(document)
    except FAULTS as error:
        raise DocumentError(DAMAGED) from error


def _read(document: Document) -> WordDraft:
    text = ""
    paragraphs: list[Placed] = []
    literal: list[Span] = []
    prose: list[Span] = []
    for element in block_elements(document.element.body):
        if element.tag == qn("w:tbl"):
            rows, cells = _table(Table(element, document), len(text))
            text += f"{rows}\n"
            literal += cells
            continue
        content = run_text(element)
        sign = _sign(element, document)
        if not content.strip() or sign is None:
            continue
        if sign.startswith("#"):
            content = _BREAKS.sub(" ", content)
        span = Span(len(text) + len(sign), len(text) + len(sign) + len(content))
        paragraphs.append(Placed(element, span.start, content))
        literal.append(span)
        if not sign.startswith("#"):
            prose.append(span)
        text += f"{sign}{content}\n\n"
    return WordDraft(document, Manuscript(text, tuple(literal), tuple(prose)), tuple(paragraphs))


def _sign(element: _Element, document: Document) -> str | None:
    """What a paragraph begins with in Markdown; None for one of a table of contents."""
    style = Paragraph(element, document).style
    name = (style.name if style is not None else None) or ""
    if heading := _HEADING.fullmatch(name):
        return "#" * int(heading[1] or 1) + " "
    if _LEFT_OUT.match(name):
        return None
    listed = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    return "- " if listed or name.startswith("List ") else ""


def _table(table: Table, start: int) -> tuple[str, list[Span]]:
    """The table's lines as they stand from the offset `start` on, and where its cells stand."""
    text = ""
    cells = []
    for number, row in enumerate(table.rows):
        for cell in row.cells:
            content = " ".join(cell.text.split())
            at = start + len(text) + len("| ")
            cells.append(Span(at, at + len(content)))
            text += f"| {content} "
        text += "|\n"
        if number == 0:
            text += "|" + "---|" * len(row.cells) + "\n"
    return text, cells
