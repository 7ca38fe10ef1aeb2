"""Report → a Word document with real footnotes, each with a hyperlink, and styles to restyle."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.part import Part
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph
from markdown_it.token import Token

from assistant.reporting import docx_parts
from assistant.reporting.content import (
    Mark,
    Numbering,
    Reference,
    Run,
    answer_blocks,
    colophon,
    folded,
    note,
)
from assistant.reporting.docx_parts import (
    FOOTNOTE_REFERENCE,
    HYPERLINK,
    Footnotes,
    hyperlink,
    line_break,
    run,
    setting,
)
from assistant.reporting.markdown_tokens import Break, OwnNote, markdown_tokens, own_notes, pieces
from assistant.reporting.references import references
from assistant.reporting.report import Report
from assistant.reporting.sources import sources

_BLOCKS = {
    "message": docx_parts.REMARK,
    "said": "Normal",
    "accounts": docx_parts.ACCOUNT,
    "nearest": docx_parts.NEAREST,
    "notice": docx_parts.REMARK,
}
_CHARACTERS: dict[Mark, str] = {
    "added": docx_parts.ADDED,
    "unsupported": docx_parts.UNSUPPORTED,
    "code": docx_parts.CODE_CHARACTERS,
    "contradicted": docx_parts.CONTRADICTED,
    "unverified": docx_parts.UNVERIFIED,
    "superseded": docx_parts.SUPERSEDED,
}
"""Word gives a run one style: the first that applies."""
_DEEPEST_LIST = 3
"""Word's own list styles go no deeper."""


Piece = Run | Reference | OwnNote | Break


def docx(report: Report, style: str, base: str) -> bytes:
    """The report as the bytes of a `.docx` file.

    Raises:
        ReportError: the style cannot be used.

    >>> report = Report(title="Gate 3", sections=("# Gate 3", "It **held**."), created="2026-01-02")
    >>> made = Document(BytesIO(docx(report, "apa", "http://localhost:7860")))
    >>> [(one.style.name, one.text) for one in made.paragraphs]
    [('Heading 1', 'Gate 3'), ('Normal', 'It held.')]
    """
    body, own = own_notes(markdown_tokens(report))
    writer = _Writer(own, base)
    writer.texts(body)
    cited = [one.citation for one in writer.numbering.notes if isinstance(one, Reference)]
    if entries := references(sources(cited), style):
        writer.heading("Sources", 2)
        for entry in entries:
            writer.paragraph(entry, docx_parts.BIBLIOGRAPHY)
    if closing := colophon(report.answers):
        writer.paragraph([Run(closing)], docx_parts.COLOPHON)
    properties = writer.document.core_properties
    properties.title, properties.author, properties.comments = report.title[:255], "", ""
    properties.created = properties.modified = report.created
    file = BytesIO()
    writer.document.save(file)
    return file.getvalue()


