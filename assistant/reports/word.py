"""What Word documents have and python-docx does not write: footnotes, hyperlinks, fields.

Elements and their order follow ECMA-376, part 1, chapter 17 (WordprocessingML).
"""

from collections.abc import Iterable

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement

from assistant.reports.content import printable

FOOTNOTE_TEXT = "footnote text"
FOOTNOTE_REFERENCE = "footnote reference"
HYPERLINK = "Hyperlink"
"""The names under which Word knows these styles."""

_SEPARATORS = {-1: "separator", 0: "continuationSeparator"}
_BEHIND_FOOTNOTE_SETTINGS = ("w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr")


class Footnotes:
    """The footnotes of a document, numbered by Word in the order of their references.

    Those that the document has already stay; ours have numbers of their own behind theirs.
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
    """A run of text; `style` is a character style's id."""
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
    """A run that ends the line and not the paragraph."""
    element = OxmlElement("w:r")
    _child(element, "w:br")
    return element


def setting(name: str, **attributes: str) -> BaseOxmlElement:
    """An element like `<w:b/>` or `<w:vertAlign w:val="superscript"/>`."""
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def hyperlink(part: Part, address: str, runs: Iterable[BaseOxmlElement]) -> BaseOxmlElement:
    """Runs that link to an address outside; `part` is the one in which they stand."""
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
