"""What Word documents have and python-docx does not write: footnotes, hyperlinks, fields.

Elements and their order follow ECMA-376, part 1, chapter 17 (WordprocessingML).

The styles of a report in Word, and numbered lists. Whoever wants another look changes these.
"""

from collections.abc import Iterable

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_UNDERLINE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle
from docx.text.paragraph import Paragraph

from assistant.reporting.content import printable

FOOTNOTE_TEXT = "footnote text"
FOOTNOTE_REFERENCE = "footnote reference"
HYPERLINK = "Hyperlink"
"""The names under which Word knows these styles."""

_SEPARATORS = {-1: "separator", 0: "continuationSeparator"}
_BEHIND_FOOTNOTE_SETTINGS = ("w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr")


class Footnotes:
    """The footnotes of a document, numbered by Word in the order of their references.

    Those that the document has already stay; ours have numbers of their own behind theirs.

    >>> import docx
    >>> word = docx.Document()
    >>> define_notes(word)
    >>> footnotes = Footnotes(word)
    >>> footnotes.add(1, [[run("Tide log, p. 3")]])
    >>> [one.tag.rpartition("}")[2] for one in footnotes.reference(1, again=False)]
    ['bookmarkStart', 'r', 'bookmarkEnd']
    """

    def __init__(self, document: Document) -> None:
        self._styles = document.styles
        relations = document.part.rels
        kept = [id_ for id_, one in relations.items() if one.reltype == RELATIONSHIP_TYPE.FOOTNOTES]
        if not kept:
            self.part = self._made(document)
        else:
            # python-docx keeps this part as bytes.
            old = relations.pop(kept[0]).target_part
            self.part = XmlPart.load(old.partname, old.content_type, old.blob, old.package)
            self.part.rels.update(old.rels)
            document.part.relate_to(self.part, RELATIONSHIP_TYPE.FOOTNOTES)
        named = [
            *self.part.element.iter(qn("w:footnote")),
            *document.element.iter(qn("w:bookmarkStart")),
        ]
        self._taken = max([0, *(int(one.get(qn("w:id"))) for one in named)])

    @staticmethod
    def _made(document: Document) -> XmlPart:
        root = parse_xml(f"<w:footnotes {nsdecls('w', 'r')}/>")
        for id_, kind in _SEPARATORS.items():
            separator = _child(root, "w:footnote", type=kind, id=str(id_))
            spacing = _child(_child(_child(separator, "w:p"), "w:pPr"), "w:spacing")
            spacing.set(qn("w:after"), "0")
            _child(_child(separator[0], "w:r"), f"w:{kind}")
        part = XmlPart(
            PackURI("/word/footnotes.xml"),
            CONTENT_TYPE.WML_FOOTNOTES,
            root,
            document.part.package,
        )
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        settings = document.settings.element
        listed = parse_xml(f"<w:footnotePr {nsdecls('w')}/>")
        for id_ in _SEPARATORS:
            _child(listed, "w:footnote", id=str(id_))
        settings.insert_element_before(listed, *_BEHIND_FOOTNOTE_SETTINGS)
        return part

    def add(self, number: int, paragraphs: Iterable[Iterable[BaseOxmlElement]]) -> None:
        """Put in the footnote with this number; each paragraph is given as its runs."""
        footnote = _child(self.part.element, "w:footnote", id=str(self._taken + number))
        for position, runs in enumerate(paragraphs):
            paragraph = _child(footnote, "w:p")
            style = _child(_child(paragraph, "w:pPr"), "w:pStyle")
            style.set(qn("w:val"), self._styles[FOOTNOTE_TEXT].style_id)
            if position == 0:
                mark = run("", style=self._styles[FOOTNOTE_REFERENCE].style_id)
                _child(mark, "w:footnoteRef")
                paragraph.append(mark)
                paragraph.append(run(" "))
            for one in runs:
                paragraph.append(one)

    def reference(self, number: int, *, again: bool) -> list[BaseOxmlElement]:
        """The footnote's number in the text; a later one is a field that follows the first."""
        style = self._styles[FOOTNOTE_REFERENCE].style_id
        bookmark = f"_Note{self._taken + number}"
        if again:
            return _field(f" NOTEREF {bookmark} \\f \\h ", str(number), style)
        mark = run("", style=style)
        _child(mark, "w:footnoteReference", id=str(self._taken + number))
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (begin, end):
            element.set(qn("w:id"), str(self._taken + number))
        begin.set(qn("w:name"), bookmark)
        return [begin, mark, end]


