"""Word documents: headings, paragraphs, lists, tables and footnotes in order of the text.

The labels that Word prints before list items and numbered headings, which its text lacks.
"""

import io
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.dates import iso_day
from index.document import Document, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import BULLET, Block, row, set_text
from index.readers.metadata import Statement, compose, sensible_author, sensible_title
from index.readers.office.office_zip import check_archive, ordinary

_DEEPEST = 9


class Place(NamedTuple):
    """Which list a paragraph belongs to (`number`, Word's numId) and how deep (0 is outermost).

    >>> numbering = Numbering(docx.Document().part.numbering_part.element)
    >>> numbering.label(Place("1", depth=0)), numbering.label(Place("5", depth=0))
    ('• ', '1. ')
    """

    number: str
    depth: int


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    pattern: str
    start: int


class Numbering:
    """Counts as Word does; paragraphs must be labelled in order of the text.

    >>> numbering = Numbering(docx.Document().part.numbering_part.element)
    >>> [numbering.label(Place("5", 0)) for _ in range(3)]
    ['1. ', '2. ', '3. ']
    """

    def __init__(self, root: _Element | None) -> None:
        """Read the definitions from a numbering part's root element, if the document has one."""
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, list[int | None]] = defaultdict(lambda: [None] * _DEEPEST)
        if root is None:
            return
        abstract = {
            element.get(qn("w:abstractNumId")): _levels(element)
            for element in root.findall(qn("w:abstractNum"))
        }
        for element in root.findall(qn("w:num")):
            base = element.find(qn("w:abstractNumId"))
            number = element.get(qn("w:numId"))
            if base is not None and number is not None:
                self._levels[number] = abstract.get(base.get(qn("w:val")), {})

    def label(self, place: Place) -> str | None:
        """'• ', '3. ' or '(b) '; None where the list is unknown or prints nothing."""
        levels = self._levels.get(place.number, {})
        level = levels.get(place.depth)
        if level is None or level.format == "none":
            return None
        if level.format == "bullet":
            return BULLET
        counts = self._counts[place.number]
        before = counts[place.depth]
        counts[place.depth] = level.start if before is None else before + 1
        counts[place.depth + 1 :] = [None] * (_DEEPEST - place.depth - 1)

        def written(match: re.Match[str]) -> str:
            depth = int(match[1]) - 1
            at = levels.get(depth, level)
            count = counts[depth]
            return _written(at.start if count is None else count, at.format)

        label = re.sub(r"%([1-9])", written, level.pattern).strip()
        return f"{label} " if label else None


def _levels(abstract: _Element) -> dict[int, _Level]:
    found = {}
    for element in abstract.findall(qn("w:lvl")):
        depth = int(element.get(qn("w:ilvl"), "0"))
        if 0 <= depth < _DEEPEST:
            found[depth] = _Level(
                format=_level_value(element, "w:numFmt", "decimal"),
                pattern=_level_value(element, "w:lvlText", f"%{depth + 1}."),
                start=int(_level_value(element, "w:start", "1")),
            )
    return found


def _level_value(parent: _Element, tag: str, default: str) -> str:
    element = parent.find(qn(tag))
    value = None if element is None else element.get(qn("w:val"))
    return default if value is None else str(value)


