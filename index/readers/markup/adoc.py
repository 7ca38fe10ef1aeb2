"""AsciiDoc: sections, attributes put in, blocks and admonitions, tables, links as their words."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from index.dates import iso_date
from index.document import Document, LeftOut, normalised
from index.errors import EmptyDocument
from index.readers.blocks import BULLET, Block, row, set_text
from index.readers.encoding import text_of
from index.readers.metadata import Statement, compose

_DEEPEST = 20
_TITLE = re.compile(r"(={1,6}|#{1,6})\s++(\S.*)")
_ATTRIBUTE = re.compile(r":(!?[\w-]{1,60}!?):(?:\s+(.*)|\s*)")
_REFERENCE = re.compile(r"\{([\w-]{1,60})\}")
_AUTHOR = re.compile(r"[^\W\d_][^<>:=\n]{0,120}?(?:\s*<[^<>\s]{1,200}>)?(?:;.{0,300})?")
_REVISION = re.compile(r"(?:(v?\d[\w.]{0,20}),?)?\s*(\d{4}-\d\d-\d\d|[^:,]{0,40})?(?::\s*(.*))?")
_FENCE = re.compile(r"(-{4,}|={4,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```+\w*)\s*")
_TABLE = re.compile(r"([|,:!])={3,}\s*")
_STYLE = re.compile(r"\[([^\[\]]{0,300})\]\s*")
_ANCHOR = re.compile(r"\[\[[^\[\]]{1,200}\]\]")
_BLOCK_TITLE = re.compile(r"\.([^\s.].*)")
_DIRECTIVE = re.compile(
    r"(include|ifdef|ifndef|ifeval|endif|toc|video|audio)::([^\s\[]*+)\[(.*)\]\s*+"
)
_IMAGE = re.compile(r"image::([^\s\[]{1,1000}+)\[([^\]]{0,1000}+)\]\s*+")
_ITEM = re.compile(r"\s*(\*{1,6}|-|\.{1,6}|\d{1,9}[.)]|<[\d.]{1,4}>)\s+(?:\[([ xX*])\]\s+)?(\S.*)")
_TERM = re.compile(r"\s*(\S.{0,300}?)(:{2,4}|;;)(?:\s+(.*)|\s*)")
_ADMONITIONS = {
    name: name.capitalize() for name in ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")
}
_ADMONITION = re.compile(rf"({'|'.join(_ADMONITIONS)}):\s+(.*)")
_STATED = frozenset({"version", "date", "remark", "keywords", "description", "status"})
_STATES = {" ": "(open) ", "x": "(done) ", "*": "(done) "}
_VERBATIM = frozenset("-.+`")
_CELL = re.compile(
    r"(?:(?:\d{1,4}[*+]|\.\d{1,4}\+|\d{1,4}\.\d{1,4}\+)?[<^>.]{0,4}[adehlmsv]?)?(?<!\\)\|"
)
_SHOWN = re.compile(
    r"<<[^<>,\n]{1,300}(?:,([^<>\n]{1,500}))?>>"
    r"|(?:link:|xref:|mailto:|https?://|ftp://|irc://)[^\s\[\]]{1,1000}\[([^\]\n]{0,500})\]"
    r"|(?:image|kbd|btn|menu|stem|latexmath|asciimath|pass|icon):[^\s\[\]:]{0,300}\[([^\]\n]{0,1000})\]"
    r"|footnote:[\w-]{0,60}\[([^\]\n]{1,2000})\]"
)
_EMPHASIS = tuple(
    re.compile(
        rf"(?<![\w{sign}]){sign}(?=\S)([^{sign}\n]{{0,1000}}[^\s{sign}]){sign}(?!\w)"
        rf"|{sign}{sign}([^{sign}\n]{{1,1000}}){sign}{sign}"
    )
    for sign in map(re.escape, "*_`#")
)


def read_asciidoc(data: bytes, name: str) -> Document:
    r"""The document in AsciiDoc, without its marks and comments; what it includes is told.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but marks and white space.

    >>> read_asciidoc(b"= Tolls\n\nNOTE: A ton costs *a shilling*.", "tolls.adoc").text
    'Tolls\n\nNote: A ton costs a shilling.'
    """
    source = text_of(data)
    reading = _Reading()
    lines = reading.header(normalised(source).expandtabs(8).split("\n"))
    body = set_text(reading.blocks(lines, 0))
    if not body.text:
        raise EmptyDocument("The file holds no text besides its markup.")
    stated = reading.stated
    reading.leave_out_attributes()
    included = ", ".join(dict.fromkeys(reading.included))
    return compose(
        body.text,
        media_type="text/asciidoc",
        name=name,
        beside=Statement(author=stated.pop("author", None), date=iso_date(stated.get("date", ""))),
        headings=body.headings,
        tables=body.tables,
        properties=[(key, said) for key, said in stated.items() if said and key in _STATED],
        left_out=list(dict.fromkeys(reading.left_out)),
        warnings=[f"It includes other files, which are not read with it: {included}."]
        if included
        else [],
    )


class _Reading:
    """Lines → blocks; what is left out and what the file states of itself stay with it."""

    def __init__(self) -> None:
        self.left_out: list[LeftOut] = []
        self.stated: dict[str, str] = {}
        self.included: list[str] = []
        self._shown: set[str] = set()

    def header(self, lines: list[str]) -> list[str]:
        """The lines without those below the title that state author and revision."""
        at = next((n for n, line in enumerate(lines) if re.match(r"[=#] ", line)), None)
        if at is None or any(line.strip() and not _is_about(line) for line in lines[:at]):
            return lines
        below = at + 1
        if below < len(lines) and _AUTHOR.fullmatch(lines[below]):
            authors = (one.partition("<")[0].strip() for one in lines[below].split(";"))
            self.stated["author"] = ", ".join(filter(None, authors))
            below += 1
            revised = _REVISION.fullmatch(lines[below]) if below < len(lines) else None
            if revised and lines[below].strip():
                stated = zip(("version", "date", "remark"), revised.groups(), strict=True)
                self.stated |= {key: said.strip() for key, said in stated if said}
                below += 1
        return [*lines[: at + 1], "", *lines[below:]]

    def blocks(self, lines: Sequence[str], depth: int) -> Iterator[Block]:
        closing: dict[str, list[int]] = {}
        for at, line in enumerate(lines):
            if _FENCE.fullmatch(line) or _TABLE.fullmatch(line):
                closing.setdefault(line.strip(), []).append(at)
        at, style = 0, ""
        while at < len(lines):
            line, behind = lines[at], at + 1
            fence = _FENCE.fullmatch(line) or _TABLE.fullmatch(line)
            if fence:
                sign = "```" if line.startswith("```") else line.strip()
                last = _next(closing.get(sign, []), at)
                inside = lines[behind : len(lines) if last is None else last]
                yield from self._fenced(line.strip(), style, inside, depth)
                at, style = (len(lines) if last is None else last + 1), ""
                continue
            if line.startswith("//"):
                self._leave_out(line[2:], "comment")
            elif attribute := _ATTRIBUTE.fullmatch(line):
                self.stated[attribute[1].lower()] = self._inline(attribute[2] or "")
            elif directive := _DIRECTIVE.fullmatch(line):
                if directive[1] == "include":
                    self.included.append(directive[2])
                elif directive[3]:
                    yield Block(self._inline(directive[3]))
            elif match := _TITLE.fullmatch(line):
                title = match[2].rstrip().removesuffix(f" {match[1]}")
                yield Block(self._inline(title), level=min(len(match[1]), 6))
            elif image := _IMAGE.fullmatch(line):
                yield Block(self._inline(image[2].split(",")[0].strip('"')))
            elif _STYLE.fullmatch(line) or _ANCHOR.fullmatch(line.strip()):
                style = line.strip("[] ")
                at = behind
                continue
            elif match := _BLOCK_TITLE.fullmatch(line):
                yield Block(self._inline(match[1]))
                at = behind
                continue
            elif _ITEM.fullmatch(line):
                behind, items = self._items(lines, at)
                yield Block("\n".join(items))
            elif match := _TERM.fullmatch(line):
                behind = _paragraph_end(lines, behind)
                words = " ".join(" ".join([match[3] or "", *lines[at + 1 : behind]]).split())
                yield Block(f"{self._inline(match[1])}: {self._inline(words)}".rstrip())
            elif line.strip() in ("", "'''", "<<<", "+", "---", "***"):
                pass
            elif line[0] == " ":
                while behind < len(lines) and lines[behind].strip():
                    behind += 1
                yield Block("\n".join(lines[at:behind]), code=True)
            else:
                behind = _paragraph_end(lines, behind)
                yield from self._paragraph(style, lines[at:behind])
            at = behind
            style = style if not line.strip() else ""

    def leave_out_attributes(self) -> None:
        """Tell of the attributes that the text nowhere names."""
        for name, said in self.stated.items():
            if said and name not in self._shown | _STATED | {"author"}:
                self.left_out.append(LeftOut(f"{name}: {said}", "attribute"))

    def _fenced(self, fence: str, style: str, inside: Sequence[str], depth: int) -> Iterator[Block]:
        name, _, author = style.partition(",")
        if _TABLE.fullmatch(fence):
            yield from self._table(fence[0], style, inside)
        elif fence.startswith("/"):
            self._leave_out(" ".join(inside), "comment")
        elif fence[0] in _VERBATIM and fence != "--":
            yield Block("\n".join(inside).strip("\n"), code=True)
        elif depth > _DEEPEST:
            yield Block("\n".join(inside))
        else:
            found = list(self.blocks(inside, depth + 1))
            if name.upper() in _ADMONITIONS and found:
                first = f"{_ADMONITIONS[name.upper()]}: {found[0].text}"
                found = [Block(first, found[0].level), *found[1:]]
            yield from found
            if name == "quote" and author.strip():
                yield Block(f"— {self._inline(author.strip())}")

    def _paragraph(self, style: str, lines: Sequence[str]) -> Iterator[Block]:
        name, _, author = style.partition(",")
        if name in ("source", "listing", "literal", "verse"):
            yield Block("\n".join(lines), code=name != "verse")
            return
        broken = [line.removesuffix(" +") + "\v" * line.endswith(" +") for line in lines]
        words = " ".join(" ".join(broken).replace("\v ", "\v").split(" "))
        said = "\n".join(" ".join(line.split()) for line in words.split("\v"))
        if match := _ADMONITION.match(said):
            said = f"{_ADMONITIONS[match[1]]}: {said[match.start(2) :]}"
        elif name in _ADMONITIONS:
            said = f"{_ADMONITIONS[name]}: {said}"
        yield Block(self._inline(said))
        if name == "quote" and author.strip():
            yield Block(f"— {self._inline(author.strip())}")

    def _items(self, lines: Sequence[str], at: int) -> tuple[int, list[str]]:
        found: list[str] = []
        marks: list[str] = []
        while at < len(lines) and (match := _ITEM.fullmatch(lines[at])):
            end = _paragraph_end(lines, at + 1)
            words = self._inline(" ".join(" ".join([match[3], *lines[at + 1 : end]]).split()))
            mark = match[1]
            if mark in marks:
                del marks[marks.index(mark) + 1 :]
            elif not mark[0].isdigit() and mark[0] != "<":
                marks.append(mark)
            state = {" ": "(open) ", "x": "(done) ", "*": "(done) "}.get(
                (match[2] or "").lower(), ""
            )
            numbered = mark[0] == "<" or mark[0].isdigit()
            indent = "  " * max(len(marks) - 1, 0)
            found.append(f"{indent}{f'{mark} ' if numbered else BULLET}{state}{words}")
            at = end
            behind = at
            while behind < len(lines) and lines[behind].strip() in ("", "+"):
                behind += 1
            if behind < len(lines) and _ITEM.fullmatch(lines[behind]):
                at = behind
        return at, found

    def _table(self, sign: str, style: str, lines: Sequence[str]) -> Iterator[Block]:
        first = next((n for n, line in enumerate(lines) if line.strip()), 0)
        if sign in ",:":
            rows = [line.split(sign) for line in lines if line.strip()]
        else:
            cells = [(n, _cells(line, sign)) for n, line in enumerate(lines) if line.strip()]
            stated = re.search(r"cols=\"?(\d+)\*|cols=\"([^\"]*)\"|cols=([\w,*]+)", style)
            columns = len(_cells(lines[first], sign)[1]) if lines else 0
            if stated:
                columns = int(stated[1] or 0) or len((stated[2] or stated[3]).split(","))
            rows = _rows([one for _, one in cells], max(columns, 1))
        blank = lines[first + 1 : first + 2]
        header = "header" in style or (bool(blank) and not blank[0].strip())
        told = (row(map(self._inline, cells)) for cells in rows)
        yield Block("\n".join(filter(None, told)), header=header)

    def _inline(self, text: str) -> str:
        text = _REFERENCE.sub(self._stated, text)
        text = _SHOWN.sub(_words, _ANCHOR.sub("", text))
        for mark in _EMPHASIS:
            text = mark.sub(lambda found: found[1] or found[2], text)
        return text.strip()

    def _stated(self, reference: re.Match[str]) -> str:
        self._shown.add(reference[1].lower())
        return self.stated.get(reference[1].lower(), reference[0])

    def _leave_out(self, words: str, why: str) -> None:
        if words.strip(" /"):
            self.left_out.append(LeftOut(" ".join(words.split()), why))


def _words(match: re.Match[str]) -> str:
    """What a macro shows."""
    if match[4] is not None:
        return f" ({match[4]})"
    shown = next((group for group in match.groups() if group), None)
    if shown is not None:
        return shown.split(",")[0].strip('"^ ') if match[2] else shown
    return match[0].strip("<>").partition("[")[0].removeprefix("link:").removeprefix("xref:")


def _cells(line: str, sign: str) -> tuple[str, list[str]]:
    """What goes on from the cell before, and the cells that begin in a line."""
    if sign == "|":
        before, *cells = _CELL.split(line)
    else:
        before, *cells = line.split(sign)
    return before, [cell.strip() for cell in cells]


def _rows(found: Sequence[tuple[str, list[str]]], columns: int) -> list[list[str]]:
    cells: list[str] = []
    for before, begun in found:
        if cells and before.strip():
            cells[-1] = f"{cells[-1]} {before.strip()}".strip()
        cells += begun
    return [cells[at : at + columns] for at in range(0, len(cells), columns)]


def _next(places: Sequence[int], at: int) -> int | None:
    behind = bisect_right(places, at)
    return places[behind] if behind < len(places) else None


def _paragraph_end(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and lines[at].strip() not in ("", "+") and not _starts(lines[at]):
        at += 1
    return at


def _starts(line: str) -> bool:
    """Whether a line ends the paragraph or item before it."""
    return any(p.fullmatch(line) for p in (_FENCE, _TABLE, _ITEM, _STYLE)) or line.startswith("//")


def _is_about(line: str) -> bool:
    return line.startswith("//") or _ATTRIBUTE.fullmatch(line) is not None
