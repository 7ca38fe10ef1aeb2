"""What drawings of Office files say: charts as tables, diagrams, the words for pictures."""

from collections.abc import Iterator

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import normalised
from index.readers.blocks import BULLET, Block, row
from index.readers.office.number_formats import format_cell
from index.readers.office.office_zip import local


def drawn_words(paragraph: _Element) -> str:
    r"""A drawing's paragraph with its line breaks; fields such as the slide's number stay in.

    >>> from lxml import etree
    >>> drawn_words(etree.fromstring("<p><r><t>The pier</t></r><br/><r><t> fell.</t></r></p>"))
    'The pier\nfell.'
    """
    parts = (
        (element.text or "") if local(element) == "t" else "\n"
        for element in paragraph.iter("{*}t", "{*}br")
    )
    lines = (" ".join(line.split()) for line in normalised("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)


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