def run(text: str, style: str = "", properties: Iterable[BaseOxmlElement] = ()) -> BaseOxmlElement:
    """A run of text; `style` is a character style's id.

    >>> run("High tide", properties=[setting("b")]).text
    'High tide'
    """
    element = OxmlElement("w:r")
    kept = list(properties)
    if style or kept:
        of = _child(element, "w:rPr")
        if style:
            _child(of, "w:rStyle", val=style)
        for one in kept:
            of.append(one)
    if text:
        words = _child(element, "w:t")
        words.text = printable(text)
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element


def line_break() -> BaseOxmlElement:
    """A run that ends the line and not the paragraph.

    >>> [one.tag.rpartition("}")[2] for one in line_break()]
    ['br']
    """
    element = OxmlElement("w:r")
    _child(element, "w:br")
    return element


def setting(name: str, **attributes: str) -> BaseOxmlElement:
    """An element like `<w:b/>` or `<w:vertAlign w:val="superscript"/>`.

    >>> setting("vertAlign", val="superscript").get(qn("w:val"))
    'superscript'
    """
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def hyperlink(part: Part, address: str, runs: Iterable[BaseOxmlElement]) -> BaseOxmlElement:
    """Runs that link to an address outside; `part` is the one in which they stand.

    >>> import docx
    >>> part = docx.Document().part
    >>> link = hyperlink(part, "https://example.org/log", [run("the tide log")])
    >>> link.text, part.rels[link.get(qn("r:id"))].target_ref
    ('the tide log', 'https://example.org/log')
    """
    element = OxmlElement("w:hyperlink")
    to = part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    element.set(qn("r:id"), to)
    element.set(qn("w:history"), "1")
    for one in runs:
        element.append(one)
    return element


def _field(instruction: str, shown: str, style: str) -> list[BaseOxmlElement]:
    """A field with the text that it shows until it is brought up to date."""
    runs = [run("", style=style) for _ in range(4)]
    for one, kind in zip((runs[0], runs[2], runs[3]), ("begin", "separate", "end"), strict=True):
        _child(one, "w:fldChar", fldCharType=kind)
    _child(runs[1], "w:instrText").text = instruction
    return [*runs[:3], run(shown, style=style), runs[3]]


def _child(parent: BaseOxmlElement, name: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    parent.append(element)
    return element


ACCOUNT = "Differing Account"
NEAREST = "Nearest Passage"
REMARK = "Remark"
COLOPHON = "Colophon"
RULE = "Rule"
CODE = "Code"
CODE_CHARACTERS = "Code Characters"
ADDED = "Added Words"
UNSUPPORTED = "Unsupported Words"
CONTRADICTED, UNVERIFIED, SUPERSEDED = "Contradicted", "Not Verified", "Superseded"
TABLE_CELL = "Table Cell"
TABLE_HEADING = "Table Heading"
BIBLIOGRAPHY = "Bibliography"

_QUIET = RGBColor(0x55, 0x59, 0x62)
_LINK = RGBColor(0x1F, 0x4F, 0x9E)
_DOUBT = RGBColor(0x9A, 0x34, 0x12)
_AGAINST = RGBColor(0xA3, 0x1B, 0x2C)
_LATER = RGBColor(0x7A, 0x4B, 0x00)
_VERDICTS = {
    CONTRADICTED: (_AGAINST, WD_UNDERLINE.DOUBLE),
    UNVERIFIED: (_QUIET, WD_UNDERLINE.DASH),
    SUPERSEDED: (_LATER, WD_UNDERLINE.DOTTED),
}
"""Each differs from the others in its underline, too: colours are not seen by all."""
_BUILT_IN = (FOOTNOTE_TEXT, FOOTNOTE_REFERENCE, HYPERLINK, BIBLIOGRAPHY)
_MONOSPACED = "Liberation Mono"


def define(document: Document) -> None:
    """Put the styles into a new document, and set its page and its text.

    >>> import docx
    >>> word = docx.Document()
    >>> define(word)
    >>> word.add_paragraph("The pilot says that it held.", ACCOUNT).style.name
    'Differing Account'
    """
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.8)
    section.top_margin = section.bottom_margin = Cm(2.5)
    _text(document)

    define_notes(document)

    account = _paragraph(document, ACCOUNT, after=6)
    account.paragraph_format.left_indent = Cm(0.6)
    _border(account, "left", "1F4F9E")
    nearest = _paragraph(document, NEAREST, after=6, size=9.5, quiet=True)
    nearest.paragraph_format.left_indent = Cm(0.6)
    _border(nearest, "left", "C8C8C2")
    _paragraph(document, REMARK, after=6, quiet=True)
    colophon = _paragraph(document, COLOPHON, after=0, size=9, quiet=True)
    colophon.paragraph_format.space_before = Pt(18)
    bibliography = _paragraph(document, BIBLIOGRAPHY, after=5, size=10)
    bibliography.paragraph_format.left_indent = Cm(1)
    bibliography.paragraph_format.first_line_indent = Cm(-1)
    code = _paragraph(document, CODE, after=8, size=9.5)
    code.font.name = _MONOSPACED
    _border(_paragraph(document, RULE, after=12), "bottom", "C8C8C2")
    _paragraph(document, TABLE_CELL, after=0)
    _paragraph(document, TABLE_HEADING, after=0).font.bold = True
    document.styles["Quote"].paragraph_format.left_indent = Cm(0.8)

    added = _characters(document, ADDED)
    added.font.italic, added.font.color.rgb = True, _QUIET
    _characters(document, CODE_CHARACTERS).font.name = _MONOSPACED
    for name, (colour, line) in _VERDICTS.items():
        verdict = _characters(document, name)
        verdict.font.color.rgb, verdict.font.underline = colour, line


