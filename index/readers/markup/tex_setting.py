"""LaTeX source without comments → blocks as they would be printed."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from index.document import LeftOut
from index.readers.blocks import BULLET, Block, row
from index.readers.markup.formulas import readable_formula

_PIECE = re.compile(r"\\(?:[a-zA-Z@]+\*?|.)|\$\$?|\n[ \t]*\n\s*|[{}~]|[^\\${}~\n]+|\n", re.DOTALL)
_END = re.compile(r"\\end\s*\{([\w*]{1,40})\}")
_NAME = re.compile(r"\s*\{([\w*]{1,40})\}")
_OPTIONS = re.compile(r"\s*\[[^\[\]]{0,500}\]")
_FILE = re.compile(r"\s*+(?:\[[^\[\]]{0,500}+\]\s*+)?\{([^{}]{1,300}+)\}")
_TERM = re.compile(r"\s*\[([^\[\]]{1,300})\]")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_EDGES = re.compile(r"\\.|\$\$?|\n[ \t]*\n", re.DOTALL)
_RULE = re.compile(r"\\(?:hline|\w{1,10}rule|endhead|cline\{[^{}]{0,20}\})")
_MERGED = re.compile(r"\\multi(?:column|row)\{[^{}]{0,20}\}\{[^{}]{0,40}\}")
_LINE_END = re.compile(r"\\\\(?:\[[^\[\]]{0,40}\])?|\\tabularnewline")
_ACCENT = re.compile(
    r"\\(?:(['`^\"~=.])\s*|([cvuHrkdb])(?=[\s{])\s*)(?:\{\\?([a-zA-Z])\}|\\?([a-zA-Z])(?![a-zA-Z]))"
    r"|\\(['`^\"~=.])\\?([a-zA-Z])"
)
_COMBINING = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "r": "\u030a",
    "k": "\u0328", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "i", "j": "j", "S": "§", "P": "¶", "euro": "€",
    "pounds": "£", "copyright": "©", "ldots": "…", "dots": "…", "textbackslash": "∖",
    "textendash": "–", "textemdash": "—", "LaTeX": "LaTeX", "TeX": "TeX", "and": ", ",
    "textasciitilde": "~", "degree": "°", "textdegree": "°", "quad": " ", "qquad": " ",
}  # fmt: skip
_UNITS = {
    "metre": "m", "meter": "m", "gram": "g", "second": "s", "minute": "min", "hour": "h",
    "day": "d",
    "litre": "l", "liter": "l", "tonne": "t", "hectare": "ha", "kelvin": "K", "ampere": "A",
    "mole": "mol", "hertz": "Hz", "newton": "N", "pascal": "Pa", "bar": "bar", "joule": "J",
    "watt": "W", "volt": "V", "ohm": "Ω", "tesla": "T", "degreeCelsius": "°C", "celsius": "°C",
    "percent": "%", "per": "/", "squared": "²", "cubed": "³", "nano": "n", "micro": "µ",
    "milli": "m", "centi": "c", "deci": "d", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G",
    "electronvolt": "eV", "decibel": "dB", "radian": "rad", "dalton": "Da", "molar": "M",
}  # fmt: skip
"""What units are called where a figure has one (package siunitx)."""
_UNIT = re.compile(r"\\([a-zA-Z]+)")
_MEASURES = {"SI": 2, "qty": 2, "si": 1, "unit": 1}
"""Commands of figures with units, with the number of their arguments, of which the last is one."""
_SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_HIDDEN = frozenset(
    """
    label title author date vspace hspace bibliographystyle pagestyle thispagestyle setcounter
    addtocounter usepackage documentclass input include bibliography includegraphics href textcolor
    color selectlanguage hypersetup newcommand renewcommand setlength index graphicspath
    addbibresource fontsize pgfplotsset newtheorem DeclareMathOperator providecommand geometry
    hyphenation
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Commands whose argument is not printed."""
_TWICE = frozenset(
    """
    newcommand renewcommand setlength setcounter addtocounter newtheorem DeclareMathOperator
    providecommand fontsize
    """.split()  # noqa: SIM905
)
"""Of these the second is not printed either."""
_CITES = re.compile(r"(?:no)?[cC]ite\w{0,20}\*?|parencite\*?|textcite\*?")
_FORMULAS = frozenset(
    "equation align displaymath math eqnarray gather multline alignat flalign".split()  # noqa: SIM905
)
_TABLES = {"tabular": 1, "array": 1, "longtable": 1, "tabular*": 2, "tabularx": 2, "tabulary": 2}
"""Environments that are tables, with the number of their arguments."""
_LISTS = frozenset({"itemize", "enumerate", "description", "thebibliography"})
_STATED = frozenset(
    "theorem lemma proof definition corollary proposition remark example".split()  # noqa: SIM905
)
_WITH_ARGUMENT = frozenset({"minipage", "multicols", "thebibliography"})
_DEEPEST = 8
_LONGEST_WORDS = 200
"""Characters of words that are verbatim within a line."""


class _Group(NamedTuple):
    """What a pair of braces does with the words in it, and what is printed behind them."""

    does: str = ""
    closing: str = ""


def set_latex(
    source: str, left_out: list[LeftOut], files: list[str], *, chapters: bool, depth: int = 0
) -> Iterator[Block]:
    r"""The blocks that a piece of LaTeX prints.

    Args:
        source: Without comments and without what is verbatim.
        left_out: Takes what is named in it and not printed.
        files: Takes the names of the files that it includes.
        chapters: Whether the sections of the document stand in chapters.
        depth: How many tables it stands in.

    >>> [block.text for block in set_latex(r"\section{Tolls} \emph{Two}.", [], [], chapters=False)]
    ['Tolls', 'Two.']
    """
    setter = _Setter(source, left_out, files, chapters=chapters, depth=depth)
    return setter.blocks()


def printed_words(source: str) -> str:
    r"""The words that a piece of LaTeX prints, on one line.

    >>> printed_words(r"M{\"u}ller \emph{and} sons")
    'Müller and sons'
    """
    return _line(source, 0)


def braced(source: str, at: int) -> str:
    """What is inside the braces that open at a place; all that follows where none closes them.

    >>> braced("x{a{b}}c", 1)
    'a{b}'
    """
    depth = 0
    for match in _BRACES.finditer(source, at):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0 and match[0] == "}":
            return source[at + 1 : match.start()]
    return source[at + 1 :]


class _Setter:
    """Collects running text until something that stands by itself ends the paragraph."""

    def __init__(
        self, source: str, left_out: list[LeftOut], files: list[str], *, chapters: bool, depth: int
    ) -> None:
        self._text = _ACCENT.sub(_accented, source)
        self._at = 0
        self._left_out = left_out
        self._files = files
        self._chapters = chapters
        self._depth = depth
        self._ends: dict[str, list[int]] = {}
        for match in _END.finditer(self._text):
            self._ends.setdefault(match[1], []).append(match.start())
        self._running: list[str] = []
        self._items: list[str] = []
        self._lists: list[tuple[str, int]] = []  # those that are open, with the last number
        self._groups: list[_Group] = []  # braces that are open
        self._following: list[_Group] = []  # those to come
        self._hidden = 0

    def blocks(self) -> Iterator[Block]:
        while match := _PIECE.match(self._text, self._at):
            piece, self._at = match[0], match.end()
            name = piece[1:] if piece[0] == "\\" else ""
            if piece == "{":
                self._open()
            elif piece == "}":
                yield from self._close()
            elif name in ("begin", "end"):
                yield from self._environment(name)
            elif self._hidden:
                continue
            elif piece in ("$", "$$", "\\(", "\\["):
                self._formula(piece)
            elif piece.startswith("\n") and len(piece) > 1:
                yield from self._flush()
            elif name:
                yield from self._command(name)
            else:
                self._running.append(" " if piece in ("~", "\n") else piece)
        yield from self._flush()
        if self._items:
            yield Block("\n".join(self._items))

    def _flush(self, level: int = 0) -> Iterator[Block]:
        words = _printed("".join(self._running))
        self._running.clear()
        if words and self._lists and not level:
            self._items.append(words)
        elif words:
            yield Block(words, level=level)

    def _open(self) -> None:
        self._groups.append(self._following.pop(0) if self._following else _Group())
        self._hidden += self._groups[-1].does == "hide"

    def _close(self) -> Iterator[Block]:
        group = self._groups.pop() if self._groups else _Group()
        self._hidden -= group.does == "hide"
        self._running.append(group.closing)
        if group.does.isdigit():
            yield from self._flush(int(group.does))
        elif group.does == "end":
            yield from self._flush()

    def _environment(self, edge: str) -> Iterator[Block]:
        yield from self._flush()
        named = _NAME.match(self._text, self._at)
        name = named[1] if named else ""
        self._at = named.end() if named else self._at
        plain = name.rstrip("*")
        if edge == "end":
            if name in _LISTS and self._lists:
                self._lists.pop()
                if not self._lists:
                    yield Block("\n".join(self._items))
                    self._items.clear()
        elif plain in _FORMULAS:
            yield Block(readable_formula(self._inside(name)))
        elif name in _TABLES:
            inside = self._inside(name)
            yield self._table(_TABLES[name], inside) if self._depth < _DEEPEST else Block(inside)
        else:
            self._skip_options()
            if name in _LISTS:
                self._lists.append((name, 0))
            elif name == "abstract":
                yield Block("Abstract", level=2)
            elif plain in _STATED:
                self._running.append(f"{plain.capitalize()}. ")
            self._following = [_Group("hide")] if name in _WITH_ARGUMENT else []

    def _inside(self, name: str) -> str:
        """What is in the environment that has just begun; all that follows where it has no end."""
        ends = self._ends.get(name, [])
        place = bisect_left(ends, self._at)
        start, self._at = self._at, ends[place] if place < len(ends) else len(self._text)
        return self._text[start : self._at]

    def _table(self, arguments: int, inside: str) -> Block:
        at = 0
        for _ in range(arguments):
            while options := _OPTIONS.match(inside, at):
                at = options.end()
            if inside[at : at + 1] == "{":
                at += len(braced(inside, at)) + 2
        lines = _LINE_END.split(inside[at:])
        ruled = len(lines) > 1 and _RULE.match(lines[1].lstrip()) is not None
        rows = (
            row(_line(cell, self._depth + 1) for cell in re.split(r"(?<!\\)&", line))
            for line in (_MERGED.sub("", _RULE.sub(" ", line)) for line in lines)
        )
        return Block("\n".join(filter(None, rows)), header=ruled)

    def _formula(self, opening: str) -> None:
        closing = {"\\(": "\\)", "\\[": "\\]"}.get(opening, opening)
        end = self._text.find(closing, self._at)
        if closing[0] == "$":
            edges = _EDGES.finditer(self._text, self._at)
            closes = (each for each in edges if each[0][0] == "\n" or each[0].startswith(closing))
            edge = next(closes, None)
            end = edge.start() if edge is not None and edge[0][0] == "$" else -1
        if end < 0 or "\n\n" in self._text[self._at : end]:
            self._running.append(opening)  # only a sign
            return
        self._running.append(readable_formula(self._text[self._at : end]))
        self._at = end + len(closing)

    def _command(self, name: str) -> Iterator[Block]:
        plain = name.rstrip("*")
        if name in ("item", "bibitem"):
            yield from self._flush()
            self._item(name)
        elif plain in _SECTIONS:
            yield from self._flush()
            self._skip_options()
            place = _SECTIONS.index(plain)
            level = max(2, place + self._chapters) if place else 2
            self._following = [_Group(str(min(level, 6)))]
        elif plain == "caption":
            yield from self._flush()
            self._skip_options()
            self._following = [_Group("end")]
        elif name in ("footnote", "thanks"):
            self._running.append(" (")
            self._following = [_Group(closing=")")]
        elif _CITES.fullmatch(name):
            self._running.append("[")
            self._skip_options()
            self._following = [_Group(closing="]")]
        elif plain in _HIDDEN:
            self._hide(plain)
        elif name == "verb" and self._at < len(self._text):
            self._verbatim()
        elif name in _MEASURES:
            self._measure(_MEASURES[name])
        else:
            printed = _sign(name)
            self._running.append(printed)
            if name.isalpha() and len(name) > 1:
                self._skip_options()
            if name.isalpha() and printed.strip() and self._text[self._at : self._at + 1] == " ":
                self._at += 1

    def _verbatim(self) -> None:
        """Words between two signs that are alike, as they are typed."""
        end = self._text.find(self._text[self._at], self._at + 1)
        if 0 <= end - self._at <= _LONGEST_WORDS:
            self._running.append(self._text[self._at + 1 : end])
            self._at = end + 1

    def _measure(self, arguments: int) -> None:
        """A figure and its unit, or a unit alone."""
        self._skip_options()
        found: list[str] = []
        while len(found) < arguments and self._text[self._at : self._at + 1] == "{":
            inside = braced(self._text, self._at)
            self._at += len(inside) + 2
            found.append(inside)
        if len(found) == arguments:
            found[-1] = _UNIT.sub(lambda unit: _UNITS.get(unit[1], unit[1]), found[-1])
        self._running.append(" ".join("".join(one.split()) for one in found))

    def _item(self, name: str) -> None:
        mark = BULLET
        if self._lists and self._lists[-1][0] == "enumerate":
            number = self._lists[-1][1] + 1
            self._lists[-1] = ("enumerate", number)
            mark = f"{number}. "
        if term := _TERM.match(self._text, self._at):
            self._at = term.end()
            mark += f"{printed_words(term[1])}: "
        self._running.append("  " * max(len(self._lists) - 1, 0) + mark)
        self._following = [_Group(closing=" ")] if name == "bibitem" else []

    def _hide(self, name: str) -> None:
        file = _FILE.match(self._text, self._at)
        if file and name in ("input", "include", "bibliography"):
            self._files.append(file[1])
        elif file and name == "includegraphics":
            self._left_out.append(LeftOut(file[1], "picture"))
        self._skip_options()
        self._following = [_Group("hide")] * (2 if name in _TWICE else 1)

    def _skip_options(self) -> None:
        while options := _OPTIONS.match(self._text, self._at):
            self._at = options.end()


def _line(source: str, depth: int) -> str:
    blocks = set_latex(source, [], [], chapters=False, depth=depth)
    return " ".join(" ".join(block.text for block in blocks).split())


def _sign(name: str) -> str:
    """What a command prints that takes no argument."""
    if name == "\\":
        return "\v"
    return _LETTERS.get(name, " " if name in ",;: \n/" else name if not name.isalpha() else "")


def _printed(text: str) -> str:
    """Running text as TeX sets it: dashes, quotation marks, white space, broken lines."""
    for written, printed in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”")):
        text = text.replace(written, printed)
    indent = text[: len(text) - len(text.lstrip(" "))] if BULLET in text[:9] else ""
    lines = (" ".join(line.split()) for line in text.split("\v"))
    return indent + f"\n{indent}".join(filter(None, lines)).replace(" ,", ",")


def _accented(match: re.Match[str]) -> str:
    accent = match[1] or match[2] or match[5]
    letter = match[3] or match[4] or match[6]
    return unicodedata.normalize("NFC", letter + _COMBINING[accent])
