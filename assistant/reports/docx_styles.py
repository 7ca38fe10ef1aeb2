"""The styles of a report in Word, and numbered lists. Whoever wants another look changes these."""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_UNDERLINE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle
from docx.text.paragraph import Paragraph

from assistant.reports.word import FOOTNOTE_REFERENCE, FOOTNOTE_TEXT, HYPERLINK

ACCOUNT = "Differing Account"
NEAREST = "Nearest Passage"
REMARK = "Remark"
COLOPHON = "Colophon"
RULE = "Rule"
CODE = "Code"
CODE_CHARACTERS = "Code Characters"
ADDED = "Added Words"
UNSUPPORTED = "Unsupported Words"
TABLE_CELL = "Table Cell"
TABLE_HEADING = "Table Heading"
BIBLIOGRAPHY = "Bibliography"

_QUIET = RGBColor(0x55, 0x59, 0x62)
_LINK = RGBColor(0x1F, 0x4F, 0x9E)
_DOUBT = RGBColor(0x9A, 0x34, 0x12)
_BUILT_IN = (FOOTNOTE_TEXT, FOOTNOTE_REFERENCE, HYPERLINK, BIBLIOGRAPHY)
_MONOSPACED = "Liberation Mono"


def define(document: Document) -> None:
    """Put the styles into a new document, and set its page and its text."""
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


def define_notes(document: Document) -> None:
    """Put in the styles of footnotes and of remarks that the document does not have yet."""
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
    """A new numbering for a list in one of Word's 'List Number' styles, from `start` on."""
    listed = document.part.numbering_part.element
    named = document.styles[style].element.pPr.numPr.numId.val
    abstract = listed.num_having_numId(named).abstractNumId.val
    made = listed.add_num(abstract)
    made.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(made.numId)


def number(paragraph: Paragraph, numbers: int) -> None:
    """Number a paragraph by this numbering."""
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
