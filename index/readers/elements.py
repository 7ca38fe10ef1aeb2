"""The elements of HTML as blocks of text: paragraphs, headings, lists, definitions and tables."""

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.readers.blocks import BULLET, Block, close_gaps, counted, joined_names, row
from index.readers.formulas import formula_text, lowered, raised

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
"""HTML's headings, the highest first."""
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark math
    nobr q ref rp rt ruby s samp small span strike strong sub sup time tt u var wbr
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""HTML's elements whose words run on in the line around them."""
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_CELLS = frozenset({"td", "th"})
_LINE = "\v"  # a line break that is meant, while white space is still to be collapsed
_UNPRINTED = {ord(sign): None for sign in "\u00ad\u200b\u2060\ufeff"}  # where words may break
_FILE = re.compile(r"\S+\.\w{3,4}")
_MOST_SPANNED = 1_000
_MOST_COPIES = 100_000
_MOST_DIGITS = 6


def blocks_of(root: _Element) -> list[Block]:
    """The blocks under `root`, HTML, in order of reading.

    >>> from lxml import html
    >>> page = html.fragment_fromstring("<div><h2>Tolls</h2>A ton costs <b>a shilling</b>.</div>")
    >>> [(block.text, block.level) for block in blocks_of(page)]
    [('Tolls', 2), ('A ton costs a shilling.', 0)]
    """
    setter = _Setter()
    setter.enter(root)
    setter.flush()
    return setter.blocks


class _Setter:
    """Collects running text until an element that stands by itself ends the paragraph."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._running: list[str] = []

    def enter(self, element: _Element) -> None:
        self._running.append(element.text or "")
        for child in element:
            self.place(child)
            # Links that touch each other are set apart by every page's style.
            following = child.getnext()
            links = child.tag == "a" and following is not None and following.tag == "a"
            self._running.append(child.tail or " " * links)

    def flush(self, level: int = 0) -> None:
        text = _collapsed("".join(self._running))
        self._running.clear()
        if text:
            self.blocks.append(Block(text, level))

    def place(self, element: _Element) -> None:
        tag = element.tag
        if not isinstance(tag, str):  # a comment or an entity
            return
        if tag == "br":
            self._running.append(_LINE)
        elif tag == "img":
            self._running.append(_pictured(element))
        elif tag == "area":
            self._running.append(f"{_LINE}{_pictured(element)}{_LINE}")
        elif tag == "math":
            self._running.append(formula_text(element))
        elif tag in ("sup", "sub"):
            words = _one_line(element)
            before = "".join(self._running[-2:])
            self._running.append(raised(words, before) if tag == "sup" else lowered(words))
        elif tag == "pre" or (tag == "code" and "\n" in _as_typed(element)):
            self._stand(Block(_as_typed(element).strip("\n")))
        elif tag == "q":
            self._running.append("“")
            self.enter(element)
            self._running.append("”")
        elif tag in INLINE:
            self.enter(element)
        elif tag in HEADINGS:
            self.flush()
            self.enter(element)
            self.flush(level=int(tag[1]))
        elif tag in _LISTS:
            self._stand(Block("\n".join(_list_lines(element))))
        elif tag == "dl":
            self._definitions(element)
        elif tag == "table":
            self._table(element)
        else:
            self.flush()
            self.enter(element)
            self.flush()

    def _stand(self, block: Block) -> None:
        self.flush()
        self.blocks.append(block)

    def _definitions(self, element: _Element) -> None:
        """Its terms with what they mean; words outside of both are set as they stand."""
        self.flush()
        parts = [p for p in element.iter("dt", "dd") if next(p.iterancestors("dl")) is element]
        inside = sum(len(_words_of(part)) for part in parts)
        if inside == len(_words_of(element)):
            self._stand(Block("\n".join(_definition_lines(parts))))
        else:
            self.enter(element)
            self.flush()

    def _table(self, element: _Element) -> None:
        """Its rows as lines; a table of one column, or around another, only lays out the page."""
        self.flush()
        lines = list(_own_rows(element, self))
        cells = [[cell for cell in line if cell.tag in _CELLS] for line in lines]
        laid_out = element.get("role") in ("presentation", "none")
        wide = max(map(len, cells), default=0) > 1
        if laid_out or not wide or element.find(".//table") is not None:
            for line in lines:
                for cell in line:
                    self.enter(cell)
                    self.flush()
            return
        grid, named = grid_of(cells)
        written = list(filter(None, map(row, grid)))
        self._stand(Block("\n".join(written), header=named or _names_by_contrast(grid)))


def _own_rows(table: _Element, setter: _Setter) -> Iterator[_Element]:
    """The rows of a table itself; what else stands in it, as its caption, is set before it."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _own_rows(child, setter)
        elif isinstance(child.tag, str) and child.tag not in ("colgroup", "col"):
            setter.enter(child)
            setter.flush()


