"""The words of OpenDocument XML: paragraphs, headings, lists, tables, notes and comments."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.dates import iso_date
from index.document import LeftOut, normalised
from index.readers.blocks import BULLET, Block, close_gaps, counted, joined_names, row, spread
from index.readers.formulas import formula_text, lowered, raised
from index.readers.office.office_zip import local

SKIPPED = frozenset(
    """
    tracked-changes sequence-decls forms index-title-template variable-decls user-field-decls
    dde-connection-decls event-listeners table-of-content-source settings page-number page-count
    annotation-end note-citation number
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Elements that hold no words of the text."""
_APART = frozenset({"note", "custom-shape", "g"})
_DEEPEST = 100
_MOST_LEVELS = 10
_WIDEST = 1_000


class _Numbers(NamedTuple):
    """How a level of a list is numbered; no `form` prints bullets, or nothing."""

    form: str
    before: str
    after: str
    start: int
    levels: int
    bullet: bool


class Styles:
    """What styles say that changes words: raised, struck, hidden, numbered.

    >>> from lxml import etree
    >>> struck = "<s:text-properties s:text-line-through-style='solid'/>"
    >>> styles = f"<d xmlns:s='s'><s:style s:name='T1'>{struck}</s:style></d>"
    >>> Styles([etree.fromstring(styles)]).effects
    {'T1': 'struck through'}
    """

    def __init__(self, roots: Iterable[_Element]) -> None:
        self.effects: dict[str, str] = {}
        self.lists: dict[str, dict[int, _Numbers]] = {}
        self.outline: dict[int, _Numbers] = {}
        for root in roots:
            for style in root.iter("{*}style"):
                for properties in style.iterfind("{*}text-properties"):
                    if effect := _effect(properties):
                        self.effects[attribute(style, "name") or ""] = effect
            for style in root.iter("{*}list-style"):
                self.lists[attribute(style, "name") or ""] = _levels(style)
            for style in root.iter("{*}outline-style"):
                self.outline = _levels(style)


def _effect(properties: _Element) -> str:
    position = attribute(properties, "text-position") or ""
    lines = [attribute(properties, f"text-line-through-{kind}") for kind in ("style", "type")]
    if attribute(properties, "display") == "none":
        return "hidden"
    if any(line not in (None, "none") for line in lines):
        return "struck through"
    level = position.partition(" ")[0].removesuffix("%")
    if level in ("super", "sub"):
        return level
    number = float(level) if level.lstrip("-").replace(".", "", 1).isdecimal() else 0.0
    return "super" if number > 0 else "sub" if number < 0 else ""


def _levels(style: _Element) -> dict[int, _Numbers]:
    found = {}
    for level in style:
        if local(level):
            found[int(attribute(level, "level") or 1)] = _Numbers(
                form=attribute(level, "num-format") or "",
                before=attribute(level, "num-prefix") or "",
                after=attribute(level, "num-suffix") or "",
                start=int(attribute(level, "start-value") or 1),
                levels=min(int(attribute(level, "display-levels") or 1), _MOST_LEVELS),
                bullet=local(level) == "list-level-style-bullet",
            )
    return found


class OdfText:
    """Reads blocks of text in their order; gathers comments and what is left out.

    `objects` gives the root of an object that is embedded under a name, None where there is none.

    >>> from lxml import etree
    >>> words = "<o:h>Tolls</o:h><o:p>A shilling.</o:p>"
    >>> body = etree.fromstring(f"<o:text xmlns:o='o'>{words}</o:text>")
    >>> [block.text for block in OdfText(Styles([]), {}.get).blocks(body)]
    ['Tolls', 'A shilling.']
    """

    def __init__(self, styles: Styles, objects: Callable[[str], _Element | None]) -> None:
        self.left_out: list[LeftOut] = []
        self._styles = styles
        self._objects = objects
        self._comments: list[tuple[str, str, str]] = []
        self._anchors: dict[str, list[str]] = defaultdict(list)
        self._open: set[str] = set()
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)

    def leave_out(self, words: str, why: str, where: str = "") -> None:
        """Note words that the text does not have."""
        said = " ".join(normalised(words).split())
        if said:
            self.left_out.append(LeftOut(said, why, where))

    def comments(self, level: int = 1) -> Iterator[Block]:
        """Who commented when, on which words, and what: those met since the last call."""
        written = []
        for name, said, words in self._comments:
            anchor = " ".join("".join(self._anchors[name]).split())
            parts = filter(None, (said, anchor and f"on “{anchor}”"))
            written.append(f"{', '.join(parts)}: {words}")
        self._comments.clear()
        if written:
            yield Block("Comments", level=level)
            yield from map(Block, written)

    def blocks(self, parent: _Element, depth: int = 0) -> Iterator[Block]:
        """The blocks of a body, section, cell or text box, notes after their paragraph."""
        if depth > _DEEPEST:
            return
        for element in parent:
            kind = local(element)
            match kind:
                case "h":
                    level = max(1, int(attribute(element, "outline-level") or 1))
                    label = self._label("", self._styles.outline, level, 0)
                    words = " ".join(self.words(element).split())
                    yield Block(label + words if words else "", level=min(level, 9))
                    yield from self._beside(element, depth)
                case "p":
                    titled = attribute(element, "style-name") == "Title"
                    yield Block(self.words(element), level=int(titled))
                    yield from self._beside(element, depth)
                case "list":
                    yield Block("\n".join(self._items(element, depth, "", 1)))
                case "table":
                    yield self.table(element, depth)
                case "tracked-changes":
                    for deletion in element.iter("{*}deletion"):
                        texts = (self._raw(p) for p in deletion.iter("{*}p", "{*}h"))
                        self.leave_out(" ".join(texts), "deleted")
                case "annotation":
                    self.comment(element)
                case "object":
                    yield from self._embedded(element)
                case "desc" | "title" if local(parent) in ("frame", "custom-shape", "g"):
                    yield Block(" ".join("".join(element.itertext()).split()))
                case _ if kind and kind not in SKIPPED and kind not in ("desc", "title"):
                    yield from self.blocks(element, depth + 1)

    def _beside(self, paragraph: _Element, depth: int) -> Iterator[Block]:
        """What hangs on a paragraph: its notes and text boxes."""
        for element in paragraph.iter("{*}note-body", "{*}text-box", "{*}object"):
            between = []
            for above in element.iterancestors():
                if above is paragraph:
                    break
                between.append(local(above))
            if {"annotation", "tracked-changes", "note-body", "text-box"} & set(between):
                continue
            if local(element) == "object":
                yield from self._embedded(element, inline=True)
            else:
                yield from self.blocks(element, depth + 1)

    def _embedded(self, element: _Element, *, inline: bool = False) -> Iterator[Block]:
        """A chart's title and the table that it shows, or a formula that is in no paragraph."""
        root = self._objects(attribute(element, "href") or "")
        if root is not None and local(root) == "math" and not inline:
            yield Block(formula_text(root))
        for chart in () if root is None else root.iter("{*}chart"):
            for part in chart.iter("{*}title", "{*}table"):
                if local(part) == "table":
                    yield self.table(part, 0)
                else:
                    yield Block(" ".join(self.words(p) for p in part.iter("{*}p")))

    def words(self, paragraph: _Element) -> str:
        """A paragraph's text with its line breaks, without its notes and text boxes."""
        text = normalised("".join(self._runs(paragraph)))
        self._noted(" ")  # what a comment hangs on may go on in the next paragraph
        lines = (" ".join(line.split()) for line in text.split("\n"))
        return "\n".join(line for line in lines if line)

    def _runs(self, element: _Element, depth: int = 0) -> Iterator[str]:
        before = self._noted(element.text or "")
        yield before
        for child in element:
            said = "".join(self._child(child, depth, before))
            yield said
            yield self._noted(child.tail or "")
            before = child.tail or said or before

    def _child(self, child: _Element, depth: int, before: str) -> Iterator[str]:
        kind = local(child)
        if kind == "line-break":
            yield self._noted("\n")
        elif kind in ("s", "tab"):
            yield self._noted(" ")
        elif kind == "annotation":
            self.comment(child)
        elif kind == "annotation-end":
            self._open.discard(attribute(child, "name") or "")
        elif kind == "frame":
            yield self._noted(self._framed(child))
        elif kind in ("ruby-text", "placeholder"):
            why = "pronunciation" if kind == "ruby-text" else "placeholder"
            self.leave_out("".join(child.itertext()), why)
        elif depth < _DEEPEST and kind and kind not in SKIPPED | _APART:
            effect = self._styles.effects.get(attribute(child, "style-name") or "", "")
            if kind == "span" and effect in ("hidden", "struck through"):
                self.leave_out(self._raw(child), effect)
                return
            words = "".join(self._runs(child, depth + 1))
            match effect if kind == "span" else "":
                case "super":
                    yield raised(words, before)
                case "sub":
                    yield lowered(words)
                case _:
                    yield words

    def _framed(self, frame: _Element) -> str:
        """A formula, or the words for what is drawn in a paragraph."""
        for element in frame.iterfind("{*}object"):
            root = self._objects(attribute(element, "href") or "")
            if root is not None and local(root) == "math":
                return formula_text(root)
        said = [e for e in frame if local(e) in ("desc", "title")]
        return " ".join(f" {''.join(element.itertext())} " for element in said[-1:])

    @staticmethod
    def _raw(element: _Element) -> str:
        return "".join(element.itertext())

    def _noted(self, text: str) -> str:
        for name in self._open:
            self._anchors[name].append(text)
        return text

    def comment(self, annotation: _Element) -> None:
        """Note a comment, and that the words which follow are those that it hangs on."""
        name = attribute(annotation, "name") or ""
        texts = {local(e): "".join(e.itertext()) for e in annotation}
        words = " ".join(
            " ".join(self._raw(p).split()) for p in annotation.iter("{*}p") if local(p) == "p"
        )
        said = filter(None, (texts.get("creator"), iso_date(texts.get("date", "")[:10])))
        if words:
            self._comments.append((name, normalised(", ".join(said)), normalised(words)))
            if name:
                self._open.add(name)

    def _label(self, key: str, levels: dict[int, _Numbers], level: int, start: int) -> str:
        """The number before an item or heading, as printed; counts on in lists of one style."""
        numbers = levels.get(level)
        if numbers is None or not numbers.form:
            bullet = bool(key) if numbers is None else numbers.bullet
            return BULLET if bullet else ""
        counts = self._counts[key]
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        counts[level] = start or counts.get(level, numbers.start - 1) + 1
        shown = range(max(1, level - numbers.levels + 1), level + 1)
        texts = [
            counted(counts.get(at, levels[at].start), levels[at].form)
            for at in shown
            if at in levels and levels[at].form
        ]
        return f"{numbers.before}{'.'.join(texts)}{numbers.after}".strip() + " "

    def _items(self, listing: _Element, depth: int, style: str, level: int) -> Iterator[str]:
        """A list's lines, a number or bullet before each item, what is inside it indented."""
        style = attribute(listing, "style-name") or style
        levels = self._styles.lists.get(style, {})
        goes_on = attribute(listing, "continue-numbering") == "true" or (
            attribute(listing, "continue-list") is not None
        )
        if not goes_on:
            self._counts[style].pop(level, None)
        for item in listing:
            if local(item) not in ("list-item", "list-header"):
                continue
            label = ""
            if local(item) == "list-item":
                start = int(attribute(item, "start-value") or 0)
                label = self._label(style, levels, level, start) if levels else BULLET
            lines: list[str] = []
            for element in item:
                if local(element) == "list":
                    lines += ("  " + one for one in self._items(element, depth, style, level + 1))
                    continue
                found = (line for b in self._single(element, depth) for line in b.text.split("\n"))
                lines += (("  " if lines else label) + line for line in found if line)
            if lines and local(item[0]) == "list":
                lines[0] = lines[0].removeprefix("  ")
            yield from lines

    def _single(self, element: _Element, depth: int) -> Iterator[Block]:
        """The blocks of one element."""
        if local(element) in ("p", "h"):
            yield Block(self.words(element))
            yield from self._beside(element, depth + 1)
        elif local(element) not in SKIPPED:
            yield from self.blocks(element, depth + 1)

    def table(self, table: _Element, depth: int) -> Block:
        """A text's table, a line a row; the first names the columns where it is marked so.

        One inside a cell has no columns of its own there: its cells are set off by commas.
        """
        lines: list[list[str]] = []
        above: dict[int, tuple[str, int]] = {}
        spans: list[list[tuple[int, int]]] = []
        down = False
        for line in own(table, "table-row"):
            texts: list[str] = []
            spans.append([])
            for cell in line:
                if local(cell) == "covered-table-cell":
                    text, left = above.get(len(texts), ("", 0))
                    texts.append(text if left else "")
                    above[len(texts) - 1] = text, max(0, left - 1)
                elif local(cell) == "table-cell":
                    text = " ".join(b.text for b in self.blocks(cell, depth + 1))
                    high = repeats(cell, "number-rows-spanned")
                    above[len(texts)] = text, high - 1
                    texts.append(text)
                    down = down or (not lines and high == 2)
                    wide = min(repeats(cell, "number-columns-spanned"), _WIDEST)
                    if wide > 1:
                        spans[-1].append((len(texts) - 1, len(texts) - 1 + wide))
            lines.append(texts)
        if next(table.iterancestors("{*}table-cell"), None) is not None:
            return Block("; ".join(filter(None, (", ".join(filter(None, one)) for one in lines))))
        # One name that reaches down and one that reaches across show that two rows name them.
        twofold = down and len(lines) > 2 and bool(spans[0])
        close_gaps(lines, spans)
        if twofold:
            lines[:2] = [joined_names(spread(lines[0], spans[0]), lines[1])]
        marked = any(local(child) == "table-header-rows" for child in table)
        styled = (attribute(table, "use-first-row-styles") or "") == "true"
        written = filter(None, map(row, lines))
        return Block("\n".join(written), header=marked or styled or twofold)


