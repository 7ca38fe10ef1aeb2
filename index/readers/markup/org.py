"""Org: headings with their states and tags, drawers, tables and blocks, links as their words."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from index.dates import iso_date
from index.document import Document, LeftOut, normalised
from index.errors import EmptyDocument
from index.readers.blocks import BULLET, Block, row, set_text
from index.readers.encoding import text_of
from index.readers.metadata import Statement, compose

_KEYWORD = re.compile(r"\s*#\+([\w-]{1,60}):\s*(.*)")
_BEGIN = re.compile(r"\s*#\+BEGIN_?(\w{1,40})?:?.*", re.IGNORECASE)
_END = re.compile(r"\s*#\+END_?(?:\w{1,40})?:?\s*", re.IGNORECASE)
_COMMENT = re.compile(r"\s*#(?:\s+(.*)|)")
_HEADING = re.compile(r"(\*+)\s+(.*)")
_TAGS = re.compile(r"((?:.*?\s)?):([\w@#%]{1,60}(?::[\w@#%]{1,60}){0,20}):")
_PRIORITY = re.compile(r"\[#\w{1,2}\]\s*")
_PLANNING = re.compile(r"(SCHEDULED|DEADLINE|CLOSED):\s*[<\[]([^<>\[\]]{1,80})[>\]]")
_DRAWER = re.compile(r"\s*:([\w-]{1,60}):\s*")
_PROPERTY = re.compile(r"\s*:([\w+-]{1,60}):\s+(.*)")
_ITEM = re.compile(r"(\s*)([-+]|\*(?=\s)|\d{1,9}[.)])\s+(?:\[([ xX-])\]\s+)?(.*)")
_FIXED = re.compile(r"\s*:(?:\s(.*)|)")
_STATES = {" ": "(open) ", "-": "(begun) ", "x": "(done) "}
_VERBATIM = frozenset({"src", "example", "export", "latex", "html"})
_KEPT = {"author": "author", "date": "date", "email": "email", "filetags": "tags"}
_STARTS = re.compile(
    r"\s*(?:$|\||#(?:\+|\s|$)|:[\w+-]*:(?:\s|$)|:\s|[-+]\s|\d{1,9}[.)]\s|\s\*\s)|\*+\s"
)
"""Lines with which something other than the running paragraph begins."""
_MARK = r"(?<![\w{0}]){0}(?=\S)([^{0}\n]{{0,500}}[^\s{0}]){0}(?!\w)"
_LINK = re.compile(r"\[\[([^\[\]\n]{1,2000})\](?:\[([^\[\]\n]{1,1000})\])?\]")
_STAMP = re.compile(r"<(\d{4}-\d\d-\d\d[^<>\n]{0,60})>|\[(\d{4}-\d\d-\d\d[^\[\]\n]{0,60})\]")
_NOTE = re.compile(r"\[fn:([^\[\]:\n]{0,60})(?::([^\[\]\n]{0,1000}))?\]")
_EMPHASIS = tuple(re.compile(_MARK.format(re.escape(mark))) for mark in "=~*/+_")


def read_org(data: bytes, name: str) -> Document:
    r"""The document in an Org file, without its marks, comments and what only Emacs reads.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but marks and white space.

    >>> read_org(b"* Garden\n** TODO Plant the [[https://pear.example][pear tree]]", "g.org").text
    'Garden\n\nTODO Plant the pear tree'
    """
    source = text_of(data)
    reading = _Reading()
    body = set_text(reading.blocks(normalised(source).expandtabs(8).split("\n")))
    if not body.text:
        raise EmptyDocument("The file holds no text besides its markup.")
    stated = reading.stated
    return compose(
        body.text,
        media_type="text/org",
        name=name,
        beside=Statement(
            title=stated.get("title") or None,
            author=stated.get("author") or None,
            date=iso_date(stated.get("date", "").strip("<>[]")[:10]),
        ),
        headings=body.headings,
        tables=body.tables,
        properties=[(known, stated[key]) for key, known in _KEPT.items() if stated.get(key)],
        left_out=list(dict.fromkeys(reading.left_out)),
    )


class _Reading:
    """Lines → blocks; what is left out and what the file states of itself stay with it."""

    def __init__(self) -> None:
        self.left_out: list[LeftOut] = []
        self.stated: dict[str, str] = {}

    def blocks(self, lines: Sequence[str]) -> Iterator[Block]:
        ends = [at for at, line in enumerate(lines) if _END.fullmatch(line)]
        at = 0
        while at < len(lines):
            line = lines[at]
            behind = at + 1
            if heading := _HEADING.fullmatch(line):
                planned = lines[behind] if behind < len(lines) else ""
                behind += bool(_PLANNING.search(planned))
                yield from _heading(heading, planned)
            elif begin := _BEGIN.fullmatch(line):
                closing = bisect_left(ends, behind)
                if closing < len(ends):  # a block that nothing ends is only a line
                    yield from self._block((begin[1] or "").lower(), lines[behind : ends[closing]])
                    behind = ends[closing] + 1
            elif keyword := _KEYWORD.fullmatch(line):
                self._keyword(keyword[1].lower(), keyword[2].strip())
            elif comment := _COMMENT.fullmatch(line):
                self._leave_out(comment[1] or "", "comment")
            elif line.lstrip().startswith("|"):
                behind = _while(lines, at, re.compile(r"\s*\|.*"))
                yield _table(lines[at:behind])
            elif match := _PROPERTY.fullmatch(line):
                yield Block(f"{match[1].capitalize()}: {_inline(match[2])}")
            elif _FIXED.fullmatch(line):
                behind = _while(lines, at, _FIXED)
                yield Block("\n".join(each.lstrip()[2:] for each in lines[at:behind]))
            elif _ITEM.fullmatch(line):
                behind, items = _items(lines, at)
                yield Block("\n".join(items))
            elif line.strip() and not _DRAWER.fullmatch(line):
                while behind < len(lines) and not _STARTS.match(lines[behind]):
                    behind += 1
                yield Block(_inline(" ".join(" ".join(lines[at:behind]).split())))
            at = behind

    def _block(self, kind: str, lines: Sequence[str]) -> Iterator[Block]:
        if kind == "comment":
            self._leave_out(" ".join(lines), "comment")
        elif kind in _VERBATIM:
            depth = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
            yield Block("\n".join(line[depth:] for line in lines).strip("\n"), code=True)
        elif kind == "verse":
            yield Block("\n".join(_inline(line.strip()) for line in lines))
        else:
            # Blocks inside it were closed by its own end.
            yield from self.blocks([line for line in lines if not _BEGIN.fullmatch(line)])

    def _keyword(self, name: str, said: str) -> None:
        if name == "filetags":
            said = ", ".join(filter(None, said.split(":")))
        if name == "title" or name in _KEPT:
            before = self.stated.get(name)
            self.stated[name] = _inline(f"{before} {said}" if before else said)
        else:
            self._leave_out(said, name)

    def _leave_out(self, words: str, why: str) -> None:
        if words.strip():
            self.left_out.append(LeftOut(" ".join(words.split()), why))


def _heading(match: re.Match[str], planned: str) -> Iterator[Block]:
    """A heading with its state and when it is planned, and below it its tags."""
    words, tags = match[2], ""
    if tagged := _TAGS.fullmatch(words):
        words, tags = tagged[1], tagged[2]
    plans = [f"{plan[1].lower()} {plan[2]}" for plan in _PLANNING.finditer(planned)]
    title = ", ".join([_inline(_PRIORITY.sub("", words).strip()), *plans])
    yield Block(title, level=min(len(match[1]), 6))
    if tags:
        yield Block("Tags: " + tags.replace(":", ", "))


def _items(lines: Sequence[str], at: int) -> tuple[int, list[str]]:
    """A list's lines, each with its bullet or number; tasks say whether they are done."""
    found: list[str] = []
    outer = len(lines[at]) - len(lines[at].lstrip())
    while at < len(lines) and (match := _ITEM.fullmatch(lines[at])):
        end = at + 1
        while end < len(lines) and not _STARTS.match(lines[end]):
            end += 1
        words = " ".join(" ".join([match[4], *lines[at + 1 : end]]).split())
        term, defines, meaning = words.partition(" :: ")
        words = f"{term}: {meaning}" if defines else words
        mark = f"{match[2]} " if match[2][0].isdigit() else BULLET
        indent = "  " if len(match[1]) > outer else ""
        found.append(indent + mark + _STATES.get((match[3] or "").lower(), "") + _inline(words))
        at = end
    return at, found


def _table(lines: Sequence[str]) -> Block:
    rules = [bool(re.match(r"\s*\|[-+]", line)) for line in lines]
    rows = [
        row(map(_inline, line.strip().strip("|").split("|")))
        for line, is_rule in zip(lines, rules, strict=True)
        if not is_rule
    ]
    return Block("\n".join(filter(None, rows)), header=rules[1:2] == [True])


def _while(lines: Sequence[str], at: int, pattern: re.Pattern[str]) -> int:
    while at < len(lines) and pattern.fullmatch(lines[at]):
        at += 1
    return at


def _inline(text: str) -> str:
    """The words of a line: links as what they show, times without brackets, no marks."""
    text = _LINK.sub(lambda link: link[2] or link[1].removeprefix("file:"), text)
    text = _NOTE.sub(lambda note: f"({note[2]})" if note[2] else f"[{note[1]}]", text)
    text = _STAMP.sub(lambda stamp: stamp[1] or stamp[2], text)
    for mark in _EMPHASIS:
        text = mark.sub(r"\1", text)
    return text
