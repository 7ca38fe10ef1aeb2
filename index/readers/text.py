"""Plain text in any encoding.

Markdown as prose: the marks become structure, what is left reads as a sentence would.
"""

import html
import re
import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice, pairwise, zip_longest
from typing import NamedTuple

import yaml  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.dates import iso_date
from index.document import Document, Heading, LeftOut, normalised
from index.errors import DocumentError, EmptyDocument, UnsupportedFormat
from index.readers.blocks import BULLET, Block, row, set_text
from index.readers.chats import read_chat
from index.readers.encoding import decode, text_of
from index.readers.metadata import Statement, compose
from index.readers.transcripts import NAME, Cue, seconds, set_cues


def read_text(data: bytes, name: str) -> Document:
    """The text as it stands in the file; only its encoding and newlines are made uniform.

    A transcript, whose lines begin with names and times, is read as what was said, by turns, and
    WhatsApp's export of a chat by messages.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but white space.

    >>> read_text(b"The pier fell.", "storm_report.txt").title
    'Storm report'
    """
    text = decode(data)
    if text is None:
        raise UnsupportedFormat("The file is not text in any known encoding.")
    words = normalised(text)
    return (
        read_chat(words, name)
        or _turns(words, name)
        or compose(words, media_type="text/plain", name=name, headings=_underlined(words))
    )


_UNDERLINED = re.compile(
    r"(?:\A|(?<=\n\n))(?P<words>\S[^\n]{0,118}\S)\n(?P<line>([=~^-])\3{2,120})$", re.MULTILINE
)
_LEVELS = {"=": 1, "-": 2}
_OFF = 2
"""Characters by which a line of marks may be longer or shorter than the heading above it."""
_CELLS = re.compile(r"\t|\S {2,}\S|\|")


def _underlined(text: str) -> list[Heading]:
    """The headings of a plain text: lines of their own with a line of marks as long below them."""
    return [
        Heading(_LEVELS.get(match[3], 3), match.start("words"), match.end("words"))
        for match in _UNDERLINED.finditer(text)
        if abs(len(match["words"]) - len(match["line"])) <= _OFF
        and not _CELLS.search(match["words"])
        and any(map(str.isalpha, match["words"]))
    ]


def _turns(text: str, name: str) -> Document | None:
    """The document of lines that begin with names and times; None of other text.

    What stands before the first of them is kept.
    """
    lines = text.split("\n")
    heads = _heads(lines)
    if not heads:
        return None
    before = "\n".join(lines[: heads[0].at]).strip("\n")
    cues: list[Cue] = []
    ends = [*(head.at for head in heads[1:]), len(lines)]
    for head, end in zip(heads, ends, strict=True):
        cue = Cue(head.words, head.start, head.speaker, begins=True)
        paragraphs = re.split(r"\n[ \t]*\n", "\n".join([cue.words, *lines[head.at + 1 : end]]))
        said = [words for each in paragraphs if (words := " ".join(each.split()))]
        cues += [cue._replace(words=words, continues=n > 0) for n, words in enumerate(said)]
    spoken, parts = set_cues(cues, len(before) + 2 * bool(before))
    whole = "\n\n".join(filter(None, (before, spoken)))
    return compose(whole, media_type="text/plain", name=name, parts=parts)


_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"


class _Head(NamedTuple):
    """A line with which a turn begins."""

    at: int
    start: float
    speaker: str
    words: str


