"""The words of Word's paragraphs as printed, and those left out: deleted, hidden, struck."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import LeftOut, normalised
from index.readers.formulas import formula_text, lowered, raised
from index.readers.office.drawings import picture_words
from index.readers.office.office_zip import local

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SKIPPED = frozenset(
    """
    pPr rPr sdtPr sdtEndPr txbxContent Fallback fldData moveFrom ffData footnoteReference
    endnoteReference annotationRef footnoteRef endnoteRef cNvPr nvPr spPr bodyPr
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_WRITTEN = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_OFF = ("0", "false", "off", "none")
_PAGE_FIELD = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)\b", re.IGNORECASE)
_PRIVATE = range(0xF000, 0xF100)
_SYMBOL = dict(
    zip(
        "abgdezhqiklmnxoprstufcywABGDEZHQIKLMNXOPRSTUFCYW£³°±´·¹ºÞ¥®",
        "αβγδεζηθικλμνξοπρστυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ≤≥°±×•≠≡⇒∞→",
        strict=True,
    )
)
_WINGDINGS = {0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0xE0: "→"}


@dataclass(slots=True)
class WordText:
    """Reads the words of paragraphs, one after another; gathers those left out and commented on.

    `anchors` are, by a comment's id, the words on which it hangs.

    >>> from docx.oxml import parse_xml
    >>> from docx.oxml.ns import nsdecls
    >>> struck = "<w:r><w:rPr><w:strike/></w:rPr><w:t>2</w:t></w:r><w:r><w:t>3 crowns</w:t></w:r>"
    >>> words = WordText()
    >>> words.of(parse_xml(f"<w:p {nsdecls('w')}>{struck}</w:p>")), words.left_out[0].words
    ('3 crowns', '2')
    """

    left_out: list[LeftOut] = field(default_factory=list)
    anchors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _open: set[str] = field(default_factory=set)
    _fields: list[str] = field(default_factory=list)

    def of(self, paragraph: _Element) -> str:
        """A paragraph's words, line by line; text boxes and notes stand elsewhere."""
        apart: dict[str, list[str]] = defaultdict(list)
        text = self._said("".join(self._words(paragraph, apart)))
        self._shown(" ")  # what a comment hangs on may go on in the next paragraph
        for why, words in apart.items():
            self.leave_out("".join(words), why)
        return text

    def leave_out(self, words: str, why: str) -> None:
        """Note words that the text does not have."""
        said = " ".join(normalised(words).split())
        if said:
            self.left_out.append(LeftOut(said, why))

    @staticmethod
    def _said(text: str) -> str:
        lines = (" ".join(line.split()) for line in normalised(text).split("\n"))
        return "\n".join(lines).strip()

    def _words(self, parent: _Element, apart: dict[str, list[str]]) -> Iterator[str]:
        before = ""
        for child in parent:
            for words in self._child(child, apart, before):
                before = words or before
                yield words

    def _child(self, child: _Element, apart: dict[str, list[str]], before: str) -> Iterator[str]:
        name = local(child)
        if name in _SKIPPED or not name:
            return
        if child.tag.startswith(_MATH):
            formulas = child if name == "oMathPara" else (child,)
            yield self._shown("\n".join(filter(None, map(formula_text, formulas))))
        elif name == "r":
            yield from self._run(child, apart, before)
        elif name in ("del", "delText"):
            apart["deleted"].append(_raw(child) + " ")
        elif name in ("rt", "rtc"):
            apart["pronunciation"].append(_raw(child) + " ")
        elif name == "sdt" and child.find(f"{qn('w:sdtPr')}/{qn('w:showingPlcHdr')}") is not None:
            apart["placeholder"].append(_raw(child) + " ")
        elif name == "fldSimple" and _PAGE_FIELD.match(child.get(qn("w:instr"), "")):
            return
        elif name in ("commentRangeStart", "commentRangeEnd"):
            identifier = child.get(qn("w:id"), "")
            (self._open.add if name == "commentRangeStart" else self._open.discard)(identifier)
        else:
            yield from self._leaf(child, name) or self._words(child, apart)

    def _leaf(self, child: _Element, name: str) -> list[str]:
        """What a leaf of a run says; nothing where it has others inside."""
        if name == "instrText":
            if self._fields:
                self._fields[-1] += child.text or ""
        elif name == "fldChar":
            return self._field(child)
        elif child.tag == qn("w:t") or child.tag == f"{_DRAWING}t":
            return [self._shown(child.text or "")]
        elif name in _WRITTEN:
            return [self._shown(_WRITTEN[name])]
        elif name == "sym":
            return [self._shown(_symbol(child))]
        elif name == "docPr":
            words = picture_words(child)
            return [self._shown(f" {words} ")] if words else []
        elif name == "shape" and child.get("alt"):
            return [self._shown(f" {child.get('alt')} ")]
        return []

    def _run(self, run: _Element, apart: dict[str, list[str]], before: str) -> Iterator[str]:
        properties = run.find(qn("w:rPr"))
        if _is_on(properties, "w:vanish"):
            apart["hidden"].append(_raw(run))
        elif _is_on(properties, "w:strike") or _is_on(properties, "w:dstrike"):
            apart["struck through"].append(_raw(run))
        else:
            align = None if properties is None else properties.find(qn("w:vertAlign"))
            words = "".join(self._words(run, apart))
            match None if align is None else align.get(qn("w:val")):
                case "superscript":
                    yield raised(words)
                case "subscript":
                    yield lowered(words, before)
                case _:
                    yield words

    def _field(self, mark: _Element) -> list[str]:
        """Follow a field's beginning, middle and end; a form field says what was chosen in it."""
        kind = mark.get(qn("w:fldCharType"))
        if kind == "begin":
            self._fields.append("")
            return [self._shown(_chosen(mark))]
        if kind == "end" and self._fields:
            self._fields.pop()
        return []

    def _shown(self, text: str) -> str:
        """The text, unless it is a page's number; noted for the comments that hang on it."""
        if any(_PAGE_FIELD.match(instruction) for instruction in self._fields):
            return ""
        for identifier in self._open:
            self.anchors[identifier].append(text)
        return text


