"""PowerPoint presentations: slide by slide, the title first, then what stands below it."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml.etree import _Element  # type: ignore[import-untyped]
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.package import Package
from pptx.parts.presentation import PresentationPart
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.table import Table
from pptx.text.text import TextFrame

from index.dates import iso_date
from index.document import Document, LeftOut, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import BULLET, Block, counted, row, set_parts
from index.readers.metadata import compose
from index.readers.office.drawings import (
    chart_blocks,
    diagram_blocks,
    drawn_words,
    extended_chart_blocks,
    picture_words,
)
from index.readers.office.office_zip import (
    FAULTS,
    check_archive,
    local,
    ordinary,
    parsed,
    properties,
    stated_properties,
)

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_DAMAGED = "The presentation is damaged or cut off: open it in PowerPoint and save it again."
_FURNITURE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER}
_LISTED = {PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.VERTICAL_BODY}
_FORMS = {"alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I", "arabic": "1"}
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DEEPEST = 30


def read_pptx(data: bytes, name: str) -> Document:
    """The slides in their order, each a part, with tables, charts' data, notes and comments.

    Hidden slides are read: they belong to the file that is handed on, and PowerPoint shows them
    among the others. Dates and footers that repeat on every slide are left out.

    Raises:
        EncryptedDocument: the file needs a password.
        EmptyDocument: no slide holds text.
        DocumentError: it is damaged or cut off, or unpacks beyond the limits.

    >>> import pptx
    >>> show = pptx.Presentation()
    >>> show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = "Tolls"
    >>> show.save("tolls.pptx")
    >>> document = read_pptx((tmp_path / "tolls.pptx").read_bytes(), "tolls.pptx")
    >>> document.text, document.parts[0].label
    ('Tolls', '1')
    """
    try:
        check_archive(data, "presentation")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            statement, made = properties(archive)
            more = stated_properties(archive)
        # pptx.Presentation itself refuses slide shows (.ppsx) and templates (.potx).
        part = Package.open(io.BytesIO(ordinary(data))).main_document_part
        if not isinstance(part, PresentationPart):
            raise DocumentError(_DAMAGED)
        slides = part.presentation.slides
        deck = _Deck()
        body = set_parts(
            ("slide", str(number), deck.slide(slide)) for number, slide in enumerate(slides, 1)
        )
    except (*FAULTS, PythonPptxError) as error:
        raise DocumentError(_DAMAGED) from error
    if not body.text:
        raise EmptyDocument("No slide holds text.")
    return compose(
        body.text,
        media_type=_MEDIA_TYPE,
        name=name,
        beside=statement,
        made=made,
        properties=more,
        headings=body.headings,
        parts=body.parts,
        tables=body.tables,
        left_out=deck.left_out,
        warnings=tuple(dict.fromkeys(deck.warnings)),
    )


class _Deck:
    """Reads slides one after another, and gathers what is left out of them."""

    def __init__(self) -> None:
        self._left_out: list[LeftOut] = []
        self.warnings: list[str] = []

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What has been left out so far, each once."""
        return tuple(dict.fromkeys(self._left_out))

    def slide(self, slide: Slide) -> Iterator[Block]:
        """The blocks of a slide: its title first, the speaker's notes and comments last."""
        _unwrap(slide.shapes._spTree)
        title = slide.shapes.title
        if title is not None:
            words = " ".join(self._words(p._p) for p in title.text_frame.paragraphs)
            yield Block(" ".join(words.split()), level=1)
        yield from self._shapes(
            (s for s in slide.shapes if title is None or s.shape_id != title.shape_id), depth=0
        )
        for heading, blocks in (("Notes", self._notes(slide)), ("Comments", _comments(slide))):
            found = list(blocks)
            if any(block.text for block in found):
                yield Block(heading, level=2)
                yield from found

    def _notes(self, slide: Slide) -> Iterator[Block]:
        if slide.has_notes_slide:
            frame = slide.notes_slide.notes_text_frame
            if frame is not None:
                yield from self._paragraphs(frame, listed=False)
            yield from self._shapes(
                (s for s in slide.notes_slide.shapes if not s.is_placeholder), depth=0
            )

    def _shapes(self, shapes: Iterable[BaseShape], depth: int) -> Iterator[Block]:
        """What the shapes hold, in the order in which they are read out: that of the file."""
        for shape in shapes:
            if isinstance(shape, GroupShape):
                if depth < _DEEPEST:
                    yield from self._shapes(shape.shapes, depth + 1)
                else:
                    self.warnings.append("Groups of shapes nest too deeply to be read whole.")
                continue
            if isinstance(shape, GraphicFrame):
                yield from self._graphic(shape)
            elif shape.has_text_frame:
                frame: TextFrame = shape.text_frame  # type: ignore[attr-defined]
                blocks = list(self._paragraphs(frame, listed=_role(shape) in _LISTED))
                if _role(shape) not in _FURNITURE:
                    yield from blocks
                elif words := " ".join(block.text for block in blocks).strip():
                    self._left_out.append(LeftOut(words, "footer"))
            yield Block(picture_words(next(shape._element.iter("{*}cNvPr"), None)))

    def _graphic(self, frame: GraphicFrame) -> Iterator[Block]:
        if frame.has_table:
            yield self._table(frame.table)
        elif frame.has_chart:
            yield from chart_blocks(parsed(frame.chart_part.blob))
        for element in frame._element.iter("{*}oleObj"):
            program = element.get("progId", "unknown")
            self.warnings.append(f"An embedded object ({program}) could not be read.")
        yield from _drawn(frame)

    def _words(self, paragraph: _Element) -> str:
        struck: list[str] = []
        words = drawn_words(paragraph, struck)
        told = (" ".join(normalised(one).split()) for one in struck)
        self._left_out += [LeftOut(one, "struck through") for one in told if one]
        return words

    def _paragraphs(self, frame: TextFrame, *, listed: bool) -> Iterator[Block]:
        """Paragraphs as blocks, list items as one; a lone paragraph of a list is a sentence."""
        lines = [(self._words(p._p), p) for p in frame.paragraphs]
        written = [(text, p.level, _mark(p._p, listed=listed)) for text, p in lines if text]
        items: list[str] = []
        counts: dict[int, int] = {}
        for text, level, mark in written:
            if mark is not None and len(written) > 1:
                counts = {depth: n for depth, n in counts.items() if depth <= level}
                counts[level] = counts.get(level, mark.start - 1) + 1
                label = mark.label(counts[level])
                items.append("  " * level + label + text.replace("\n", " "))
                continue
            counts = {}
            if items:
                yield Block("\n".join(items))
                items = []
            yield Block(text)
        if items:
            yield Block("\n".join(items))

    def _table(self, table: Table) -> Block:
        """Its rows as lines; a cell that is merged over several rows is written in each."""
        above: dict[int, str] = {}
        lines: list[str] = []
        for line in table.rows:
            texts: list[str] = []
            for column, cell in enumerate(line.cells):
                own = (
                    ""
                    if cell.is_spanned
                    else " ".join(self._words(p._p) for p in cell.text_frame.paragraphs)
                )
                merged_down = cell.is_spanned and cell._tc.get("vMerge") in ("1", "true")
                texts.append(above.get(column, "") if merged_down else own)
                above[column] = texts[-1]
            lines.append(row(texts))
        return Block(
            "\n".join(filter(None, lines)), header=bool(table.first_row) and bool(lines[0])
        )


