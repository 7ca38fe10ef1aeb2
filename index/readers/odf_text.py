"""The text of OpenDocument XML: paragraphs, headings, lists and tables."""

from collections.abc import Iterator

from lxml.etree import _Element  # type: ignore[import-untyped]

from index.document import normalised
from index.readers.blocks import BULLET, Block, row
from index.readers.ooxml import local

SKIPPED = frozenset(
    """
    tracked-changes annotation annotation-end note-citation sequence-decls forms
    index-title-template variable-decls user-field-decls dde-connection-decls
    ruby-text desc title event-listeners table-of-content-source settings
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Elements whose words are no part of the text."""
_APART = frozenset({"note", "frame", "custom-shape", "g"})
_DEEPEST = 100


def blocks(parent: _Element, depth: int = 0) -> Iterator[Block]:
    """The blocks of a body, section, cell or text box, notes after the paragraph they belong to."""
    if depth > _DEEPEST:
        return
    for element in parent:
        kind = local(element)
        match kind:
            case "h":
                level = max(1, int(attribute(element, "outline-level") or 1))
                yield Block(" ".join(words(element).split()), level=min(level, 9))
                yield from _beside(element, depth)
            case "p":
                titled = attribute(element, "style-name") == "Title"
                yield Block(words(element), level=int(titled))
                yield from _beside(element, depth)
            case "list":
                yield Block("\n".join(_items(element, depth)))
            case "table":
                yield _table(element, depth)
            case _ if kind and kind not in SKIPPED:
                yield from blocks(element, depth + 1)


def _beside(paragraph: _Element, depth: int) -> Iterator[Block]:
    """What hangs on a paragraph: its notes and text boxes."""
    for element in paragraph.iter("{*}note-body", "{*}text-box"):
        holders = {local(above) for above in element.iterancestors() if above is not paragraph}
        nested = any(
            local(above) in ("note-body", "text-box")
            for above in element.iterancestors()
            if paragraph in above.iterancestors()
        )
        if not nested and not holders & {"annotation", "tracked-changes"}:
            yield from blocks(element, depth + 1)


def words(paragraph: _Element) -> str:
    """A paragraph's text with its line breaks, without its notes and frames."""
    lines = (" ".join(line.split()) for line in normalised("".join(_runs(paragraph))).split("\n"))
    return "\n".join(line for line in lines if line)


def _runs(element: _Element, depth: int = 0) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        kind = local(child)
        if kind == "line-break":
            yield "\n"
        elif kind in ("s", "tab"):
            yield " "
        elif kind and kind not in SKIPPED | _APART and depth < _DEEPEST:
            yield from _runs(child, depth + 1)
        yield child.tail or ""


def _items(listing: _Element, depth: int) -> Iterator[str]:
    """A list's lines, a bullet before each item, what is inside it indented."""
    for item in listing:
        if local(item) not in ("list-item", "list-header"):
            continue
        lines = [line for b in blocks(item, depth + 1) for line in b.text.split("\n") if line]
        if lines:
            yield (BULLET if local(item) == "list-item" else "") + lines[0]
            yield from ("  " + line for line in lines[1:])


def _table(table: _Element, depth: int) -> Block:
    """A text's table, a line a row; the first names the columns where it is marked so."""
    lines: list[str] = []
    above: dict[int, tuple[str, int]] = {}
    for line in own(table, "table-row"):
        texts: list[str] = []
        for cell in line:
            if local(cell) == "covered-table-cell":
                text, left = above.get(len(texts), ("", 0))
                texts.append(text if left else "")
                above[len(texts) - 1] = text, max(0, left - 1)
            elif local(cell) == "table-cell":
                text = " ".join(b.text for b in blocks(cell, depth + 1))
                above[len(texts)] = text, count(cell, "number-rows-spanned") - 1
                texts.append(text)
        if written := row(texts):
            lines.append(written)
    marked = any(local(child) == "table-header-rows" for child in table)
    styled = (attribute(table, "use-first-row-styles") or "") == "true"
    return Block("\n".join(lines), header=marked or styled)


def own(table: _Element, wanted: str) -> Iterator[_Element]:
    """The rows (or columns) of a table itself, also those in groups, in their order."""
    for child in table:
        kind = local(child)
        if kind == wanted:
            yield child
        elif kind.startswith("table-") and kind not in ("table-cell", "table-source"):
            yield from own(child, wanted)


def attribute(element: _Element, name: str) -> str | None:
    """The value of the attribute of this name in any namespace; None where there is none."""
    return next((v for k, v in element.attrib.items() if k.endswith(f"}}{name}")), None)


def count(element: _Element, name: str) -> int:
    """How many cells, rows or columns an element says that it stands for."""
    written = attribute(element, name) or "1"
    return max(1, int(written))
