"""The labels that Word prints before list items and numbered headings, which its text lacks."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from docx.oxml.ns import qn
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.readers.blocks import BULLET, counted

_FORMS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_DEEPEST = 9


class Place(NamedTuple):
    """Which list a paragraph belongs to (`number`, Word's numId) and how deep (0 is outermost).

    >>> import docx
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

    >>> import docx
    >>> numbering = Numbering(docx.Document().part.numbering_part.element)
    >>> [numbering.label(Place("5", 0)) for _ in range(3)]
    ['1. ', '2. ', '3. ']
    """

    def __init__(self, root: _Element | None) -> None:
        """Read the definitions from a numbering part's root element, if the document has one."""
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, list[int | None]] = defaultdict(lambda: [None] * _DEEPEST)
        self._series: dict[str, str] = {}
        self._anew: dict[str, dict[int, int]] = {}
        if root is None:
            return
        abstract = {
            element.get(qn("w:abstractNumId")): element
            for element in root.findall(qn("w:abstractNum"))
        }
        named = {_level_value(e, "w:styleLink", ""): e for e in abstract.values()}
        for element in root.findall(qn("w:num")):
            base = _level_value(element, "w:abstractNumId", "")
            number = element.get(qn("w:numId"))
            found = abstract.get(base)
            if found is None or number is None:
                continue
            found = named.get(_level_value(found, "w:numStyleLink", "-"), found)
            levels = _levels(found)
            for override in element.findall(qn("w:lvlOverride")):
                levels |= _levels(override)
            self._levels[number] = levels
            self._series[number] = base
            self._anew[number] = _restarts(element)

    def label(self, place: Place) -> str | None:
        """'• ', '3. ' or '(b) '; None where the list is unknown or prints nothing."""
        levels = self._levels.get(place.number, {})
        level = levels.get(place.depth)
        if level is None or level.format == "none":
            return None
        if level.format == "bullet":
            return BULLET
        counts = self._counts[self._series[place.number]]
        for depth, start in self._anew.pop(place.number, {}).items():
            counts[depth:] = [start - 1, *[None] * (_DEEPEST - depth - 1)]
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


def _restarts(number: _Element) -> dict[int, int]:
    """Where a list that shares its levels with others begins to count anew, by depth."""
    found = {}
    for override in number.findall(qn("w:lvlOverride")):
        depth = int(override.get(qn("w:ilvl"), "0"))
        start = _level_value(override, "w:startOverride", "")
        if start and 0 <= depth < _DEEPEST:
            found[depth] = int(start)
    return found


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
    if form == "decimalZero":
        return f"{count:02}"
    return counted(count, _FORMS.get(form, "1"))