_TIME_FIRST = re.compile(
    rf"(?P<open>\[?)\(?(?P<time>{_TIME})(?:\s*(?:-->|[-–—])\s*{_TIME})?\]?\)?\s+"
    rf"(?:From\s+)?(?P<who>{NAME}?)(?:\s+to\s+[^:]{{1,60}})?:(?:\s+(?P<words>\S.*))?"
)
_NAME_FIRST = re.compile(
    rf"(?P<open>)(?P<who>{NAME}?)(?:\s*[\[(](?P<time>{_TIME})[\])]\s*:?(?P<words>.*)"
    rf"|\s+(?P<later>{_TIME})\s*)"
)
_CHAT = re.compile(rf"(?P<open>)(?P<time>{_TIME})\t\s*(?P<who>[^\t:]{{1,80}}):\t\s*(?P<words>\S.*)")
_NO_NAME = re.compile(rf"(?P<open>\[)(?P<time>{_TIME})\s*-->\s*{_TIME}\](?P<who>)(?P<words>.*)")
_LINES_A_TURN = 8
"""Lines of a turn, on the average of a transcript; a text that quotes one has more of its own."""
_LOOKED_AT = 200
"""Lines with something in them among which a transcript has shown itself."""


def _heads(lines: Sequence[str]) -> list[_Head]:
    """The lines with which turns begin; none where the text is no transcript.

    In a transcript names recur and times go forward, as they do not in a timetable; in a log, what
    stands before the colon is written in capitals.
    """
    written = ((at, line) for at, line in enumerate(lines) if line.strip())
    if len(list(_matched(islice(written, _LOOKED_AT)))) < 2:
        return []
    heads = list(_matched(enumerate(lines)))
    if len(heads) < 3:
        return []
    names = Counter(head.speaker for head in heads)
    forward = all(a.start <= b.start for a, b in pairwise(heads))
    full = [at for at, line in enumerate(lines) if line.strip()]
    before = bisect_left(full, heads[0].at)
    mostly = before <= len(full) / 3 and len(heads) * _LINES_A_TURN >= len(full) - before
    return heads if forward and mostly and len(names) < len(heads) else []


def _matched(lines: Iterable[tuple[int, str]]) -> Iterator[_Head]:
    for at, line in lines:
        for pattern in (_TIME_FIRST, _CHAT, _NAME_FIRST, _NO_NAME):
            match = pattern.fullmatch(line.strip()[:20_000])
            if match is None:
                continue
            found = match.groupdict()
            start = seconds(found["time"] or found.get("later") or "")
            who = found["who"]
            if start is not None and (match["open"] or " " in who or not who.isupper()):
                yield _Head(at, start, who, (found["words"] or "").strip())
            break


_FRONT_MATTER = re.compile(
    r"\ufeff?(?:---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)|\+\+\+[ \t]*\n(?P<toml>.*?)\n\+\+\+)"
    r"[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
_MOST_VALUES = 200
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)|%%(.{1,2000}?)%%", re.DOTALL)
_LINKED_NOTE = re.compile(r"!?\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]")
_HIGHLIGHT = re.compile(r"==(?=\S)([^=\n]{1,500})(?<=\S)==")
_TASK = re.compile(r"\[([ xX])\] +(?=\S)")
_TICKED = re.compile(r"[☐☑☒✓✔✗✘□]\s")
_CALLOUT = re.compile(r"\[!(\w{1,30})\][-+]? *")
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|</?[a-zA-Z][^<>]*>|<[!?][^<>]*>",
    re.DOTALL | re.I,
)
_APART = re.compile(r"</?(?:td|th|tr|p|div|li|dt|dd|br|summary|caption|h[1-6])\b", re.I)
"""Tags between which words are not one word."""
_DEEPEST = 60
_parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])


def read_markdown(data: bytes, name: str) -> Document:
    r"""The document in Markdown source, without its marks, link targets and raw HTML tags.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but marks and white space.
        DocumentError: lists or quotations are nested beyond measure.

    >>> read_markdown(b"# Tolls\n\nA *ton* costs [a shilling](rates.md).", "tolls.md").text
    'Tolls\n\nA ton costs a shilling.'
    """
    source = text_of(data)
    beside, below = _split(normalised(source))
    tokens = _parsed(below)
    body = set_text(_normalised(_blocks(tokens)))
    if not body.text:
        raise EmptyDocument("The file holds no text besides its markup.")
    return compose(
        body.text,
        media_type="text/markdown",
        name=name,
        beside=beside.statement,
        headings=body.headings,
        tables=body.tables,
        properties=beside.properties,
        left_out=[*beside.left_out, *dict.fromkeys(_comments(tokens))],
        warnings=beside.warnings,
    )