def _written(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        roman = _roman(count)
        return roman if form == "upperRoman" else roman.lower()
    return f"{count:02}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    parts = []
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        times, count = divmod(count, value)
        parts.append(sign * times)
    return "".join(parts)


_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_DAMAGED = "The DOCX file is damaged or cut off: open it in a word processor and save it again."
# What the empty template of python-docx says is no statement of the document's.
_TEMPLATE_DAY = date(2013, 12, 23)
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_SKIPPED = {
    qn(tag) for tag in ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:txbxContent", "w:instrText")
} | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_WRITTEN = {
    qn("w:tab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:ptab"): " ",
}
_P, _TABLE, _ROW, _CELL, _TEXT = map(qn, ("w:p", "w:tbl", "w:tr", "w:tc", "w:t"))
_NOTES = (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES)


def read_docx(data: bytes, name: str) -> Document:
    """The body's text and its notes; running heads, comments and deleted text stay out.

    Raises:
        EncryptedDocument: the file needs a password.
        EmptyDocument: it holds no text.
        DocumentError: it is damaged, or would unpack beyond the limits.

    >>> letter = docx.Document()
    >>> _ = letter.add_heading("Tolls", level=1), letter.add_paragraph("A ton costs a shilling.")
    >>> letter.save("letter.docx")
    >>> read_docx((tmp_path / "letter.docx").read_bytes(), "letter.docx").text.splitlines()
    ['Tolls', '', 'A ton costs a shilling.']
    """
    try:
        check_archive(data, "DOCX file")
        document = docx.Document(io.BytesIO(ordinary(data)))
        body = set_text(_blocks(document))
        properties = document.core_properties
        title, author = sensible_title(properties.title), sensible_author(properties.author)
        made = properties.created
    except (
        *(OpcError, zipfile.BadZipFile, zlib.error, etree.LxmlError, OSError, EOFError),
        *(KeyError, IndexError, ValueError, AttributeError, NotImplementedError),
    ) as error:
        raise DocumentError(_DAMAGED) from error
    if not body.text:
        raise EmptyDocument("The file holds no text.")
    return compose(
        body.text,
        media_type=_MEDIA_TYPE,
        name=name,
        beside=Statement(title=title, author=author),
        made=None if made is None or made.date() == _TEMPLATE_DAY else iso_day(made),
        headings=body.headings,
        tables=body.tables,
    )


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says: a heading's level (0: none) and a list's place."""

    level: int = 0
    place: Place | None = None


def _blocks(document: WordDocument) -> Iterator[Block]:
    styles = _styles(document)
    numbering = Numbering(_related(document, RELATIONSHIP_TYPE.NUMBERING))
    yield from _contents(document.element.body, styles, numbering)
    for relationship in _NOTES:
        root = _related(document, relationship)
        for note in () if root is None else root:
            if note.get(qn("w:type")) is None:  # the others are separator lines
                yield from _contents(note, styles, numbering)


def _related(document: WordDocument, relationship: str) -> _Element | None:
    """The root element of the part with this relationship; None where there is none."""
    parts = (r for r in document.part.rels.values() if r.reltype == relationship)
    found = next((r for r in parts if not r.is_external), None)
    return None if found is None else parse_xml(found.target_part.blob)


def _styles(document: WordDocument) -> dict[str, _Style]:
    """By style id; a style says what it, or the nearest style it is based on, says."""
    elements = {e.get(qn("w:styleId")): e for e in document.styles.element.findall(qn("w:style"))}

    def resolved(identifier: str | None) -> _Style:
        level, place, seen = 0, None, set[str | None]()
        while identifier in elements and identifier not in seen:
            seen.add(identifier)
            element = elements[identifier]
            name = str(_attribute(element, "w:name") or "")
            heading = _HEADING.fullmatch(name)
            level = level or (int(heading[1]) if heading else int(name.lower() == "title"))
            properties = element.find(qn("w:pPr"))
            level = level or _outline(properties)
            place = place or _place(properties)
            identifier = _attribute(element, "w:basedOn")
        return _Style(level, place)

    return {identifier: resolved(identifier) for identifier in elements if identifier}


def _attribute(parent: _Element, path: str) -> str | None:
    element = None if parent is None else parent.find(qn(path))
    return None if element is None else element.get(qn("w:val"))


def _outline(properties: _Element | None) -> int:
    value = _attribute(properties, "w:outlineLvl")
    return int(value) + 1 if value is not None and int(value) < 9 else 0


def _place(properties: _Element | None) -> Place | None:
    element = None if properties is None else properties.find(qn("w:numPr"))
    number = _attribute(element, "w:numId")
    return None if number is None else Place(number, int(_attribute(element, "w:ilvl") or 0))


def _contents(parent: _Element, styles: dict[str, _Style], numbering: Numbering) -> Iterator[Block]:
    """The blocks of a body, cell, note or text box; neighbouring list items are one block."""
    items: list[str] = []
    for element in block_elements(parent):
        if element.tag == _TABLE:
            rows = list(_rows(element, styles, numbering))
            block = Block("\n".join(rows), header=_has_header(element))
        else:
            block, listed = _paragraph(element, styles, numbering)
            if listed:
                items.append(block.text)
                continue
        if items and block.text:
            yield Block("\n".join(items))
            items = []
        yield block
        for box in element.iter(qn("w:txbxContent")):
            if not any(ancestor.tag in _SKIPPED for ancestor in box.iterancestors()):
                yield from _contents(box, styles, numbering)
    if items:
        yield Block("\n".join(items))


def block_elements(parent: _Element) -> Iterator[_Element]:
    """Paragraphs and tables, also those inside content controls and tracked insertions.

    >>> letter = docx.Document()
    >>> _ = letter.add_paragraph("Tolls"), letter.add_paragraph("A ton costs a shilling.")
    >>> [run_text(paragraph) for paragraph in block_elements(letter.element.body)]
    ['Tolls', 'A ton costs a shilling.']
    """
    for element in parent:
        if element.tag in (_P, _TABLE):
            yield element
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from block_elements(element)


def _paragraph(
    element: _Element, styles: dict[str, _Style], numbering: Numbering
) -> tuple[Block, bool]:
    """The paragraph as a block, and whether it is a list item."""
    properties = element.find(qn("w:pPr"))
    style = styles.get(_attribute(properties, "w:pStyle") or "", _Style())
    level = style.level or _outline(properties)
    text = "\n".join(" ".join(line.split()) for line in run_text(element).split("\n")).strip()
    text = normalised(text)
    place = _place(properties) or style.place
    if not text or place is None:
        return Block(text, level), False
    label = numbering.label(place) or ""
    if level:
        return Block(label + " ".join(text.split()), level), False
    indent = "  " * place.depth if label else ""
    return Block(indent + label + text), bool(label)


def run_text(element: _Element) -> str:
    """The text of an element's runs, without what was deleted or stands in a text box.

    >>> paragraph = docx.Document().add_paragraph("A ton costs")
    >>> _ = paragraph.add_run(" a shilling.")
    >>> run_text(paragraph._p)
    'A ton costs a shilling.'
    """
    return "".join(text for _, text in leaves(element))


def leaves(element: _Element) -> Iterator[tuple[_Element, str]]:
    """The elements inside that hold the text of `written`, each with its share of it.

    >>> paragraph = docx.Document().add_paragraph("A ton costs")
    >>> _ = paragraph.add_run(" a shilling.")
    >>> [text for _, text in leaves(paragraph._p)]
    ['A ton costs', ' a shilling.']
    """
    for child in element:
        if child.tag == _TEXT:
            yield child, child.text or ""
        elif child.tag in _WRITTEN:
            yield child, _WRITTEN[child.tag]
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from leaves(child)


def _has_header(table: _Element) -> bool:
    """Whether the table marks its first row as one that names the columns."""
    first = table.find(_ROW)
    if first is None or len(first.findall(_CELL)) < 2:
        return False
    repeated = first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
    styled = look is not None and look.get(qn("w:firstRow")) in ("1", "true")
    return repeated or styled


def _rows(table: _Element, styles: dict[str, _Style], numbering: Numbering) -> Iterator[str]:
    """The table's rows, one line each; a cell's paragraphs stand in it one after another."""
    for line in table.iter(_ROW):
        if next(line.iterancestors(_TABLE)) is table:
            cells = (c for c in line.iter(_CELL) if next(c.iterancestors(_ROW)) is line)
            texts = (" ".join(b.text for b in _contents(c, styles, numbering)) for c in cells)
            if written := row(texts):
                yield written
