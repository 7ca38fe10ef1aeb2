"""The body of a message as its sender's own words, what is quoted in it of others, a signature.

Told by structure, whatever the language: marks of quotation, the line above them that ends in a
colon and names a date or an address, the header lines that mail programs put above a message.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from index.dates import iso_date
from index.document import PartKind
from index.readers.blocks import Block
from index.readers.html import visible_blocks

UNKNOWN = "an earlier message"
"""Names a quotation of which nobody says whose it is."""

_BEGIN, _END = "\ue000", "\ue001"
"""Private characters that stand for the ends of a page's quotations while its text is taken."""

_MARKS = re.compile(r"(?:[ \t]?>)+[ \t]?")
_OPENED = re.compile(r"<blockquote\b[^<>]*>", re.IGNORECASE)
_CLOSED = re.compile(r"</blockquote\b[^<>]*>", re.IGNORECASE)
_LABELLED = re.compile(r"[*_]{0,2}([^\W\d_][^\W\d_]*+(?: [^\W\d_]+)?) ?[:：][*_]{0,2}[ \t]*(.*)")
_DIVIDER = re.compile(r"\W{0,40}?[-_=*]{5}.*|.*[-_=*]{5}\W{0,40}")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_SIGNATURE = "--"
_LONGEST_ATTRIBUTION, _LONGEST_DIVIDER = 300, 200
_FEWEST_LABELS = 3
_WORD = r"(?:[A-Z]\.|[^\W\d_a-z][\w'’-]*[^\W\d_])"
_NAME = re.compile(rf"{_WORD}(?: (?:[^\W\d_]{{1,3}} ){{0,2}}{_WORD})*")
_REPLY_SIGN = re.compile(r"\A(?:[^\W\d_]{1,5} ?[:：]\s*)+")


class Segment(NamedTuple):
    """Blocks of one voice; `kind` is None for the sender's own, `label` says whose the others are.

    >>> Segment("quotation", "Ada Hale, 2025-11-17", (Block("It held."),)).label
    'Ada Hale, 2025-11-17'
    """

    kind: PartKind | None
    label: str
    blocks: tuple[Block, ...]


_Placed = tuple[int, Block]
"""How deep a block is quoted, and the block without its marks."""


def segments_of_text(text: str, subject: str, sender: str) -> list[Segment]:
    r"""The segments of a plain body.

    Args:
        text: normalised.
        subject: the message's, by which the header lines of an earlier one are known.
        sender: who signs.

    >>> body = "It fell.\n\nOn 17 Nov 2025 at 23:40 Ada Hale <ada@pier.example> wrote:\n> It held."
    >>> [(one.label, one.blocks[-1].text) for one in segments_of_text(body, "Pier", "")][1]
    ('Ada Hale, 2025-11-17', 'It held.')
    """
    placed: list[_Placed] = []
    for depth, lines in groupby(map(_unmarked, text.split("\n")), key=lambda line: line[0]):
        unmarked = (line for _, line in lines)
        for is_said, paragraph in groupby(unmarked, key=lambda line: bool(line.strip())):
            if is_said:
                placed.append((depth, Block("\n".join(paragraph))))
    return _segments(placed, subject, sender)


def segments_of_page(source: str, subject: str, sender: str) -> list[Segment]:
    """The segments of a body that is HTML; see `segments_of_text`.

    Raises:
        DocumentError: it cannot be parsed whole.

    >>> page = "<p>It fell.</p><blockquote><p>It held.</p></blockquote>"
    >>> [(one.kind, one.blocks[0].text) for one in segments_of_page(page, "Pier", "")]
    [(None, 'It fell.'), ('quotation', 'It held.')]
    """
    plain = source.replace(_BEGIN, "").replace(_END, "")
    marked = _OPENED.sub(rf"\g<0><p>{_BEGIN}</p>", plain)
    marked = _CLOSED.sub(rf"<p>{_END}</p>\g<0>", marked)
    placed: list[_Placed] = []
    depth = 0
    for block in visible_blocks(marked):
        # Where a page is malformed a mark may stand within other words.
        for piece in re.split(f"([{_BEGIN}{_END}])", block.text):
            if piece in (_BEGIN, _END):
                depth = max(depth + (1 if piece == _BEGIN else -1), 0)
            elif piece == block.text:
                placed.append((depth, block))
            elif piece.strip():
                placed.append((depth, Block(piece.strip())))
    return _segments(placed, subject, sender)


def _unmarked(line: str) -> tuple[int, str]:
    """How often a line is marked as quoted, and what stands behind the marks."""
    marks = _MARKS.match(line)
    return (marks.group().count(">"), line[marks.end() :]) if marks else (0, line)


def _segments(placed: Iterable[_Placed], subject: str, sender: str) -> list[Segment]:
    """The blocks of each voice together, in their order."""
    found: list[Segment] = []
    for (kind, label), blocks in groupby(_voices(placed, subject, sender), key=lambda v: v[:2]):
        found.append(Segment(kind, label, tuple(block for *_, block in blocks)))
    return found