def markdown_blocks(source: str) -> Iterator[Block]:
    """The blocks of Markdown source; raises DocumentError where it is nested beyond measure.

    >>> [(block.text, block.level) for block in markdown_blocks("# Storm")]
    [('Storm', 1)]
    """
    return _normalised(_blocks(_parsed(source)))


def _normalised(blocks: Iterator[Block]) -> Iterator[Block]:
    """Blocks whose text is as a document's must be, before anything is counted in it."""
    return (replace(block, text=normalised(block.text).strip("\n")) for block in blocks)


def _parsed(source: str) -> list[Token]:
    tokens = _parser.parse(source)
    # The parser leaves out, without an error, all that follows a block nested to its limit.
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        raise DocumentError("The file nests its lists or quotations too deeply to be read whole.")
    return tokens


def _comments(tokens: Sequence[Token]) -> Iterator[LeftOut]:
    """What is written for whoever edits the file, and not shown."""
    for token in tokens:
        for one in token.children or (token,):
            if one.type in ("html_block", "html_inline", "text"):
                for comment in _COMMENT.finditer(one.content):
                    if words := " ".join((comment[1] or comment[2] or "").split()):
                        yield LeftOut(words, "comment")


class _Beside(NamedTuple):
    """What the front matter states."""

    statement: Statement = Statement()
    properties: Sequence[tuple[str, str]] = ()
    left_out: Sequence[LeftOut] = ()
    warnings: Sequence[str] = ()


def _split(source: str) -> tuple[_Beside, str]:
    """What the front matter, in YAML or TOML, states, and the Markdown below it."""
    match = _FRONT_MATTER.match(source)
    if match is None:
        return _Beside(), source
    written = match["toml"] if match["yaml"] is None else match["yaml"]
    whole = [LeftOut(written, "front matter")]
    try:
        fields = tomllib.loads(written) if match["yaml"] is None else yaml.safe_load(written)
    except (yaml.YAMLError, ValueError):
        told = "The lines at its head that state what it is cannot be read: they are left out."
        return _Beside(left_out=whole, warnings=[told]), source[match.end() :]
    if not isinstance(fields, dict):  # a text between two thematic breaks
        return _Beside(), source
    values = {normalised(str(key)).lower(): _plain(value) for key, value in fields.items()}
    is_whole = all(map(_is_plain, fields.values()))

    def first(*keys: str) -> str | None:
        return next((values[key] for key in keys if values.get(key)), None)

    statement = Statement(
        title=first("title"),
        author=first("author", "authors", "by"),
        date=iso_date(first("date", "published", "publishdate") or ""),
        source=first("source", "url", "publisher", "canonical_url"),
    )
    properties = [(key, said) for key, said in values.items() if said and key != "title"]
    return _Beside(statement, properties, [] if is_whole else whole), source[match.end() :]


def _is_plain(value: object) -> bool:
    """Whether `_plain` says all of a value."""
    values = value if isinstance(value, list) else [value]
    return len(values) <= _MOST_VALUES and all(
        item is None or (isinstance(item, str | int | float | date) and len(str(item)) <= 500)
        for item in values
    )


def _plain(value: object) -> str:
    """A scalar, or a list of scalars or of mappings with a name, as one line.

    What is nested deeper says nothing, and YAML's aliases can make it endless.
    """
    values = value[:_MOST_VALUES] if isinstance(value, list) else [value]
    names = (item.get("name") if isinstance(item, dict) else item for item in values)
    scalars = (
        str(name).lower() if isinstance(name, bool) else str(name)[:500]
        for name in names
        if isinstance(name, str | int | float | date)
    )
    return normalised(", ".join(" ".join(scalar.split()) for scalar in scalars))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    """Top-level blocks; a list is one block whatever it holds."""
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _closing(tokens, position)
        inner = tokens[position + 1 : end]
        if token.type == "heading_open":
            yield Block(_inline(inner[0], " "), level=int(token.tag[1]))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield Block("\n".join(_items(token, inner)))
        elif token.type == "table_open":
            yield Block("\n".join(_rows(inner)), header=True)
        elif token.type == "blockquote_open":
            yield from _quoted(inner)
        elif token.type in ("fence", "code_block"):
            yield Block(token.content.rstrip("\n"), code=True)
        elif token.type == "html_block":
            yield from (Block(part) for part in _without_tags(token.content))
        elif inner:
            yield Block(_inline(inner[0]))
        position = end + 1