def grid_of(rows: Sequence[Sequence[_Element]]) -> tuple[list[list[str]], bool]:
    """The texts of a table's cells, each in its column, and whether the first line names them.

    A cell over several rows is written in each, and one over several columns in the first; two rows
    that name the columns together are one.

    >>> from lxml import html
    >>> names = "<tr><th rowspan=2>Year<th colspan=2>Ships<tr><th>Sail<th>Steam"
    >>> table = html.fragment_fromstring(f"<table>{names}<tr><td>1931<td>2<td>9</table>")
    >>> grid_of([list(line) for line in table.iter("tr")])
    ([['Year', 'Ships: Sail', 'Ships: Steam'], ['1931', '2', '9']], True)
    """
    named = 0
    while named < len(rows) and _names_columns(rows[named]):
        named += 1
    named = 2 if _names_twofold(rows) else named if named < 3 else 1
    grid: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}
    spans: list[list[tuple[int, int]]] = []
    copies = 0
    for number, line in enumerate(rows):
        texts: list[str] = []
        spans.append([])
        for cell in line:
            _fill(texts, below)
            text = " ".join(_lines_of(cell).split())
            wide = max(1, min(_spanned(cell, "colspan"), _MOST_SPANNED))
            high = min(_spanned(cell, "rowspan") or len(rows), len(rows) - number)
            copies += wide * high - 1
            if copies > _MOST_COPIES:  # spans that are made to swell, and no table's
                wide = high = 1
            over = number < named - 1
            first = len(texts)
            if wide > 1:
                spans[-1].append((first, first + wide))
            for at in range(first, first + wide):
                texts.append(text if over or at == first else "")
                if high > 1:
                    below[at] = texts[-1], high - 1
        _fill(texts, below)
        grid.append(texts)
    close_gaps(grid, spans)
    if named == 2:
        grid[:2] = [joined_names(*grid[:2])]
    return grid, bool(named)


def _names_twofold(rows: Sequence[Sequence[_Element]]) -> bool:
    """Whether the first cells show that two rows name the columns: one reaches down, one across."""
    first = rows[0] if len(rows) > 2 else ()
    down = any(_spanned(cell, "rowspan") == 2 for cell in first)
    return down and any(_spanned(cell, "colspan") > 1 for cell in first)


def _fill(texts: list[str], below: dict[int, tuple[str, int]]) -> None:
    """Write the cells that reach down from rows above, up to the first free column."""
    while len(texts) in below or any(column > len(texts) for column in below):
        text, left = below.pop(len(texts), ("", 0))
        if left > 1:
            below[len(texts)] = text, left - 1
        texts.append(text)


def _spanned(cell: _Element, attribute: str) -> int:
    return _whole(cell.get(attribute, "1"), 1)


def _whole(written: str, default: int) -> int:
    written = written.strip()
    return int(written[:_MOST_DIGITS]) if written.isdecimal() else default


def _names_columns(cells: Sequence[_Element]) -> bool:
    """Whether a row's cells are all marked as headers."""
    return len(cells) > 1 and all(
        cell.tag == "th" or cell.getparent().getparent().tag == "thead" for cell in cells
    )


_FIGURE = re.compile(r"\d")
_PERIOD = re.compile(r"[^\d%$€£]*(?:19|20)\d\d", re.IGNORECASE)


def _names_by_contrast(grid: Sequence[Sequence[str]]) -> bool:
    """Whether the first line names the columns though no markup says so: words over figures."""
    first, *others = grid
    filled = [text for text in first if text]
    if len(filled) < 2 or len(others) < 2:
        return False
    named = all(not _FIGURE.search(text) or _PERIOD.fullmatch(text) for text in filled)
    figures = sum(any(_FIGURE.search(text) for text in line[1:]) for line in others)
    return named and 2 * figures >= len(others)


def _lines_of(element: _Element) -> str:
    return "\n".join(block.text for block in blocks_of(element))


def _one_line(element: _Element) -> str:
    return " ".join(_lines_of(element).split())


def _words_of(element: _Element) -> str:
    return "".join("".join(element.itertext()).split())


def _definition_lines(parts: Iterable[_Element]) -> Iterator[str]:
    """Terms, each with what it means in its line."""
    terms: list[str] = []
    for part in parts:
        if part.tag == "dt":
            terms.append(_one_line(part))
            continue
        first, *more = _lines_of(part).split("\n")
        yield ": ".join(filter(None, (", ".join(filter(None, terms)), first)))
        yield from ("  " + line for line in more)
        terms = []
    yield from filter(None, terms)


def _list_lines(element: _Element) -> Iterator[str]:
    numbered = element.tag == "ol"
    form = element.get("type", "1")
    number = _whole(element.get("start", "1"), 1)
    yield from filter(None, [_collapsed(element.text or "")])
    for item in element:
        if item.tag != "li":
            if isinstance(item.tag, str):
                yield from ("  " + line for line in _lines_of_whole(item).split("\n") if line)
        else:
            number = _whole(item.get("value", ""), number)
            lines = _lines_of(item).split("\n")
            if any(lines):
                yield (f"{counted(number, form)}. " if numbered else BULLET) + lines[0]
                yield from ("  " + line for line in lines[1:])
            number += 1
        yield from filter(None, [_collapsed(item.tail or "")])


def _lines_of_whole(element: _Element) -> str:
    setter = _Setter()
    setter.place(element)
    setter.flush()
    return "\n".join(block.text for block in setter.blocks)


def _pictured(image: _Element) -> str:
    """The words that stand for a picture; a file's name is none."""
    words = " ".join(image.get("alt", "").split())
    return "" if _FILE.fullmatch(words) else words


def _as_typed(element: _Element) -> str:
    """Code's text, line by line."""
    texts = [element.text or ""]
    for part in element:
        texts += ["\n" if part.tag == "br" else _as_typed(part), part.tail or ""]
    return "".join(texts)


def _collapsed(text: str) -> str:
    """White space as a browser sets it: one space, and a new line where one was asked for."""
    lines = (" ".join(line.split()) for line in text.translate(_UNPRINTED).split(_LINE))
    return "\n".join(line for line in lines if line)