def define_notes(document: Document) -> None:
    """Put in the styles of footnotes and of remarks that the document does not have yet.

    >>> import docx
    >>> word = docx.Document()
    >>> define_notes(word)
    >>> all(name in word.styles for name in (FOOTNOTE_TEXT, FOOTNOTE_REFERENCE, HYPERLINK))
    True
    """
    if FOOTNOTE_TEXT not in document.styles:
        footnote = _paragraph(document, FOOTNOTE_TEXT, after=3, size=9)
        footnote.paragraph_format.line_spacing = 1.0
    if FOOTNOTE_REFERENCE not in document.styles:
        _characters(document, FOOTNOTE_REFERENCE).font.superscript = True
    if HYPERLINK not in document.styles:
        link = _characters(document, HYPERLINK)
        link.font.color.rgb, link.font.underline = _LINK, WD_UNDERLINE.SINGLE
    if UNSUPPORTED not in document.styles:
        doubt = _characters(document, UNSUPPORTED)
        doubt.font.color.rgb, doubt.font.underline = _DOUBT, WD_UNDERLINE.WAVY


def numbering(document: Document, style: str, start: int) -> int:
    """A new numbering for a list in one of Word's 'List Number' styles, from `start` on.

    >>> import docx
    >>> word = docx.Document()
    >>> fourth = numbering(word, "List Number", 4)
    >>> fourth == numbering(word, "List Number", 1)
    False
    """
    listed = document.part.numbering_part.element
    named = document.styles[style].element.pPr.numPr.numId.val
    abstract = listed.num_having_numId(named).abstractNumId.val
    made = listed.add_num(abstract)
    made.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(made.numId)


def number(paragraph: Paragraph, numbers: int) -> None:
    """Number a paragraph by this numbering.

    >>> import docx
    >>> word = docx.Document()
    >>> item, fourth = word.add_paragraph("Oil the bearing."), numbering(word, "List Number", 4)
    >>> number(item, fourth)
    >>> item._p.pPr.numPr.numId.val == fourth
    True
    """
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = numbers


def _text(document: Document) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Georgia", Pt(11)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(8), 1.2
    for level in range(1, 7):
        heading = document.styles[f"Heading {level}"]
        heading.font.name, heading.font.color.rgb = "Arial", RGBColor(0x1C, 0x1D, 0x20)
        heading.font.size = Pt({1: 20, 2: 14, 3: 12}.get(level, 11))
        heading.paragraph_format.space_before = Pt(18 if level > 1 else 0)
        heading.paragraph_format.space_after = Pt(8 if level == 1 else 4)
        # The theme's own fonts would win.
        fonts = heading.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)


def _paragraph(
    document: Document, name: str, *, after: float, size: float | None = None, quiet: bool = False
) -> ParagraphStyle:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name in _BUILT_IN)
    assert isinstance(style, ParagraphStyle)  # noqa: S101 (for the type checker)
    style.base_style = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    style.paragraph_format.space_after = Pt(after)
    if size is not None:
        style.font.size = Pt(size)
    if quiet:
        style.font.color.rgb = _QUIET
    return style


def _characters(document: Document, name: str) -> CharacterStyle:
    style = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER, builtin=name in _BUILT_IN)
    assert isinstance(style, CharacterStyle)  # noqa: S101 (for the type checker)
    return style


def _border(style: ParagraphStyle, side: str, color: str) -> None:
    properties = style.element.get_or_add_pPr()
    borders = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:{side} w:val="single" w:sz="12" w:space="8" w:color="{color}"/>'
        "</w:pBdr>"
    )
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