def _quoted(tokens: Sequence[Token]) -> Iterator[Block]:
    """What is quoted; a callout begins with its kind."""
    blocks = list(_blocks(tokens))
    if blocks and (callout := _CALLOUT.match(blocks[0].text)):
        words = f"{callout[1].capitalize()}: {blocks[0].text[callout.end() :].lstrip()}"
        blocks[0] = Block(words, blocks[0].level)
    yield from blocks


def _closing(tokens: Sequence[Token], position: int) -> int:
    """The index of the token that closes the one at `position` (itself if it holds nothing)."""
    depth = 0
    for index in range(position, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens)


def _items(opening: Token, tokens: Sequence[Token]) -> Iterator[str]:
    """A list's lines: a bullet or number before each item, what is inside it indented."""
    position = 0
    while position < len(tokens):
        end = _closing(tokens, position)
        item = tokens[position]
        mark = f"{item.info}{item.markup} " if opening.type == "ordered_list_open" else BULLET
        lines = [
            line for block in _blocks(tokens[position + 1 : end]) for line in block.text.split("\n")
        ]
        if lines:
            task = _TASK.match(lines[0])
            if task:
                state = "(open) " if task[1] == " " else "(done) "
                lines[0] = state + lines[0][task.end() :]
            yield mark + lines[0]
        yield from ("  " + line for line in lines[1:])
        position = end + 1


def _rows(tokens: Sequence[Token]) -> Iterator[str]:
    cells: list[str] = []
    for token in tokens:
        if token.type == "tr_open":
            cells = []
        elif token.type == "inline":
            cells.append(_inline(token))
        elif token.type == "tr_close":
            yield row(cells)


def _inline(token: Token, line_break: str = "\n") -> str:
    """The words of an inline token: no marks, no link targets, an image's description."""
    parts: list[str] = []
    hidden = False
    children = token.children or []
    for child, following in zip_longest(children, children[1:]):
        if child.type in ("text", "code_inline", "image"):
            shown = _noted(child.content) if child.type == "text" else child.content
            parts.append("" if hidden else shown)
        elif child.type == "softbreak":
            # Boxes to be ticked are items, though Markdown knows no such.
            parts.append("\n" if following and _TICKED.match(following.content) else " ")
        elif child.type == "hardbreak":
            parts.append(line_break)
        elif child.type == "html_inline":
            if re.match(r"<(script|style)\b", child.content, re.I):
                hidden = True
            elif re.match(r"</(script|style)\b", child.content, re.I):
                hidden = False
            elif re.match(r"<br\b", child.content, re.I):
                parts.append(line_break)
    return "".join(parts).strip()


def _link_words(link: re.Match[str]) -> str:
    target, shown = link[1], link[2]
    if shown is None:
        return target.replace("#", " > ")
    # Some wikis write the words first, and then the address.
    return target if re.match(r"\w+://", shown) else shown


def _noted(text: str) -> str:
    """The words of running text in a note: links to others as they are shown, no comments."""
    text = _LINKED_NOTE.sub(_link_words, text)
    return _HIGHLIGHT.sub(r"\1", _COMMENT.sub("", text))


def _without_tags(source: str) -> Iterator[str]:
    """The text of a raw HTML block, paragraph by paragraph."""
    source = _APART.sub(r" \g<0>", source)
    for part in re.split(r"\n[ \t]*\n", html.unescape(_TAG.sub("", source))):
        if part.strip():
            yield " ".join(part.split())