def _is_on(properties: _Element | None, name: str) -> bool:
    element = None if properties is None else properties.find(qn(name))
    return element is not None and element.get(qn("w:val"), "1") not in _OFF


def _raw(element: _Element) -> str:
    return "".join(
        (part.text or "") if local(part) in ("t", "delText") else _WRITTEN[local(part)]
        for part in element.iter()
        if local(part) in ("t", "delText", *_WRITTEN)
    )


def _symbol(element: _Element) -> str:
    """A sign of a font of signs, as the character that it shows; nothing where none is known."""
    code = int(element.get(qn("w:char"), "0"), 16)
    if code not in _PRIVATE and code > 0xFF:
        return chr(code)
    code &= 0xFF
    font = element.get(qn("w:font"), "").lower()
    return _WINGDINGS.get(code, "•") if "wingdings" in font else _SYMBOL.get(chr(code), chr(code))


def _chosen(mark: _Element) -> str:
    """What a form field that has no text of its own says: a ticked box, a chosen entry."""
    box = next(mark.iter(qn("w:checkBox")), None)
    if box is not None:
        checked = box.find(qn("w:checked"))
        checked = box.find(qn("w:default")) if checked is None else checked
        on = checked is not None and checked.get(qn("w:val"), "1") not in _OFF
        return "☒ " if on else "☐ "
    choices = next(mark.iter(qn("w:ddList")), None)
    if choices is None:
        return ""
    entries = [str(entry.get(qn("w:val"), "")) for entry in choices.iter(qn("w:listEntry"))]
    result = choices.find(qn("w:result"))
    at = 0 if result is None else int(result.get(qn("w:val"), "0"))
    return entries[at] if 0 <= at < len(entries) else ""
