"""PowerPoint presentations: slide by slide, the title first, then what stands below it."""

import io
import zipfile
from collections.abc import Iterable, Iterator

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

from index.document import Document
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import BULLET, Block, row, set_parts
from index.readers.metadata import compose
from index.readers.office.drawings import chart_blocks, diagram_blocks, drawn_words
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
_DEEPEST = 30


def read_pptx(data: bytes, name: str) -> Document:
    """The slides in their order, each a part, with tables, charts' data and the speaker's notes.

    Hidden slides are read: they belong to the file that is handed on, and PowerPoint shows them
    among the others. Dates, footers and numbers that repeat on every slide stay out.

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
        body = set_parts(
            ("slide", str(number), _slide(slide)) for number, slide in enumerate(slides, 1)
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
    )


def _slide(slide: Slide) -> Iterator[Block]:
    title = slide.shapes.title
    if title is not None:
        words = " ".join(drawn_words(p._p) for p in title.text_frame.paragraphs)
        yield Block(" ".join(words.split()), level=1)
    yield from _shapes(
        (s for s in slide.shapes if title is None or s.shape_id != title.shape_id), depth=0
    )
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        notes = list(_paragraphs(frame, listed=False))
        if any(block.text for block in notes):
            yield Block("Notes", level=2)
            yield from notes


def _role(shape: BaseShape) -> object:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _shapes(shapes: Iterable[BaseShape], depth: int) -> Iterator[Block]:
    """What the shapes hold, in the order in which they are read out: that of the file."""
    for shape in shapes:
        if isinstance(shape, GroupShape):
            if depth < _DEEPEST:
                yield from _shapes(shape.shapes, depth + 1)
        elif isinstance(shape, GraphicFrame):
            yield from _graphic(shape)
        elif shape.has_text_frame and _role(shape) not in _FURNITURE:
            frame: TextFrame = shape.text_frame  # type: ignore[attr-defined]
            yield from _paragraphs(frame, listed=_role(shape) in _LISTED)


def _graphic(frame: GraphicFrame) -> Iterator[Block]:
    if frame.has_table:
        yield _table(frame.table)
    elif frame.has_chart:
        yield from chart_blocks(parsed(frame.chart_part.blob))
    else:
        yield from _diagram(frame)


def _paragraphs(frame: TextFrame, *, listed: bool) -> Iterator[Block]:
    """Paragraphs as blocks, list items as one; a lone paragraph of a list is a sentence."""
    written = [
        (drawn_words(p._p), p.level, _bulleted(p._p, listed=listed)) for p in frame.paragraphs
    ]
    written = [item for item in written if item[0]]
    items: list[str] = []
    for text, level, bulleted in written:
        if bulleted and len(written) > 1:
            items.append("  " * level + BULLET + text.replace("\n", " "))
            continue
        if items:
            yield Block("\n".join(items))
            items = []
        yield Block(text)
    if items:
        yield Block("\n".join(items))


def _bulleted(paragraph: _Element, *, listed: bool) -> bool:
    properties_ = paragraph.find("{*}pPr")
    marks = {local(child) for child in (() if properties_ is None else properties_)}
    if "buNone" in marks:
        return False
    return listed or bool(marks & {"buChar", "buAutoNum", "buBlip"})


def _table(table: Table) -> Block:
    """Its rows as lines; a cell that is merged over several rows is written in each."""
    above: dict[int, str] = {}
    lines: list[str] = []
    for line in table.rows:
        texts: list[str] = []
        for column, cell in enumerate(line.cells):
            own = (
                ""
                if cell.is_spanned
                else " ".join(drawn_words(p._p) for p in cell.text_frame.paragraphs)
            )
            merged_down = cell.is_spanned and cell._tc.get("vMerge") in ("1", "true")
            texts.append(above.get(column, "") if merged_down else own)
            above[column] = texts[-1]
        lines.append(row(texts))
    return Block("\n".join(filter(None, lines)), header=bool(table.first_row) and bool(lines[0]))


def _diagram(frame: GraphicFrame) -> Iterator[Block]:
    """The words of a diagram (SmartArt), which lie in a part of their own."""
    for element in frame._element.iter("{*}relIds"):
        identifier = next((v for k, v in element.attrib.items() if k.endswith("}dm")), None)
        if identifier is None:
            continue
        relation = frame.part.rels[identifier]
        if not relation.is_external and relation.reltype == RELATIONSHIP_TYPE.DIAGRAM_DATA:
            yield from diagram_blocks(parsed(relation.target_part.blob))
