"""References of LaTeX as they are printed: numbers of sections, tables, figures and formulas."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

UNKNOWN = "??"
"""What TeX prints for what it cannot tell, and pages are."""

_PLACES = re.compile(
    r"\\(?P<section>part|chapter|(?:sub){0,2}section)(?P<star>\*?)\s*+(?:\[[^\[\]]{0,500}\]\s*+)?\{"
    r"|\\(?P<caption>caption)\s*+(?:\[[^\[\]]{0,500}\]\s*+)?\{"
    r"|\\(?P<edge>begin|end)\s*+\{(?P<name>[\w*]{1,40})\}"
    r"|\\label\s*+\{(?P<label>[^{}]{1,200})\}"
    r"|\\(?P<one>item|footnote|appendix|nonumber|notag)(?![a-zA-Z])|(?P<row>\\\\)"
)
_REFERENCES = re.compile(
    r"\\(?P<how>eqref|pageref|autoref|nameref|[cC]ref|vref|ref)\*?\s*+\{(?P<labels>[^{}]{1,500})\}"
)
_LEVELS = ("chapter", "section", "subsection", "subsubsection")
_ONE_NUMBER = frozenset({"equation", "multline"})
_NUMBER_A_ROW = frozenset({"align", "gather", "eqnarray", "alignat", "flalign"})
_FLOATS = {"figure": "Figure", "table": "Table", "longtable": "Table"}
_SHORT = {"Figure": "fig.", "Equation": "eq.", "Table": "table", "Section": "section"}


class _Target(NamedTuple):
    """What a label stands at: its kind, its number as printed, and its heading."""

    kind: str
    number: str
    title: str = ""


class _Counting:
    """The numbers of a document's parts, in the order of its source."""

    def __init__(self, *, chapters: bool) -> None:
        self.targets: dict[str, _Target] = {}
        self._chapters = chapters
        self._counts: Counter[str] = Counter()
        self._appendix = False
        self._now = _Target("", "")
        self._open: list[tuple[str, _Target]] = []
        self._lists: list[int] = []

    def numbered(self, source: str) -> str:
        """The source with the numbers of its sections and captions; notes what is labelled."""
        pieces, at = [], 0
        for match in _PLACES.finditer(source):
            printed = self._step(match, source)
            pieces += [source[at : match.end()], printed]
            at = match.end()
        return "".join([*pieces, source[at:]])

    def _step(self, match: re.Match[str], source: str) -> str:
        """Go on by one mark; what is printed behind it."""
        if match["label"]:
            self.targets.setdefault(match["label"].strip(), self._now)
        elif match["section"]:
            return "" if match["star"] else self._section(match["section"], match.end(), source)
        elif match["caption"]:
            return self._caption()
        elif match["edge"] == "begin":
            self._begin(match["name"].rstrip("*"), starred=match["name"].endswith("*"))
        elif match["edge"] == "end":
            self._end(match["name"].rstrip("*"))
        elif match["row"] and self._open and self._open[-1][0] in _NUMBER_A_ROW:
            self._formula()
        elif match["one"] in ("nonumber", "notag"):
            self._counts["equation"] -= 1
        elif match["one"] == "appendix":
            self._appendix = True
            self._counts[_LEVELS[not self._chapters]] = 0
        elif match["one"] == "footnote":
            self._counts["footnote"] += 1
        elif match["one"] == "item" and self._lists:
            self._lists[-1] += 1
            marks = [
                f"{n}" if not depth else _letter(n).lower() for depth, n in enumerate(self._lists)
            ]
            self._now = _Target("item", "".join(marks))
        return ""

    def _section(self, name: str, at: int, source: str) -> str:
        title = source[at : at + 200].split("}")[0]
        if name not in _LEVELS or (name == "chapter") > self._chapters:
            return ""
        level = _LEVELS.index(name)
        self._counts[name] += 1
        for lower in _LEVELS[level + 1 :]:
            self._counts[lower] = 0
        if level == 0:
            self._counts.subtract(
                {key: self._counts[key] for key in ("Figure", "Table", "equation")}
            )
        first = 0 if self._chapters else 1
        if level - first > 2:
            return ""
        numbers = [str(self._counts[one]) for one in _LEVELS[first : level + 1]]
        if self._appendix:
            numbers[0] = _letter(int(numbers[0]))
        kind = "Appendix" if self._appendix else "Chapter" if level == 0 else "Section"
        self._now = _Target(kind, ".".join(numbers), title)
        return f"{self._now.number} "

    def _caption(self) -> str:
        kind = next((_FLOATS[name] for name, _ in reversed(self._open) if name in _FLOATS), "")
        if not kind:
            return ""
        self._counts[kind] += 1
        self._now = _Target(kind, self._in_chapter(self._counts[kind]))
        return f"{kind} {self._now.number}: "

    def _begin(self, name: str, *, starred: bool) -> None:
        self._open.append(("" if starred and name not in _FLOATS else name, self._now))
        if name == "enumerate":
            self._lists.append(0)
        elif not starred and name in _ONE_NUMBER | _NUMBER_A_ROW:
            self._formula()

    def _formula(self) -> None:
        self._counts["equation"] += 1
        self._now = _Target("Equation", self._in_chapter(self._counts["equation"]))

    def _end(self, name: str) -> None:
        if self._open:
            _, self._now = self._open.pop()
        if name == "enumerate" and self._lists:
            self._lists.pop()

    def _in_chapter(self, number: int) -> str:
        if not self._chapters:
            return str(number)
        chapter = self._counts["chapter"]
        return f"{_letter(chapter) if self._appendix else chapter}.{number}"


def with_numbers(pieces: Sequence[str], *, chapters: bool) -> list[str]:
    r"""A document's source, its references as they are printed.

    Where it has any, so do its sections and captions. A page, and a label that stands nowhere in
    it, is `UNKNOWN`.

    >>> source = r"\section{Locks}\label{sec:locks} See Section~\ref{sec:locks}, \ref{sec:tides}."
    >>> with_numbers([source], chapters=False)[0].partition("} ")[2]
    'See Section~1, ??.'
    """
    if not any(map(_REFERENCES.search, pieces)):
        return list(pieces)
    counting = _Counting(chapters=chapters)
    numbered = [counting.numbered(piece) for piece in pieces]

    def shown(reference: re.Match[str]) -> str:
        labels = [label.strip() for label in reference["labels"].split(",")]
        several = reference["how"] in ("cref", "Cref")
        found = [_shown(reference["how"], one, counting.targets) for one in labels if one]
        return " and ".join(found) if several else ", ".join(found)

    return [_REFERENCES.sub(shown, piece) for piece in numbered]


def _shown(how: str, label: str, targets: dict[str, _Target]) -> str:
    target = targets.get(label)
    if target is None or not target.number or how == "pageref":
        return UNKNOWN
    number = target.number
    if how == "nameref":
        return target.title or UNKNOWN
    if how == "eqref":
        return f"({number})"
    if how in ("autoref", "Cref", "cref"):
        kind = target.kind if how != "cref" else _SHORT.get(target.kind, target.kind.lower())
        in_brackets = target.kind == "Equation" and how != "autoref"
        return f"{kind} {f'({number})' if in_brackets else number}"
    return number


def _letter(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26)