def own(table: _Element, wanted: str) -> Iterator[_Element]:
    """The rows (or columns) of a table itself, also those in groups, in their order.

    >>> from lxml import etree
    >>> grouped = "<table-header-rows><table-row/></table-header-rows>"
    >>> len(list(own(etree.fromstring(f"<table>{grouped}<table-row/></table>"), "table-row")))
    2
    """
    for child in table:
        kind = local(child)
        if kind == wanted:
            yield child
        elif kind.startswith("table-") and kind not in ("table-cell", "table-source"):
            yield from own(child, wanted)


def attribute(element: _Element, name: str) -> str | None:
    """The value of the attribute of this name in any namespace; None where there is none.

    >>> from lxml import etree
    >>> attribute(etree.fromstring("<p xmlns:t='urn:t' t:style-name='Title'/>"), "style-name")
    'Title'
    """
    return next((v for k, v in element.attrib.items() if k.endswith(f"}}{name}")), None)


def repeats(element: _Element, name: str) -> int:
    """How many cells, rows or columns an element says that it stands for.

    >>> from lxml import etree
    >>> cell = etree.fromstring("<c xmlns:t='urn:t' t:number-columns-repeated='3'/>")
    >>> repeats(cell, "number-columns-repeated"), repeats(cell, "number-rows-spanned")
    (3, 1)
    """
    return max(1, int(attribute(element, name) or "1"))
