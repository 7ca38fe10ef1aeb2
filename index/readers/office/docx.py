"""Word documents: headings, paragraphs, lists, tables and footnotes in order of the text.

What else hangs on them: text boxes, charts, comments, the header of a first page.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice, takewhile

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.dates import iso_date, iso_day
from index.document import Document, LeftOut, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import Block, close_gaps, joined_names, row, set_text, spread
from index.readers.metadata import Statement, compose, sensible_author, sensible_title
from index.readers.office.drawings import chart_blocks, diagram_blocks
from index.readers.office.numbering import Numbering, Place
from index.readers.office.office_zip import check_archive, ordinary, stated_properties
from index.readers.office.word_text import WordText

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
_BOX = qn("w:txbxContent")
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_DIAGRAM_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_OBJECT = "{urn:schemas-microsoft-com:office:office}OLEObject"
_APART = (_BOX, _CHART, _DIAGRAM, _OBJECT)
_UNSHOWN = {*_SKIPPED, _BOX}
_HOLDERS = {qn(tag) for tag in ("w:sdt", "w:sdtContent", "w:ins", "w:customXml")}
_WIDEST = 1_000
_NOTES = (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES)


def read_docx(data: bytes, name: str) -> Document:
    """The body's text, its notes and comments; running heads and deleted words are left out.

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
        reader = _Reader(document)
        body = set_text(reader.blocks())
        properties = document.core_properties
        title, author = sensible_title(properties.title), sensible_author(properties.author)
        made = properties.created
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            more = stated_properties(archive)
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
        properties=more,
        left_out=tuple(reader.left_out),
        warnings=tuple(dict.fromkeys(reader.warnings)),
    )


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says: a heading's level (0: none) and a list's place."""

    level: int = 0
    place: Place | None = None


class _Reader:
    """An open document: its blocks in the order in which they are printed."""

    def __init__(self, document: WordDocument) -> None:
        self._document = document
        self._styles = _styles(document)
        self._numbering = Numbering(_related(document, RELATIONSHIP_TYPE.NUMBERING))
        self._text = WordText()
        self._initial = ""  # a paragraph's first letter, which is set in a paragraph of its own
        self.warnings: list[str] = []

    @property
    def left_out(self) -> Iterable[LeftOut]:
        """What has been left out so far, each once."""
        return dict.fromkeys(self._text.left_out)

    def blocks(self) -> Iterator[Block]:
        """A first page's own header, the body, its foot, notes, and comments under their title."""
        yield from self._edges("header")
        for _ in self._document.element.body.iter(qn("w:altChunk")):
            self.warnings.append("A part that is embedded in another format could not be read.")
        yield from self._contents(self._document.element.body)
        yield from self._edges("footer")
        for relationship in _NOTES:
            root = _related(self._document, relationship)
            for note in () if root is None else root:
                if note.get(qn("w:type")) is None:  # the others are separator lines
                    yield from self._contents(note)
        yield from self._comments()

    def _edges(self, kind: str) -> list[Block]:
        """The header or footer of a first page; those that run from page to page are left out."""
        first: dict[str, list[Block]] = {}
        for section in self._document.element.body.iter(qn("w:sectPr")):
            own = section.find(qn("w:titlePg")) is not None
            for reference in section.findall(qn(f"w:{kind}Reference")):
                identifier = reference.get(qn("r:id"), "")
                relation = self._document.part.rels.get(identifier)
                if relation is None or relation.is_external:
                    continue
                blocks = list(self._contents(parse_xml(relation.target_part.blob)))
                if own and reference.get(qn("w:type")) == "first":
                    first[identifier] = blocks
                else:
                    self._text.leave_out(" ".join(block.text for block in blocks), kind)
        return [block for blocks in first.values() for block in blocks]

    def _comments(self) -> Iterator[Block]:
        """Who commented when, on which words, and what."""
        root = _related(self._document, RELATIONSHIP_TYPE.COMMENTS)
        written = []
        for comment in () if root is None else root:
            words = " ".join(block.text for block in self._contents(comment)).strip()
            anchor = " ".join("".join(self._text.anchors[comment.get(qn("w:id"), "")]).split())
            day = iso_date(comment.get(qn("w:date"), "")[:10])
            said = filter(None, (comment.get(qn("w:author")), day, anchor and f"on “{anchor}”"))
            written.append(Block(normalised(f"{', '.join(said)}: {words}")) if words else Block(""))
        if any(block.text for block in written):
            yield Block("Comments", level=1)
            yield from written

    def _contents(self, parent: _Element, *, in_cell: bool = False) -> Iterator[Block]:
        """The blocks of a body, cell, note or text box; neighbouring list items are one block."""
        items: list[str] = []
        for element in block_elements(parent):
            if element.tag == _TABLE:
                if not in_cell and _lays_out(element):
                    yield Block("\n".join(items))
                    items = []
                    for cell in _own_cells(element):
                        yield from self._contents(cell)
                    continue
                block = self._table(element, in_cell=in_cell)
            else:
                block, listed = self._paragraph(element)
                if listed:
                    items.append(block.text)
                    if not _holds_more(element):
                        continue
                    block = Block("")
            if items and (block.text or _holds_more(element)):
                yield Block("\n".join(items))
                items = []
            yield block
            if element.tag == _P:
                yield from self._beside(element)
        if items:
            yield Block("\n".join(items))

    def _beside(self, paragraph: _Element) -> Iterator[Block]:
        """What hangs on a paragraph: text boxes, charts and diagrams."""
        for element in paragraph.iter(*_APART):
            if any(above.tag in _UNSHOWN for above in _between(element, paragraph)):
                continue
            if element.tag == _BOX:
                yield from self._contents(element)
            elif element.tag == _OBJECT:
                program = element.get("ProgID", "unknown")
                self.warnings.append(f"An embedded object ({program}) could not be read.")
            else:
                yield from self._drawn(element)

    def _drawn(self, element: _Element) -> Iterator[Block]:
        chart = element.tag == _CHART
        relation = self._document.part.rels.get(element.get(qn("r:id") if chart else _DIAGRAM_DATA))
        if relation is not None and not relation.is_external:
            root = parse_xml(relation.target_part.blob)
            yield from chart_blocks(root) if chart else diagram_blocks(root)

    def _paragraph(self, element: _Element) -> tuple[Block, bool]:
        """The paragraph as a block, and whether it is a list item."""
        properties = element.find(qn("w:pPr"))
        style = self._styles.get(_attribute(properties, "w:pStyle") or "", _Style())
        level = style.level or _outline(properties)
        text = self._initial + self._text.of(element)
        self._initial = ""
        frame = None if properties is None else properties.find(qn("w:framePr"))
        if frame is not None and frame.get(qn("w:dropCap")) in ("drop", "margin"):
            self._initial = text
            return Block(""), False
        place = _place(properties) or style.place
        if not text or place is None:
            return Block(text, level), False
        label = self._numbering.label(place) or ""
        if level:
            return Block(label + " ".join(text.split()), level), False
        indent = "  " * place.depth if label else ""
        return Block(indent + label + text), bool(label)

    def _table(self, table: _Element, *, in_cell: bool) -> Block:
        """Its rows, a line each; a cell merged over several rows is written in each of them.

        One inside a cell has no columns of its own there: its cells are set off by commas.
        """
        lines: list[list[str]] = []
        above: dict[int, str] = {}
        spans: list[list[tuple[int, int]]] = []
        for line in own_parts(table, _ROW):
            texts = [""] * _before(line)
            spans.append([])
            for cell in own_parts(line, _CELL):
                properties = cell.find(qn("w:tcPr"))
                text = " ".join(block.text for block in self._contents(cell, in_cell=True))
                merged = None if properties is None else properties.find(qn("w:vMerge"))
                if merged is not None and merged.get(qn("w:val"), "continue") == "continue":
                    text = text or above.get(len(texts), "")
                wide = int(_attribute(properties, "w:gridSpan") or 1)
                wide = max(1, min(wide, _WIDEST - len(texts)))
                above[len(texts)] = text
                texts += [text, *[""] * (wide - 1)]
                if wide > 1:
                    spans[-1].append((len(texts) - wide, len(texts)))
            lines.append(texts)
        if in_cell:
            return Block("; ".join(filter(None, (", ".join(filter(None, one)) for one in lines))))
        named = _header_rows(table)
        close_gaps(lines, spans)
        twofold = named == 1 and bool(spans[0]) and _reaches_down(table)
        if len(lines) > 2 and (named == 2 or twofold):
            lines[:2] = [joined_names(spread(lines[0], spans[0]), lines[1])]
        return Block("\n".join(filter(None, map(row, lines))), header=named > 0)


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
        elif element.tag in _HOLDERS:
            yield from block_elements(element)


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


