"""The labels that Word prints before list items and numbered headings, which its text lacks."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from docx.oxml.ns import qn
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.readers.blocks import BULLET

_DEEPEST = 9


class Place(NamedTuple):
    """Which list a paragraph belongs to (`number`, Word's numId) and how deep (0 is outermost)."""

    number: str
    depth: int


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    pattern: str
    start: int


class Numbering:
    """Counts as Word does; paragraphs must be labelled in order of the text."""

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
                format=_value(element, "w:numFmt", "decimal"),
                pattern=_value(element, "w:lvlText", f"%{depth + 1}."),
                start=int(_value(element, "w:start", "1")),
            )
    return found


def _value(parent: _Element, tag: str, default: str) -> str:
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