def _voices(
    placed: Iterable[_Placed], subject: str, sender: str
) -> Iterator[tuple[PartKind | None, str, Block]]:
    """Each block with the kind and the label of its segment."""
    authors: list[str] = []  # of what is quoted, by depth
    below = ""  # whose header lines stand above
    signed = False
    before = ""
    for depth, block in placed:
        if depth > len(authors):
            named = _attributed(before)
            authors += [named or UNKNOWN] * (depth - len(authors))
        if depth != len(authors):
            del authors[depth:]
            signed = False
        for piece, author in _parted(block, subject, before):
            if author:
                below, signed = author, False
            own = _own_voice(authors, below)
            for part, is_signature in _signed(piece):
                signed = signed or is_signature
                if signed and own is None:
                    yield "signature", sender or UNKNOWN, part
                else:
                    yield ("quotation" if own else None), own or "", part
        before = block.text


def _own_voice(authors: list[str], below: str) -> str | None:
    """Whose words stand here; None for the sender's own."""
    return authors[-1] if authors else below or None


def _signed(block: Block) -> Iterator[tuple[Block, bool]]:
    """The block, parted where a line begins a signature (RFC 3676)."""
    lines = block.text.split("\n")
    at = next((n for n, line in enumerate(lines) if line.rstrip() == _SIGNATURE), None)
    if at is None or block.rows:
        yield block, False
        return
    if lines[:at]:
        yield Block("\n".join(lines[:at])), False
    if lines[at + 1 :]:
        yield Block("\n".join(lines[at + 1 :])), True


def _parted(block: Block, subject: str, before: str) -> Iterator[tuple[Block, str]]:
    """The block, parted at the header lines of an earlier message, with the author from there."""
    lines = block.text.split("\n")
    if len(lines) < _FEWEST_LABELS or block.rows or block.header:
        yield block, ""
        return
    start = 0
    author = ""
    for at, author_here in _headers(lines, subject, before):
        if lines[start:at]:
            yield Block("\n".join(lines[start:at])), author
        start, author = at, author_here
    yield (Block("\n".join(lines[start:])), author) if start or author else (block, "")


def _headers(lines: list[str], subject: str, before: str) -> Iterator[tuple[int, str]]:
    """Where header lines of an earlier message begin, and the label of that message."""
    at = 0
    while at < len(lines):
        values: list[str] = []
        while at + len(values) < len(lines) and (
            match := _LABELLED.fullmatch(lines[at + len(values)])
        ):
            values.append(match[2].strip())
        above = (lines[at - 1] if at else before.rpartition("\n")[2]).strip()
        divided = len(above) < _LONGEST_DIVIDER and _DIVIDER.fullmatch(above) is not None
        if _is_header(values, subject, divided=divided):
            yield at, _label(values[0], next(v for v in values if _TIME.search(v)))
        at += max(len(values), 1)


def _is_header(values: list[str], subject: str, *, divided: bool) -> bool:
    """Whether the values of labelled lines are a sender's, a date's and so on."""
    if len(values) < _FEWEST_LABELS or _TIME.search(values[0]):
        return False
    dated = any(_TIME.search(v) and re.search(r"\d{4}", v) for v in values[1:])
    about = _REPLY_SIGN.sub("", subject, count=1).strip().casefold()
    same = bool(about) and any(about in value.casefold() for value in values[2:])
    return dated and (divided or same or any(_ADDRESS.search(value) for value in values))


def _attributed(before: str) -> str:
    """Whose words follow, as the last lines say that stand above them; '' where they do not."""
    lines = before.split("\n")[-3:]
    best = ""
    for count in range(1, len(lines) + 1):
        line = " ".join(lines[-count:]).strip()
        if not line.endswith((":", "：")) or len(line) > _LONGEST_ATTRIBUTION:
            break
        address = _ADDRESS.search(line)
        if address or (_TIME.search(line) and re.search(r"\d{4}", line)):
            named = _label(_author(line, address), line)
            best = named if iso_date(line) or not best else best
            if iso_date(line):
                break
    return best


def _author(line: str, address: re.Match[str] | None) -> str:
    """The name in a line like 'On 17 Nov 2025 at 23:40 Ada Hale <ada@pier.example> wrote:'."""
    end = address.start() if address else len(line)
    digits = [match.end() for match in re.finditer(r"\d", line[:end])]
    beside = line[digits[-1] if digits else 0 : end]
    names = [_without_zone(match.group()) for match in _NAME.finditer(beside)]
    named = [name for name in names if name and not name[0].islower()]
    if named:
        return max(named, key=len)
    return address.group() if address else ""


def _without_zone(name: str) -> str:
    """The name without the 'PM' and 'CET' of a time before it."""
    words = name.split(" ")
    while words and words[0].isupper() and 1 < len(words[0]) < 5 and "." not in words[0]:
        del words[0]
    return " ".join(words)


def _label(author: str, dated: str) -> str:
    """'Ada Hale, 2025-11-17', as far as it is told."""
    name = re.sub(r"[<(\[].*", "", author).strip(" \"'*,;:")
    parts = (name or author.strip(" <>*"), iso_date(dated) or "")
    return ", ".join(part for part in parts if part) or UNKNOWN