def _role(shape: BaseShape) -> object:
    return shape.placeholder_format.type if shape.is_placeholder else None


class _Mark(NamedTuple):
    """What stands before a list's items: a bullet, or numbers of a kind from `start` on."""

    kind: str = ""
    start: int = 1

    def label(self, count: int) -> str:
        form = next((form for kind, form in _FORMS.items() if self.kind.startswith(kind)), "")
        if not form:
            return BULLET
        before = "(" if self.kind.endswith("ParenBoth") else ""
        after = "." if self.kind.endswith("Period") else ")" if "Paren" in self.kind else ""
        return f"{before}{counted(count, form)}{after} "


def _mark(paragraph: _Element, *, listed: bool) -> _Mark | None:
    properties_ = paragraph.find("{*}pPr")
    marks = {local(child): child for child in (() if properties_ is None else properties_)}
    if "buNone" in marks:
        return None
    if "buAutoNum" in marks:
        number = marks["buAutoNum"]
        return _Mark(number.get("type", ""), int(number.get("startAt", "1")))
    return _Mark() if listed or marks.keys() & {"buChar", "buBlip"} else None


def _unwrap(tree: _Element) -> None:
    """Put shapes that older programs do not know in place of what stands in for them."""
    for element in list(tree.iter(f"{_COMPATIBLE}AlternateContent")):
        choice, parent = element.find(f"{_COMPATIBLE}Choice"), element.getparent()
        if choice is not None and parent is not None and local(parent) in ("spTree", "grpSp"):
            for shape in list(choice):
                element.addprevious(shape)
            parent.remove(element)


def _comments(slide: Slide) -> Iterator[Block]:
    """Who commented when, and what; names stand in a part of their own."""
    names: dict[str, str] = {}
    for relation in slide.part.package.iter_rels():
        if not relation.is_external and relation.reltype.endswith(("/authors", "/commentAuthors")):
            for author in parsed(relation.target_part.blob):
                names[author.get("id", "")] = author.get("name", "")
    for relation in slide.part.rels.values():
        if relation.is_external or not relation.reltype.endswith("/comments"):
            continue
        for comment in parsed(relation.target_part.blob).iter("{*}cm", "{*}reply"):
            own = (e for e in comment if local(e) in ("text", "txBody"))
            words = " ".join("".join(e.itertext()) for e in own)
            day = iso_date((comment.get("dt") or comment.get("created") or "")[:10])
            said = filter(None, (names.get(comment.get("authorId", "")), day))
            if words.strip():
                yield Block(normalised(f"{', '.join(said)}: {' '.join(words.split())}"))


def _drawn(frame: GraphicFrame) -> Iterator[Block]:
    """The words of diagrams (SmartArt) and newer charts, which lie in parts of their own."""
    for element in frame._element.iter("{*}relIds", "{*}chart"):
        extended = local(element) == "chart"
        identifier = next(
            (v for k, v in element.attrib.items() if k.endswith("}id" if extended else "}dm")), ""
        )
        relation = frame.part.rels.get(identifier)
        if relation is None or relation.is_external:
            continue
        if relation.reltype == RELATIONSHIP_TYPE.DIAGRAM_DATA:
            yield from diagram_blocks(parsed(relation.target_part.blob))
        elif relation.reltype.endswith("/chartEx"):
            yield from extended_chart_blocks(parsed(relation.target_part.blob))