class _Writer:
    """Writes tokens and blocks to the end of a document, and footnotes as they are named."""

    def __init__(self, own: dict[int, list[Token]], base: str) -> None:
        self.document = Document()
        docx_parts.define(self.document)
        self.numbering: Numbering[Reference | OwnNote] = Numbering()
        self._own = own
        self._base = base
        self._footnotes = Footnotes(self.document)

    def heading(self, text: str, level: int) -> None:
        self.document.add_heading(text, level)

    def paragraph(self, content: Iterable[Piece], style: str) -> Paragraph:
        paragraph = self.document.add_paragraph(style=style)
        self._fill(paragraph, content)
        return paragraph

    def texts(self, read: Sequence[Token]) -> None:
        """Write the author's texts, and the answers between them."""
        place = _Place()
        rows: list[list[Token]] = []
        for token in read:
            if token.type == "answer":
                for block in answer_blocks(token.meta["answer"]):
                    for line in block.lines:
                        self.paragraph(line, _BLOCKS[block.kind])
            elif token.type == "tr_open":
                rows.append([])
            elif token.type == "inline" and rows:
                rows[-1].append(token)
            elif token.type == "table_close":
                self._table(rows)
                rows = []
            elif token.type == "inline":
                paragraph = self.paragraph(pieces(token), place.style)
                if numbers := place.numbers(self.document):
                    docx_parts.number(paragraph, numbers)
            elif token.type in ("fence", "code_block"):
                lines = token.content.rstrip("\n").split("\n")
                self.paragraph(_broken(lines), docx_parts.CODE)
            elif token.type == "html_block" and not token.content.startswith("<!--"):
                self.paragraph([Run(folded(token.content))], place.style)
            elif token.type == "hr":
                self.paragraph([], docx_parts.RULE)
            place.pass_by(token)

    def _table(self, rows: list[list[Token]]) -> None:
        table = self.document.add_table(len(rows), len(rows[0]), "Table Grid")
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, token in zip(row.cells, cells, strict=True):
                cell.paragraphs[0].style = (
                    docx_parts.TABLE_HEADING if cells is rows[0] else docx_parts.TABLE_CELL
                )
                self._fill(cell.paragraphs[0], pieces(token))
        # Word puts two tables that touch together.
        self.document.add_paragraph()

    def _fill(self, paragraph: Paragraph, content: Iterable[Piece]) -> None:
        for element in self._elements(content, self.document.part):
            paragraph._p.append(element)

    def _elements(self, content: Iterable[Piece], part: Part) -> Iterator[BaseOxmlElement]:
        """The content as elements of a paragraph; `part` holds the addresses of its links."""
        before: Piece | None = None
        for piece in content:
            if isinstance(piece, Reference) and isinstance(before, Reference):
                # Else two numbers would be read as one.
                yield run(" ", self.document.styles[FOOTNOTE_REFERENCE].style_id)
            before = piece
            if isinstance(piece, Run):
                if piece.text:
                    yield self._run(piece, part)
            elif isinstance(piece, Break):
                yield line_break()
            elif isinstance(piece, Reference):
                yield from self._reference(piece.key, piece)
            else:
                yield from self._reference(f"own {piece.id}", piece)

    def _run(self, piece: Run, part: Part) -> BaseOxmlElement:
        named = self.document.styles
        style = next((style for mark, style in _CHARACTERS.items() if mark in piece.marks), "")
        if not piece.href:
            return run(piece.text, named[style].style_id if style else "", _looks(piece.marks))
        linked = run(piece.text, named[HYPERLINK].style_id, _looks(piece.marks))
        return hyperlink(part, piece.href, [linked])

    def _reference(self, key: str, noted: Reference | OwnNote) -> list[BaseOxmlElement]:
        number, times = self.numbering.number(key, noted)
        if times == 1:
            part = self._footnotes.part
            if isinstance(noted, Reference):
                lines: list[Iterable[Piece]] = [note(noted.citation, self._base, noted.stance)]
            else:
                lines = self._own_lines(noted.id, ())
            self._footnotes.add(number, [list(self._elements(line, part)) for line in lines])
        return self._footnotes.reference(number, again=times > 1)

    def _own_lines(self, id_: int, outer: tuple[int, ...]) -> list[Iterable[Piece]]:
        """One of the author's footnotes, paragraph by paragraph.

        A footnote that it names itself is put in brackets there, since Word's have none.
        """
        lines: list[Iterable[Piece]] = []
        for token in self._own[id_]:
            if token.type == "inline":
                line: list[Piece] = []
                for piece in pieces(token):
                    if not isinstance(piece, OwnNote):
                        line.append(piece)
                    elif piece.id not in (id_, *outer):
                        inner = self._own_lines(piece.id, (id_, *outer))
                        line += [Run("("), *(one for part in inner for one in part), Run(")")]
                lines.append(line)
        return lines


class _Place:
    """Where in the author's texts a paragraph stands: in a heading, a quotation, lists."""

    def __init__(self) -> None:
        self._heading = 0
        self._quoted = 0
        self._lists: list[_List] = []

    def pass_by(self, token: Token) -> None:
        """Go on, behind this token."""
        if token.type == "heading_open":
            self._heading = int(token.tag[1])
        elif token.type == "heading_close":
            self._heading = 0
        elif token.type in ("blockquote_open", "blockquote_close"):
            self._quoted += token.nesting
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            ordered = token.type.startswith("ordered")
            self._lists.append(_List(int(token.attrs.get("start", 1)) if ordered else None))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._lists[-1].item_begins = True
        elif token.type == "inline" and self._lists:
            self._lists[-1].item_begins = False

    @property
    def depth(self) -> int:
        """How many lists are around it, as far as Word's styles go."""
        return min(len(self._lists), _DEEPEST_LIST)

    @property
    def style(self) -> str:
        """The style of a paragraph here."""
        if self._heading:
            return f"Heading {self._heading}"
        if self._lists:
            inner = self._lists[-1]
            kind = "Number" if inner.start is not None else "Bullet"
            name = f"List {kind if inner.item_begins else 'Continue'}"
            return name if self.depth == 1 else f"{name} {self.depth}"
        return "Quote" if self._quoted else "Normal"

    def numbers(self, document: DocumentType) -> int | None:
        """The numbering of the ordered list whose item begins here; None for other paragraphs."""
        inner = self._lists[-1] if self._lists else None
        if inner is None or inner.start is None or not inner.item_begins:
            return None
        if inner.numbers is None:
            inner.numbers = docx_parts.numbering(document, self.style, inner.start)
        return inner.numbers


@dataclass(slots=True)
class _List:
    """A list that is being written; `start` is the first number of an ordered one."""

    start: int | None
    item_begins: bool = False
    numbers: int | None = None


def _broken(lines: Sequence[str]) -> Iterator[Piece]:
    for number, line in enumerate(lines):
        if number:
            yield Break()
        yield Run(line)


def _looks(marks: frozenset[Mark]) -> list[BaseOxmlElement]:
    # In the order in which Word wants them.
    found = {
        "bold": setting("b"),
        "italic": setting("i"),
        "small-caps": setting("smallCaps"),
        "struck": setting("strike"),
        "superscript": setting("vertAlign", val="superscript"),
        "subscript": setting("vertAlign", val="subscript"),
    }
    return [element for mark, element in found.items() if mark in marks]