def own_parts(parent: _Element, tag: str) -> Iterator[_Element]:
    """A table's rows or a row's cells, also those in content controls; none of a table inside it.

    >>> table = docx.Document().add_table(2, 3)._tbl
    >>> [len(list(own_parts(line, _CELL))) for line in own_parts(table, _ROW)]
    [3, 3]
    """
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _HOLDERS:
            yield from own_parts(child, tag)


def _own_cells(table: _Element) -> Iterator[_Element]:
    for line in own_parts(table, _ROW):
        yield from own_parts(line, _CELL)


def _lays_out(table: _Element) -> bool:
    """Whether a table holds little besides other tables: it only lays out the page."""
    inner = [one for one in table.iter(_TABLE) if next(one.iterancestors(_TABLE), None) is table]
    return 2 * sum(len(run_text(one)) for one in inner) > len(run_text(table))


def _before(line: _Element) -> int:
    """How many columns a row leaves free before its first cell."""
    return min(int(_attribute(line.find(qn("w:trPr")), "w:gridBefore") or 0), _WIDEST)


def _reaches_down(table: _Element) -> bool:
    """Whether a cell of the first row is merged with the one below it."""
    first = next(own_parts(table, _ROW))
    return any(
        _attribute(cell.find(qn("w:tcPr")), "w:vMerge") == "restart"
        for cell in own_parts(first, _CELL)
    )


def _header_rows(table: _Element) -> int:
    """How many of its first rows the table marks as those that name the columns."""
    rows = list(islice(own_parts(table, _ROW), 3))
    if not rows or len(list(own_parts(rows[0], _CELL))) < 2:
        return 0
    marked = [line.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for line in rows]
    look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
    styled = look is not None and look.get(qn("w:firstRow")) in ("1", "true")
    return 2 if marked[:2] == [True, True] and not all(marked[2:]) else int(marked[0] or styled)


def _between(element: _Element, paragraph: _Element) -> Iterator[_Element]:
    return takewhile(lambda above: above is not paragraph, element.iterancestors())


def _holds_more(paragraph: _Element) -> bool:
    return paragraph.tag == _P and next(paragraph.iter(*_APART), None) is not None
