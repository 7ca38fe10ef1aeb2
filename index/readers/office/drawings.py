"""What drawings of Office files say: charts as tables, diagrams, the words for pictures."""

from collections.abc import Iterator

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import normalised
from index.readers.blocks import BULLET, Block, row
from index.readers.formulas import formula_text, lowered, raised
from index.readers.office.number_formats import format_cell
from index.readers.office.office_zip import local


def drawn_words(paragraph: _Element, struck: list[str] | None = None) -> str:
    r"""A drawing's paragraph with its line breaks and formulas; no page's number.

    Args:
        paragraph: As DrawingML has it.
        struck: What is struck through is added to it.

    >>> from lxml import etree
    >>> drawn_words(etree.fromstring("<p><r><t>The pier</t></r><br/><r><t> fell.</t></r></p>"))
    'The pier\nfell.'
    """
    found = normalised("".join(_drawn(paragraph, [] if struck is None else struck)))
    lines = (" ".join(line.split()) for line in found.split("\n"))
    return "\n".join(line for line in lines if line)


def _drawn(parent: _Element, struck: list[str]) -> Iterator[str]:
    for child in parent:
        kind = local(child)
        if kind in ("oMath", "oMathPara"):
            yield formula_text(child)
        elif kind == "br":
            yield "\n"
        elif kind == "t":
            yield child.text or ""
        elif kind == "r":
            yield _run(child, struck)
        elif kind and kind != "Fallback" and child.get("type") != "slidenum":
            yield from _drawn(child, struck)


def _run(run: _Element, struck: list[str]) -> str:
    marks = run.find("{*}rPr")
    words = "".join(_drawn(run, struck))
    if marks is None:
        return words
    if marks.get("strike", "noStrike") != "noStrike":
        struck.append(words)
        return ""
    baseline = marks.get("baseline", "0").rstrip("%")
    level = int(float(baseline))
    return raised(words) if level > 0 else lowered(words, " ") if level < 0 else words


def picture_words(properties: _Element | None) -> str:
    """The words that stand for a picture or drawing (its non-visual properties); else none.

    >>> from lxml import etree
    >>> picture_words(etree.fromstring("<docPr name='Picture 1' descr='The fallen pier'/>"))
    'The fallen pier'
    """
    if properties is None:
        return ""
    return " ".join(normalised(properties.get("descr") or properties.get("title") or "").split())


def chart_blocks(space: _Element) -> Iterator[Block]:
    r"""A chart's titles, and its figures as a table: the categories, then a column a series.

    >>> from lxml import etree
    >>> source = "<c><ser><tx><v>Ships</v></tx><val><numCache><pt idx='0'><v>12</v></pt></numCache>"
    >>> [block.text for block in chart_blocks(etree.fromstring(source + "</val></ser></c>"))]
    ['Category | Ships\n1 | 12']
    """
    for title in space.iter("{*}title"):
        yield Block(" ".join(drawn_words(paragraph) for paragraph in title.iter("{*}p")))
    series = list(space.iter("{*}ser"))
    columns = [(_series_name(one), _points(one, "val") or _points(one, "yVal")) for one in series]
    columns = [(name, points) for name, points in columns if points]
    if not columns:
        return
    categories = next((c for s in series for c in (_points(s, "cat"), _points(s, "xVal")) if c), {})
    places = sorted(set(categories).union(*(points for _, points in columns)))
    names = row(["Category", *(name for name, _ in columns)])
    lines = (
        row([categories.get(at, str(at + 1)), *(p.get(at, "") for _, p in columns)])
        for at in places
    )
    yield Block("\n".join([names, *lines]), header=True)


def _series_name(series: _Element) -> str:
    name = series.find("{*}tx")
    words = "" if name is None else "".join(v.text or "" for v in name.iter("{*}v"))
    return normalised(words) or "Value"


def _points(series: _Element, kind: str) -> dict[int, str]:
    """The kept texts, or figures as the chart shows them, by position; the levels of one joined."""
    holder = series.find(f"{{*}}{kind}")
    found: dict[int, str] = {}
    if holder is None:
        return found
    code = next((e.text for e in holder.iter("{*}formatCode")), None) or "General"
    for point in holder.iter("{*}pt"):
        value = point.find("{*}v")
        words = "" if value is None else normalised(value.text or "")
        figures = local(point.getparent()) == "numCache"
        at = int(point.get("idx", "0"))
        words = format_cell(float(words), code) if figures else words
        found[at] = f"{words} {found[at]}" if at in found else words
    return found


def extended_chart_blocks(space: _Element) -> Iterator[Block]:
    """A chart of the newer kinds (waterfall, funnel, map): its titles, and its data row by row.

    >>> from lxml import etree
    >>> dims = "<strDim><pt idx='0'>May</pt></strDim><numDim><pt idx='0'>12</pt></numDim>"
    >>> space = etree.fromstring(f"<chartSpace><data>{dims}</data></chartSpace>")
    >>> [block.text for block in extended_chart_blocks(space)]
    ['May | 12']
    """
    for title in space.iter("{*}title"):
        yield Block(" ".join(drawn_words(paragraph) for paragraph in title.iter("{*}p")))
    for data in space.iter("{*}data"):
        dimensions = [
            {point.get("idx", ""): point.text or "" for point in dimension.iter("{*}pt")}
            for dimension in data.iter("{*}strDim", "{*}numDim")
        ]
        places = dict.fromkeys(at for dimension in dimensions for at in dimension)
        lines = (row(normalised(one.get(at, "")) for one in dimensions) for at in places)
        yield Block("\n".join(filter(None, lines)))


def diagram_blocks(data: _Element) -> Iterator[Block]:
    r"""The words of a diagram (SmartArt), from the part that holds its data.

    >>> from lxml import etree
    >>> data = etree.fromstring("<d><pt><p><t>Plan</t></p></pt><pt><p><t>Build</t></p></pt></d>")
    >>> [block.text for block in diagram_blocks(data)]
    ['• Plan\n• Build']
    """
    points = (
        " ".join(" ".join(drawn_words(p) for p in point.iter("{*}p")).split())
        for point in data.iter("{*}pt")
    )
    yield Block("\n".join(BULLET + words for words in points if words))
